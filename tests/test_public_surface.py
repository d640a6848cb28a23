"""The names of ``import symml``: each is there, and stays there whatever else is imported."""

import subprocess
import sys
from pathlib import Path

import pytest

import symml

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
