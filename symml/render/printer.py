"""Spells a typed formula: one short rule a kind, one table of precedence."""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction

from symml.expr.function import Function
from symml.render.matrix_form import Form, is_negative, is_ones, number, scaled, unscale
from symml.render.spelling import Spelling

SUM, HADAMARD, PRODUCT, UNARY, RAISED, ATOM = 1, 2, 3, 4, 5, 6
_HALF = Fraction(1, 2)
_PLACES = re.compile(r"\{\{|\}\}|\{(\d)\}")
_WITHOUT_BRACKETS = ("log", "sin", "cos", "tan", "det", "logdet")
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
        """The text, in brackets when it binds more loosely than ``level``."""
        text, own = self.spell(form)
        return text if own >= level else self.s.brackets(text)

    def show_ones(self, form: Form) -> str:
        """An array of ones: a vector is bold, a matrix of ones inside a sum is the number."""
        return "1" if form.rows is not None and form.cols is not None else self.s.signs["one"]

    def sign(self, key: str, *parts: str) -> str:
        """A sign, with its places filled; doubled braces are braces."""

        def filled(found: re.Match[str]) -> str:
            if not found.group(1):
                return found.group()[0]
            place = int(found.group(1))
            return parts[place] if place < len(parts) else found.group()

        return _PLACES.sub(filled, self.s.signs[key])


def _sym(p: Printer, f: Form) -> Spelled:
    return p.s.name(f.value), ATOM


def _num(p: Printer, f: Form) -> Spelled:
    text = p.s.number(abs(f.value))
    if f.value < 0:
        return "-" + text, SUM
    return text, ATOM if f.value.denominator == 1 else PRODUCT


def _named(p: Printer, f: Form) -> Spelled:
    return p.s.signs[f.value], ATOM


def _basis(p: Printer, f: Form) -> Spelled:
    return p.s.subscript(p.s.signs["e_k"], _place(f.value)), ATOM


def _place(position: object) -> str:
    """A 0-based position as the 1-based index of a book."""
    return str(position + 1) if isinstance(position, int) else f"{position} + 1"


def _selector(p: Printer, f: Form) -> Spelled:
    start, step = f.value
    span = f"{_place(start)}:" + ("" if step == 1 else f":{step}")
    return p.s.subscript(p.s.signs["I"], span), ATOM


def _onehot(p: Printer, f: Form) -> Spelled:
    return p.s.call("onehot" if p.s.one_line else r"\operatorname{onehot}", p.show(f.args[0])), ATOM


def _entry(p: Printer, f: Form) -> Spelled:
    return p.s.subscript(p.show(f.args[0]), ", ".join(_place(k) for k in f.value)), ATOM


def _transpose(p: Printer, f: Form) -> Spelled:
    inner = f.args[0]
    if inner.kind == "linalg" and inner.value.name == "inv":
        return _raised(p, p.at_least(inner.args[0], ATOM), "-T"), RAISED
    return _raised(p, p.at_least(inner, ATOM), "T"), RAISED


def _raised(p: Printer, base: str, mark: str) -> str:
    sign = p.s.signs[mark]
    return base + sign if p.s.one_line else p.s.superscript(base, sign)


def _mul(p: Printer, f: Form) -> Spelled:
    parts = [p.at_least(a, PRODUCT if k == 0 else UNARY) for k, a in enumerate(f.args)]
    return _juxtaposed(p, parts), PRODUCT


def _juxtaposed(p: Printer, parts: list[str]) -> str:
    """Factors side by side, with a space where two words would run together."""
    text = parts[0]
    for part in parts[1:]:
        text += (" " if _needs_space(text, part, p.s.one_line) else "") + part
    return text


def _needs_space(left: str, right: str, one_line: bool) -> bool:
    if one_line:
        return left[-1].isalnum() and right[0].isalnum()
    return right[0].isalnum() and _ends_in_command(left)


def _ends_in_command(left: str) -> bool:
    tail = left[left.rfind("\\") + 1 :]
    return "\\" in left and tail.isalpha()


def _had(p: Printer, f: Form) -> Spelled:
    tops = [a for a in f.args if not (a.kind == "pow" and a.value < 0)]
    lows = [a for a in f.args if a.kind == "pow" and a.value < 0]
    text = p.sign("*").join(p.at_least(a, PRODUCT) for a in tops) or p.show_ones(f)
    for low in lows:
        text += p.sign("/") + p.at_least(_flipped(low), PRODUCT)
    return text, HADAMARD


