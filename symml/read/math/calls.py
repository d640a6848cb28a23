"""Applications: known functions with their arguments, declared and undeclared functions, entries written ``P(x)``."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from symml.read.math import scripts
from symml.read.math.names import spell
from symml.read.math.parser import Parser
from symml.read.math.scripts import Marks
from symml.read.math.statements import condition
from symml.read.math.tokens import Token
from symml.read.math.tree import Node, Written, set_of
from symml.read.math.vocabulary import COMMANDS, FUNCTIONS, INVERSES, OPERATORS

SEPARATORS = (",", ";", "|", r"\mid", r"\|", ":")
# Words below a function that say along what it runs.
RUNS = ("rows", "cols", "all")
# Below a function's name: of every entry, where the function of the whole matrix could be meant.
_ENTRIES = (r"\odot", r"\circ")
_OPENERS = ("(", "[", r"\{")
_ONLY_CALLED = set_of(
    "mean avg dot clip power pow rank where cov var corr std js kl abs arg adj vec cross_entropy proj"
)
# Functions that are often written without brackets: what follows a bracket may still belong to the argument.
_LOOSE = set_of("log sin cos tan")
_SIMPLE = set_of("number declared name entry power primed constant")


@dataclass(frozen=True)
class Applied:
    """The head of an application of something undeclared.

    Attributes:
        written: The name.
        separators: What stands between the arguments.
        primes: The number of primes.
        below: What stands below the name.
        opening: The opening bracket.
    """

    written: Written
    separators: tuple[str, ...] = ()
    primes: int = 0
    below: Node | None = None
    opening: str = "("


def arguments(p: Parser, *, bars: bool = True) -> Node:
    """The arguments in the brackets at hand; each may be a condition, and bars may stand between them."""
    separators = SEPARATORS if bars else (",", ";")
    return p.bracketed(lambda q: q.list_of(condition, separators), separator=bars)


def is_called(p: Parser) -> bool:
    """Whether the function's name at hand has an argument."""
    name = FUNCTIONS[p.peek().text]
    place = p.place
    p.place += 1
    scripts.scan(p)
    found = p.peek().text in _OPENERS or (name not in _ONLY_CALLED and p.starts_operand())
    p.place = place
    return found


# ---- known functions -------------------------------------------------------------------------------------------------
def function(p: Parser) -> Node:
    """A known function with its argument: in brackets, or the simple factors that follow."""
    token = p.next()
    name = FUNCTIONS.get(token.text.removeprefix("\\"))
    if name is None:
        raise p.not_understood(token)
    if token.text in ("log", r"\log") and p.table.notation.log != "e" and p.peek().text != "_":
        name += p.table.notation.log
    if p.one_line and p.peek().text == "[":
        if p.peek(2).text == "]" and p.peek(1).text in (*RUNS, *_ENTRIES):
            p.place += 3
            run = p.peek(-2).text
            return applied(p, f"{name} of {run if run in RUNS else 'entries'}", Marks(), token)
        if name == "onehot":
            return _one_hot(p, p.bracketed(Parser.expression), token)
    marks = scripts.scan(p)
    return applied(p, name, marks, token)


def _one_hot(p: Parser, depth: Node, token: Token) -> Node:
    """``onehot[k](y)``"""
    listed = arguments(p, bars=False)
    return scripts.postfix(p, Node("call", (*listed.args, depth), "onehot", token.start, listed.end))


def applied(p: Parser, name: str, marks: Marks, token: Token) -> Node:
    """A function whose name and scripts are read."""
    if (
        name == "log"
        and p.table.notation.log == "e"
        and p.peek().text in (r"\det", r"\Gamma", r"\sigma")
        and marks == Marks()
    ):
        found = _joined(p, token)
        if found is not None:
            return found
    if p.peek().text in _OPENERS and p.peek().kind != "word":
        return _with_brackets(p, name, marks, token)
    if not p.starts_operand() and p.peek().text not in ("-", "+"):
        raise p.error(token, f"{p.written(token)} has no argument", "write its argument in brackets")
    return _without_brackets(p, name, marks, token)


def _joined(p: Parser, token: Token) -> Node | None:
    r"""``\log\det`` and ``\log\Gamma`` are functions of their own."""
    inner = p.peek().text
    if inner != r"\det" and (p.table.find(inner) is not None or p.peek(1).text not in _OPENERS):
        return None
    p.next()
    name = {r"\det": "logdet", r"\Gamma": "lgamma", r"\sigma": "log_sigmoid"}[inner]
    return applied(p, name, Marks(), token)


def _with_brackets(p: Parser, name: str, marks: Marks, token: Token) -> Node:
    listed = arguments(p, bars=False)
    node = Node("call", listed.args, name, token.start, listed.end)
    loose = name in _LOOSE and len(listed.args) == 1
    if loose and (p.peek().text in ("^", "(")) and p.peek().kind == "sign" and not p.one_line:
        group = Node("group", listed.args, "(", listed.start, listed.end)
        return _two_readings(p, name, marks, token, group)
    return scripts.postfix(p, _finished(p, node, marks))


