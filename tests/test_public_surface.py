"""The names of ``import symml``: each is there, and stays there whatever else is imported."""

import subprocess
import sys
from pathlib import Path

import pytest

import symml
from symml.errors import SymmlError

ROOT = Path(__file__).parents[1]

AFTER_EVERYTHING = """
import importlib, pkgutil, symml
for module in pkgutil.walk_packages(symml.__path__, "symml."):
    importlib.import_module(module.name)
print([name for name in symml.__all__ if type(getattr(symml, name)).__name__ == "module"])
"""


@pytest.mark.parametrize("name", sorted(symml.__all__))
def test_a_public_name_leads_to_something_documented(name: str) -> None:
    assert getattr(getattr(symml, name), "__doc__", "")


def test_no_public_name_is_hidden_by_a_module_of_the_same_name() -> None:
    command = [sys.executable, "-c", AFTER_EVERYTHING]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'derivate'"):
        symml.derivate  # noqa: B018  # the access is what is tested


def test_dir_lists_the_public_names() -> None:
    assert set(symml.__all__) <= set(dir(symml))


WRONG = {
    "an expression that is none": lambda: symml.derive(None, "w"),
    "a variable that is none": lambda: symml.derive("w@w", None, shapes="w: d"),
    "an order that is text": lambda: symml.derive("w@w", "w", shapes="w: d", order="1"),
    "an order between two": lambda: symml.derive("w@w", "w", shapes="w: d", order=1.5),
    "declarations as a list": lambda: symml.read_numpy("x", shapes=["x"]),
    "a declaration as a number": lambda: symml.read_numpy("x", shapes={"x": 3}),
    "a side that is a number": lambda: symml.verify("x", 3, shapes="x:"),
    "a gradient by a number": lambda: symml.grad("w@w", 3, shapes="w: d"),
    "a gradient of a vector": lambda: symml.grad("w", "w", shapes="w: d"),
    "a kernel of nothing": lambda: symml.kernel(None),
    "a kernel of no expressions": lambda: symml.kernel([]),
    "a trace of text": lambda: symml.trace("loss"),
    "a name that is a number": lambda: symml.scalar(3),
    "a name without letters": lambda: symml.scalar(" "),
    "a domain that is none": lambda: symml.scalar("x", domain="wombat"),
    "half a row": lambda: symml.vector("w", 2.5),
    "a chapter that is none": lambda: symml.entries("nope"),
    "an entry that is none": lambda: symml.entry("nope"),
    "a number to SymPy": lambda: symml.to_sympy(3),
    "text from SymPy": lambda: symml.from_sympy("x"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_argument_is_an_error_of_symml_that_says_what_to_give(case: str) -> None:
    with pytest.raises(SymmlError) as caught:
        WRONG[case]()
    assert caught.value.what
    assert caught.value.cure


def test_a_verdict_is_never_a_bare_truth_value() -> None:
    with pytest.raises(SymmlError, match="never a bare truth value"):
        bool(symml.verify("x", "x", shapes="x:"))
