"""Gradients of code that can only be called: compared with differences whose error is estimated.

No proof: the verdicts are ``agrees``, ``disagrees`` and ``undecided``, and each says at how many points.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import islice
from random import Random
from typing import Any

import numpy as np

from symml.calculus.differences import Estimate, slope
from symml.calculus.floating import FloatPoint
from symml.calculus.sampling import Point, draw
from symml.errors import SymmlError, TraceError
from symml.expr.dims import show_sizes
from symml.expr.nodes import Expr, Symbol
from symml.expr.walk import symbols
from symml.proof.failing_calls import CallFails
from symml.proof.returned import gradients_of
from symml.proof.verdict import Counterexample, Evidence, Verdict
from symml.read.declarations import Declarations
from symml.read.trace import DICTS

_POINTS, _MAX_ENTRIES = 8, 40
_SCALES = (1.0, 1.0, 1.0, 0.1, 10.0)
_SURE, _RELATIVE = 8.0, 1e-9
_LOOSE = 1e-3


@dataclass
class _Tally:
    """What the points said."""

    agreeing: int = 0
    kinks: int = 0
    unclear: list[str] = field(default_factory=list)
    methods: set[str] = field(default_factory=set)
    worst: float = 0.0


def check_by_differences(
    loss: Callable[..., Any],
    grad: Callable[..., Any],
    names: Sequence[str],
    declared: Declarations,
    sizes: dict[str, int],
    why: str,
) -> Verdict:
    """Compares a gradient with differences of the loss at points of the declared domains.

    Args:
        loss: Returns a number (or an array, when ``grad`` returns its Jacobian).
        grad: Returns the gradient; a tuple or a dict for several variables.
        names: The variables.
        declared: The arguments, with numbers as dims.
        sizes: The numbers in the place of named dims.
        why: Why the code could not be traced.
    """
    statement = f"∂/∂{', '.join(names)} {_name(loss)} = {_name(grad)}"
    box = _Box(loss, grad, declared, list(names))
    tally = _Tally()
    note = (f"not a proof: {why}", *((f"tried for {show_sizes(sizes)}",) if sizes else ()))
    for point in _points(declared):
        found = box.compare(point, tally)
        if found is not None:
            reason, witness = found
            other = _of_logarithm(loss, grad, names, declared, statement)
            if other is not None:
                return replace(other, notes=note)
            shown = Evidence("differences", reason)
            return Verdict("disagrees", statement, reason, (shown,), witness, notes=note)
    return _summary(tally, statement, note)


def _of_logarithm(
    loss: Callable[..., Any], grad: Callable[..., Any], names: Sequence[str], declared: Declarations, statement: str
) -> Verdict | None:
    """Whether the claim is the derivative with respect to the logarithm of a positive number."""
    symbol = declared.symbols.get(names[0])
    if len(names) != 1 or symbol is None or symbol.shape or "positive" not in symbol.domain.facts:
        return None

    def rescaled(**values: Any) -> Any:
        args, options = arguments_of(grad, values, declared)
        return np.asarray(grad(*args, **options)) / values[names[0]]

    parameters = [inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY) for name in declared.symbols]
    rescaled.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined] # read by inspect
    box, tally = _Box(loss, rescaled, declared, list(names)), _Tally()
    if any(box.compare(point, tally) for point in _points(declared)) or not tally.agreeing or tally.unclear:
        return None
    reason = f"the derivative with respect to log {names[0]}: times {names[0]} of what differences give"
    shown = Evidence("differences", f"{reason}, at {tally.agreeing} points")
    return Verdict("convention", statement, reason, (shown,))


def _summary(tally: _Tally, statement: str, note: tuple[str, ...]) -> Verdict:
    if tally.agreeing and not tally.unclear:
        methods = " and ".join(sorted(tally.methods))
        reason = f"it agrees with {methods} at {tally.agreeing} points, to a relative {max(tally.worst, 1e-12):.0e}"
        if tally.kinks:
            reason += f"; {tally.kinks} entries at kinks were left out"
        evidence = Evidence("differences", reason, {"points": tally.agreeing, "kinks": tally.kinks})
        return Verdict("agrees", statement, reason, (evidence,), notes=note)
    first = tally.unclear[0] if tally.unclear else "every point was at a kink or had no finite value"
    reason = f"differences cannot tell: {first}"
    return Verdict("undecided", statement, reason, (Evidence("differences", reason),), notes=note)


def _name(function: Callable[..., Any]) -> str:
    return str(getattr(function, "__qualname__", type(function).__name__)).rpartition(".")[2]


def _points(declared: Declarations) -> Iterator[Point]:
    rng = Random(17)
    for k in range(_POINTS):
        point = draw(list(declared.symbols.values()), {}, rng)
        scale = Fraction(_SCALES[k % len(_SCALES)]).limit_denominator(10)
        wide = {s: v * scale if s.domain.name in ("real", "positive") else v for s, v in point.values.items()}
        yield Point({}, wide)


def formula_function(expr: Expr) -> Callable[..., Any]:
    """A function that computes an expression; its parameters are the expression's symbols."""
    wanted = symbols(expr)

    def formula(**values: Any) -> Any:
        given = {s: np.asarray(values[s.name], dtype=object) for s in wanted}
        return FloatPoint(Point({}, given)).value(expr)

    parameters = [inspect.Parameter(s.name, inspect.Parameter.KEYWORD_ONLY) for s in wanted]
    formula.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined] # read by inspect
    return formula


