"""The LaTeX of scalar entries, read by latex2sympy2, has the value of the entry's SymPy form."""

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from random import Random

import pytest
import sympy

from symml.catalog.book import entries
from symml.catalog.declare import Entry
from symml.expr.nodes import Add, Apply, Constant, Contract, Derivative, Expr, Power, Symbol
from symml.expr.sympy_bridge import to_sympy
from symml.expr.walk import size_names, symbols, topological
from symml.render.latex import latex, name

ROOT = Path(__file__).parents[2]
KNOWN = {"exp", "log", "sin", "cos", "tan", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh", "abs", "power"}
POINTS = 3

pytestmark = pytest.mark.skipif(
    find_spec("latex2sympy2") is None or sys.version_info >= (3, 13),
    reason="latex2sympy2 cannot be imported from Python 3.13 on",
)


def _read_as(symbol: Symbol) -> tuple[str, str]:
    """The names that the second reader may give to a symbol: ``s_2`` of ``s_{2}``, ``mathrm{tp`` of an upright one."""
    written = name(symbol.name)
    return written.strip("\\{}"), written.replace("{", "").replace("}", "")


def is_readable(expr: Expr) -> bool:
    """Whether the second reader knows every function, and every symbol is a number; ``d`` is its differential."""
    if any(symbol.name == "d" for symbol in symbols(expr)) or "d" in size_names(expr):
        return False
    return all(
        isinstance(node, Symbol | Constant | Add | Contract | Power)
        or (isinstance(node, Apply) and node.function.name in KNOWN)
        for node in topological(expr)
    ) and not any(node.shape for node in topological(expr))


def formulas(entry: Entry) -> list[Expr]:
    """The functions of numbers that an entry writes: every line, and what a derivative is taken of."""
    lines = [entry.lhs, *(expr for _, expr in entry.chain[1])]
    bare = [line.args[0] if isinstance(line, Derivative) else line for line in lines]
    return [expr for expr in dict.fromkeys(bare) if is_readable(expr)]


CASES = [(entry.id, expr) for entry in entries() for expr in formulas(entry)]


def question(entry_id: str, expr: Expr, k: int) -> dict[str, object]:
    rng = Random(f"{entry_id} {k}")
    values = {s.name: float(s.domain.sample(rng, ())[0]) for s in symbols(expr)}
    return {"latex": latex(expr).replace(r"\log", r"\ln"), "values": values}


@pytest.fixture(scope="module")
def answers() -> list[object]:
    """What the second reader says of every formula at every point, in one run."""
    asked = [question(entry_id, expr, k) for entry_id, expr in CASES for k in range(POINTS)]
    for row, (_, expr) in zip(asked, (case for case in CASES for _ in range(POINTS)), strict=True):
        row["values"] = {read: row["values"][s.name] for s in symbols(expr) for read in _read_as(s)}
    program = Path(__file__).with_name("second_reader.py")
    done = subprocess.run(
        [sys.executable, "-W", "ignore", str(program)],
        input=json.dumps(asked), cwd=ROOT, capture_output=True, text=True, check=True, timeout=300,
    )  # fmt: skip
    return json.loads(done.stdout)


@pytest.mark.parametrize("place", range(len(CASES)), ids=[f"{i}-{k}" for k, (i, _) in enumerate(CASES)])
def test_a_second_reader_understands_the_latex_of_a_scalar_entry(place: int, answers: list[object]) -> None:
    entry_id, expr = CASES[place]
    form = to_sympy(expr)
    for k in range(POINTS):
        asked = question(entry_id, expr, k)
        values = {symbol: asked["values"][str(symbol)] for symbol in form.free_symbols}
        expected = complex(sympy.N(form.subs(values), 30))
        found = answers[place * POINTS + k]
        if abs(expected.imag) > 1e-9:
            continue
        assert found == pytest.approx(expected.real, rel=1e-9), asked["latex"]


def test_there_is_enough_to_read() -> None:
    assert len({entry_id for entry_id, _ in CASES}) >= 20
