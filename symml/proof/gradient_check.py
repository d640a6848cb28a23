"""``check_gradient``: whether a hand-derived gradient is the gradient of its loss."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import chain
from random import Random
from typing import Any

import mpmath
import numpy as np

from symml.calculus.differentiate import evaluate_derivatives, gradient, jacobian
from symml.calculus.numeric import evaluate
from symml.calculus.sampling import Point, draw, generic_points
from symml.errors import NotEvaluable, ShapeError, SymmlError
from symml.expr.nodes import Expr, Symbol, show_shape
from symml.expr.walk import size_names, symbols
from symml.proof.coverage import Coverage
from symml.proof.diagnosis.case import Case
from symml.proof.diagnosis.explain import explained
from symml.proof.refute import compare, counterexample, shrink
from symml.proof.verdict import Counterexample, Evidence, Verdict
from symml.proof.verify import away_from_ties, decide
from symml.read.declarations import Declarations, read_declarations
from symml.read.expression import read_expression
from symml.read.places import SourcePlace
from symml.read.trace import trace
from symml.render import text

Source = Expr | str | Callable[..., Any]
_STEP = Fraction(1, 10**16)
_DIGITS = 60


def check_gradient(
    loss: Source,
    grad: Source,
    *,
    wrt: str | Symbol | Sequence[str],
    shapes: str | Mapping[str, object] | Declarations | None = None,
    digits: int = 50,
) -> Verdict:
    """Decides whether ``grad`` is the gradient of ``loss`` with respect to ``wrt``.

    Args:
        loss: The loss, a scalar (or an array, when ``grad`` is its Jacobian): text, an expression, or a Python function
            written with NumPy. Functions are run on symbolic arrays; parameters match declarations by name.
        grad: The gradient in the variable's shape, given in the same ways. For several variables, a function that
            returns a tuple or a dict.
        wrt: The variable's name, or several names.
        shapes: Declarations such as ``"X: n d, y: n sign, w: d"``.
        digits: Decimal digits used when points are compared.

    Returns:
        The verdict on ``grad``; for several variables the worst one.

    Raises:
        ShapeError: The loss is not a scalar.
        TraceError: A function cannot be traced.
    """
    declarations = read_declarations(shapes)
    names = [wrt] if isinstance(wrt, str) else [wrt.name] if isinstance(wrt, Symbol) else list(wrt)
    read = _read(loss, grad, declarations)
    root = _only(read.loss)
    found = [
        _check_one(root, claim, _variable(root, name, read.declarations), digits, read)
        for name, claim in zip(names, _claims(read.claim, names), strict=True)
    ]
    worst = max(found, key=lambda v: _RANK.index(v.verdict))
    return worst.with_notes(*read.notes)


_RANK = ("proved", "proved_randomized", "certified", "convention", "true_if", "ambiguous", "not_understood", "refuted")


@dataclass(frozen=True)
class _Read:
    """Loss and gradient as expressions, over numbers in the place of dims where the code needs numbers.

    Attributes:
        loss: What the loss function returns.
        claim: What the gradient function returns.
        declarations: The declarations, with the numbers in them.
        numbers: The numbers in the place of named dims.
        origins: Where in the source the claim's parts were made.
    """

    loss: Any
    claim: Any
    declarations: Declarations
    numbers: dict[str, int]
    origins: dict[Expr, SourcePlace]

    @property
    def notes(self) -> tuple[str, ...]:
        """What the reader of the verdict must know."""
        shown = ", ".join(f"{k}={v}" for k, v in self.numbers.items())
        return (f"the code needs numbers as dims: shown for {shown}",) if shown else ()


def _read(loss: Source, grad: Source, declarations: Declarations) -> _Read:
    traces = [trace(source, declarations) if callable(source) else None for source in (loss, grad)]
    sizes: dict[str, int] = next((found.sizes for found in traces if found is not None and found.sizes), {})
    if sizes:
        declarations = declarations.with_numbers(sizes)
    values: list[Any] = []
    origins: dict[Expr, SourcePlace] = {}
    for source, found in zip((loss, grad), traces, strict=True):
        if found is None:
            values.append(_as_read(source, declarations))
            continue
        if sizes and not found.sizes and callable(source):
            found = trace(source, declarations)
        values.append(found.value)
        origins = found.origins
    return _Read(values[0], values[1], declarations, sizes, origins if traces[1] is not None else {})


def _as_read(source: Source, declarations: Declarations) -> Expr:
    if callable(source) and not isinstance(source, Expr):
        raise SymmlError("this function was not traced")
    return evaluate_derivatives(read_expression(source, declarations))


def _only(value: Any) -> Expr:
    """The loss itself when a function returns several things, the loss first."""
    if isinstance(value, tuple | list):
        value = value[0]
    if not isinstance(value, Expr):
        raise SymmlError("the loss function does not return a number or an array", cure="return the loss")
    return value


def _claims(value: Any, names: Sequence[str]) -> list[Expr]:
    """One gradient per variable."""
    if isinstance(value, dict):
        missing = [n for n in names if n not in value and "d" + n not in value]
        if missing:
            raise SymmlError(
                f"the gradient has no entry for {', '.join(missing)}", cure=f"its entries are {', '.join(value)}"
            )
        return [value[n] if n in value else value["d" + n] for n in names]
    parts = list(value) if isinstance(value, tuple | list) else [value]
    if len(parts) != len(names):
        raise SymmlError(
            f"the gradient function returns {len(parts)} arrays for {len(names)} variables",
            cure="name every variable in wrt, in the order of the returned gradients",
        )
    return parts


def _variable(root: Expr, name: str, declarations: Declarations) -> Symbol:
    for symbol in symbols(root):
        if symbol.name == name:
            return symbol
    if name in declarations.symbols:
        return declarations.symbols[name]
    known = ", ".join(symbol.name for symbol in symbols(root))
    raise SymmlError(f"the loss has no variable {name}", cure=f"its symbols are: {known}")


# ---- one variable ----------------------------------------------------------------------------------------------------
def _check_one(root: Expr, claim: Expr, wrt: Symbol, digits: int, read: _Read) -> Verdict:
    reference = jacobian(root, wrt) if root.shape else gradient(root, wrt)
    _need_a_gradient(root, reference, claim, wrt)
    found = _decided(root, claim, wrt, reference, digits)
    if found.verdict not in ("refuted", "true_if"):
        return found
    witness = found.counterexample.point if found.counterexample else None
    case = Case(reference, claim, root, wrt, read.numbers, witness)
    return explained(found, case, origins=read.origins)


def _decided(root: Expr, claim: Expr, wrt: Symbol, reference: Expr, digits: int) -> Verdict:
    statement = f"∂/∂{wrt.name} ({_short(root)}) = {_short(claim)}"
    if reference.shape != claim.shape:
        what = f"the gradient has shape {show_shape(reference.shape)}, the claim {show_shape(claim.shape)}"
        note = ("a transpose of the claim has the right shape",) if claim.shape == reference.shape[::-1] else ()
        return Verdict("refuted", statement, what, (Evidence("shapes", what),), notes=note)
    found = decide(reference, claim, "==", statement, digits, wrt)
    if found.verdict in ("refuted", "true_if"):
        generic = away_from_ties(reference, claim, statement)
        if generic is not None:
            return generic
        return _second_route(found, root, wrt, reference, claim)
    return found


def _need_a_gradient(root: Expr, reference: Expr, claim: Expr, wrt: Symbol) -> None:
    """An array in the place of the loss is right only beside its Jacobian, in one layout or the other."""
    if root.shape and claim.shape not in (reference.shape, wrt.shape + root.shape):
        raise ShapeError(
            f"the loss has shape {show_shape(root.shape)} and the claim {show_shape(claim.shape)}",
            cure=f"make the loss a scalar (a sum, a mean), or give its Jacobian of shape {show_shape(reference.shape)}",
        )


def _short(expr: Expr, limit: int = 100) -> str:
    shown = text.show(expr)
    return shown if len(shown) <= limit else shown[: limit - 3] + "..."


def _second_route(found: Verdict, root: Expr, wrt: Symbol, reference: Expr, claim: Expr) -> Verdict:
    """Differences of the loss itself must side with the reference before the claim is refuted."""
    witness = found.counterexample
    if witness is None:
        return found
    if not _sides_with(root, wrt, reference, witness):
        # The simplest witness may sit on a kink, where there is no derivative: look for one beside it.
        other = _smooth_witness(root, wrt, reference, claim)
        if other is None:
            reason = "the derived gradient and differences of the loss could not be brought to agree at the witness"
            return replace(found, verdict="not_understood", reason=reason, assumption="")
        witness = other
    shown = f"differences of the loss at the same point agree with the derived gradient ({witness.left})"
    return replace(found, counterexample=witness, evidence=(*found.evidence, Evidence("second route", shown)))


def _sides_with(root: Expr, wrt: Symbol, reference: Expr, witness: Counterexample) -> bool:
    try:
        return differences_agree(root, wrt, reference, replace(witness, point=_completed(witness.point, root)))
    except NotEvaluable:
        return False


def _smooth_witness(root: Expr, wrt: Symbol, reference: Expr, claim: Expr) -> Counterexample | None:
    """A counterexample at which differences of the loss agree with the derived gradient, as simple as possible."""

    def accept(point: Point) -> bool:
        return _sides_with(root, wrt, reference, counterexample(reference, claim, point))

    for point in chain(generic_points([reference, claim], count=12), Coverage(reference, claim).wider_points()):
        if compare(reference, claim, point).outcome == "differs" and accept(point):
            return shrink(reference, claim, point, accept=accept)
    return None


def _completed(point: Point, root: Expr) -> Point:
    """The point with values for the symbols that only the loss has."""
    missing = [s for s in symbols(root) if s.name not in {known.name for known in point.values}]
    more = draw(missing, point.sizes | _missing_sizes(point, root), Random(0), [root])
    return Point(more.sizes, {**more.values, **point.values})


def _missing_sizes(point: Point, root: Expr) -> dict[str, int]:
    return {name: 2 for name in size_names(root) if name not in point.sizes}


def differences_agree(root: Expr, wrt: Symbol, reference: Expr, witness: Counterexample) -> bool:
    """Whether a central difference of the loss agrees with the derived gradient at the witness's entry."""
    value = np.array(witness.point.values[_own(witness.point, wrt)], dtype=object)
    ends, rank = [], len(root.shape)
    place = witness.place[rank:]
    for sign in (1, -1):
        moved = value.copy()
        moved[place] = moved[place] + sign * _STEP
        point = witness.point.replaced(_own(witness.point, wrt), moved)
        ends.append(evaluate(root, point, _DIGITS)[witness.place[:rank]])
    with mpmath.workdps(_DIGITS):
        slope = (ends[0] - ends[1]) * _STEP.denominator / (2 * _STEP.numerator)
        derived = evaluate(reference, witness.point, _DIGITS)[witness.place]
        return bool(abs(slope - derived) <= mpmath.mpf(10) ** -12 * (1 + abs(derived)))


def _own(point: Point, wrt: Symbol) -> Symbol:
    return next((symbol for symbol in point.values if symbol.name == wrt.name), wrt)
