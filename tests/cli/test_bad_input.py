"""Whatever is typed wrongly ends with exit code 2 and one screen: what, where, and what to type instead."""

from itertools import pairwise
from pathlib import Path

import pytest

from tests.cli.harness import Result, run

SHAPES = "X: n d, y: n, w: d"
LOSS = "mean((y - X@w)**2)"

FILES = {
    "m.py": (
        "import numpy as np\n"
        "def loss(X, y, w):\n    return np.mean((y - X @ w)**2)\n"
        "def grad(X, y, w):\n    return -2 * X.T @ (y - X @ w) / len(y)\n"
        "def fails(X, y, w):\n    raise RuntimeError('boom')\n"
        "def branches(X, y, w):\n    while w[0] > 0:\n        w = w - X[0]\n    raise ValueError\n"
        "def silent(X, y, w):\n    pass\n"
        "def other(a):\n    return a\n"
        "number = 3\n"
    ),
    "syntax.py": "def f(:\n",
    "missing.py": "import a_module_that_is_not_there\n",
    "leaves.py": "raise SystemExit(3)\n",
    "notes.txt": "text\n",
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "binary.py").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "folder.py").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def derive(expression: str, shapes: str = SHAPES, wrt: str = "w") -> tuple[str, ...]:
    return ("derive", expression, "--wrt", wrt, "--shapes", shapes)


def check(left: str, right: str = "m.py::grad", wrt: str = "w", shapes: str = SHAPES) -> tuple[str, ...]:
    return ("check", left, right, "--wrt", wrt, "--shapes", shapes)


