"""What stands above and below: powers, marks such as the transpose, indices, primes and factorials."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from symml.read.math.names import spell
from symml.read.math.parser import Parser
from symml.read.math.statements import condition
from symml.read.math.tokens import Token
from symml.read.math.tree import Node, Written

Span = tuple[int, int]
# What may stand above without being a power.
MARKS = {
    "T": "transpose", r"\top": "transpose", r"\mathrm{T}": "transpose", r"\mathbf{T}": "transpose",
    "-T": "inverse transpose", r"-\top": "inverse transpose", r"-\mathrm{T}": "inverse transpose",
    "+": "pseudoinverse", r"\dagger": "pseudoinverse", "*": "star", "H": "conjugate", r"\mathrm{H}": "conjugate",
    "c": "complement", r"\mathrm{c}": "complement", r"\complement": "complement",
}  # fmt: skip
_LETTERS = ("T", "-T", "H", "c")
_AT_A_POINT = r"write \left. ... \right|_{x = a}"
_ELEMENTWISE = (r"\odot", r"\circ")
EXTREMES = (r"\max", r"\min", r"\sup", r"\inf", r"\star")


@dataclass(frozen=True)
class Marks:
    """The scripts of a symbol that are not yet used: places of tokens."""

    sub: Span | None = None
    sup: Span | None = None
    primes: int = 0

    def without(self, used: frozenset[str]) -> Marks:
        """The marks that a name has not used up."""
        return Marks(
            None if "sub" in used else self.sub,
            None if "sup" in used else self.sup,
            0 if "primes" in used else self.primes,
        )


def scan(p: Parser) -> Marks:
    """Takes the scripts at hand."""
    marks = Marks()
    while True:
        token = p.peek()
        if token.text == "'" and token.kind == "sign":
            p.next()
            marks = replace(marks, primes=marks.primes + 1)
        elif token.text == "_" and marks.sub is None:
            p.next()
            marks = replace(marks, sub=p.group())
        elif token.text == "^" and marks.sup is None:
            if p.one_line and p.peek(1).text == "(":
                return marks
            p.next()
            span = p.group()
            if all(t.text == "'" for t in p.found[slice(*span)]) and span[0] < span[1]:
                marks = replace(marks, primes=marks.primes + span[1] - span[0])
            else:
                marks = replace(marks, sup=span)
        elif token.text == "^" and marks.sup is not None and _is_label(p, marks.sup):
            return marks  # a transpose after a label, as in x^{(i)T}
        elif token.text in ("_", "^"):
            raise p.error(token, f"a second {token.text} on one symbol", "use braces: {x_i}_j")
        else:
            return marks


def attach(p: Parser, node: Node, marks: Marks) -> Node:
    """The symbol with its unused scripts as index, power or mark, and with what follows."""
    return postfix(p, marked(p, node, marks))


def marked(p: Parser, node: Node, marks: Marks) -> Node:
    """The symbol with its unused scripts as index, power or mark."""
    if marks.sub is not None:
        node = index(p, node, marks.sub)
    if marks.primes:
        node = Node("primed", (node,), marks.primes, node.start, p.found[p.place - 1].end)
    return node if marks.sup is None else raised(p, node, marks.sup)


def postfix(p: Parser, node: Node) -> Node:
    """Scripts, factorials and evaluations after an operand."""
    while True:
        token = p.peek()
        if token.text == "!" and token.kind == "sign":
            p.next()
            node = Node("call", (node,), "factorial", node.start, token.end)
        elif (
            token.text == "[" and p.one_line and not token.gap and node.kind in ("declared", "name", "group", "raised")
        ):
            listed = p.bracketed(indices)
            node = Node("entry", (node, *listed.args), None, node.start, listed.end)
        elif token.text == "^" and p.one_line and p.peek(1).text == "(":
            p.next()
            kind = "elementwise" if p.peek(1).text in _ELEMENTWISE else None
            inner = p.bracketed(_exponent)
            node = Node("power", (node, inner), kind, node.start, inner.end)
        elif token.text in ("^", "_", "'") and token.kind == "sign":
            node = _scripted(p, node)
        else:
            return node


def evaluated(p: Parser, node: Node) -> Node:
    r"""``\Big|_{x = a}`` after a product: its value there."""
    p.place += 2
    places = [p.within(p.group(), condition)]
    if p.take("^") is not None:
        places.append(p.within(p.group(), condition))
    return Node("evaluated", (node, *places), None, node.start, p.found[p.place - 1].end)


def _exponent(p: Parser) -> Node:
    """``1/2`` of ``^(1/2)``, and of ``^(⊙1/2)`` for a power of every entry."""
    p.take(*_ELEMENTWISE)
    return p.expression()


def _scripted(p: Parser, node: Node) -> Node:
    marks = scan(p)
    if marks.sub is not None:
        node = index(p, node, marks.sub)
    if marks.primes:
        node = Node("primed", (node,), marks.primes, node.start, p.found[p.place - 1].end)
    return node if marks.sup is None else raised(p, node, marks.sup)


def raised(p: Parser, node: Node, span: Span) -> Node:
    """A base with what stands above it."""
    end = p.found[p.place - 1].end
    written = spell(p.found[slice(*span)])
    if _is_label(p, span):
        inner = p.within((span[0] + 1, span[1] - 1), Parser.expression)
        return Node("label", (node, inner), written, node.start, end)
    if is_word(p, span):
        return Node("label", (node, _word(p.found[span[0]])), written, node.start, end)
    is_event = node.kind == "declared" and node.value.kind == "event"
    if written in MARKS and (is_event or not (written in _LETTERS and _is_number(p, written.lstrip("-")))):
        return Node("mark", (node,), MARKS[written], node.start, end)
    first = p.found[span[0]]
    if first.text in _ELEMENTWISE and span[1] - span[0] > 1:
        exponent = p.within((span[0] + 1, span[1]), Parser.expression)
        return Node("power", (node, exponent), "elementwise", node.start, end)
    exponent = p.within(span, Parser.expression)
    return Node("power", (node, exponent), None, node.start, end)


def _is_label(p: Parser, span: Span) -> bool:
    """Whether ``(1)``, ``[l]`` or ``(t+1)`` stands above: a whole number or an undeclared letter in brackets."""
    found = p.found[slice(*span)]
    if len(found) not in (3, 5) or (found[0].text, found[-1].text) not in (("(", ")"), ("[", "]")):
        return False
    first, rest = found[1], found[2:-1]
    free = first.kind == "letter" and (first.text in p.bound or p.table.find(first.text) is None)
    if first.kind == "number" and not rest:
        return first.text.isdigit()
    return free and (not rest or (rest[0].text in ("+", "-") and rest[1].kind == "number"))


def is_word(p: Parser, span: Span) -> bool:
    r"""Whether one undeclared word stands in a script: ``\text{old}``, ``\max``."""
    token = p.found[span[0]]
    if span[1] - span[0] != 1 or p.one_line:
        return False
    if token.text in EXTREMES:
        return True
    named = token.kind == "word" and len(token.text) > 1 and p.table.find(rf"\mathrm{{{token.text}}}") is None
    return named and p.source[token.start : token.start + 1] == "\\"


def _word(token: Token) -> Node:
    base = token.text if token.text in EXTREMES else r"\mathrm{" + token.text.replace(" ", "") + "}"
    return Node("name", (), Written(base), token.start, token.end)


def _is_number(p: Parser, letter: str) -> bool:
    """Whether a letter that usually marks a transpose is declared as a number or a dim."""
    row = p.table.find(letter)
    return row is not None and (row.kind in ("size", "number") or not getattr(row.value, "shape", (1,)))


def index(p: Parser, node: Node, span: Span) -> Node:
    """A base with indices below it; ``(x)_+`` is the positive part, ``[f(x)]_{x = a}`` a value."""
    if node.kind in ("group", "bars"):
        texts = [t.text for t in p.found[slice(*span)]]
        if texts == ["+"]:
            zero = Node("number", (), Fraction(0), node.end, node.end)
            return Node("extremum", (node, zero), "max", node.start, p.found[p.place - 1].end)
        if "=" in texts and node.value == "[" and p.held:
            raise p.error(node, "ambiguous: the value of a derivative, or the derivative of a value", _AT_A_POINT)
        if "=" in texts and node.value == "[":
            return Node("evaluated", (node, p.within(span, condition)), None, node.start, p.found[p.place - 1].end)
    first, last = p.found[span[0]], p.found[span[1] - 1]
    if (first.text, last.text) == ("(", ")") and not p.one_line:
        what = f"not understood: {p.source[first.start : last.end]} below; an order statistic, or an entry?"
        raise p.error(first, what, "write x_1 for an entry; or declare the symbol as it is written")
    listed = p.within(span, indices)
    return Node("entry", (node, *listed.args), None, node.start, p.found[p.place - 1].end)


def indices(p: Parser) -> Node:
    """Indices, with commas or side by side: ``ij``, ``i,j``, ``t-1``, ``:,j``."""
    start = p.peek().start
    found: list[Node] = []
    if p.place + 1 == p.stop and is_word(p, (p.place, p.stop)):
        token = p.next()
        return Node("list", (_word(token),), None, start, token.end)
    while p.peek().kind != "stop" and p.peek().text != "]":
        if p.take(",") is not None:
            continue
        if (colon := p.take(":", r"\cdot", "*")) is not None:
            found.append(Node("all", (), None, colon.start, colon.end))
            continue
        if p.peek(1).text in (":", r"\cdot", "*") and p.peek(2).text in ("", ","):
            found.append(p.operand())
            continue
        found += _run(p)
        if p.peek().text == ":":
            found[-1] = _cut(p, found[-1])
    return Node("list", tuple(found), None, start, p.found[p.place - 1].end)


def _cut(p: Parser, first: Node) -> Node:
    """``2:n`` and ``n:1:-1``: a slice, both ends included."""
    parts = [first]
    while p.take(":") is not None:
        parts.append(p.expression())
    return Node("cut", tuple(parts), None, first.start, parts[-1].end)


def _run(p: Parser) -> list[Node]:
    """Indices up to a comma: single symbols side by side, or one sum."""
    node = p.expression()
    if node.kind == "product" and not any(node.value) and all(_is_single(part) for part in node.args):
        return list(node.args)
    if node.kind == "number" and node.value >= 10 and not p.one_line:
        return [node]
    return [node]


def _is_single(node: Node) -> bool:
    return node.kind in ("name", "declared", "number") or (node.kind == "entry" and _is_single(node.args[0]))


def norm_order(p: Parser) -> str:
    """The order of a norm: what stands below it."""
    if p.one_line and p.peek().text == r"\infty" and not p.peek().gap:
        return p.next().text
    if p.peek().text != "_" or p.peek().kind != "sign":
        return ""
    p.next()
    return spell(p.found[slice(*p.group())])
