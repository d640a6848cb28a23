"""``symml read``: what a formula was understood to say."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from symml.cli.output import say, say_json
from symml.errors import ReadError
from symml.expr.nodes import Expr, show_shape
from symml.read.declarations import Declarations
from symml.read.inference import infer as infer_shapes
from symml.read.latex import readings
from symml.read.math.reading import Reading
from symml.read.math.relation import Relation, Side
from symml.read.numpy_source import Statement, read_statement
from symml.read.recognize import notation_of
from symml.read.settings import noted
from symml.render.latex import latex as latex_of
from symml.render.text import text as text_of


def run(
    text: str, shapes: str, let: list[str], *, profile: str, infer: bool, latex: bool, second_reader: str, json: bool
) -> None:
    """Reads and prints back every statement of the text."""
    notation, declared = notation_of(text), noted(shapes, profile, Path.cwd())
    found = (_inferred if infer else _read)(text, notation, declared, let)
    other = _second(text, second_reader) if second_reader else None
    if json:
        statements = [_as_json(one) for one in found]
        whole = statements[0] if len(statements) == 1 else {"kind": "statements", "statements": statements}
        say_json({"schema": 1, "command": "read", "notation": notation, **whole, **_other_json(other)})
        return
    for one in found:
        say(_written(one.value, latex=latex))
        for line in () if latex else _details(one, notation):
            say("  " + line)
    if other is not None and not latex:
        say(f"  {second_reader}: {other}")


def _read(text: str, notation: str, declared: Declarations, let: list[str]) -> list[Reading]:
    if notation != "numpy":
        return readings(text, declared, let=let, one_line=notation == "text")
    found = read_statement(text, declared)
    symbols = dict(declared.symbols)
    if isinstance(found, Statement):
        return [Reading(Relation((found.lhs, found.rhs), (found.relation,), text), (), symbols)]
    return [Reading(found, (), symbols)]


def _inferred(text: str, notation: str, declared: Declarations, let: list[str]) -> list[Reading]:
    """The most customary reading, with the shapes that it assumes among its notes."""
    first = infer_shapes(text, declared, one_line=notation != "latex", let=let)[0]
    assumed = (first.assumed,) if first.assumed else ()
    return [replace(first.reading, notes=(*assumed, *first.reading.notes))]


def _second(text: str, name: str) -> str:
    from symml.read.second_reader import READERS, second_reading

    if name not in READERS:
        raise ReadError(f"there is no reader {name}", cure="the second reader is latex2sympy2")
    return second_reading(text)


def _details(found: Reading, notation: str) -> list[str]:
    lines = [f"LaTeX: {_written(found.value, latex=True)}", f"notation: {notation}"]
    sides = [found.value] if isinstance(found.value, Expr) else [s for s in found.value.sides if isinstance(s, Expr)]
    if sides:
        lines.append(f"shape: {show_shape(sides[0].shape)}")
    if isinstance(found.value, Relation) and found.value.conditions:
        lines.append(f"conditions: {'; '.join(found.value.conditions)}")
    if found.undefined:
        lines.append(f"not defined: {', '.join(found.undefined)}")
    return lines + [f"assumed: {note}" for note in found.notes]


def _written(value: Expr | Relation, *, latex: bool = False) -> str:
    if isinstance(value, Expr):
        return _side(value, latex)
    parts = [_side(value.sides[0], latex)]
    for sign, side in zip(value.relations, value.sides[1:], strict=True):
        parts += [_SIGNS[sign][latex] if sign in _SIGNS else sign, _side(side, latex)]
    return " ".join(parts)


_SIGNS = {
    "==": ("=", "="), "<=": ("≤", r"\le"), ">=": ("≥", r"\ge"), "!=": ("≠", r"\ne"), "~=": ("≈", r"\approx"),
    "<-": ("←", r"\leftarrow"), "in": ("∈", r"\in"), "->": ("→", r"\to"), "proportional": ("∝", r"\propto"),
    "~": ("~", r"\sim"), ":=": (":=", ":="),
}  # fmt: skip


def _side(side: Side, latex: bool) -> str:
    if isinstance(side, Expr):
        return latex_of(side) if latex else text_of(side)
    return str(side)


def _as_json(found: Reading) -> dict[str, Any]:
    value = found.value
    sides = [value] if isinstance(value, Expr) else list(value.sides)
    return {
        "kind": "expression" if isinstance(value, Expr) else "statement",
        "text": _written(value),
        "latex": _written(value, latex=True),
        "sides": [_side_json(side) for side in sides],
        "relations": [] if isinstance(value, Expr) else list(value.relations),
        "conditions": [] if isinstance(value, Expr) else list(value.conditions),
        "assumed": list(found.notes),
        "undefined": list(found.undefined),
        "symbols": {key: [str(dim) for dim in s.shape] + [s.domain.name] for key, s in found.symbols.items()},
    }


def _side_json(side: Side) -> dict[str, Any]:
    if isinstance(side, Expr):
        return {"text": text_of(side), "latex": latex_of(side), "shape": [str(dim) for dim in side.shape]}
    return {"text": str(side)}


def _other_json(other: str | None) -> dict[str, str]:
    return {} if other is None else {"second_reading": other}
