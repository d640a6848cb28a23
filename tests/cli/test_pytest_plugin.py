"""The pytest plugin: right gradients pass, wrong ones fail with the verdict as the report."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
VERBOSE = {"CI", "BUILD_NUMBER", "PYTEST_ADDOPTS", "COLUMNS"}  # under these pytest repeats a report
SUITE = """
import numpy as np
import pytest


def loss(w):
    return np.sum(w**3)


def grad(w):
    return 3 * w**2


def wrong(w):
    return 3 * w


@pytest.mark.symml_gradient(loss, grad, wrt="w", shapes="w: d")
def test_right_by_marker(): ...


@pytest.mark.symml_gradient(loss, wrong, wrt="w", shapes="w: d")
def test_wrong_by_marker(): ...


def test_right_by_fixture(check_gradient):
    assert check_gradient(loss, grad, wrt="w", shapes="w: d").verdict == "proved"


def test_wrong_by_fixture(check_gradient):
    check_gradient(loss, wrong, wrt="w", shapes="w: d")


def test_without_shapes(check_gradient):
    check_gradient(loss, grad, wrt="w")
"""


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("suite")
    (folder / "test_suite.py").write_text(SUITE, encoding="utf-8")
    terse = {name: value for name, value in os.environ.items() if name not in VERBOSE}
    command = [sys.executable, "-m", "pytest", "-q", "-rA", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, str(folder)],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={**terse, "PYTHONPATH": str(ROOT)},
    )
    return done.stdout


def test_right_gradients_pass(report: str) -> None:
    assert "PASSED test_suite.py::test_right_by_marker" in report
    assert "PASSED test_suite.py::test_right_by_fixture" in report


@pytest.mark.parametrize("name", ["test_wrong_by_marker", "test_wrong_by_fixture"])
def test_wrong_gradients_fail_with_the_verdict(report: str, name: str) -> None:
    assert f"FAILED test_suite.py::{name}" in report
    assert report.count("likely    wrong power") == 2
    assert re.search(r"return 3 \* w\n +\^\n", report)
    assert "write     return 3 * w ** 2" in report


def test_what_cannot_be_checked_fails_with_the_cure(report: str) -> None:
    assert "symml cannot check this gradient: the shape of w is not declared" in report
