"""Profiles and symml.toml: what is taken for granted is used, said, and yields to what is declared."""

from __future__ import annotations

from pathlib import Path

import pytest

from symml.errors import SymmlError
from symml.expr.nodes import Expr
from symml.read.declarations import read_declarations
from symml.read.latex import reading
from symml.read.profiles import PROFILES, defined_macros
from symml.read.settings import find_settings, noted, profile, read_settings, with_notation
from tests.cli.harness import run

SETTINGS = """
profile = "cs229"
log = "2"

[declarations]
X = "n d"
y = "n sign"

[functions]
"\\\\zeta" = "softplus"

[macros]
"R" = "\\\\mathbb{R}"
"norm" = "\\\\left\\\\|#1\\\\right\\\\|"
"""


@pytest.mark.parametrize("name", PROFILES)
def test_every_profile_declares_what_can_be_declared(name: str) -> None:
    declared = with_notation(read_declarations(""), profile(name))
    assert set(declared.granted) == {symbol.name for symbol in declared.symbols.values()}


def test_a_profile_tells_shapes_and_says_so() -> None:
    found = reading(r"(X\theta - y)^\top (X\theta - y)", with_notation(read_declarations(""), profile("cs229")))
    assert isinstance(found.value, Expr)
    assert found.value.shape == ()
    assert "X is n d real, by the profile cs229" in found.notes


def test_what_is_declared_wins() -> None:
    declared = with_notation(read_declarations("X: m m spd"), profile("cs229"))
    assert declared.symbols["X"].domain.name == "spd"


def test_the_base_of_the_logarithm_is_that_of_the_notation(tmp_path: Path) -> None:
    path = tmp_path / "symml.toml"
    path.write_text(SETTINGS)
    declared = with_notation(read_declarations("p: k simplex"), read_settings(path))
    shown = [
        str(reading(text, declared).value) for text in (r"\log 8", r"\ln 8", r"\log_{10} 8", r"\sum_i p_i \log p_i")
    ]
    assert shown == ["log2(8)", "log(8)", "log10(8)", "𝟏ᵀ(p ⊙ log2(p))"]


def test_functions_and_macros_of_the_settings_are_used(tmp_path: Path) -> None:
    path = tmp_path / "symml.toml"
    path.write_text(SETTINGS)
    declared = with_notation(read_declarations("x: d"), read_settings(path))
    assert str(reading(r"\zeta(x)", declared).value) == "softplus(x)"
    assert str(reading(r"\norm{x}^2", declared).value) == "‖x‖²"


def test_the_layout_of_a_jacobian_is_that_of_the_notation() -> None:
    claim = r"\frac{\partial (W x)}{\partial x}"
    plain = reading(claim, "W: k d, x: d").value
    other = reading(claim, with_notation(read_declarations("W: k d, x: d"), profile("cs229")))
    assert isinstance(plain, Expr)
    assert isinstance(other.value, Expr)
    assert other.value.shape == plain.shape[::-1]
    assert any("denominator layout" in note for note in other.notes)


def test_macros_of_a_book_are_those_that_occur() -> None:
    assert defined_macros(r"\vx + \vxi", PROFILES["deeplearningbook"]).count("newcommand") == 2
    assert defined_macros(r"\vector", PROFILES["deeplearningbook"]) == ""


def test_the_nearest_settings_file_counts(tmp_path: Path) -> None:
    (tmp_path / "symml.toml").write_text('profile = "bishop"')
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    assert find_settings(inner) == tmp_path / "symml.toml"
    assert noted("", "", inner).notation.name == "symml.toml, bishop"
    assert noted("", "cs229", inner).notation.name == "cs229"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("profile = ", "cannot be read"),
        ('profile = "bishops"', "profile is 'bishops'"),
        ('log = "3"', "log is '3'"),
        ('layouts = "numerator"', "'layouts' is not known"),
        ("[declarations]\nX = 3", "holds names and texts"),
        ('[functions]\nf = "nothing"', "no function"),
    ],
)
def test_bad_settings_are_said(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "symml.toml"
    path.write_text(text)
    with pytest.raises(SymmlError, match=message):
        read_settings(path)


def test_the_commands_take_a_profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    claim = r"\nabla_\theta \|X\theta - y\|^2 = 2X^\top(X\theta - y)"
    assert run("check", claim).code == 2
    assert run("check", claim, "--profile", "cs229").code == 0
    (tmp_path / "symml.toml").write_text('profile = "cs229"')
    assert run("check", claim).code == 0
    assert run("derive", r"\|X\theta - y\|^2", "--wrt", "theta").out.strip() == "2 Xᵀ(X θ - y)"
    assert "by the profile symml.toml, cs229" in run("read", r"X\theta").out
    assert "did you mean cs229?" in run("read", "x", "--profile", "cs22").err
