"""Operands: numbers, symbols, brackets, fractions, roots, bars, functions; a table from the first token to its rule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

from symml.errors import ReadError
from symml.read.math import bigs, calls, environments, heads, scripts, slopes, symbols
from symml.read.math.names import ACCENTS, LETTERS, STYLES, group_end, spell
from symml.read.math.parser import Parser
from symml.read.math.statements import condition
from symml.read.math.tokens import Token
from symml.read.math.tree import Node
from symml.read.math.vocabulary import COMMANDS, FUNCTIONS, HADAMARD, OPERATORS, RELATIONS

Rule = Callable[[Parser], Node]
_MAX_RETRIES = 8
# What stands below angles and says no more than the types say.
_PLAIN_INNER = ("F", r"\mathrm{F}", "2", r"\mathbb{R}", r"\ell^{2}", r"\ell_2")


def operand(p: Parser) -> Node:
    """An operand with its sign."""
    token = p.peek()
    if token.text in ("-", "+") and token.kind == "sign":
        p.next()
        inner = operand(p)
        return inner if token.text == "+" else Node("negative", (inner,), None, token.start, inner.end)
    return _rule(p, token)(p)


def _rule(p: Parser, token: Token) -> Rule:
    if token.kind == "stop":
        raise p.error(None, "the formula ends here too early", "write what is missing")
    if token.kind == "word":
        return _word
    if token.kind == "begin":
        return environments.environment
    if token.kind == "number":
        return _number
    if token.kind == "letter":
        return symbols.symbol
    rule = _RULES.get(token.text)
    if rule is not None:
        return rule
    if token.text in LETTERS or token.text in STYLES or token.text in ACCENTS:
        return symbols.symbol
    if token.text in COMMANDS:
        return calls.function
    raise p.not_understood(token, _cure(token))


def _cure(token: Token) -> str:
    if token.text in RELATIONS:
        return "a relation stands between two formulas"
    if token.kind == "command":
        return r"this command has no meaning here; define it with \newcommand, or declare it as a symbol"
    return "an operand is expected here"


def _number(p: Parser) -> Node:
    if p.peek().text == "1" and (_are(p, 1, "_", "{", r"\{") or (_are(p, 1, r"\{") and not p.one_line)):
        return heads.lettered(p)
    return scripts.postfix(p, p.number(p.next()))


def _are(p: Parser, ahead: int, *texts: str) -> bool:
    """Whether these tokens follow."""
    return all(p.peek(ahead + k).text == text for k, text in enumerate(texts))


def _word(p: Parser) -> Node:
    token = p.peek()
    if p.table.find(r"\mathrm{" + token.text.replace(" ", "") + "}") is not None:
        return symbols.symbol(p)
    if token.text.replace(" ", "") in OPERATORS:
        return bigs.named(p)
    if token.text in FUNCTIONS and calls.is_called(p):
        return calls.function(p)
    if token.text in ("E", "P", "Pr", "H", "I"):
        return heads.lettered(p)
    if " " in token.text and token.end - token.start > len(token.text):
        raise p.not_understood(token, "these words are no name; write conditions as x > 0, or declare the name")
    return symbols.symbol(p)


def _brackets(p: Parser) -> Node:
    """Round or square brackets: a value; with a relation inside, square ones are 1 where it holds."""
    opening = p.peek()
    if p.one_line and opening.text == "[" and environments.is_array(p):
        return environments.array(p)
    if p.one_line and opening.text == "[" and environments.is_list(p):
        return scripts.postfix(p, environments.listed(p))
    if opening.text == r"\{":
        return _braces(p)
    node = p.bracketed(_joined if opening.text == "[" else _inside)
    if node.kind == "matrix":
        return scripts.postfix(p, replace(node, start=opening.start))
    if node.kind == "relation":
        if opening.text != "[":
            raise p.error(
                opening, "a relation stands in brackets", "write [a = b] for a number that is 1 where it holds"
            )
        node = Node("indicator", (replace(node, start=opening.start),), None, opening.start, node.end)
    return scripts.postfix(p, Node("group", (node,), opening.text, node.start, node.end))


def _inside(p: Parser) -> Node:
    """A condition, or on one line the numbers ``0:n - 1``."""
    node = condition(p)
    if not p.one_line or p.take(":") is None:
        return node
    last = p.expression()
    return Node("counted", (node, last), None, node.start, last.end)


def _joined(p: Parser) -> Node:
    """What stands in square brackets: ``[x; h]`` is one array above the other."""
    first = _inside(p)
    parts = [first]
    while first.kind != "relation" and p.take(";") is not None:
        parts.append(p.expression())
    return first if len(parts) == 1 else Node("matrix", tuple(parts), ("bmatrix", 1), first.start, parts[-1].end)


def _braces(p: Parser) -> Node:
    """Braces around an expression, or around the elements of a set."""
    start = p.peek().start
    node = p.bracketed(lambda q: q.list_of(condition, (",",)))
    if len(node.args) > 1:
        return Node("braces", node.args, None, start, node.end)
    if node.args[0].kind == "relation":
        raise p.error(
            node.args[0], "a relation stands in braces", "write [a = b] for a number that is 1 where it holds"
        )
    return scripts.postfix(p, Node("group", node.args, r"\{", start, node.end))


def _group(p: Parser) -> Node:
    """A TeX group: the same as what stands in it; in plain text a choice, ``{1 if x > 0; 0 otherwise}``."""
    start = p.peek().start
    if p.one_line and any(t.kind == "word" and t.text == "if" for t in p.found[p.place : group_end(p.found, p.place)]):
        return scripts.postfix(p, environments.choice(p))
    node = p.within(p.group(), Parser.expression)
    return scripts.postfix(p, Node("group", (node,), "{", start, node.end))


def _fraction(p: Parser) -> Node:
    start = p.next().start
    found = slopes.fraction(p, start)
    if found is not None:
        return found
    top, low = p.argument(), p.argument()
    return scripts.postfix(p, Node("fraction", (top, low), None, start, low.end))


def _binomial(p: Parser) -> Node:
    start = p.next().start
    top, low = p.argument(), p.argument()
    return scripts.postfix(p, Node("call", (top, low), "binomial", start, low.end))


def _root(p: Parser) -> Node:
    token = p.next()
    start = token.start
    degree: tuple[Node, ...] = ()
    if token.text == r"\cbrt":
        degree = (Node("number", (), Fraction(3), start, token.end),)
    if p.peek().text == "[" and not p.one_line:
        degree = (p.bracketed(Parser.expression),)
    if p.peek().text == "(":
        inner = p.bracketed(Parser.expression)
    elif p.peek().text == "{" or not p.one_line:
        inner = p.argument()
    else:
        inner = _rule(p, p.peek())(p)
    return scripts.postfix(p, Node("root", (inner, *degree), None, start, inner.end))


def _bars(p: Parser) -> Node:
    r"""``|x|`` is the absolute value or the determinant, ``\|x\|`` a norm; ``||x|-|y||`` begins with two bars."""
    opening, place, bars = p.peek(), p.place, p.bars
    if opening.text != r"\|" or p.source[opening.start : opening.end] != "||" or p.retries >= _MAX_RETRIES:
        return _between_bars(p)
    try:
        return _between_bars(p)
    except ReadError as error:
        p.place, p.bars, p.retries = place, bars, p.retries + 1
        _halve(p, opening)
        try:
            return _between_bars(p)
        except ReadError:
            raise error from None


def _between_bars(p: Parser) -> Node:
    opening = p.next()
    kind = opening.text
    p.bars = [*p.bars, kind]
    inner = p.expression()
    p.bars = p.bars[:-1]
    closing = p.peek()
    if closing.text == r"\|" and kind == "|" and closing.end - closing.start == 2 and p.source[closing.start] == "|":
        _halve(p, closing)
        closing = p.peek()
    if closing.text == "|" and kind == r"\|" and p.peek(1).text == "|":
        p.next()
    elif closing.text != kind:
        if closing.kind == "stop":
            raise p.error(opening, f"this {p.written(opening)} is not closed", f"write {p.written(opening)} after it")
        raise p.not_understood(closing, f"the bar at column {opening.start + 1} is still open")
    last = p.next()
    if kind == "|":
        return scripts.postfix(p, Node("bars", (inner,), None, opening.start, last.end))
    order = scripts.norm_order(p)
    return scripts.postfix(p, Node("norm", (inner,), order, opening.start, last.end))


def _halve(p: Parser, token: Token) -> None:
    """Two bars side by side: the first closes, the second opens."""
    middle = token.start + 1
    halves = [Token("|", "sign", token.start, middle, token.side), Token("|", "sign", middle, token.end)]
    p.found[p.place : p.place + 1] = halves
    p.stop += 1


def _angles(p: Parser) -> Node:
    node = p.bracketed(lambda q: q.list_of(Parser.expression, (",", "|", r"\mid")), separator=True)
    if len(node.args) != 2:
        raise p.error(node, "an inner product has two parts", r"write \langle a, b \rangle")
    weight: tuple[Node, ...] = ()
    if p.peek().text == "_":
        p.next()
        span = p.group()
        if spell(p.found[slice(*span)]) not in _PLAIN_INNER:
            weight = (p.within(span, Parser.expression),)
    return scripts.postfix(p, Node("inner", (*node.args, *weight), None, node.start, p.found[p.place - 1].end))


def _pointed(p: Parser) -> Node:
    """``<a, b>`` where an operand is expected: an inner product."""
    start = p.next().start
    listed = p.list_of(Parser.expression, (",",))
    if len(listed.args) != 2 or p.peek().text != ">":
        raise p.error(p.found[p.place - 1], "not understood: <", r"write \langle a, b \rangle for an inner product")
    return scripts.postfix(p, Node("inner", listed.args, None, start, p.next().end))


def _rounded(name: str) -> Rule:
    r"""``\lfloor x \rfloor``"""

    def rounded(p: Parser) -> Node:
        inner = p.bracketed(Parser.expression)
        return scripts.postfix(p, Node("call", (inner,), name, inner.start, inner.end))

    return rounded


def _left_open(p: Parser) -> Node:
    r"""``\left. f(x) \right|_{x = a}``"""
    opening = p.next()
    outer, held, p.bars, p.held = p.bars, p.held, ["|"], 1
    inner = p.expression()
    p.bars, p.held = outer, held
    if p.peek().text != "|" or p.peek(1).text != "_":
        raise p.error(opening, r"this \left. has no \right|_{...}", r"write \left. f(x) \right|_{x = a}")
    return scripts.postfix(p, replace(scripts.evaluated(p, inner), start=opening.start))


def _refused(what: str, cure: str) -> Rule:
    def refuse(p: Parser) -> Node:
        token = p.peek()
        raise p.error(token, f"not understood: {p.written(token)}; {what}", cure)

    return refuse


def _braced(p: Parser) -> Node:
    r"""``\underbrace{x}_{text}`` is x."""
    p.next()
    node = p.argument()
    while p.take("_", "^") is not None:
        p.group()
    return scripts.postfix(p, Node("group", (node,), "{", node.start, node.end))


def _boxed(p: Parser) -> Node:
    p.next()
    return scripts.postfix(p, p.argument())


def _negation(p: Parser) -> Node:
    start = p.next().start
    inner = p.chain(HADAMARD)
    return Node("not", (inner,), None, start, inner.end)


_RULES: dict[str, Rule] = {
    "(": _brackets,
    "[": _brackets,
    r"\{": _brackets,
    "{": _group,
    r"\frac": _fraction,
    r"\binom": _binomial,
    r"\dbinom": _binomial,
    r"\tbinom": _binomial,
    r"\sqrt": _root,
    r"\cbrt": _root,
    "|": _bars,
    r"\|": _bars,
    r"\langle": _angles,
    "<": _pointed,
    r"\left.": _left_open,
    r"\underbrace": _braced,
    r"\overbrace": _braced,
    r"\boxed": _boxed,
    r"\sum": bigs.big,
    r"\prod": bigs.big,
    r"\max": bigs.named,
    r"\min": bigs.named,
    r"\sup": bigs.named,
    r"\inf": bigs.named,
    r"\argmax": bigs.named,
    r"\argmin": bigs.named,
    r"\lim": bigs.named,
    r"\int": bigs.integral,
    r"\nabla": slopes.nabla,
    r"\partial": slopes.partial,
    r"\neg": _negation,
    r"\Pr": heads.lettered,
    r"\infty": lambda p: Node("infinity", (), None, p.peek().start, p.next().end),
    r"\lfloor": _rounded("floor"),
    r"\lceil": _rounded("ceil"),
    r"\bigoplus": _refused("direct sums have no expression", "write it with matrices"),
}
