"""The walls of the house: imports go down, pieces stay small, text stays data, suppressions give their reasons."""

import ast
import io
import re
import subprocess
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "symml"
MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 40

READS_TEXT_AS_CODE = {"sympify", "parse_expr", "lambdify", "parse_latex", "parse_mathematica"}
RUNS_CODE = {"eval", "exec"}
ALLOWED = (("kernels/", "exec"), ("catalog/crosscheck", "lambdify"))

SUPPRESSION = re.compile(r"#\s*(type:\s*ignore|(ruff:\s*|flake8[:=]\s*)?noqa|mypy:)")
SUPPRESSION_WITH_REASON = re.compile(
    r"#\s*(type: ignore\[[\w, -]+\]|noqa: [A-Z]+\d+(, ?[A-Z]+\d+)*|mypy: [\w-]+(=\S+)?)\s*#\s*\w\S*\s+\w"
)

MACHINE_PATH = re.compile(r"(?<![\w.~)\]}$>-])/(?:work|root|home|Users|tmp|opt|var/folders)/\w|\b[A-Z]:\\Users\\\w")


def sources() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def long_functions(text: str) -> list[tuple[int, str, int]]:
    """Line, name and length of every function over the budget."""
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno is not None:
            length = node.end_lineno - node.lineno + 1
            if length > MAX_FUNCTION_LINES:
                found.append((node.lineno, node.name, length))
    return found


def code_running_names(text: str) -> Iterator[tuple[int, str]]:
    """Line and name of every mention of a function that turns text into code."""
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Name(id=name) if name in RUNS_CODE | READS_TEXT_AS_CODE:
                yield node.lineno, name
            case ast.Attribute(attr=name) if name in READS_TEXT_AS_CODE:
                yield node.lineno, name
            case ast.Attribute(value=ast.Name(id="builtins" | "__builtins__"), attr=name) if name in RUNS_CODE:
                yield node.lineno, name
            case ast.alias(name=name) if name.rpartition(".")[2] in RUNS_CODE | READS_TEXT_AS_CODE:
                yield node.lineno, name.rpartition(".")[2]


def unexplained_suppressions(text: str) -> list[tuple[int, str]]:
    """Line and text of every suppression comment without its codes and its reason."""
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    comments = [(token.start[0], token.string) for token in tokens if token.type == tokenize.COMMENT]
    return [(line, c) for line, c in comments if SUPPRESSION.search(c) and not SUPPRESSION_WITH_REASON.search(c)]


def tracked_files() -> list[Path]:
    """Every file under version control, or every file of an unpacked source archive."""
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listing.returncode == 0:
        return [path for name in listing.stdout.split("\0") if name and (path := ROOT / name).is_file()]
    return [path for path in ROOT.rglob("*") if path.is_file() and "__pycache__" not in path.parts]


def run_python(code: str) -> str:
    """What a fresh interpreter prints for this code, run at the project's root."""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def lint_imports(directory: Path) -> subprocess.CompletedProcess[str]:
    code = "from importlinter.cli import lint_imports; raise SystemExit(lint_imports(no_cache=True))"
    return subprocess.run([sys.executable, "-c", code], cwd=directory, capture_output=True, text=True, check=False)


def test_imports_go_down_only() -> None:
    done = lint_imports(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


def test_an_import_that_goes_up_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text(encoding="utf-8"), encoding="utf-8")
    for name, text in {"": "", "expr": "import symml.calculus\n", "calculus": ""}.items():
        (tmp_path / "symml" / name).mkdir(parents=True, exist_ok=True)
        (tmp_path / "symml" / name / "__init__.py").write_text(text, encoding="utf-8")
    (tmp_path / "symml" / "errors.py").write_text("", encoding="utf-8")
    done = lint_imports(tmp_path)
    assert done.returncode == 1
    assert "symml.expr is not allowed to import symml.calculus" in done.stdout


def test_no_file_is_longer_than_the_budget() -> None:
    lengths = {path.relative_to(ROOT): path.read_text(encoding="utf-8").count("\n") for path in sources()}
    assert {path: lines for path, lines in lengths.items() if lines > MAX_FILE_LINES} == {}


