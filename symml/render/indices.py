"""Index notation with explicit sums: for everything that has no matrix notation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction

from symml.errors import SymmlError
from symml.expr.arithmetic import rational_power
from symml.expr.dims import Dim, as_dim
from symml.expr.nodes import (
    Add,
    Along,
    Apply,
    Basis,
    Constant,
    Contract,
    Derivative,
    Expr,
    Extent,
    Eye,
    Linalg,
    OneHot,
    Positions,
    Power,
    Selector,
    Symbol,
)
from symml.expr.probability import averages_some
from symml.expr.scoped import Bound, Expectation, Integral, Ranged, Series
from symml.expr.walk import topological
from symml.render.matrix_form import CannotRaise
from symml.render.precedence import ATOM as TIGHT
from symml.render.printer import COMPARISONS, Printer
from symml.render.raising import raise_form
from symml.render.spelling import Spelling

_LETTERS = "ijklmpqrstuvabcdefgh"
SUM, PRODUCT, RAISED, ATOM = 1, 2, 3, 4
Spelled = tuple[str, int]
Index = tuple[str, ...]


class _Entries:
    """Spells entries; letters for summed indices are taken in order and never twice inside one another."""

    def __init__(self, spelling: Spelling, letters: Sequence[str], names: Mapping[Expr, str]) -> None:
        self.s, self.letters, self.names = spelling, letters, names

    def entry(self, node: Expr, at: Index, used: int) -> Spelled:
        if node in self.names:
            return self.below(self.s.name(self.names[node]), at), ATOM
        rule = _RULES.get(type(node))
        if rule is None:
            raise SymmlError(f"{type(node).__name__} has no index notation")
        return rule(self, node, at, used)

    def at_least(self, node: Expr, at: Index, used: int, level: int) -> str:
        text, own = self.entry(node, at, used)
        return text if own >= level else self.s.brackets(text)

    def below(self, base: str, at: Index) -> str:
        return self.s.subscript(base, ("," if self.s.one_line else "").join(at)) if at else base


def index_form(root: Expr, spelling: Spelling, names: Mapping[Expr, str] | None = None) -> str:
    """The generic entry of the expression, or the scalar itself; nodes in ``names`` are printed as symbols."""
    at = tuple(free_letters(root, used=(names or {}).values())[: len(root.shape)])
    text = entry_form(root, at, spelling, names)
    if not at:
        return text
    joined = "".join(at)
    return f"[{joined}] ↦ {text}" if spelling.one_line else rf"\left[{text}\right]_{{{joined}}}"


def entry_form(
    root: Expr,
    at: Index,
    spelling: Spelling,
    names: Mapping[Expr, str] | None = None,
    used: Iterable[str] = (),
) -> str:
    """The entry of the expression at these letters; sums run over others, and over none that is ``used``."""
    names = {node: name for node, name in (names or {}).items() if node is not root}
    letters = [*at, *(c for c in free_letters(root, used=[*names.values(), *used]) if c not in at)]
    return _Entries(spelling, letters, names).entry(root, at, len(at))[0]


def free_letters(*roots: Expr, used: Iterable[str] = ()) -> list[str]:
    """Letters for indices that name nothing in the expressions."""
    taken = set(used)
    for node in topological(*roots):
        if isinstance(node, Symbol | Bound):
            taken.add(node.name)
        elif isinstance(node, Extent):
            taken.add(str(node.size))
    return [c for c in _LETTERS if c not in taken] + [f"i_{k}" for k in range(100)]


def _contract(e: _Entries, node: Contract, at: Index, used: int) -> Spelled:
    count = len(node.dims) - len(node.shape)
    labels = at + tuple(e.letters[used : used + count])
    used += count
    lows = [arg for arg in node.args if _is_low(arg)]
    factors = Counter((arg, tuple(labels[i] for i in sub)) for arg, sub in _tops(node))
    pieces = [_raised_factor(e, arg, place, used, times) for (arg, place), times in factors.items()]
    scalars = [piece for piece, (arg, _) in zip(pieces, factors, strict=True) if not arg.shape]
    arrays = [piece for piece, (arg, _) in zip(pieces, factors, strict=True) if arg.shape]
    sums = [f"{e.s.signs['sum']}_{label}" for label in labels[len(at) :]]
    return _ratio(e, node.coef, lows, " ".join([*scalars, *sums, *arrays]), used, bool(sums))


def _tops(node: Contract) -> list[tuple[Expr, tuple[int, ...]]]:
    return [(arg, sub) for arg, sub in zip(node.args, node.subs, strict=True) if not _is_low(arg)]


def _is_low(arg: Expr) -> bool:
    """Whether a factor is a number that stands below the line: 1/n."""
    return isinstance(arg, Power) and not arg.shape and arg.exponent < 0


def _raised_factor(e: _Entries, arg: Expr, place: Index, used: int, times: int) -> str:
    """A factor as often as it occurs, as a power."""
    if times == 1:
        # On one line a quotient before other factors would swallow them.
        is_quotient = e.s.one_line and not arg.shape and isinstance(arg, Contract)
        return e.at_least(arg, place, used, RAISED if is_quotient else PRODUCT)
    return e.s.superscript(e.at_least(arg, place, used, ATOM), str(times))


def _ratio(e: _Entries, coef: Fraction, lows: list[Expr], above: str, used: int, summed: bool) -> Spelled:
    """The number, what stands above the line, and what stands below it."""
    below = [_low(e, low, used) for low in lows]
    sign = "-" if coef < 0 else ""
    level = PRODUCT if coef > 0 and not summed else SUM
    if e.s.one_line or not below:
        number = _coefficient(e, coef, bool(above))
        text = number + above + "".join("/" + low for low in below)
        return text, level
    low_number = [] if coef.denominator == 1 else [str(coef.denominator)]
    fraction = e.s.fraction(str(abs(coef.numerator)), " ".join([*low_number, *below]))
    return sign + fraction + (" " + above if above else ""), level


def _low(e: _Entries, low: Expr, used: int) -> str:
    assert isinstance(low, Power)
    flipped = rational_power(low.args[0], -low.exponent)
    return e.at_least(flipped, (), used, RAISED)


def _coefficient(e: _Entries, coef: Fraction, has_factors: bool) -> str:
    if has_factors and abs(coef) == 1:
        return "-" if coef < 0 else ""
    text = e.s.number(abs(coef))
    return ("-" if coef < 0 else "") + text + (" " if has_factors else "")


def _add(e: _Entries, node: Add, at: Index, used: int) -> Spelled:
    text = ""
    pieces = [e.entry(arg, at, used)[0] for arg in node.args]
    first = next((k for k, piece in enumerate(pieces) if not piece.startswith("-")), 0)
    for k, piece in enumerate([pieces[first], *pieces[:first], *pieces[first + 1 :]]):
        negative = piece.startswith("-")
        text += (" - " if negative else " + ") if k else ("-" if negative else "")
        text += piece.removeprefix("-")
    return text, SUM


def _power(e: _Entries, node: Power, at: Index, used: int) -> Spelled:
    base, p = node.args[0], node.exponent
    if p == Fraction(1, 2):
        return e.s.root(e.entry(base, at, used)[0]), ATOM
    return e.s.superscript(e.at_least(base, at, used, ATOM), str(p)), RAISED


def _apply(e: _Entries, node: Apply, at: Index, used: int) -> Spelled:
    args = [e.entry(arg, at, used)[0] for arg in node.args]
    name = node.function.name
    if name in COMPARISONS:
        return e.s.signs["indicator"].format(f"{args[0]} {e.s.signs[COMPARISONS[name]]} {args[1]}"), ATOM
    if name == "abs":
        return e.s.signs["abs"].format(args[0]), ATOM
    if name == "exp" and (power := e.s.power_of_e(args[0])):
        return power, RAISED
    return _called(e, e.s.function(node.function), ", ".join(args))


def _called(e: _Entries, name: str, argument: str) -> Spelled:
    """A function of its argument; a name of two words, such as log det, reaches to the end of its product."""
    words = " " in name or name.count("\\") > 1
    return e.s.call(name, argument), SUM if words else ATOM


def _along(e: _Entries, node: Along, at: Index, used: int) -> Spelled:
    """softmax_j(z_j): the letters along which the function runs stand below its name."""
    x = node.args[0]
    if node.function.keeps_axes:
        run = [at[axis] for axis in node.axes]
        inner = at
    else:
        fresh = iter(e.letters[used : used + len(node.axes)])
        used += len(node.axes)
        kept = iter(at)
        inner = tuple(next(fresh) if axis in node.axes else next(kept) for axis in range(len(x.shape)))
        run = [inner[axis] for axis in node.axes]
    name = e.s.subscript(e.s.functions[node.function.name], "".join(run))
    return e.s.call(name, e.entry(x, inner, used)[0]), ATOM


def _linalg(e: _Entries, node: Linalg, at: Index, used: int) -> Spelled:
    if node.function.name == "inv":
        return e.below(e.s.superscript(_matrix(e, node.args[0], used, ATOM), "-1"), at), RAISED
    return _called(e, e.s.functions[node.function.name], _matrix(e, node.args[0], used, SUM))


def _matrix(e: _Entries, node: Expr, used: int, level: int) -> str:
    """A matrix as a whole: in matrix notation, or else by its entry."""
    try:
        text, own = Printer(e.s).spell(raise_form(node, e.names))
        is_one = own == TIGHT
    except CannotRaise:
        text, is_one = e.entry(node, tuple(e.letters[used : used + len(node.shape)]), used + len(node.shape))[0], False
    return text if is_one or level == SUM else e.s.brackets(text)


def _ranged(e: _Entries, node: Ranged, at: Index, used: int) -> Spelled:
    low, high = (None if end is None else e.entry(end, (), used)[0] for end in (node.lower, node.upper))
    key, infinite = ("series" if isinstance(node, Series) else "integral"), e.s.signs["infinity"]
    body = e.at_least(node.body, at, used, PRODUCT)
    name = node.variables[0].name
    ends = ("-" + infinite if low is None else low, infinite if high is None else high)
    parts = (name, *ends) if key == "series" else (body, *ends, name)
    return Printer(e.s).sign(key, *parts) + (body if key == "series" else ""), SUM


def _expectation(e: _Entries, node: Expectation, at: Index, used: int) -> Spelled:
    inside = e.entry(node.body, at, used)[0]
    if node.given:
        inside += e.s.signs["given"] + ", ".join(_whole(e, part) for part in node.conditions)
    operator = e.s.signs["E"]
    if averages_some(node):
        operator = e.s.subscript(operator, ", ".join(e.s.name(v.name) for v in node.variables))
    return operator + Printer(e.s).sign("square brackets", inside), ATOM


def _whole(e: _Entries, node: Expr) -> str:
    return e.s.name(node.name) if isinstance(node, Symbol | Bound) else str(node)


def _selector(e: _Entries, node: Selector, at: Index, used: int) -> Spelled:
    """Row ``i`` takes entry ``step i + shift``, both counted from 1."""
    row = _row(node.step, at[0], as_dim(node.start + 1 - node.step))
    return e.below("δ" if e.s.one_line else r"\delta", (at[1], row)), ATOM


def _row(step: int, index: str, shift: Dim) -> str:
    offset = str(shift).replace(" ", "")
    if step < 0:
        return f"{offset}-{'' if step == -1 else -step}{index}"
    row = f"{'' if step == 1 else step}{index}"
    return row if shift == 0 else f"{row}{'' if offset.startswith('-') else '+'}{offset}"


def _delta(e: _Entries, a: str, b: str) -> Spelled:
    return e.below("δ" if e.s.one_line else r"\delta", (a, b)), ATOM


def _basis_place(node: Basis) -> str:
    return str(node.position + 1).replace(" ", "")


_RULES: dict[type[Expr], Callable[..., Spelled]] = {
    Symbol: lambda e, node, at, used: (e.below(e.s.name(node.name), at), ATOM),
    Constant: lambda e, node, at, used: (
        (e.s.signs[node.value], ATOM)
        if isinstance(node.value, str)
        else (("-" if node.value < 0 else "") + e.s.number(abs(node.value)), ATOM if node.value >= 0 else SUM)
    ),
    Extent: lambda e, node, at, used: (e.s.name(str(node.size)), ATOM),
    Eye: lambda e, node, at, used: _delta(e, *at),
    Basis: lambda e, node, at, used: _delta(e, at[0], _basis_place(node)),
    Selector: _selector,
    Positions: lambda e, node, at, used: (f"{at[0]} - 1", SUM),
    OneHot: lambda e, node, at, used: (
        e.s.signs["indicator"].format(f"{e.entry(node.args[0], at[:-1], used)[0]} = {at[-1]}"),
        ATOM,
    ),
    Add: _add,
    Contract: _contract,
    Power: _power,
    Apply: _apply,
    Along: _along,
    Linalg: _linalg,
    Bound: lambda e, node, at, used: (e.below(e.s.name(node.name), at), ATOM),
    Series: _ranged,
    Integral: _ranged,
    Expectation: _expectation,
    Derivative: lambda e, node, at, used: (
        e.s.call("∂" if e.s.one_line else r"\partial", e.entry(node.args[0], at[: len(node.args[0].shape)], used)[0])
        + "/"
        + e.s.call("∂" if e.s.one_line else r"\partial", e.entry(node.args[1], at[len(node.args[0].shape) :], used)[0]),
        ATOM,
    ),
}
