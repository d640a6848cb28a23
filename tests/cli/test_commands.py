"""Every command: what it prints, its JSON, its exit code."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.harness import run

SHAPES = "X: n d, y: n, w: d"
LOSS = "mean((y - X@w)**2)"
SIGMOID = "activations.sigmoid_deriv"
COMMANDS = {
    "demo": ("demo",),
    "derive": ("derive", LOSS, "--wrt", "w", "--shapes", SHAPES),
    "check": ("check", "tanh(x)", "2*sigmoid(2*x) - 1", "--shapes", "x:"),
    "show": ("show", SIGMOID),
    "find": ("find", "sigmoid"),
    "kernel": ("kernel", LOSS, "--shapes", SHAPES),
    "bench": ("bench", "exp(x)*y", "--shapes", "x: n, y: n", "--sizes", "n=10"),
    "crosscheck": ("crosscheck", SIGMOID),
    "doctor": ("doctor",),
}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_prints_text_and_ends_with_zero(command: str) -> None:
    result = run(*COMMANDS[command])
    assert (result.code, result.err) == (0, "")
    assert result.out.strip()
    assert "Traceback" not in result.out


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_prints_json_with_a_schema(command: str) -> None:
    result = run(*COMMANDS[command], "--json")
    data = json.loads(result.out)
    assert (result.code, data["schema"], data["command"]) == (0, 1, command)


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_every_command_explains_itself_within_a_terminal(command: str) -> None:
    result = run(*([command] if command else []), "--help")
    assert result.code == 0
    assert max(map(len, result.out.splitlines())) <= 80
    assert "..." not in result.out.partition("Commands:")[2], "a summary is cut"


def test_the_keys_of_derive_that_others_rely_on() -> None:
    data = json.loads(run(*COMMANDS["derive"], "--json").out)
    assert {"latex", "text", "code", "sympy"} <= data["result"].keys()
    assert all({"reason", "before", "after"} <= step.keys() for step in data["steps"])
    assert data["verdict"]["verdict"] == "proved"


def test_the_keys_of_check_that_others_rely_on() -> None:
    result = run("check", "x + 1", "x", "--shapes", "x:", "--json")
    data = json.loads(result.out)
    assert result.code == 1
    assert {"verdict", "evidence", "counterexample", "diagnosis"} <= data.keys()
    assert (data["verdict"], data["counterexample"]["left"], data["counterexample"]["right"]) == ("refuted", "1", "0")


def test_the_keys_of_kernel_that_others_rely_on() -> None:
    data = json.loads(run(*COMMANDS["kernel"], "--json").out)
    assert {"source", "arguments", "backend"} <= data.keys()


@pytest.mark.parametrize(
    ("arguments", "head", "code"),
    [
        (("check", "x", "x", "--shapes", "x:"), "PROVED", 0),
        (("check", "x == x", "--shapes", "x:"), "PROVED", 0),
        (("check", "x + 1", "x", "--shapes", "x:"), "REFUTED", 1),
        (("check", "sqrt(x**2)", "x", "--shapes", "x:"), "TRUE UNDER AN EXTRA ASSUMPTION", 1),
        (("check", LOSS, "-2*X.T@(y - X@w)/n", "--wrt", "w", "--shapes", SHAPES), "PROVED", 0),
        (("check", LOSS, "2*X.T@(y - X@w)/n", "--wrt", "w", "--shapes", SHAPES), "REFUTED", 1),
    ],
)
def test_the_exit_code_says_whether_the_claim_holds(arguments: tuple[str, ...], head: str, code: int) -> None:
    result = run(*arguments)
    assert result.code == code
    assert result.out.startswith(head)


def test_functions_in_files_are_checked(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text(
        "import numpy as np\n"
        "def loss(X, y, w):\n    return np.mean((y - X @ w)**2)\n"
        "def right(X, y, w):\n    return -2 * X.T @ (y - X @ w) / len(y)\n"
        "def wrong(X, y, w):\n    return -2 * X.T @ (y - X @ w)\n"
    )
    for name, code in (("right", 0), ("wrong", 1)):
        assert run("check", f"{file}::loss", f"{file}::{name}", "--wrt", "w", "--shapes", SHAPES).code == code


@pytest.mark.parametrize(
    ("options", "shown"),
    [
        ((), "-2 Xᵀ(y - X w)/n\n"),
        (("--latex",), "-\\frac{2}{n}X^{\\top}\\left(y - Xw\\right)\n"),
        (("--latex", "--steps"), "\\begin{aligned}"),
        (("--steps",), "gradient of L = ‖y - X w‖²/n with respect to w, shape (d,)"),
        (("--code",), "import numpy as np"),
        (("--check",), "-2 Xᵀ(y - X w)/n\nPROVED"),
        (("--hessian",), "2 Xᵀ X/n\n"),
        (("--order", "2"), "2 Xᵀ X/n\n"),
    ],
)
def test_derive_prints_what_is_asked_for(options: tuple[str, ...], shown: str) -> None:
    assert run(*COMMANDS["derive"], *options).out.startswith(shown)


def test_a_derivative_that_is_zero_is_printed_as_zero() -> None:
    assert run("derive", "3", "--wrt", "w", "--shapes", "w: d").out == "𝟎\n"
    assert run("derive", "w", "--wrt", "x", "--shapes", "w:, x:").out == "0\n"


@pytest.mark.parametrize("formula", ["-w@w", "-2*w@w", "-(w@w)", "-h*w@w", "-sum(w)"])
def test_a_formula_may_start_with_a_minus(formula: str) -> None:
    shapes = "w: d, h:"
    assert run("derive", formula, "--wrt", "w", "--shapes", shapes).code == 0
    assert run("check", formula, formula, "--shapes", shapes).code == 0
    assert run("kernel", formula, "--shapes", shapes, "-h").out.startswith("Usage: symml kernel")


def test_show_prints_the_kernel_of_an_entry() -> None:
    assert "def sigmoid_deriv(x):" in run("show", SIGMOID, "--code").out
    assert run("show", "sigmoid_deriv").out == run("show", SIGMOID).out


def test_find_without_a_match_ends_with_one() -> None:
    assert run("find", "zzzz").code == 1
    assert json.loads(run("find", "zzzz", "--json").out)["entries"] == []


def test_a_kernel_is_written_to_a_file_and_runs_without_symml(tmp_path: Path) -> None:
    file = tmp_path / "made.py"
    result = run("kernel", LOSS, "--wrt", "w", "--shapes", SHAPES, "--name", "slope", "-o", str(file))
    assert result.out == f"wrote {file}\n"
    call = "made.slope(y=np.ones(2), X=np.eye(2), w=np.zeros(2))"
    code = f"import sys, made, numpy as np; print({call}, 'symml' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == "[-1. -1.] False\n"


def test_a_kernel_of_an_entry_has_the_name_of_the_entry_or_the_given_one() -> None:
    assert "def sigmoid_deriv(" in run("kernel", SIGMOID).out
    assert "def slope(" in run("kernel", SIGMOID, "--name", "slope").out


def test_the_crosscheck_prints_a_table() -> None:
    lines = run("crosscheck", SIGMOID).out.splitlines()
    assert lines[0].split() == ["entry", "links", "kernel", "sympy", "differences"]
    assert lines[1].split()[:2] == [SIGMOID, "proved"]
    assert lines[-1] == "1 entry, 0 with a disagreement"


def test_the_demo_shows_the_whole_job() -> None:
    out = run("demo").out
    for word in (
        "gradient of L",
        "every step checked: proved",
        r"X^{\top}",
        "def logistic_grad(",
        "PROVED",
        "REFUTED",
        "witness",
    ):
        assert word in out


def test_version_and_no_arguments() -> None:
    assert run("--version").out.startswith("symml ")
    assert run().code == 2


def test_the_package_runs_as_a_module() -> None:
    done = subprocess.run([sys.executable, "-m", "symml", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("symml ")