def slopes_at(
    loss: Callable[..., Any], names: Sequence[str], declared: Declarations, count: int = 3
) -> list[tuple[dict[str, Any], list[Any]]]:
    """Points, with the differences of the loss there: what a gradient must come to."""
    box = _Box(loss, loss, declared, list(names))
    rows = []
    for point in islice(_points(declared), count):
        values = {s.name: plain(s, v) for s, v in point.values.items()}
        try:
            rows.append((values, [_slopes(box, name, values) for name in names]))
        except (SymmlError, ArithmeticError, ValueError):
            continue
    return rows


def _slopes(box: _Box, name: str, values: dict[str, Any]) -> Any:
    at = np.asarray(values[name], dtype=float)
    found = np.empty(at.shape)
    for place in np.ndindex(*at.shape):
        direction = np.zeros_like(at)
        direction[place] = 1.0
        with np.errstate(all="ignore"):
            found[place] = slope(lambda x: box._call(box.loss, {**values, name: x}), at, direction).value
    return found


class _Box:
    """The two functions, called with plain arrays."""

    def __init__(
        self, loss: Callable[..., Any], grad: Callable[..., Any], declared: Declarations, names: list[str]
    ) -> None:
        self.loss, self.grad, self.declared, self.names = loss, grad, declared, names

    def compare(self, point: Point, tally: _Tally) -> tuple[str, Counterexample | None] | None:
        """A disagreement at this point, if there is a sure one."""
        values = {s.name: plain(s, v) for s, v in point.values.items()}
        claims = gradients_of(self._call(self.grad, values), [self.declared.symbols[name] for name in self.names])
        again = np.asarray(self._call(self.loss, values))
        if not np.array_equal(again, np.asarray(self._call(self.loss, values)), equal_nan=True):
            tally.unclear.append(f"{_name(self.loss)} gives another value when it is called again")
            return None
        if not np.all(np.isfinite(again)):
            tally.unclear.append(f"{_name(self.loss)} is {again} at {_shown(values)}")
            return None
        for name, claim in zip(self.names, claims, strict=True):
            found = self._entries(name, np.asarray(claim, dtype=float), again.shape, values, point, tally)
            if found is not None:
                return found
        return None

    def _entries(
        self, name: str, claim: Any, shape: tuple[int, ...], values: dict[str, Any], point: Point, tally: _Tally
    ) -> tuple[str, Counterexample | None] | None:
        at = np.asarray(values[name], dtype=float)
        entrywise = bool(at.shape) and claim.shape == shape == at.shape
        if claim.shape != shape + at.shape and not entrywise:
            return f"the gradient has shape {shape + at.shape}, {_name(self.grad)} returns {claim.shape}", None
        kinks = tally.kinks
        places = list(np.ndindex(*at.shape))[:_MAX_ENTRIES]
        for place in places:
            direction = np.zeros_like(at)
            direction[place] = 1.0
            with np.errstate(all="ignore"):
                found = slope(lambda x: self._call(self.loss, {**values, name: x}), at, direction)
            own = claim[(..., *place)] if place else claim
            if entrywise:
                own, off = claim * direction, np.abs(found.value * (1 - direction))
                if np.any(off > _SURE * found.error + _RELATIVE):
                    return f"the gradient has shape {shape + at.shape}, {_name(self.grad)} returns {claim.shape}", None
            outcome = _judge(own, found, tally)
            if outcome:
                entry = f" in entry {list(place)}" if place else ""
                reason = f"{found.method} give {_number(found.value)}{entry}, the claim is {_number(own)}"
                witness = Counterexample(point, place, _number(found.value), _number(own))
                return reason, witness
        tally.agreeing += tally.kinks - kinks < len(places)
        return None

    def _call(self, function: Callable[..., Any], values: dict[str, Any]) -> Any:
        args, options = arguments_of(function, values, self.declared)
        try:
            found = function(*args, **options)
        except Exception as error:
            raise CallFails(function, error, values, _shown(values)) from None
        if found is None:
            raise TraceError(f"{_name(function)} returns nothing", cure="add a return statement")
        return found[0] if function is self.loss and isinstance(found, tuple) else found