# (arguments, what the message says, where the caret stands: the text under it, what to type instead)
TABLE = [
    (derive("mean((y - X@q)**2)"), "q is not declared", "q", "declare it: 'q: n'"),
    (derive(LOSS, shapes=""), "y is not declared", "y", "declare it"),
    (derive("X@y"), "X @ y: X is (n, d), y is (n,)", "@", "did you mean X.T @ y?"),
    (derive("2*X@(X@w - y)"), "(2 * X) @ (X @ w - y)", "@", "did you mean (2 * X).T @ (X @ w - y)?"),
    (derive("X + y"), "do not broadcast", "+", "y[:, None]"),
    (derive("inv(X)@w"), "inv needs a square matrix", "inv", ""),
    (derive("sum(X, axis=5)"), "there is no axis 5", "sum", "use axes 0 to 1"),
    (derive("w[7]", "w: 3"), "lies outside an axis of 3", "w", "use 0 to 2"),
    (derive("frobnicate(w)"), "not a function that symml knows", "frobnicate", "'frobnicate: function'"),
    (derive("np.fft.fft(w)"), "np.fft.fft is not a function", "np.fft", "sums, products and functions"),
    (derive("sofmax(w)"), "sofmax is not a function", "sofmax", "did you mean softmax"),
    (derive(""), "the expression is empty", None, "write one"),
    (derive("   "), "the expression is empty", None, "write one"),
    (derive("np.sum(w"), "was never closed", "(", "NumPy syntax"),
    (derive("sum(w"), "not closed", "(", "write )"),
    (derive("w @ w^2"), "^ is not a power", "^", "use **"),
    (derive("lambda: w"), "functions cannot be defined", "lambda", ""),
    (derive("__import__('os')"), "not a function that symml knows", "__import__", ""),
    (derive("w.__class__"), "no .__class__", "w", "use .T"),
    (derive("'text'"), "text is not mathematics", "'text'", "quotes"),
    (derive("x" * 200_000, "x:"), "at most 100000 are read", None, ""),
    (derive("(" * 5000), "nested more than 40 deep", None, "name the inner parts"),
    (derive("[" * 5000), "not an expression", None, ""),
    (derive("x**1e9", "x:", "x"), "exponent is too large", "x", "at most 1000"),
    (derive("x == 2", "x:", "x"), "only expressions have derivatives", None, "symml check 'x == 2'"),
    (derive(LOSS, wrt="q"), "q does not occur", None, "the expression's symbols are: X, w, y"),
    (derive(LOSS, wrt=""), "no variable", None, "the expression's symbols are: X, w, y"),
    (derive("sum(w)", wrt="d"), "d does not occur", None, "symbols are: w"),
    ((*derive(LOSS), "--order", "9"), "order 9", None, "from 1 to 4"),
    ((*derive(LOSS), "--order", "two"), "--order", None, "symml derive -h"),
    ((*derive(LOSS), "--nosuch"), "No such option", None, "symml derive -h"),
    (("derive", LOSS), "--wrt", None, "symml derive -h"),
    (derive(LOSS, shapes="X: n d, X: n d"), "declared twice", "X: n d", "once"),
    (derive(LOSS, shapes="w: d spdd"), "'spdd' is not a domain", "spdd", "did you mean spd?"),
    (derive(LOSS, shapes="w: d wombat!"), "neither a dim nor a domain", "wombat!", "domains are"),
    (derive(LOSS, shapes="X: (n, d"), "a bracket is not closed", "(n", "write NAME: dims domain"),
    (derive(LOSS, shapes="X: -3 d"), "a dim cannot be -3", "-3", "1 or more"),
    (derive(LOSS, shapes=":::"), "'' is not a name", None, "write NAME: dims domain"),
    (("check", "x + 1 == x"), "x is not declared", "x", "declare it"),
    (("check", "x", "--shapes", "x:"), "there is no relation", None, "'left == right'"),
    (("check", LOSS, "--wrt", "w", "--shapes", SHAPES), "no gradient", None, "after the loss"),
    (("check", "x", "x", "--shapes", "x:", "--digits", "0"), "--digits", None, "symml check -h"),
    (("check", "m.py::loss", "m.py::grad"), "loss and its gradient", None, "--wrt w"),
    (check("m.py::loss", "m.py"), "does not name a function", None, "m.py::FUNCTION"),
    (check("m.py:loss"), "does not name a function", None, "m.py::loss"),
    (check("m.py::"), "does not name a function", None, "FILE.py::FUNCTION"),
    (check("nowhere.py::loss"), "there is no file nowhere.py", None, "FILE.py::FUNCTION"),
    (check("mm.py::loss"), "there is no file mm.py", None, "did you mean m.py?"),
    (check("folder.py::loss"), "folder.py is a folder", None, "FILE.py::FUNCTION"),
    (check("notes.txt::loss"), "notes.txt is not a Python file", None, "FILE.py::FUNCTION"),
    (check("syntax.py::loss"), "syntax.py cannot be imported: SyntaxError", None, "python first"),
    (check("missing.py::loss"), "line 1: ModuleNotFoundError", None, "python first"),
    (check("leaves.py::loss"), "line 1: SystemExit", None, "python first"),
    (check("binary.py::loss"), "binary.py cannot be imported", None, "python first"),
    (check("m.py::los"), "m.py has no function los", None, "did you mean loss?"),
    (check("m.py::number"), "is not a function", None, ""),
    (check("m.py::loss", "m.py::fails"), "m.py:7 in fails: RuntimeError: boom", "raise", ""),
    (check("m.py::loss", "m.py::branches"), "a branch depends on the data, more than", "w[0] > 0", "fixed number"),
    (check("m.py::loss", "m.py::silent"), "it returns nothing", None, "return statement"),
    (check("m.py::loss", "m.py::other"), "a is not declared", None, "'a: n d'"),
    (check("m.py::loss", shapes=""), "the shape of X is not declared", None, "'X: n d' (a matrix)"),
    (check("m.py::loss", wrt="q"), "the loss has no variable q", None, "its symbols are"),
    (("show", "sigmoid_derivv"), "no entry sigmoid_derivv", None, "did you mean sigmoid_deriv"),
    (("show", "../../etc/passwd"), "no entry", None, "symml find WORD"),
    (("kernel", "activations.sigmoid_derivv"), "no entry activations.sigmoid_derivv", None, "did you mean"),
    (("kernel", "differentiation_rules.sum_rule_deriv"), "undefined function", None, "known function"),
    (("kernel", LOSS, "--shapes", SHAPES, "--name", "a b"), "'a b' is not a function name", None, "letters"),
    (("kernel", LOSS, "--shapes", SHAPES, "-o", "no/such/folder.py"), "cannot write", None, "choose another"),
    (
        ("kernel", LOSS, "--shapes", SHAPES, "--backend", "c", "--sizes", "n=9"),
        "--sizes: the C function",
        None,
        "leave",
    ),
    (("kernel", LOSS, "--shapes", SHAPES, "--sizes", "n=x"), "--sizes: 'n=x' is not a dimension", None, "n=1000"),
    (("kernel", LOSS, "--shapes", SHAPES, "--sizes", "q=3"), "no dimension q", None, "its dimensions are"),
    (("kernel", "inv(S)", "--shapes", "S: d d spd", "--backend", "c"), "has no C", None, "kernel.plan"),
    (("kernel", LOSS, "--shapes", SHAPES, "-o", "folder.py"), "cannot write folder.py", None, "choose another"),
    (("crosscheck", "nochapter"), "no entry nochapter", None, "symml find WORD"),
    (("nosuch",), "No such command 'nosuch'", None, "symml -h"),
]


def caret_text(result: Result) -> str | None:
    """The source text from the caret on."""
    lines = result.err.splitlines()
    for above, line in pairwise(lines):
        if line.strip() == "^":
            return above[line.index("^") :]
    return None


@pytest.mark.parametrize(
    ("arguments", "what", "at", "cure"), TABLE, ids=[" ".join(row[0])[:60].replace("\n", " ") for row in TABLE]
)
def test_bad_input_is_one_screen_with_the_place_and_the_cure(
    arguments: tuple[str, ...], what: str, at: str | None, cure: str
) -> None:
    result = run(*arguments)
    assert result.code == 2, result
    assert result.out == ""
    assert what in result.err
    assert cure in result.err
    assert "Traceback" not in result.err
    assert len(result.err.splitlines()) <= 8
    assert max(map(len, result.err.splitlines())) <= 240
    if at is not None:
        shown = caret_text(result)
        assert shown is not None, result.err
        assert shown.startswith(at), result.err


@pytest.mark.parametrize("flag", ["--json", "--latex", "--steps"])
def test_options_of_the_output_do_not_change_what_happens_to_bad_input(flag: str) -> None:
    plain, other = run(*derive("X@y")), run(*derive("X@y"), flag)
    assert (other.code, other.err, other.out) == (2, plain.err, "")