def _two_readings(p: Parser, name: str, marks: Marks, token: Token, inner: Node) -> Node:
    r"""``\log(x)^2`` and ``\log(x)(y)``: what follows belongs to the value, or to the argument."""
    place = p.place
    wide = scripts.postfix(p, inner)
    if p.peek().text == "(":
        other = scripts.postfix(p, p.bracketed(Parser.expression))
        wide = Node("product", (wide, other), ("", ""), inner.start, other.end)
    stop, p.place = p.place, place
    narrow = scripts.postfix(p, _finished(p, Node("call", (inner,), name, token.start, inner.end), marks))
    if p.peek().text == "(" and p.place < stop:
        other = scripts.postfix(p, p.bracketed(Parser.expression))
        narrow = Node("product", (narrow, other), ("", ""), token.start, other.end)
    p.place = stop
    both = Node("call", (wide,), name, token.start, wide.end)
    return Node("either", (narrow, _finished(p, both, marks)), None, token.start, wide.end)


def _without_brackets(p: Parser, name: str, marks: Marks, token: Token) -> Node:
    r"""``\log 2\pi``: the simple factors that follow; ``\log p/q`` and ``\log f(x) y`` have two readings."""
    parts = [p.operand()]
    while parts[-1].kind in _SIMPLE and _goes_on(p):
        parts.append(p.operand())
    inner = (
        parts[0]
        if len(parts) == 1
        else Node("product", tuple(parts), ("",) * len(parts), parts[0].start, parts[-1].end)
    )
    node = _finished(p, Node("call", (inner,), name, token.start, inner.end), marks)
    op = "/" if p.peek().text == "/" else "" if _goes_on(p, brackets=True) else None
    if op is None:
        return node
    if op:
        p.next()
    other = p.operand()
    wide = Node("product", (inner, other), ("", op), inner.start, other.end)
    narrow = Node("product", (node, other), ("", op), token.start, other.end)
    both = _finished(p, Node("call", (wide,), name, token.start, other.end), marks)
    return Node("either", (narrow, both), None, token.start, other.end)


def _goes_on(p: Parser, *, brackets: bool = False) -> bool:
    """Whether another factor of the argument follows: no function, no big operator, no bracket."""
    token = p.peek()
    if not p.starts_operand() or token.kind == "begin":
        return False
    if token.kind == "word":
        return token.text not in FUNCTIONS and token.text not in OPERATORS
    stops = token.text in COMMANDS or token.text in (
        r"\sum",
        r"\prod",
        r"\max",
        r"\min",
        r"\int",
        r"\nabla",
        r"\partial",
    )
    if token.text in p.table.letters and p.table.find(token.text) is None and p.peek(1).text == "(":
        return False
    return not stops and (brackets or token.text not in (*_OPENERS, "|", r"\|"))


def _finished(p: Parser, node: Node, marks: Marks) -> Node:
    """The call with what stands at the function's name: a base below, an inverse or a power above, primes."""
    name = str(node.value)
    base = p.table.notation.log
    if name == "log" and base != "e" and marks.sub is None and not p.source.startswith(("ln", r"\ln"), node.start):
        number = Node("number", (), Fraction(base), node.start, node.start)
        node = Node("call", (*node.args, number), "log to a base", node.start, node.end)
    if marks.sub is not None:
        node = _below(p, node, name, marks.sub)
    if marks.primes:
        node = Node("slope of", node.args, (node.value, marks.primes), node.start, node.end)
    if marks.sup is None:
        return node
    above = spell(p.found[slice(*marks.sup)])
    if above == "-1":
        if name not in INVERSES or name in ("exp", "log"):
            raise p.error(node, f"{name} with -1 above has two readings", "write the inverse function, or 1/f(x)")
        return replace(node, value=INVERSES[name])
    return scripts.raised(p, node, marks.sup)


def _below(p: Parser, node: Node, name: str, span: tuple[int, int]) -> Node:
    below = spell(p.found[slice(*span)])
    if name == "log":
        base = p.within(span, Parser.expression)
        return Node("call", (*node.args, base), "log to a base", node.start, node.end)
    if name == "onehot":
        return replace(node, args=(*node.args, p.within(span, Parser.expression)))
    if below in _ENTRIES:
        return replace(node, value=f"{name} of entries")
    if below in RUNS or name in ("softmax", "log_softmax", "logsumexp"):
        if below in RUNS:
            return replace(node, value=f"{name} of {below}")
        listed = p.within(span, scripts.indices)
        return Node("softmax along", (*node.args, *listed.args), name, node.start, node.end)
    listed = p.within(span, scripts.indices)
    return Node("entry", (node, *listed.args), None, node.start, node.end)
