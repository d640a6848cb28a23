"""Applications: known functions with their arguments, declared and undeclared functions, entries written ``P(x)``."""

from __future__ import annotations

from dataclasses import dataclass, replace

from symml.errors import ReadError
from symml.read.math import scripts
from symml.read.math.names import Declared, spell
from symml.read.math.parser import Parser
from symml.read.math.scripts import Marks
from symml.read.math.statements import condition
from symml.read.math.tokens import Token
from symml.read.math.tree import Node, Written, set_of
from symml.read.math.vocabulary import COMMANDS, FUNCTIONS, INVERSES, LETTER_FUNCTIONS, OPERATORS

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
# Names of arrays that are never functions when something stands above them.
_ARRAYS = set_of(r"I e \mathbf{I} \mathbf{1} \mathbb{1} \mathbf{0} \mathbb{I} \pi")
_BRACKETED = set_of(r"\mathbb{E} E \mathbb{V} \mathbb{C} \mathbb{1} \mathbf{1} \mathbb{I} \mathbb{P} P I 1")
_INDEXED_DOMAINS = set_of("simplex probability unit")


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
    if name == "log" and p.peek().text in (r"\det", r"\Gamma", r"\sigma") and marks == Marks():
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
    if token.text in LETTER_FUNCTIONS and p.table.find(token.text) is None and p.peek(1).text == "(":
        return False
    return not stops and (brackets or token.text not in (*_OPENERS, "|", r"\|"))


def _finished(p: Parser, node: Node, marks: Marks) -> Node:
    """The call with what stands at the function's name: a base below, an inverse or a power above, primes."""
    name = str(node.value)
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


# ---- declared names --------------------------------------------------------------------------------------------------
def declared_function(p: Parser, node: Node, marks: Marks) -> Node:
    """A declared function before its arguments."""
    name = node.value.name
    if p.peek().text not in ("(", "["):
        return scripts.attach(p, Node("function name", (), name, node.start, node.end), marks)
    listed = arguments(p)
    head = Applied(Written(name), tuple(listed.value), marks.primes)
    call = Node("apply declared", listed.args, head, node.start, listed.end)
    if marks.sub is not None:
        call = scripts.index(p, call, marks.sub)
    if marks.sup is not None:
        call = scripts.raised(p, call, marks.sup)
    return scripts.postfix(p, call)


def entry_or_product(p: Parser, node: Node, row: Declared, marks: Marks) -> Node:
    """``P(x)`` of a declared vector is an entry when x is a running index."""
    shape = getattr(row.value, "shape", ())
    if p.peek().text != "(" or not shape or marks != Marks():
        return node
    letters = _plain_letters(p)
    domain = getattr(getattr(row.value, "domain", None), "name", "")
    if not letters and domain == "simplex" and p.peek(1).kind == "letter" and p.peek(2).text == ")":
        what = f"ambiguous: an entry of {row.name}, or a product with {p.peek(1).text}"
        raise p.error(p.peek(), what, "leave the argument undeclared for an entry, or write the number first")
    if len(letters) != len(shape):
        return node
    if not all(letter in p.bound or domain in _INDEXED_DOMAINS for letter in letters):
        return node
    listed = p.bracketed(lambda q: q.list_of(Parser.expression, (",",)))
    return scripts.postfix(p, Node("entry", (node, *listed.args), None, node.start, listed.end))


def _plain_letters(p: Parser) -> list[str]:
    """The letters in the brackets at hand when there is nothing else but undeclared letters and commas."""
    found: list[str] = []
    place = p.place + 1
    while place + 1 < p.stop:
        token, after = p.found[place], p.found[place + 1].text
        if token.kind != "letter" or (token.text not in p.bound and p.table.find(token.text) is not None):
            return []
        found.append(token.text)
        if after == ")":
            return found
        if after != ",":
            return []
        place += 2
    return []


# ---- undeclared names ------------------------------------------------------------------------------------------------
def undeclared(p: Parser, node: Node, marks: Marks) -> Node:
    """A name that is not declared, with what belongs to it."""
    written: Written = node.value
    if written.base in LETTER_FUNCTIONS and marks.sub is None and p.peek().text in ("(", "["):
        token = Token("", "command", node.start, node.end)
        return applied(p, LETTER_FUNCTIONS[written.base], marks, token)
    bracketed = p.peek().text == "(" or (p.peek().text in ("[", r"\{") and _takes_brackets(p, written))
    is_array = (marks.sup is not None and written.base in _ARRAYS) or written.base in p.given
    is_array |= marks.sub is not None and written.base == "I" and p.one_line
    if bracketed and not is_array:
        return _applied_name(p, node, marks)
    if written.base in (r"\mathbb{1}", r"\mathbf{1}", "1", r"\mathbb{I}") and marks.sub is not None:
        found = _indicator_below(p, node, marks.sub)
        if found is not None:
            return found
    return _plain_name(p, node, marks)


