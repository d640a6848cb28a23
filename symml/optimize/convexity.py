"""``convexity``: convex, concave or neither, with a certificate or a counterexample."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from random import Random
from typing import Any

import numpy as np

from symml.calculus.definedness import conditions
from symml.calculus.differentiate import evaluate_derivatives, hessian
from symml.calculus.facts import is_nonnegative, is_pd, is_positive, is_psd
from symml.calculus.numeric import enclose
from symml.calculus.sampling import Point, draw, size_draws
from symml.calculus.simplify import simplify
from symml.errors import NotDerivable, NotEvaluable, ShapeError, SymmlError
from symml.expr.nodes import Add, Along, Apply, Contract, Expr, Eye, Linalg, Power, Symbol, show_shape
from symml.expr.scoped import Expectation
from symml.expr.walk import depends_on, size_names, symbols, topological
from symml.optimize.curvature import AFFINE, CONCAVE, CONSTANT, CONVEX, Curvatures
from symml.optimize.problem import Shapes
from symml.proof.derive import find_variable
from symml.read.declarations import read_declarations
from symml.read.expression import read_expression
from symml.render import latex, text

_TRIES, _MAX_NODES = 60, 1000
_CONVEX_SETS = frozenset(
    ["real", "positive", "nonnegative", "unit", "probability", "simplex", "symmetric", "spd", "psd", "random"]
)
_BRANCHED = ("where", "xlogy", "leaky_relu", "elu")
_SMOOTH_ALONG = ("softmax", "log_softmax", "logsumexp", "prod")
_SMOOTH_LINALG = ("inv", "det", "logdet", "cholesky")


@dataclass(frozen=True)
class Chord:
    """Two points between which the graph lies on the wrong side of its chord.

    Attributes:
        first: One end: sizes and values of all symbols.
        second: The values of the variables at the other end.
        middle: The value half way between.
        mean: The mean of the values at the ends.
    """

    first: Point
    second: dict[Symbol, Any]
    middle: str
    mean: str

    def __str__(self) -> str:
        other = ", ".join(f"{s.name} = {_flat(v)}" for s, v in self.second.items())
        return f"between {self.first} and {other}: {self.middle} in the middle, {self.mean} on the chord"

    def to_json(self) -> dict[str, Any]:
        """The chord as plain data."""
        second = {s.name: _flat(v) for s, v in self.second.items()}
        return {"first": self.first.to_json(), "second": second, "middle": self.middle, "chord": self.mean}


def _flat(value: Any) -> str:
    array = np.asarray(value, dtype=object)
    return str([str(v) for v in array.flat]).replace("'", "") if array.ndim else str(array.item())


@dataclass(frozen=True, repr=False)
class Convexity:
    """What is known of the curvature of an expression in some variables.

    Attributes:
        expr: The expression.
        wrt: The variables, jointly.
        verdict: ``affine``, ``convex``, ``concave``, ``neither``, ``not convex``, ``not concave`` or ``undecided``.
        strict: Whether the curvature is strict.
        method: ``composition``, ``Hessian``, ``counterexample`` or empty.
        reasons: The certificate: one line a rule.
        against_convex: A chord that shows that the expression is not convex.
        against_concave: A chord that shows that it is not concave.
    """

    expr: Expr
    wrt: tuple[Symbol, ...]
    verdict: str
    strict: bool = False
    method: str = ""
    reasons: tuple[str, ...] = ()
    against_convex: Chord | None = None
    against_concave: Chord | None = None

    @property
    def is_convex(self) -> bool:
        """Whether convexity is proved (affine expressions are convex)."""
        return self.verdict in (CONVEX, AFFINE)

    def latex(self) -> str:
        """The statement in LaTeX."""
        names = ", ".join(latex.name(v.name) for v in self.wrt)
        return rf"{latex.show(self.expr)} \quad\text{{is {self.verdict} in }} {names}"

    def to_json(self) -> dict[str, Any]:
        """Everything as plain data."""
        chords = {"not_convex": self.against_convex, "not_concave": self.against_concave}
        return {
            "schema": 1,
            "expression": text.show(self.expr),
            "wrt": [v.name for v in self.wrt],
            "verdict": self.verdict,
            "strict": self.strict,
            "method": self.method,
            "certificate": list(self.reasons),
            "counterexamples": {key: None if c is None else c.to_json() for key, c in chords.items()},
        }

    def __repr__(self) -> str:
        names = ", ".join(text.name(v.name) for v in self.wrt)
        word = f"strictly {self.verdict}" if self.strict else self.verdict
        lines = [f"{word.upper()} in {names}", f"  function  {text.show(self.expr)}"]
        lines += [f"  because   {reason}" for reason in self.reasons]
        if self.against_convex is not None:
            lines.append(f"  not convex: {self.against_convex}")
        if self.against_concave is not None:
            lines.append(f"  not concave: {self.against_concave}")
        return "\n".join(lines)

    def _repr_markdown_(self) -> str:
        return "```\n" + repr(self) + "\n```"


def convexity(f: Expr | str, wrt: str | Symbol | tuple[Symbol, ...], *, shapes: Shapes = None) -> Convexity:
    """Decides whether a number is convex or concave in some variables jointly, on their declared domains.

    Args:
        f: A number, as text or an expression.
        wrt: One or several variables: ``"w"``, ``"w, b"``, symbols.
        shapes: Declarations.

    Returns:
        A verdict with its certificate: composition rules, or a semidefinite form of the Hessian; otherwise two points
        that exclude convexity or concavity, where they are found.

    Raises:
        ShapeError: ``f`` is not a number.
    """
    declared = read_declarations(shapes)
    root = evaluate_derivatives(read_expression(f, declared))
    if root.shape:
        raise ShapeError(f"convexity is of a number; this has shape {show_shape(root.shape)}", cure="take an entry")
    names = wrt.split(",") if isinstance(wrt, str) else [wrt] if isinstance(wrt, Symbol) else list(wrt)
    variables = tuple(find_variable(root, name, declared) for name in names)
    for variable in variables:
        if variable.domain.name not in _CONVEX_SETS:
            what = f"{variable.name} is declared {variable.domain.name}, which is not a convex set"
            raise SymmlError(what, cure=f"declare {variable.name} real or positive")
    return decide(root, variables)


def decide(root: Expr, wrt: tuple[Symbol, ...], *, search: bool = True) -> Convexity:
    """The curvature of an expression; without ``search`` no counterexample is looked for."""
    certified = _by_composition(root, wrt) or _by_hessian(root, wrt)
    if certified is not None:
        return certified
    if not search or any(isinstance(node, Expectation) for node in topological(root)):
        return Convexity(root, wrt, "undecided")
    below, above = _chords(root, wrt)
    verdict = {(True, True): "neither", (True, False): "not convex", (False, True): "not concave"}
    found = verdict.get((below is not None, above is not None), "undecided")
    return Convexity(
        root, wrt, found, method="counterexample" if below or above else "", against_convex=below, against_concave=above
    )


def _by_composition(root: Expr, wrt: tuple[Symbol, ...]) -> Convexity | None:
    for form in dict.fromkeys((root, simplify(root))):
        rules = Curvatures(wrt)
        kind = rules.of(form)
        # exp(log f) = f simplifies to f on the set f > 0 only, which need not be convex.
        if form is not root and not _has_convex_domain(root, wrt):
            return None
        if kind in (CONSTANT, AFFINE):
            return Convexity(root, wrt, AFFINE, False, "composition", ("no variable occurs but linearly",))
        if kind in (CONVEX, CONCAVE):
            lines = tuple(f"{text.show(node)} is {own}: {reason}" for node, own, reason in rules.reasons)
            return Convexity(root, wrt, kind, _is_strict(root, wrt, kind), "composition", lines)
    return None


def _hessian(root: Expr, wrt: tuple[Symbol, ...]) -> Expr | None:
    if len(wrt) != 1 or len(wrt[0].shape) > 1 or len(topological(root)) > _MAX_NODES:
        return None
    try:
        return hessian(root, wrt[0])
    except (NotDerivable, SymmlError):
        return None


def _is_strict(root: Expr, wrt: tuple[Symbol, ...], kind: str) -> bool:
    second = _hessian(root, wrt)
    if second is None:
        return False
    signed = simplify(second if kind == CONVEX else -second)
    return is_positive(signed) if not signed.shape else is_definite(signed)


def _is_smooth(root: Expr, wrt: tuple[Symbol, ...]) -> bool:
    """Whether second derivatives exist everywhere on a convex set: only then do they decide."""
    return all(map(_is_smooth_node, depends_on(root, wrt[0]))) and _has_convex_domain(root, wrt)


def _is_smooth_node(node: Expr) -> bool:
    if isinstance(node, Apply):
        return node.function.kinks is None and not node.function.jumps and node.function.name not in _BRANCHED
    if isinstance(node, Along):
        return node.function.name in _SMOOTH_ALONG
    if isinstance(node, Linalg):
        return node.function.name in _SMOOTH_LINALG
    whole = not isinstance(node, Power) or (node.exponent.denominator == 1 and node.exponent > 0)
    return whole or is_positive(node.args[0])


def _has_convex_domain(root: Expr, wrt: tuple[Symbol, ...]) -> bool:
    """Whether the expression has a value on a convex set: each condition is that a concave function is not negative."""
    rules, good = Curvatures(wrt), (AFFINE, CONCAVE, CONSTANT)
    rows = [c for c in conditions(root) if rules.of(c.expr) != CONSTANT]
    return all(c.kind in ("positive", "nonnegative") and rules.of(c.expr) in good for c in rows)


def _by_hessian(root: Expr, wrt: tuple[Symbol, ...]) -> Convexity | None:
    second = _hessian(root, wrt) if _is_smooth(root, wrt[:1]) else None
    if second is None:
        return None
    for kind, signed in ((CONVEX, second), (CONCAVE, simplify(-second))):
        good = is_nonnegative(signed) if not signed.shape else is_semidefinite(signed)
        if good:
            strict = is_positive(signed) if not signed.shape else is_definite(signed)
            what = "is not negative" if not signed.shape else "is positive semidefinite"
            sign = "" if kind == CONVEX else "minus "
            return Convexity(
                root, wrt, kind, strict, "Hessian", (f"{sign}the second derivative, {text.show(signed)}, {what}",)
            )
    return None


# ---- semidefinite forms ----------------------------------------------------------------------------------------------
def is_semidefinite(matrix: Expr) -> bool:
    """Whether a matrix is positive semidefinite by its form: sums of multiples of ``A' D A`` with ``D >= 0``."""
    if isinstance(matrix, Add):
        return all(map(is_semidefinite, matrix.args))
    return is_psd(matrix) or (isinstance(matrix, Contract) and _is_weighted_gram(matrix))


