"""An independent reader of printed formulas: it computes what a person would, from the text alone.

It shares no code with the package: it knows the notation (what stands closer binds first), the names of the symbols and
their values, and checks rows and columns of every product.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import scipy.special as special

from tests.oracle import FUNCTIONS
from tests.render import typed
from tests.render.typed import ONES, Identity, Typed, Unit

Token = tuple[str, Any]
RAISED = {"⁰": "0", "¹": "1", "²": "2", "³": "3", "⁴": "4", "⁵": "5", "⁶": "6", "⁷": "7", "⁸": "8", "⁹": "9", "⁻": "-"}
SPOKEN = {
    "σ": "sigmoid", r"\sigma": "sigmoid", "Φ": "normal_cdf", r"\Phi": "normal_cdf", "φ": "normal_pdf",
    r"\varphi": "normal_pdf", "Γ": "gamma", r"\Gamma": "gamma", "ψ": "digamma", r"\psi": "digamma",
    "log Γ": "lgamma", "log σ": "log_sigmoid", "log det": "logdet",
}  # fmt: skip
SIGNS = {
    r"\odot": "⊙", r"\oslash": "⊘", r"\cdot": "·", r"\ge": "≥", r"\le": "≤", r"\ne": "≠", r"\pi": "π", r"\sqrt": "√",
}  # fmt: skip
COMPARE = {">": np.greater, "<": np.less, "≥": np.greater_equal, "≤": np.less_equal, "=": np.equal, "≠": np.not_equal}
WHOLE = {"det": np.linalg.det, "logdet": lambda a: np.linalg.slogdet(a)[1], "tr": np.trace, "prod": np.prod}
WORDS = [*FUNCTIONS, *WHOLE, *SPOKEN, "max", "min", "softmax", "log_softmax", "logsumexp", "diag"]


# ---- tokens ----------------------------------------------------------------------------------------------------------
def text_tokens(text: str, names: Mapping[str, str]) -> list[Token]:
    """Unicode text as tokens; ``names`` maps printed names to symbols."""
    words = sorted([*names, *WORDS], key=len, reverse=True)
    tokens: list[Token] = []
    place = 0
    while place < len(text):
        rest = text[place:]
        if rest[0] == " ":
            place += 1
            continue
        token, used = _text_token(rest, words, names, tokens)
        tokens.append(token)
        place += used
    return tokens


def _text_token(rest: str, words: Sequence[str], names: Mapping[str, str], before: list[Token]) -> tuple[Token, int]:
    if found := re.match(r"[0-9]+", rest):
        return ("num", found.group()), found.end()
    if found := re.match(r"⊙?[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+", rest):
        digits = found.group().lstrip("⊙").translate(str.maketrans(RAISED))
        kind = "T-" if digits == "-" else "inv" if digits == "-1" else "had" if rest[0] == "⊙" else "pow"
        return (kind, digits), found.end() + (kind == "T-")
    if rest[0] == "[" and before and before[-1][0] in ("sym", "unit", "fun"):
        end = rest.index("]")
        return ("index", rest[1:end]), end + 1
    for word in ("otherwise", "if "):
        if rest.startswith(word):
            return ("op", word.strip()), len(word)
    if rest.startswith("⊙") and not rest.startswith("⊙ "):
        return ("op", "⊙^"), 1
    word = next((w for w in words if rest.startswith(w)), "")
    if word:
        return (("sym", names[word]) if word in names else ("fun", SPOKEN.get(word, word))), len(word)
    kinds = {"ᵀ": ("T", ""), "𝟏": ("ones", ""), "I": ("eye", ""), "π": ("num", math.pi), "e": ("unit", "")}
    return kinds.get(rest[0], ("op", rest[0])), 1


TEX = re.compile(
    r"\\operatorname\{(\w+)\}|\\text\{([^}]*)\}|\\left\\\||\\right\\\||\\left|\\right|\\[A-Za-z]+|\\\\|\\.|."
)


def latex_tokens(text: str, names: Mapping[str, str]) -> list[Token]:
    """LaTeX as the same tokens."""
    ordered = sorted(names, key=len, reverse=True)
    tokens: list[Token] = []
    place = 0
    while place < len(text):
        if text[place] in " &":
            place += 1
            continue
        place = _tex_token(text, place, ordered, names, tokens)
    return tokens


def _group(text: str, place: int) -> tuple[str, int]:
    """What stands in braces at ``place``, or the one character there, and where it ends."""
    if text[place] != "{":
        return text[place], place + 1
    depth, end = 0, place
    while True:
        depth += (text[end] == "{") - (text[end] == "}")
        end += 1
        if depth == 0:
            return text[place + 1 : end - 1], end


def _tex_token(text: str, place: int, ordered: list[str], names: Mapping[str, str], out: list[Token]) -> int:
    inner = lambda part: latex_tokens(part, names)  # noqa: E731  # a short name for a long line
    opened, closed = ("op", "("), ("op", ")")
    for start, sign in ((r"\mathbf{1}", ("ones", "")), (r"\begin{cases}", ("op", "{")), (r"\end{cases}", ("op", "}"))):
        if text.startswith(start, place):
            out.append(sign)
            return place + len(start)
    name = next((n for n in ordered if text.startswith(n, place) and not _runs_on(n, text, place)), None)
    if name is not None:
        out.append(("sym", names[name]))
        return place + len(name)
    if text.startswith(r"\frac", place):
        top, place = _group(text, place + 5)
        low, place = _group(text, place)
        out += [opened, opened, *inner(top), closed, ("op", "/"), opened, *inner(low), closed, closed]
        return place
    if text[place] in "^_" or text.startswith(r"\sqrt", place):
        mark = text[place]
        part, end = _group(text, place + (1 if mark in "^_" else 5))
        out += _script(mark, part, inner, out) if mark in "^_" else [("op", "√"), opened, *inner(part), closed]
        return end
    if text[place] == "{":
        part, end = _group(text, place)
        out += inner(part)
        return end
    if found := re.compile(r"[0-9]+").match(text, place):
        out.append(("num", found.group()))
        return found.end()
    found = TEX.match(text, place)
    assert found is not None
    out += _tex_word(found)
    return found.end()


def _runs_on(name: str, text: str, place: int) -> bool:
    after = text[place + len(name) : place + len(name) + 1]
    return "\\" in name and name[-1].isalpha() and after.isalpha()


def _script(mark: str, part: str, inner: Any, before: list[Token]) -> list[Token]:
    if mark == "_":
        norm = before and before[-1] == ("op", "‖")
        return [] if norm else [("index", part.replace(r"\text{rows}", "rows").replace(r"\text{cols}", "cols"))]
    simple = {r"\top": ("T", ""), r"-\top": ("T-", ""), "-1": ("inv", "")}
    if part in simple:
        return [simple[part]]
    if part.isdigit():
        return [("pow", part)]
    if part.startswith(r"\odot"):
        power = part.removeprefix(r"\odot").strip()
        return [("had", power)] if power.isdigit() else [("op", "⊙^"), ("op", "("), *inner(power), ("op", ")")]
    return [("op", "^"), ("op", "("), *inner(part), ("op", ")")]


def _tex_word(found: re.Match[str]) -> list[Token]:
    word = found.group()
    plain = {r"\left": [], r"\right": [], r"\left\|": [("op", "‖")], r"\right\|": [("op", "‖")], r"\\": [("op", ";")]}
    if word in plain:
        return plain[word]
    if found.group(1):
        shown = {"logsoftmax": "log_softmax", "leakyrelu": "leaky_relu"}
        return [("fun", shown.get(found.group(1), found.group(1)))]
    if found.group(2) is not None:
        return [("op", found.group(2).strip())]
    if word in SIGNS:
        return [("num", math.pi)] if word == r"\pi" else [("op", SIGNS[word])]
    if word == "I":
        return [("eye", "")]
    if word == "e":
        return [("unit", "")]
    if word.startswith("\\"):
        return [("fun", SPOKEN.get(word, word[1:]))]
    return [("op", word)]


# ---- grammar ---------------------------------------------------------------------------------------------------------
class Reader:
    """Reads tokens by precedence: sums, elementwise products, products, powers."""

    def __init__(self, tokens: list[Token], values: Mapping[str, Any], sizes: Mapping[str, int]) -> None:
        self.tokens = [*tokens, ("end", "")]
        self.values = {name: typed.typed(value) for name, value in values.items()}
        self.values |= {name: typed.number(size) for name, size in sizes.items()}
        self.sizes = sizes
        self.place = 0
        self.closers: list[str] = []

    def read(self) -> Any:
        value = self.sum()
        assert self.token == ("end", ""), f"not read to the end: {self.tokens[self.place :]}"
        return value

    @property
    def token(self) -> Token:
        return self.tokens[self.place]

    def take(self) -> Token:
        self.place += 1
        return self.tokens[self.place - 1]

    def expect(self, sign: str) -> None:
        assert self.take() == ("op", sign), f"{sign} is missing before {self.tokens[self.place - 1 :]}"

    def sum(self) -> Any:
        negative = self.token == ("op", "-")
        self.place += negative
        value = self.hadamard()
        if negative:
            value = typed.product(typed.number(-1), value)
        while self.token in (("op", "+"), ("op", "-")):
            sign = 1 if self.take()[1] == "+" else -1
            value = typed.add(value, self.hadamard(), sign)
        return value

    def hadamard(self) -> Any:
        value = self.product()
        while self.token in (("op", "⊙"), ("op", "⊘")):
            power = 1 if self.take()[1] == "⊙" else -1
            value = typed.hadamard(value, self.product(), power)
        return value

    def product(self) -> Any:
        factors = [self.factor()]
        while True:
            if self.token == ("op", "/"):
                self.take()
                factors = [typed.divide(_all(factors), self.factor())]
            elif self.token == ("op", "·"):
                self.take()
                factors.append(self.factor())
            elif self._starts():
                factors.append(self.factor())
            else:
                return _all(factors)

    def _starts(self) -> bool:
        kind, value = self.token
        if kind == "op" and value in "|‖":
            return not (self.closers and self.closers[-1] == value)
        return kind in ("num", "sym", "fun", "ones", "eye", "unit") or (kind == "op" and value in ("(", "√", "{"))

    def factor(self) -> Any:
        value = self.atom()
        while True:
            kind, given = self.token
            if kind in ("T", "T-", "inv", "pow", "had", "index"):
                self.take()
                value = self._postfix(value, kind, given)
            elif (kind, given) in (("op", "^"), ("op", "⊙^")):
                self.take()
                exponent = self.atom()
                value = typed.raised(value, exponent, given == "⊙^")
            else:
                return value

    def _postfix(self, value: Any, kind: str, given: str) -> Any:
        if kind == "index":
            return self._indexed(value, given)
        if kind == "T":
            return value.T
        if kind in ("inv", "T-"):
            if value.is_scalar:
                return value.map(lambda a: 1 / a)
            inverse = Typed(np.linalg.inv(value.a), True, True)
            return inverse.T if kind == "T-" else inverse
        return typed.raised(value, given, kind == "had")

    def _indexed(self, value: Any, given: str) -> Any:
        if isinstance(value, Unit):
            return Unit(int(given) - 1)
        parts = [self._position(part) for part in given.split(",")]
        if len(parts) == 1 and isinstance(parts[0], slice):
            return Typed(value.a[parts[0]], value.rows, value.cols)
        places = [p for p in parts if isinstance(p, int)]
        return typed.number(value.a[tuple([*places, 0][:2])])

    def _position(self, text: str) -> int | slice:
        bounds = [eval(part, {}, dict(self.sizes)) for part in text.split(":")]  # the tests' own printed text
        if len(bounds) == 1:
            return int(bounds[0]) - 1
        first, last, step = (*bounds, 1)[:3]
        stop = last - 1 + (1 if step > 0 else -1)
        return slice(first - 1, stop if stop >= 0 else None, step)

    def atom(self) -> Any:
        kind, value = self.take()
        if kind == "num":
            return typed.number(float(value))
        if kind == "sym":
            return self.values[value]
        if kind == "fun":
            return self.function(value)
        if kind == "ones":
            return self.condition("[", "]") if self.token == ("op", "[") else ONES
        if kind == "eye":
            return Identity()
        if kind == "unit":
            return Unit(0) if self.token[0] == "index" else typed.number(math.e)
        return self.bracket(value)

    def bracket(self, sign: str) -> Any:
        if sign == "√":
            self.expect("(")
            return self.inside(")").map(np.sqrt)
        if sign == "(":
            return self.inside(")")
        if sign == "|":
            return self.inside("|").map(np.abs)
        if sign == "‖":
            return self.norm()
        assert sign == "{", f"{sign!r} does not start a factor"
        return self.cases()

    def inside(self, closer: str) -> Any:
        self.closers.append(closer)
        value = self.sum()
        self.expect(closer)
        self.closers.pop()
        return value

    def norm(self) -> Any:
        value = self.inside("‖")
        if self.token == ("op", "_"):
            self.place += 2
        return typed.number(np.sqrt(np.sum(value.a**2)))

    def condition(self, opener: str = "", closer: str = "") -> Any:
        if opener:
            self.expect(opener)
        left = self.sum()
        compare = COMPARE[self.take()[1]]
        right = self.sum()
        if closer:
            self.expect(closer)
        return Typed(compare(left.a, right.a) * 1.0, left.rows or right.rows, left.cols or right.cols)

    def cases(self) -> Any:
        yes = self.sum()
        self.expect("if")
        where = self.condition()
        self.expect(";")
        no = self.sum()
        self.expect("otherwise")
        self.expect("}")
        rows, cols = (any(getattr(v, side) for v in (yes, where, no)) for side in ("rows", "cols"))
        return Typed(np.where(where.a != 0, yes.a, no.a), rows, cols)

    def function(self, name: str) -> Any:
        axis = self.take()[1] if self.token[0] == "index" else ""
        power = self.take()[1] if self.token[0] == "pow" else "1"
        if self.token == ("op", "("):
            self.take()
            args = [self.sum()]
            while self.token == ("op", ","):
                self.take()
                args.append(self.sum())
            self.expect(")")
        else:
            args = [self.factor()]
        value = _call(name, args, axis)
        return value if power == "1" else value.map(lambda a: a ** float(power))


def _all(factors: list[Any]) -> Any:
    """The product, from the right: a vector of ones meets its matrix first."""
    value = factors[-1]
    for factor in reversed(factors[:-1]):
        value = typed.product(factor, value)
    return value


def _call(name: str, args: list[Any], axis: str) -> Any:
    x = args[0]
    if name == "diag":
        if isinstance(x, Typed) and x.cols and x.rows:
            return Typed(np.diag(x.a)[:, None], rows=True)
        return Typed(np.diag(x.a[:, 0]), True, True)
    if name in WHOLE:
        return typed.number(WHOLE[name](x.a))
    if name in ("softmax", "log_softmax", "logsumexp") or (name in ("max", "min") and len(args) == 1):
        function = getattr(special, name, None) or getattr(np, name)
        over = {"rows": 1, "cols": 0, "": None}[axis]
        value = np.asarray(function(x.a, axis=over))
        if value.shape == x.a.shape:
            return Typed(value, x.rows, x.cols)
        return typed.typed(value)
    function = FUNCTIONS[{"max": "maximum", "min": "minimum"}.get(name, name)]
    with np.errstate(all="ignore"):
        value = function(*(arg.a for arg in args))
    rows, cols = (any(getattr(arg, side) for arg in args) for side in ("rows", "cols"))
    return Typed(np.asarray(value, float), rows, cols)