def _flipped(a: Form) -> Form:
    """1 / a of a negative power."""
    return a.args[0] if a.value == -1 else Form("pow", a.args, -a.value, *a.shape)


def _scale(p: Printer, f: Form) -> Spelled:
    coef, scalars, body = unscale(f)
    tops: list[Form] = []
    lows: list[Form] = []
    for scalar in scalars:
        negative = scalar.kind == "pow" and scalar.value < 0
        (lows if negative else tops).append(_flipped(scalar) if negative else scalar)
    sign = "-" if coef < 0 else ""
    top_number, low_number = abs(coef).numerator, coef.denominator
    text, level = _ratio(p, top_number, low_number, tops, lows, body)
    return sign + text, min(level, SUM) if sign else level


def _ratio(p: Printer, top: int, low: int, tops: list[Form], lows: list[Form], body: Form | None) -> Spelled:
    """``top tops / (low lows) * body``"""
    below = ([] if low == 1 else [number(low)]) + lows
    above = ([] if top == 1 else [number(top)]) + tops
    if p.s.one_line:
        return _ratio_on_a_line(p, above, below, body)
    if not below:
        return _chain(p, above, body)
    inside = body is None and len(above) <= 2
    over = p.show(_flat(above)) if inside and above else str(top)
    rest = [] if inside else tops
    fraction = p.s.fraction(over, p.show(_flat(below)))
    if body is None and not rest:
        return fraction, PRODUCT
    parts = [p.at_least(a, UNARY) for a in _powers(rest)]
    if body is not None:
        parts.append(p.at_least(body, PRODUCT))
    return _juxtaposed(p, [fraction, *parts]), PRODUCT


def _ratio_on_a_line(p: Printer, above: list[Form], below: list[Form], body: Form | None) -> Spelled:
    text, level = _chain(p, above, body) if above or body is not None else ("1", ATOM)
    for low in below:
        text = (text if level >= PRODUCT else p.s.brackets(text)) + "/" + p.at_least(low, RAISED)
        level = PRODUCT
    return text, level


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
    parts = [p.at_least(a, UNARY) for a in _powers(scalars)]
    if body is None:
        only = len(parts) == 1
        return p.spell(scalars[0]) if only and len(scalars) == 1 else (_juxtaposed(p, parts), PRODUCT)
    if not parts:
        return p.spell(body)
    return _juxtaposed(p, [*parts, p.at_least(body, PRODUCT)]), PRODUCT


def _powers(scalars: list[Form]) -> list[Form]:
    counts: dict[Form, int] = {}
    for a in scalars:
        counts[a] = counts.get(a, 0) + 1
    return [a if k == 1 else Form("pow", (a,), Fraction(k)) for a, k in counts.items()]


def _add(p: Printer, f: Form) -> Spelled:
    text = ""
    for k, term in enumerate(f.args):
        negative = is_negative(term)
        shown = scaled(Fraction(-1), (), term) if negative else term
        piece = p.show_ones(shown) if is_ones(shown) else p.at_least(shown, HADAMARD)
        text += (" - " if negative else " + ") if k else ("-" if negative else "")
        text += piece
    return text, SUM


def _ones(p: Printer, f: Form) -> Spelled:
    return p.s.signs["one"], ATOM


def _pow(p: Printer, f: Form) -> Spelled:
    base, e = f.args[0], f.value
    if e < 0:
        if not f.is_scalar:
            return f"1{p.sign('/')}" + p.at_least(_flipped(f), PRODUCT), HADAMARD
        flipped = p.at_least(_flipped(f), RAISED) if p.s.one_line else p.show(_flipped(f))
        return p.s.fraction("1", flipped), PRODUCT
    if e == _HALF:
        return p.s.root(p.show(base)), ATOM
    exponent = str(e) if e.denominator == 1 or p.s.one_line else f"{e.numerator}/{e.denominator}"
    elementwise = not (f.rows is None or f.cols is None) or not f.is_scalar
    mark = p.sign("had_power", exponent) if elementwise else exponent
    if base.kind == "fun" and base.value.name in ("tanh", "sin", "cos", "cosh", "sinh", "sigmoid") and not p.s.one_line:
        name = p.s.functions[base.value.name]
        if not elementwise:
            return p.s.call(p.s.superscript(name, exponent), p.show(base.args[0])), UNARY
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
    if name == "abs":
        return p.sign("abs", p.show(f.args[0])), ATOM
    if name == "exp":
        return p.s.power_of_e(p.show(f.args[0])), UNARY
    if name == "where":
        return _where(p, f), ATOM
    if name == "power":
        return p.s.superscript(p.at_least(f.args[0], ATOM), p.show(f.args[1])), RAISED
    shown = p.s.functions.get(name, name)
    if not p.s.one_line and name in _WITHOUT_BRACKETS and f.args[0].kind == "sym":
        return f"{shown} {p.show(f.args[0])}", PRODUCT
    return p.s.call(shown, ", ".join(_compared(p, a) if len(f.args) > 1 else p.show(a) for a in f.args)), ATOM


