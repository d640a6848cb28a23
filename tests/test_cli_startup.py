"""The command line answers before any heavy library is loaded."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HEAVY = ("numpy", "sympy", "mpmath", "flint", "scipy")

RUN = """
import sys
from symml.cli import main
sys.argv = ["symml", *{arguments!r}]
try:
    code = main()
except SystemExit as stop:
    code = stop.code
print("loaded:", sorted(set({heavy!r}) & sys.modules.keys()), "exit:", code or 0)
"""


def run_cli(*arguments: str) -> list[str]:
    """What the command prints, line by line; the last line names the heavy modules it loaded and its exit code."""
    code = RUN.format(arguments=arguments, heavy=HEAVY)
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.parametrize("arguments", [("--help",), ("find", "sigmoid"), ("find", "sigmoid", "--json")])
def test_a_command_that_only_looks_up_loads_no_heavy_library(arguments: tuple[str, ...]) -> None:
    lines = run_cli(*arguments)
    assert lines[-1] == "loaded: [] exit: 0"
    assert len(lines) > 1


def test_find_names_the_entry_that_proves_the_derivative_of_the_sigmoid() -> None:
    assert any("activations.sigmoid_deriv" in line for line in run_cli("find", "sigmoid"))