def test_no_function_is_longer_than_the_budget() -> None:
    found = {path.relative_to(ROOT): long_functions(path.read_text(encoding="utf-8")) for path in sources()}
    assert {path: rows for path, rows in found.items() if rows} == {}


def test_a_function_one_line_over_the_budget_is_noticed() -> None:
    body = "    pass\n"
    assert long_functions("def f():\n" + body * (MAX_FUNCTION_LINES - 1)) == []
    assert long_functions("def f():\n" + body * MAX_FUNCTION_LINES) == [(1, "f", MAX_FUNCTION_LINES + 1)]


def test_no_text_is_ever_run_as_code() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}: {name}"
        for path in sources()
        for line, name in code_running_names(path.read_text(encoding="utf-8"))
        if not any(path.relative_to(PACKAGE).as_posix().startswith(p) and name == allowed for p, allowed in ALLOWED)
    ]
    assert found == []


def test_generated_kernels_are_executed_in_one_place_only() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in sources()
        for line, name in code_running_names(path.read_text(encoding="utf-8"))
        if name == "exec"
    ]
    assert len(found) <= 1, found


@pytest.mark.parametrize(
    "text",
    [
        "eval('1')",
        "run = exec",
        "import builtins\nbuiltins.eval('1')",
        "import sympy\nsympy.sympify('x')",
        "from sympy import lambdify as compiled",
        "from sympy.parsing.sympy_parser import parse_expr",
    ],
)
def test_a_way_to_run_text_as_code_is_noticed(text: str) -> None:
    assert list(code_running_names(text))


def test_every_suppression_gives_its_code_and_its_reason() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}: {comment}"
        for path in tracked_files()
        if path.suffix == ".py"
        for line, comment in unexplained_suppressions(path.read_text(encoding="utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize(
    ("comment", "is_explained"),
    [
        ("type: ignore", False),
        ("type: ignore[arg-type]", False),
        ("noqa", False),
        ("noqa: T201", False),
        ("ruff: noqa", False),
        ("type: ignore[misc]  # NumPy leaves the hook untyped", True),
        ("noqa: T201  # the report is what this command prints", True),
    ],
)
def test_a_suppression_without_a_reason_is_noticed(comment: str, is_explained: bool) -> None:
    assert (unexplained_suppressions(f"x = 1  # {comment}\n") == []) == is_explained


def test_no_tracked_file_names_a_path_of_a_machine() -> None:
    found = []
    for path in tracked_files():
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError:
            continue
        found += [f"{path.relative_to(ROOT)}:{i}" for i, line in enumerate(lines, 1) if MACHINE_PATH.search(line)]
    assert found == []


@pytest.mark.parametrize("parts", [("home", "ada", "notes.md"), ("tmp", "ipykernel_12", "1.py"), ("root", "x")])
def test_a_path_of_a_machine_is_noticed(parts: tuple[str, ...]) -> None:
    path = "/" + "/".join(parts)
    assert MACHINE_PATH.search(f'open("{path}")')
    assert not MACHINE_PATH.search(f"https://example.org{path}")


def test_importing_symml_imports_neither_numpy_nor_sympy() -> None:
    code = "import sys, symml; print(sorted({'numpy', 'sympy', 'mpmath', 'flint', 'scipy'} & sys.modules.keys()))"
    assert run_python(code) == "[]"


BLOCKED = """
import importlib, pkgutil, sys

class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.partition('.')[0] in {blocked!r}:
            raise ModuleNotFoundError(f'{{name}} is blocked', name=name)

sys.meta_path.insert(0, Blocker())
"""


def test_symml_imports_where_numpy_is_absent() -> None:
    blocked = BLOCKED.format(blocked={"numpy"})
    assert run_python(blocked + "import symml\nprint(symml.__name__)") == "symml"


def test_every_module_of_the_language_imports_without_numpy_and_sympy() -> None:
    blocked = BLOCKED.format(blocked={"numpy", "sympy"})
    code = "import symml.expr as e\nfor m in pkgutil.walk_packages(e.__path__, 'symml.expr.'): print(m.name)"
    names = run_python(blocked + code + "; importlib.import_module(m.name)").splitlines()
    assert "symml.expr.dims" in names