def _compared(p: Printer, a: Form) -> str:
    """The right side of a comparison; an array of equal numbers is written as the number."""
    coef, scalars, body = unscale(a)
    if body is not None and is_ones(body):
        return p.show(scaled(coef, scalars, None))
    return p.show(a)


def _where(p: Printer, f: Form) -> str:
    condition, a, b = f.args
    text = p.show(condition)
    if condition.kind == "fun" and condition.value.name in COMPARISONS:
        sign = p.s.signs[COMPARISONS[condition.value.name]]
        text = f"{p.show(condition.args[0])} {sign} {_compared(p, condition.args[1])}"
    return p.s.cases([(_compared(p, a), p.s.signs["if"] + text), (_compared(p, b), p.s.signs["otherwise"])])


def _along(p: Printer, f: Form) -> Spelled:
    function, axes, rank = f.value
    name = p.s.functions[function.name]
    if len(axes) < rank:
        name = p.s.subscript(name, "rows" if axes == (1,) else "cols") if not p.s.one_line else name
    return p.s.call(name, p.show(f.args[0])), ATOM


def _linalg(p: Printer, f: Form) -> Spelled:
    inner = f.args[0]
    if f.value.name == "inv":
        return p.s.superscript(p.at_least(inner, ATOM), "-1"), RAISED
    shown = p.s.functions[f.value.name]
    if not p.s.one_line and inner.kind == "sym":
        return f"{shown} {p.show(inner)}", PRODUCT
    return p.s.call(shown, p.show(inner)), ATOM


def _series(p: Printer, f: Form) -> Spelled:
    low, high = _ends(p, f)
    return p.sign("series", f.value[0], low, high) + p.at_least(f.args[0], PRODUCT), SUM


def _integral(p: Printer, f: Form) -> Spelled:
    low, high = _ends(p, f)
    return p.sign("integral", p.at_least(f.args[0], PRODUCT), low, high, f.value[0]), SUM


def _ends(p: Printer, f: Form) -> tuple[str, str]:
    infinite = p.s.signs["infinity"]
    ends = f.value[1]
    low = p.show(f.args[1]) if ends[0] else "-" + infinite
    return low, p.show(f.args[-1]) if ends[1] else infinite


def _expectation(p: Printer, f: Form) -> Spelled:
    operator = p.s.signs["E"]
    if f.value:
        operator = p.s.subscript(operator, ", ".join(map(p.s.name, f.value)))
    inside = p.show(f.args[0])
    if len(f.args) > 1:
        inside += p.s.signs["given"] + ", ".join(map(p.show, f.args[1:]))
    return operator + p.sign("square brackets", inside), ATOM


def _covariance(p: Printer, f: Form) -> Spelled:
    sides = 1 if f.kind == "variance" else 2
    inside = ", ".join(map(p.show, f.args[:sides]))
    if len(f.args) > sides:
        inside += p.s.signs["given"] + ", ".join(map(p.show, f.args[sides:]))
    return p.s.signs[f.kind] + p.sign("square brackets", inside), ATOM


def _deriv(p: Printer, f: Form) -> Spelled:
    return p.sign("d", p.at_least(f.args[0], UNARY), p.show(f.args[1])), PRODUCT


def _wrapped(key: str) -> Callable[[Printer, Form], Spelled]:
    return lambda p, f: (p.s.call(p.s.signs[key], p.show(f.args[0])), UNARY)


_RULES: dict[str, Callable[[Printer, Form], Spelled]] = {
    "sym": _sym,
    "num": _num,
    "named": _named,
    "ones": _ones,
    "eye": lambda p, f: (p.s.signs["I"], ATOM),
    "basis": _basis,
    "selector": _selector,
    "onehot": _onehot,
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
    "series": _series,
    "integral": _integral,
    "expectation": _expectation,
    "variance": _covariance,
    "covariance": _covariance,
    "deriv": _deriv,
}