def _takes_brackets(p: Parser, written: Written) -> bool:
    return written.base in _BRACKETED or written.base.startswith(r"\mathrm{")


def _indicator_below(p: Parser, node: Node, span: tuple[int, int]) -> Node | None:
    """``1_{x > 0}``: a condition below the one."""
    inner = slice(*span)
    texts = [t.text for t in p.found[inner]]
    if texts and texts[0] == r"\{" and texts[-1] == r"\}":
        span = (span[0] + 1, span[1] - 1)
    held = p.within(span, condition)
    if held.kind != "relation":
        return None
    return scripts.postfix(p, Node("indicator", (held,), None, node.start, p.found[p.place - 1].end))


def _applied_name(p: Parser, node: Node, marks: Marks) -> Node:
    """An undeclared name before a bracket: what it is is decided where its kind is known."""
    below = p.within(marks.sub, _below_name) if marks.sub is not None else None
    opening = p.peek().text
    above = None if marks.sup is None else spell(p.found[slice(*marks.sup)])
    outer, p.bound = p.bound, p.bound | _drawn(p, below)
    listed = arguments(p)
    p.bound = outer
    head = Applied(node.value, tuple(listed.value), marks.primes, below, opening)
    call = Node("apply", listed.args, head, node.start, listed.end)
    if marks.sup is not None:
        if above == "-1":
            error = p.error(
                node, "the inverse of a function that is not known", "declare it under the name of its inverse"
            )
            error.unknown = (str(node.value),)
            raise error
        wide = scripts.raised(p, call, marks.sup)
    else:
        wide = call
    place = p.place
    wide = scripts.postfix(p, wide)
    if wide is call or len(listed.args) > 1 or opening != "(" or marks.primes:
        return wide
    # Of a factor before a bracket, what stands above the bracket belongs to the bracket alone.
    stop, p.place = p.place, place
    group = scripts.postfix(p, Node("group", listed.args, "(", listed.start, listed.end))
    p.place = stop
    product = Node("product", (_name_node(p, node, marks), group), ("", ""), node.start, group.end)
    return Node("applied", (call, wide), product, node.start, wide.end)


def _drawn(p: Parser, below: Node | None) -> frozenset[str]:
    r"""The letters that are drawn from declared vectors of probabilities below an expectation: ``x \sim p``."""
    found = set()
    for part in below.args if below is not None else ():
        if part.kind == "relation" and part.value == ("~",) and part.args[0].kind in ("name", "declared"):
            law = part.args[1]
            symbol = law.value.value if law.kind == "declared" else None
            if len(getattr(symbol, "shape", ())) == 1:
                found.add(p.source[part.args[0].start : part.args[0].end].strip())
    return frozenset(found)


def _below_name(p: Parser) -> Node:
    """What stands below a function's name: conditions or names."""
    return p.list_of(condition, (",", "|", r"\mid"))


def _plain_name(p: Parser, node: Node, marks: Marks) -> Node:
    return scripts.postfix(p, _name_node(p, node, marks))


def _name_node(p: Parser, node: Node, marks: Marks) -> Node:
    """A name with its own scripts."""
    indices: tuple[Node, ...] = ()
    if marks.sub is not None:
        place = p.place
        try:
            indices = p.within(marks.sub, scripts.indices).args
        except ReadError:
            p.place = place
    node = Node("name", indices, node.value, node.start, node.end)
    if marks.sup is not None and _is_label(p, marks.sup):
        sup = spell(p.found[slice(*marks.sup)])
        sup = rf"\mathrm{{{sup}}}" if scripts.is_word(p, marks.sup) and sup.isalpha() else sup
        written = replace(node.value, sup=sup)
        upper = (
            p.within((marks.sup[0] + 1, marks.sup[1] - 1), Parser.expression)
            if marks.sup[1] - marks.sup[0] > 2
            else None
        )
        node = Node("name", (*indices, *((upper,) if upper else ())), written, node.start, node.end)
        marks = replace(marks, sup=None)
    return scripts.marked(p, node, replace(marks, sub=None))


def _is_label(p: Parser, span: tuple[int, int]) -> bool:
    """Whether what stands above is part of the name: ``(i)``, ``[l]``, a star."""
    first, last = p.found[span[0]].text, p.found[span[1] - 1].text
    if scripts.is_word(p, span) and first not in ("\\star",):
        return True
    return (first, last) in (("(", ")"), ("[", "]"), ("*", "*"))


def lettered(p: Parser) -> Node:
    r"""``\Pr`` and words such as ``E`` and ``P``: an undeclared head before brackets."""
    token = p.next()
    base = "P" if token.text in (r"\Pr", "Pr") else token.text
    node = Node("name", (), Written(base), token.start, token.end)
    return undeclared(p, node, scripts.scan(p))