def _judge(claim: Any, found: Estimate, tally: _Tally) -> bool:
    """Whether the claim is surely wrong; everything else is counted."""
    tally.methods.add(found.method)
    size = float(np.max(np.abs(found.value), initial=0.0))
    gap = np.abs(np.asarray(claim) - found.value)
    if found.kink:
        tally.kinks += 1
        return False
    relative = max(_RELATIVE, 1e3 * found.eps) if found.eps > 1e-12 else _RELATIVE
    allowed = _SURE * found.error + relative * (size + np.abs(claim))
    if not np.all(np.isfinite(found.error)) or np.any(found.error > _LOOSE * (size + np.abs(claim)) + 1e-9):
        if np.any(gap > 100 * found.error + relative) and np.all(np.isfinite(found.error)):
            return True
        tally.unclear.append(f"the differences are only right to {float(np.max(found.error)):.0e}")
        return False
    tally.worst = max(tally.worst, float(np.max(allowed)) / max(size, 1e-6))
    return bool(np.any(~(gap <= allowed)))


def plain(symbol: Symbol, value: Any) -> Any:
    """A NumPy array (or number) for a function that was not written for fractions."""
    kind = int if "label" in symbol.domain.facts else float
    array = np.array(value, dtype=object).astype(kind)
    return array if symbol.shape else array.item()


def arguments_of(
    function: Callable[..., Any], values: dict[str, Any], declared: Declarations
) -> tuple[list[Any], dict[str, Any]]:
    """The arguments by the names of the parameters; in the declared order where there is no signature."""
    known = {**declared.numbers, **values}
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return list(values.values()), {}
    args: list[Any] = []
    options: dict[str, Any] = {}
    for parameter in parameters:
        if parameter.kind in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL):
            continue
        if parameter.name in known:
            value = np.copy(known[parameter.name]) if np.ndim(known[parameter.name]) else known[parameter.name]
        elif parameter.default is not parameter.empty:
            continue
        elif parameter.name in DICTS:
            taken = set(inspect.signature(function).parameters)
            value = {name: np.copy(known[name]) for name in declared.symbols if name not in taken}
        else:
            raise SymmlError(
                f"{_name(function)}({parameter.name}): {parameter.name} is not declared",
                cure=f"add it to the shapes: '{parameter.name}: n d'",
            )
        if parameter.kind is parameter.POSITIONAL_ONLY:
            args.append(value)
        else:
            options[parameter.name] = value
    return args, options


def _number(value: Any) -> str:
    array = np.asarray(value)
    return f"{float(array):.8g}" if not array.ndim else np.array2string(array, precision=6)


def _shown(values: dict[str, Any], limit: int = 160) -> str:
    parts = [f"{name}={np.array2string(np.asarray(v), precision=4, threshold=6)}" for name, v in values.items()]
    shown = " ".join(", ".join(parts).split())
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"
