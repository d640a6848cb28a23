"""Spells a typed formula: one short rule a kind, one table of precedence."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from symml.expr.function import Function
from symml.render import arrays, binders
from symml.render.juxtapose import juxtaposed
from symml.render.literals import rows_of
from symml.render.matrix_form import Form, is_negative, is_ones, number, power, scaled, uniform, unscale
from symml.render.precedence import APPLIED, ATOM, CASES, HADAMARD, PRODUCT, RAISED, SUM, UNARY
from symml.render.spelling import Spelling

_HALF = Fraction(1, 2)
_BARE = ("log", "sin", "cos", "tan", "det", "logdet")
# Functions that are also functions of a whole matrix: of every entry is said.
_OF_MATRICES = ("exp", "log", "sin", "cos", "sinh", "cosh")
_WITH_POWERS = ("sin", "cos", "tan", "sinh", "cosh", "tanh")
COMPARISONS = {"greater": ">", "less": "<", "greater_equal": ">=", "less_equal": "<=", "equal": "=", "not_equal": "!="}
Spelled = tuple[str, int]


class Printer:
    """Spells formulas one way."""

    def __init__(self, spelling: Spelling) -> None:
        self.s = spelling

    def show(self, form: Form) -> str:
        """The formula as text."""
        return self.spell(form)[0]

    def spell(self, form: Form) -> Spelled:
        """The text and its precedence."""
        return _RULES[form.kind](self, form)

    def at_least(self, form: Form, level: int) -> str:
        """The text, in brackets when it binds more loosely than ``level``: ``log x``, then ``log(x) y``."""
        text, own = self.spell(form)
        if own >= level:
            return text
        return self.bracketed_call(form) if level <= UNARY and is_bare(form) else self.s.brackets(text)

    def bracketed_call(self, form: Form) -> str:
        """A function with its argument in brackets, which may stand anywhere in a product."""
        return self.s.call(_function_name(self, form), self.show(_function(form).args[0]))

    def show_ones(self, form: Form) -> str:
        """An array of ones: a vector is bold, a matrix inside a sum the number; beside I it is written out."""
        if form.rows is None or form.cols is None:
            return self.s.signs["one"]
        return self.show(form) if form.rows == form.cols and form.kind == "mul" else "1"

    def sign(self, key: str, *parts: str) -> str:
        """A sign, with its places filled."""
        return self.s.signs[key].format(*parts) if parts else self.s.signs[key]


def is_bare(form: Form) -> bool:
    """Whether a function may be written without brackets around its argument, as in ``log x`` and ``log det S``."""
    if form.kind == "pow":
        return form.is_scalar and form.value > 0 and _has_raised_name(form.args[0]) and is_bare(form.args[0])
    if form.kind not in ("fun", "linalg") or form.value.name not in _BARE:
        return False
    inner = form.args[0]
    if inner.kind == "sym":
        return True
    return inner.kind in ("fun", "linalg") and inner.value.name not in (*COMPARISONS, "exp", "where", "power", "inv")


def _has_raised_name(form: Form) -> bool:
    """Whether a power of the function is written at its name, as in ``sin^2 x``."""
    return form.kind == "fun" and form.value.name in _WITH_POWERS


def _function(form: Form) -> Form:
    """The function in a function or in a power of it."""
    return form.args[0] if form.kind == "pow" else form


def _function_name(p: Printer, form: Form) -> str:
    """The name of a function, raised for a power of it."""
    name = p.s.function(_function(form).value)
    return p.s.superscript(name, _exponent(p, form.value)) if form.kind == "pow" else name


def _exponent(p: Printer, e: Fraction) -> str:
    return str(e) if e.denominator == 1 or p.s.one_line else f"{e.numerator}/{e.denominator}"


def _sym(p: Printer, f: Form) -> Spelled:
    return p.s.name(f.value), ATOM


def _num(p: Printer, f: Form) -> Spelled:
    text = p.s.number(abs(f.value))
    if f.value < 0:
        return "-" + text, SUM
    return text, ATOM if f.value.denominator == 1 else PRODUCT


def _named(p: Printer, f: Form) -> Spelled:
    return p.s.signs[f.value], ATOM


def _entry(p: Printer, f: Form) -> Spelled:
    return p.s.subscript(p.show(f.args[0]), ", ".join(arrays.place(k) for k in f.value)), ATOM


def _transpose(p: Printer, f: Form) -> Spelled:
    inner = f.args[0]
    if inner.kind == "linalg" and inner.value.name == "inv":
        return _raised(p, p.at_least(inner.args[0], ATOM), "-T"), RAISED
    return _raised(p, p.at_least(inner, ATOM), "T"), RAISED


def _raised(p: Printer, base: str, mark: str) -> str:
    sign = p.s.signs[mark]
    return base + sign if p.s.one_line else p.s.superscript(base, sign)


def _mul(p: Printer, f: Form) -> Spelled:
    if f.args[0].kind == "selector" and len(f.args) == 2 and f.args[1].kind == "sym":
        return p.s.subscript(p.show(f.args[1]), arrays.span(f.args[0])), ATOM
    return _side_by_side(p, list(f.args))


def _side_by_side(p: Printer, factors: list[Form], before: str = "") -> Spelled:
    """Factors in a row; nothing follows the last, so it may be ``log x``, which then reaches to the end."""
    last = factors[-1]
    reaches_on = p.spell(last)[1] == APPLIED
    is_pair = last.is_scalar and last.kind == "mul" and any(a.kind == "mul" for a in factors[:-1])
    parts = [p.at_least(a, UNARY) for a in factors[:-1]]
    parts.append(p.at_least(last, UNARY if is_pair else APPLIED if reaches_on else PRODUCT))
    return juxtaposed(p.s, [before, *parts] if before else parts), APPLIED if reaches_on else PRODUCT


def _had(p: Printer, f: Form) -> Spelled:
    tops = sorted((a for a in f.args if not (a.kind == "pow" and a.value < 0)), key=lambda a: a.kind != "sym")
    lows = [a for a in f.args if a.kind == "pow" and a.value < 0]
    text = p.sign("*").join(p.at_least(a, PRODUCT) for a in tops) or p.show_ones(f)
    for low in lows:
        text += p.sign("/") + p.at_least(_flipped(low), PRODUCT)
    return text, HADAMARD


def _flipped(a: Form) -> Form:
    """1 / a of a negative power."""
    return a.args[0] if a.value == -1 else power(a.args[0], -a.value)


def _scale(p: Printer, f: Form) -> Spelled:
    coef, scalars, body = unscale(f)
    if coef == 0:
        return "0" if (f.rows is None) == (f.cols is None) else p.s.signs["zero"], ATOM
    tops: list[Form] = []
    lows: list[Form] = []
    for scalar in scalars:
        negative = scalar.kind == "pow" and scalar.value < 0
        (lows if negative else tops).append(_flipped(scalar) if negative else scalar)
    sign = "-" if coef < 0 else ""
    top_number, low_number = abs(coef).numerator, coef.denominator
    text, level = _ratio(p, top_number, low_number, tops, lows, body)
    if sign and level < APPLIED:
        text = p.s.brackets(text)
    return sign + text, SUM if sign else level


def _ratio(p: Printer, top: int, low: int, tops: list[Form], lows: list[Form], body: Form | None) -> Spelled:
    """``top tops / (low lows) * body``"""
    below = ([] if low == 1 else [number(low)]) + _powers(lows)
    above = ([] if top == 1 else [number(top)]) + tops
    if p.s.one_line:
        return _ratio_on_a_line(p, above, below, body)
    if not below:
        return _chain(p, above, body)
    inside = body is None and len(above) <= 3
    over = p.show(_flat(above)) if inside and above else str(top)
    rest = [] if inside else tops
    fraction = p.s.fraction(over, p.show(_flat(below)))
    if body is None and not rest:
        return fraction, PRODUCT
    return _side_by_side(p, [*_powers(rest), *([] if body is None else [body])], fraction)


def _ratio_on_a_line(p: Printer, above: list[Form], below: list[Form], body: Form | None) -> Spelled:
    text, level = _chain(p, above, body) if above or body is not None else ("1", ATOM)
    if not below:
        return text, level
    low = p.at_least(below[0], RAISED) if len(below) == 1 else p.s.brackets(p.show(_flat(below)))
    return (text if level >= PRODUCT else p.s.brackets(text)) + "/" + low, PRODUCT


def _flat(parts: list[Form]) -> Form:
    coef = Fraction(1)
    rest = []
    for part in parts:
        if part.kind == "num":
            coef *= part.value
        else:
            rest.append(part)
    return scaled(coef, rest, None)


def _chain(p: Printer, scalars: list[Form], body: Form | None) -> Spelled:
    """Scalars in front of a body; equal scalars become powers."""
    factors = [*_powers(scalars), *([] if body is None else [body])]
    return p.spell(factors[0]) if len(factors) == 1 else _side_by_side(p, factors)


def _powers(scalars: list[Form]) -> list[Form]:
    """Equal factors as powers; numbers first, then letters, then what is longer."""
    counts: dict[Form, int] = {}
    for a in scalars:
        counts[a] = counts.get(a, 0) + 1
    return sorted((_raised_to(a, k) for a, k in counts.items()), key=_length)


def _raised_to(a: Form, k: int) -> Form:
    """A whole power of a scalar; of a squared norm, a power of the norm."""
    if k == 1:
        return a
    base, exponent = (Form("norm", a.args), 2 * k) if a.kind == "norm2" else (a, k)
    return Form("pow", (base,), Fraction(exponent))


def _length(a: Form) -> int:
    base = a.args[0] if a.kind == "pow" else a
    return ("num", "named", "sym").index(base.kind) if base.kind in ("num", "named", "sym") else 3


def _add(p: Printer, f: Form) -> Spelled:
    text = ""
    for k, term in enumerate(f.args):
        negative = is_negative(term)
        shown = scaled(Fraction(-1), (), term) if negative else term
        piece = p.show_ones(shown) if is_ones(shown) else p.at_least(shown, APPLIED)
        text += (" - " if negative else " + ") if k else ("-" if negative else "")
        text += piece
    return text, SUM


def _ones(p: Printer, f: Form) -> Spelled:
    return p.s.ones(f.value), ATOM


def _pow(p: Printer, f: Form) -> Spelled:
    base, e = f.args[0], f.value
    if e < 0:
        if not f.is_scalar:
            return f"1{p.sign('/')}" + p.at_least(_flipped(f), PRODUCT), HADAMARD
        flipped = p.at_least(_flipped(f), RAISED) if p.s.one_line else p.show(_flipped(f))
        return p.s.fraction("1", flipped), PRODUCT
    if e == _HALF and (f.rows is None or f.cols is None):
        return p.s.root(p.show(base)), ATOM
    if f.is_scalar and _has_raised_name(base) and not p.s.one_line:
        if is_bare(f):
            return juxtaposed(p.s, [_function_name(p, f), p.show(base.args[0])]), APPLIED
        return p.bracketed_call(f), UNARY
    exponent = _exponent(p, e)
    mark = exponent if f.is_scalar else p.sign("had_power", exponent)
    return p.s.superscript(p.at_least(base, ATOM), mark), RAISED


def _norm2(p: Printer, f: Form) -> Spelled:
    return p.s.superscript(_norm_text(p, f.args[0]), "2"), RAISED


def _norm(p: Printer, f: Form) -> Spelled:
    return _norm_text(p, f.args[0]), ATOM


def _norm_text(p: Printer, a: Form) -> str:
    is_matrix = a.rows is not None and a.cols is not None
    return p.s.norm(p.show(a), "F" if is_matrix else "2")


def _fun(p: Printer, f: Form) -> Spelled:
    function: Function = f.value
    name = function.name
    if name in COMPARISONS:
        return p.sign(
            "indicator", f"{p.show(f.args[0])} {p.s.signs[COMPARISONS[name]]} {_compared(p, f.args[1])}"
        ), ATOM
    if name == "abs" and f.is_scalar:
        return p.sign("abs", p.show(f.args[0])), ATOM
    if name == "exp" and f.is_scalar and (power := p.s.power_of_e(p.show(f.args[0]))):
        return power, UNARY
    if name == "where":
        return _where(p, f), ATOM if p.s.one_line else CASES
    if name == "power":
        exponent = p.show(uniform(f.args[1]) or f.args[1])
        mark = exponent if f.is_scalar else p.sign("had_power", exponent)
        return p.s.superscript(p.at_least(f.args[0], ATOM), mark), RAISED
    return _called(p, f)


def _called(p: Printer, f: Form) -> Spelled:
    """``f(x)``, or ``log x`` where books leave the brackets out; two words such as log det reach to the end."""
    shown = p.s.function(f.value)
    if f.kind == "fun" and f.rows is not None and f.rows == f.cols and f.value.name in _OF_MATRICES:
        shown = p.s.subscript(shown, p.sign("*").strip())
    if not p.s.one_line and is_bare(f):
        return juxtaposed(p.s, [shown, p.show(f.args[0])]), APPLIED
    words = " " in shown or shown.count("\\") > 1
    args = [p.show(f.args[0])] if len(f.args) == 1 else [_compared(p, a) for a in f.args]
    return p.s.call(shown, ", ".join(args)), APPLIED if words else ATOM


def _compared(p: Printer, a: Form) -> str:
    """The right side of a comparison; an array of equal numbers is written as the number."""
    return p.show(uniform(a) or a)


def _where(p: Printer, f: Form) -> str:
    condition, a, b = f.args
    text = f"{p.show(condition)} {p.s.signs['!=']} 0"
    if condition.kind == "fun" and condition.value.name in COMPARISONS:
        sign = p.s.signs[COMPARISONS[condition.value.name]]
        text = f"{p.show(condition.args[0])} {sign} {_compared(p, condition.args[1])}"
    return p.s.cases([(_compared(p, a), p.s.signs["if"] + text), (_compared(p, b), p.s.signs["otherwise"])])


def _along(p: Printer, f: Form) -> Spelled:
    function, axes, rank = f.value
    name = p.s.function(function)
    if rank > 1 and (len(axes) < rank or function.keeps_axes):
        name = p.s.subscript(name, p.s.signs["all" if len(axes) == rank else "rows" if axes == (1,) else "cols"])
    return p.s.call(name, p.show(f.args[0])), ATOM


def _linalg(p: Printer, f: Form) -> Spelled:
    if f.value.name == "inv":
        return p.s.superscript(p.at_least(f.args[0], ATOM), "-1"), RAISED
    return _called(p, f)


def _deriv(p: Printer, f: Form) -> Spelled:
    function = f.args[0]
    shown = p.at_least(function, APPLIED if is_bare(function) else UNARY)
    return p.sign("d", shown, p.show(f.args[1])), APPLIED


def _wrapped(key: str) -> Callable[[Printer, Form], Spelled]:
    return lambda p, f: (p.s.call(p.s.signs[key], p.show(f.args[0])), ATOM if p.s.one_line else UNARY)


_RULES: dict[str, Callable[[Printer, Form], Spelled]] = {
    "sym": _sym,
    "num": _num,
    "named": _named,
    "ones": _ones,
    "eye": lambda p, f: (p.s.signs["I"], ATOM),
    "basis": arrays.basis,
    "array": lambda p, f: (p.s.array(rows_of([p.show(a) for a in f.args], f)), ATOM),
    "selector": arrays.selector,
    "positions": lambda p, f: (p.sign("positions", str(f.value - 1)), ATOM),
    "onehot": arrays.onehot,
    "triangle": arrays.triangle,
    "cumsum": arrays.cumsum,
    "entry": _entry,
    "T": _transpose,
    "mul": _mul,
    "had": _had,
    "scale": _scale,
    "add": _add,
    "pow": _pow,
    "norm": _norm,
    "norm2": _norm2,
    "tr": _wrapped("tr"),
    "diag": _wrapped("diag"),
    "diagof": _wrapped("diag"),
    "fun": _fun,
    "along": _along,
    "linalg": _linalg,
    "series": binders.series,
    "integral": binders.integral,
    "expectation": binders.expectation,
    "variance": binders.covariance,
    "covariance": binders.covariance,
    "deriv": _deriv,
}