def is_definite(matrix: Expr) -> bool:
    """Whether a matrix is positive definite by its form."""
    if isinstance(matrix, Add):
        return all(map(is_semidefinite, matrix.args)) and any(map(is_definite, matrix.args))
    if is_pd(matrix):
        return True
    positive = isinstance(matrix, Contract) and matrix.coef > 0 and all(map(is_positive, _without_eye(matrix)))
    return positive and isinstance(matrix, Contract) and _is_diagonal(matrix)


def _without_eye(node: Contract) -> list[Expr]:
    return [arg for arg in node.args if not isinstance(arg, Eye)]


def _is_diagonal(node: Contract) -> bool:
    return any(isinstance(arg, Eye) and set(sub) == {0, 1} for arg, sub in zip(node.args, node.subs, strict=True))


def _is_weighted_gram(node: Contract) -> bool:
    """``sum_n c_n a_ni a_nj`` with ``c >= 0``: the factors pair up under the exchange of i and j."""
    if node.coef <= 0 or len(node.shape) != 2:
        return False
    items = list(zip(node.args, node.subs, strict=True))
    if _is_diagonal(node):
        return all(map(is_nonnegative, _without_eye(node)))
    weights = [arg for arg, sub in items if 0 not in sub and 1 not in sub]
    rows = sorted((arg.uid, tuple(0 if i in (0, 1) else i for i in sub)) for arg, sub in items if 0 in sub)
    cols = sorted((arg.uid, tuple(0 if i in (0, 1) else i for i in sub)) for arg, sub in items if 1 in sub)
    mixed = any(0 in sub and 1 in sub for _, sub in items)
    return not mixed and rows == cols and all(map(is_nonnegative, weights))


