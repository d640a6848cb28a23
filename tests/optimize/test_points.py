"""Points given as text and in files, with exact residuals where they are exact."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from symml.errors import ReadError
from symml.optimize.kkt import kkt
from symml.optimize.points import read_point, read_point_file
from tests.cli.harness import run

SVM = ["kkt", "w@w/2", "--over", "w, b", "-s", "alpha: y*(X@w + b) >= 1", "--shapes", "X: n d, w: d, y: n sign, b:"]
DATA = "X=[[2, 0], [0, 0]], y=[1, -1]"


def test_text_gives_exact_numbers() -> None:
    found = read_point("w=[1, 1/2], b=-0.1, M=[[1, -2/3]]")
    assert found == {
        "w": [Fraction(1), Fraction(1, 2)],
        "b": Fraction(-1, 10),
        "M": [[Fraction(1), Fraction(-2, 3)]],
    }


@pytest.mark.parametrize(
    "text", ["w", "w=foo", "w=[1, x]", "w=1+1", "w=__import__('os')", "w=(1", "=1", "w=1/0", "w=[1]/2"]
)
def test_what_is_no_point_is_refused(text: str) -> None:
    with pytest.raises(ReadError):
        read_point(text)


def test_the_margin_is_checked_exactly_from_the_command_line() -> None:
    found = run(*SVM, "--at", f"w=[1, 0], b=-1, {DATA}")
    assert found.code == 0
    assert "SATISFIED exactly" in found.out
    assert "fitted alpha = [1/2, 1/2]" in found.out


def test_a_point_that_does_not_satisfy_them_is_a_finding() -> None:
    found = run(*SVM, "--at", f"w=[2, 0], b=-1, {DATA}, alpha=[1/2, 1/2]", "--json")
    assert found.code == 1
    rows = {row["condition"]: row for row in json.loads(found.out)["residuals"]}
    assert rows["stationarity in w"]["exact"] == "1"


def test_points_are_read_from_files(tmp_path: Path) -> None:
    plain, packed = tmp_path / "point.json", tmp_path / "data.npz"
    plain.write_text('{"w": [1, 0], "b": -1.0}', encoding="utf-8")
    np.savez(packed, X=np.array([[2.0, 0.0], [0.0, 0.0]]), y=np.array([1.0, -1.0]))
    assert read_point_file(str(plain))["b"] == -1
    assert run(*SVM, "--at-file", str(packed), "--at", "w=[1, 0], b=-1").code == 0
    assert run(*SVM, "--at-file", str(tmp_path / "nothing.json")).code == 2


def test_floats_give_floats() -> None:
    found = kkt("x**2", "x", "x >= 1", shapes="x:").check(x=1.0, lam=2.0)
    assert found.satisfied
    assert not found.exact
