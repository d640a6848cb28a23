"""Problems: an objective, the variables over which it is optimized, and constraints."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from symml.errors import ShapeError, SymmlError
from symml.expr.arithmetic import is_zero, minus
from symml.expr.contract import contract
from symml.expr.domains import DOMAINS, REAL
from symml.expr.nodes import ZERO, Expr, Symbol, show_shape, symbol_node
from symml.expr.walk import size_names, substitute, symbols
from symml.proof.derive import find_variable
from symml.read.declarations import Declarations, read_declarations
from symml.read.expression import read_expression, read_links
from symml.read.numpy_source import Statement
from symml.render import latex, text

Shapes = str | Mapping[str, object] | Declarations | None
_CLOSED = ("simplex", "unit", "probability", "onehot", "binary", "sign", "orthogonal", "integer", "label", "psd")
_SIGNS = {"<=": "≤", ">=": "≥", "==": "="}
_TEX_SIGNS = {"<=": r"\le", ">=": r"\ge", "==": "="}


@dataclass(frozen=True)
class Constraint:
    """A constraint as it was written and in standard form.

    Attributes:
        lhs: The left side as written.
        relation: ``<=``, ``>=`` or ``==``.
        rhs: The right side as written.
        value: What is at most zero, or equal to zero, in standard form.
        multiplier: Its multiplier; nonnegative for an inequality.
    """

    lhs: Expr
    relation: str
    rhs: Expr
    value: Expr
    multiplier: Symbol

    @property
    def is_equality(self) -> bool:
        """Whether it is an equality."""
        return self.relation == "=="

    def text(self) -> str:
        """The constraint as it was written."""
        return f"{text.show(self.lhs)} {_SIGNS[self.relation]} {text.show(self.rhs)}"

    def latex(self) -> str:
        """The constraint as it was written, in LaTeX."""
        return f"{latex.show(self.lhs)} {_TEX_SIGNS[self.relation]} {latex.show(self.rhs)}"


@dataclass(frozen=True)
class Problem:
    """Minimize the objective over the variables subject to the constraints.

    Attributes:
        objective: What is minimized; the negative of what was given when that is to be maximized.
        variables: Over what.
        constraints: Inequalities and equalities in the order in which they were given.
        sense: ``min`` or ``max``, as it was given.
        given: The objective as it was given.
    """

    objective: Expr
    variables: tuple[Symbol, ...]
    constraints: tuple[Constraint, ...]
    sense: str
    given: Expr

    @property
    def inequalities(self) -> tuple[Constraint, ...]:
        """The constraints of the form g <= 0."""
        return tuple(c for c in self.constraints if not c.is_equality)

    @property
    def equalities(self) -> tuple[Constraint, ...]:
        """The constraints of the form h = 0."""
        return tuple(c for c in self.constraints if c.is_equality)

    @property
    def multipliers(self) -> tuple[Symbol, ...]:
        """The multipliers in the order of the constraints."""
        return tuple(c.multiplier for c in self.constraints)

    def lagrangian(self) -> Expr:
        """The objective plus every constraint's value times its multiplier."""
        result = self.objective
        for c in self.constraints:
            axes = tuple(range(len(c.value.shape)))
            result = result + contract([(c.multiplier, axes), (c.value, axes)], ())
        return result

    def text(self) -> str:
        """The problem on a few lines."""
        over = ", ".join(text.name(v.name) for v in self.variables)
        lines = [f"{self.sense}imize over {over}:  {text.show(self.given)}"]
        for k, c in enumerate(self.constraints):
            lines.append(f"{'subject to' if not k else '':>10}  {c.text()}   (multiplier {text.show(c.multiplier)})")
        return "\n".join(lines)


def read_problem(
    objective: Expr | str,
    over: str | Symbol | Sequence[Symbol | str],
    subject_to: str | Sequence[str | Statement] = (),
    *,
    shapes: Shapes = None,
    sense: str = "min",
) -> Problem:
    """A problem from text or expressions.

    Args:
        objective: A number.
        over: The variables: ``"w, b"``, or symbols.
        subject_to: Constraints such as ``"y*(X@w + b) >= 1"``; a multiplier may be named before a colon.
        shapes: Declarations.
        sense: ``min`` or ``max``.

    Raises:
        ShapeError: The objective is not a number, or the sides of a constraint do not fit.
        SymmlError: A variable does not occur, or a declared domain would have to be written as a constraint.
    """
    if sense not in ("min", "max"):
        raise SymmlError(f"{sense!r} is neither 'min' nor 'max'")
    declared = read_declarations(shapes)
    given = read_expression(objective, declared)
    if given.shape:
        raise ShapeError(f"the objective is a number, not an array of shape {show_shape(given.shape)}")
    texts = [subject_to] if isinstance(subject_to, str) else list(subject_to)
    written = [row for row in texts if not isinstance(row, str) or row.strip()]
    rows = [link for row in written for link in _statements(row, declared)]
    present = [given, *(side for _, s in rows for side in (s.lhs, s.rhs))]
    names = over.split(",") if isinstance(over, str) else _listed(over)
    variables = tuple(_variable(name, present, declared) for name in names)
    taken = {s.name for s in symbols(*present)} | set(size_names(*present)) | set(declared.symbols)
    given, variables, rows = _without_signs(given, variables, rows)
    constraints = tuple(_constraints(rows, taken))
    return Problem(-given if sense == "max" else given, variables, constraints, sense, given)


