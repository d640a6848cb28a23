"""Functions are found in files and modules; what is not there is an error with a cure."""

from __future__ import annotations

from pathlib import Path

import pytest

from symml.errors import ReadError
from symml.read.load import load_function
from symml.read.trace import trace

SOURCE = """
from dataclasses import dataclass

import numpy as np
from helper_of_course import relu

@dataclass
class Model:
    scale: float = 2.0

    @staticmethod
    def loss(x):
        return np.sum(relu(x))

def loss(x, lam=0.5):
    return lam * relu(x).sum()

limit = 3
"""


@pytest.fixture
def course(tmp_path: Path) -> Path:
    (tmp_path / "helper_of_course.py").write_text("import numpy as np\n\ndef relu(z):\n    return np.maximum(z, 0)\n")
    path = tmp_path / "course_of_load.py"
    path.write_text(SOURCE)
    return path


def test_a_function_is_loaded_from_a_file_with_its_helpers(course: Path) -> None:
    loss = load_function(f"{course}::loss")
    assert repr(trace(loss, "x: n").expression) == repr(trace(lambda x: 0.5 * x.clip(0).sum(), "x: n").expression)


def test_a_method_is_loaded_by_its_dotted_name(course: Path) -> None:
    assert callable(load_function(f"{course}::Model.loss"))


def test_a_function_is_loaded_from_a_module() -> None:
    import scipy.optimize

    assert load_function("scipy.optimize:rosen") is scipy.optimize.rosen


@pytest.mark.parametrize(
    ("place", "what", "cure"),
    [
        ("nowhere.py::loss", "there is no file nowhere.py", "FILE.py::FUNCTION"),
        ("no_such_module_here:loss", "cannot be imported: ModuleNotFoundError", "run it with python"),
        ("loss", "does not name a function", "FILE.py::FUNCTION"),
        ("::loss", "does not name a function", ""),
        ("math:", "does not name a function", ""),
        ("math:sinn", "math has no function sinn", "did you mean sin"),
        ("math:pi", "pi in math is not a function", ""),
        ("..:f", "cannot be imported", ""),
        ("", "does not name a function", ""),
    ],
)
def test_what_is_not_there_is_an_error(place: str, what: str, cure: str) -> None:
    with pytest.raises(ReadError) as caught:
        load_function(place)
    assert what in caught.value.what
    assert cure in caught.value.cure


def test_a_misspelled_function_has_a_close_match(course: Path) -> None:
    with pytest.raises(ReadError, match="did you mean loss"):
        load_function(f"{course}::los")
    with pytest.raises(ReadError, match=r"limit in .* is not a function"):
        load_function(f"{course}::limit")


@pytest.mark.parametrize("body", ["x = 1 / 0", "import nowhere_at_all", "def f(:", "raise SystemExit(2)", "\x00"])
def test_a_file_that_cannot_be_run_is_an_error(tmp_path: Path, body: str) -> None:
    path = tmp_path / "broken_course.py"
    path.write_text(f"a = 1\n{body}\n")
    with pytest.raises(ReadError, match="cannot be imported"):
        load_function(f"{path}::f")


def test_the_failing_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "broken_line.py"
    path.write_text("a = 1\nb = a / 0\n")
    with pytest.raises(ReadError, match="line 2: ZeroDivisionError"):
        load_function(f"{path}::f")
