"""Values of sums over whole numbers, integrals and expectations at a point.

A finite sum is added up exactly. Infinite sums and integrals are found by mpmath and have no rigorous enclosure. An
expectation is taken under a stand-in law: what is claimed for every law must hold for it.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import product
from random import Random
from typing import TYPE_CHECKING, Any

import flint
import mpmath
import numpy as np

from symml.calculus.scalars import Balls
from symml.errors import NotEvaluable
from symml.expr.scoped import Bound, Expectation, Integral, Ranged, Series

if TYPE_CHECKING:
    from symml.calculus.numeric import Run
    from symml.expr.nodes import Expr

_MAX_TERMS = 4000
_MAX_CALLS = 20_000
ATOMS = 3


def bound(run: Run, node: Bound) -> Any:
    """A bound variable has a value inside its binder only."""
    raise NotEvaluable(f"{node.name} is bound: it has no value of its own")


def series(run: Run, node: Series) -> Any:
    """A finite sum term by term, without a value where the ends are in the wrong order; an infinite one by mpmath."""
    low, high = (None if end is None else _whole(run.values[end], end) for end in (node.lower, node.upper))
    if low is None or high is None:
        return _by_mpmath(run, node, lambda f: _extrapolated(f, low, high))
    if high < low - 1:
        return run.map(lambda x: None, _zeros(run, node))
    if high - low >= _MAX_TERMS:
        raise NotEvaluable(f"a sum of {high - low + 1} terms is too long to evaluate exactly")
    total = None
    for k in range(low, high + 1):
        value = _body(run, node, run.field.number(k))
        total = value if total is None else run.map(run.field.add, total, value)
    return _zeros(run, node) if total is None else total


def _zeros(run: Run, node: Ranged) -> Any:
    shape = run.shape(node.shape)
    result = np.empty(shape, dtype=object)
    for place in np.ndindex(*shape):
        result[place] = run.field.number(0)
    return result


def _body(run: Run, node: Ranged, value: Any) -> Any:
    scalar = np.empty((), dtype=object)
    scalar[()] = value
    return run.inside({node.variables[0]: scalar}).value(node.body)


def _whole(value: Any, end: object) -> int:
    found = value[()]
    if isinstance(found, flint.fmpq) and found.q == 1:
        return int(found.p)
    if isinstance(found, flint.arb):
        found = found.unique_fmpz()
        if found is not None:
            return int(found)
    if isinstance(found, mpmath.mpf) and found == mpmath.nint(found):
        return int(found)
    raise NotEvaluable(f"the end {end} of a sum is not a whole number at this point")


# ---- infinite sums and integrals -------------------------------------------------------------------------------------
Entry = Callable[[Any], Any]


def _by_mpmath(run: Run, node: Ranged, whole: Callable[[Entry], Any]) -> Any:
    """Entry by entry; the body is computed once for each value of the variable."""
    if isinstance(run.field, Balls):
        raise NotEvaluable(f"{node} has no rigorous enclosure", cure="find a closed form first")
    seen: dict[Any, Any] = {}

    def body(value: Any) -> Any:
        if value not in seen:
            run.bodies[0] += 1
            if run.bodies[0] > _MAX_CALLS:
                raise NotEvaluable(f"{node}: the value does not settle in {_MAX_CALLS} evaluations")
            seen[value] = _body(run, node, mpmath.mpf(value))
        return seen[value]

    result = np.empty(run.shape(node.shape), dtype=object)
    for place in np.ndindex(*result.shape):
        try:
            found = whole(_entry(body, place, node))
        except (ValueError, ZeroDivisionError, mpmath.mp.NoConvergence) as error:
            raise NotEvaluable(f"{node}: {error}") from None
        result[place] = found if mpmath.isfinite(found) else None
    return result


def _entry(body: Entry, place: tuple[int, ...], node: Ranged) -> Entry:
    def entry(value: Any) -> Any:
        found = body(value)[place]
        if found is None:
            raise NotEvaluable(f"{node}: the body has no value somewhere in the range")
        return found

    return entry


def _extrapolated(f: Entry, low: int | None, high: int | None) -> Any:
    ends = [-mpmath.inf if low is None else low, mpmath.inf if high is None else high]
    return mpmath.nsum(f, ends)


def integral(run: Run, node: Integral) -> Any:
    """The integral by tanh-sinh quadrature, with its own estimate of the error."""
    low, high = (None if end is None else run.values[end][()] for end in (node.lower, node.upper))
    if (node.lower is not None and low is None) or (node.upper is not None and high is None):
        return run.map(lambda x: None, _zeros(run, node))
    points = [-mpmath.inf if node.lower is None else low, mpmath.inf if node.upper is None else high]
    if node.lower is None and node.upper is None:
        points.insert(1, 0)
    return _by_mpmath(run, node, lambda f: _quadrature(f, points, node))


def _quadrature(f: Entry, points: list[Any], node: Integral) -> Any:
    value, error = mpmath.quad(f, points, error=True)
    if error > mpmath.mpf(10) ** (-mpmath.mp.dps // 2) * max(1, abs(value)):
        raise NotEvaluable(f"{node}: quadrature does not settle")
    return value


# ---- expectations ----------------------------------------------------------------------------------------------------
def expectation(run: Run, node: Expectation) -> Any:
    """The mean under the stand-in law: a few equally likely points, the same wherever the symbols occur."""
    if len(node.args) > 1:
        raise NotEvaluable(f"{node} has no value: the law given its conditions and parameters is not known")
    total = None
    for atom in range(ATOMS):
        point: dict[Expr, Any] = {variable: stand_in(run, variable, atom) for variable in node.variables}
        value = run.inside(point).value(node.body)
        total = value if total is None else run.map(run.field.add, total, value)
    share = run.field.number(Fraction(1, ATOMS))
    return run.map(lambda x: run.field.multiply(share, x), total)


def stand_in(run: Run, variable: Bound, atom: int) -> Any:
    """The value of a random symbol at one point of the stand-in law."""
    shape = run.shape(variable.shape)
    rng = Random(f"{variable.name} {atom}")
    result = np.empty(shape, dtype=object)
    for place in product(*map(range, shape)):
        result[place] = run.field.number(Fraction(rng.randint(-8, 8), rng.randint(1, 3)))
    return result