# ---- counterexamples -------------------------------------------------------------------------------------------------
def _chords(root: Expr, wrt: tuple[Symbol, ...]) -> tuple[Chord | None, Chord | None]:
    """A chord below the graph and one above it, each shown by rigorous enclosures."""
    below: Chord | None = None
    above: Chord | None = None
    for first, second in _pairs(root, wrt):
        middle = {s: (np.asarray(first.values[s]) + v) / 2 for s, v in second.items()}
        try:
            a, b, m = (_value(root, Point(first.sizes, {**first.values, **at})) for at in ({}, second, middle))
        except NotEvaluable:
            continue
        if a is None or b is None or m is None:
            continue
        gap = m - (a + b) / 2
        chord = Chord(first, second, _number(m), _number((a + b) / 2))
        if gap > 0 and below is None:
            below = chord
        if gap < 0 and above is None:
            above = chord
        if below is not None and above is not None:
            break
    return below, above


def _pairs(root: Expr, wrt: tuple[Symbol, ...]) -> Iterator[tuple[Point, dict[Symbol, Any]]]:
    wanted, rng = symbols(root), Random(5)
    sizes = size_draws(size_names(root), 3, 1)
    for k in range(_TRIES):
        size = {name: min(value, 3) for name, value in sizes[k % len(sizes)].items()}
        first, other = draw(wanted, size, rng, [root]), draw(wanted, size, rng, [root])
        far = Fraction(1 + k % 3 * 2)
        yield (
            first,
            {s: np.asarray(other.values[s], dtype=object) * (far if s.domain.name == "real" else 1) for s in wrt},
        )


def _value(root: Expr, point: Point) -> Any:
    return enclose(root, point)[()]


def _number(value: Any) -> str:
    return str(value) if len(str(value)) < 12 else f"{float(value):.6g}"