Row = tuple[str, Statement]


def _without_signs(
    given: Expr, variables: tuple[Symbol, ...], rows: list[Row]
) -> tuple[Expr, tuple[Symbol, ...], list[Row]]:
    """Variables that are declared nonnegative become real ones with a constraint of their own."""
    bare = {v: symbol_node(v.name, v.shape) for v in variables if v.domain.name == "nonnegative"}
    free: dict[Expr, Expr] = dict(zip(bare, bare.values(), strict=True))
    rows = [(name, Statement(substitute(s.lhs, free), s.relation, substitute(s.rhs, free))) for name, s in rows]
    rows += [("", Statement(v, ">=", ZERO)) for v in bare.values()]
    return substitute(given, free), tuple(bare.get(v, v) for v in variables), rows


def _listed(over: Symbol | Sequence[Symbol | str]) -> list[Symbol | str]:
    return [over] if isinstance(over, Symbol) else list(over)


def _variable(name: Symbol | str, present: Sequence[Expr], declared: Declarations) -> Symbol:
    if isinstance(name, str) and not name.strip():
        raise SymmlError("a variable has no name", cure="name the variables: over='w, b'")
    found: Symbol | None = None
    for root in present:
        wanted = name.strip() if isinstance(name, str) else name.name
        if any(symbol.name == wanted for symbol in symbols(root)):
            found = find_variable(root, name, declared)
            break
    if found is None:
        raise SymmlError(f"{name} occurs neither in the objective nor in a constraint", cure="leave it out")
    if found.domain.name in _CLOSED:
        name = found.name
        cure = f"declare {name} real (or positive) and write the constraint, such as 'sum({name}) == 1'"
        raise SymmlError(f"{found.name} is declared {found.domain.name}; that is a constraint", cure=cure)
    return found


def _statements(row: str | Statement, declared: Declarations) -> list[tuple[str, Statement]]:
    """(name of the multiplier or nothing, the statement) of each link of a row."""
    if isinstance(row, Statement):
        return [("", row)]
    name, colon, rest = row.partition(":")
    named = bool(colon) and name.strip().isidentifier()
    links = read_links((rest if named else row).strip(), declared)
    if not links or (named and len(links) > 1):
        raise SymmlError(f"{row.strip()!r} is no constraint", cure="write 'left <= right', 'left >= right' or '=='")
    return [(name.strip() if named else "", link) for link in links]


def _constraints(rows: Sequence[tuple[str, Statement]], taken: set[str]) -> Iterator[Constraint]:
    counts = {False: sum(s.relation != "==" for _, s in rows), True: sum(s.relation == "==" for _, s in rows)}
    for name, s in rows:
        is_equality = s.relation == "=="
        low, high = (s.lhs, s.rhs) if s.relation in ("<=", "==") else (s.rhs, s.lhs)
        value = (
            low if is_zero(high) and not high.shape else -high if is_zero(low) and not low.shape else minus(low, high)
        )
        if name and name in taken:
            raise SymmlError(f"the multiplier {name} is the name of something else", cure="use another name")
        chosen = name or _fresh("nu" if is_equality else "lam", counts[is_equality], taken)
        taken.add(chosen)
        domain = REAL if is_equality else DOMAINS["nonnegative"]
        yield Constraint(s.lhs, s.relation, s.rhs, value, symbol_node(chosen, value.shape, domain))


def _difference(low: Expr, high: Expr) -> Expr:
    """What is at most zero where ``low <= high``, without a written zero."""
    if is_zero(high) and len(high.shape) <= len(low.shape):
        return low
    if is_zero(low) and len(low.shape) <= len(high.shape):
        return -high
    return minus(low, high)


def _fresh(stem: str, count: int, taken: set[str]) -> str:
    """``lam``, or ``lam1``, ``lam2`` ... where there are several."""
    if count == 1 and stem not in taken:
        return stem
    return next(f"{stem}{k}" for k in range(1, len(taken) + 2) if f"{stem}{k}" not in taken)
