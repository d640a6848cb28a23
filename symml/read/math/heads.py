"""Names before brackets: declared functions, entries written ``P(x)``, and what is not declared."""

from __future__ import annotations

from dataclasses import replace

from symml.errors import ReadError
from symml.read.math import scripts
from symml.read.math.calls import Applied, applied, arguments
from symml.read.math.names import Declared, spell
from symml.read.math.parser import Parser
from symml.read.math.scripts import Marks
from symml.read.math.statements import condition
from symml.read.math.tokens import Token
from symml.read.math.tree import Node, Written, set_of

# Names of arrays that are never functions when something stands above them.
_ARRAYS = set_of(r"I e \mathbf{I} \mathbf{1} \mathbb{1} \mathbf{0} \mathbb{I} \pi")
_BRACKETED = set_of(r"\mathbb{E} E \mathbb{V} \mathbb{C} \mathbb{1} \mathbf{1} \mathbb{I} \mathbb{P} P I 1")
_INDEXED_DOMAINS = set_of("simplex probability unit")


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
    if written.base in p.table.letters and marks.sub is None and p.peek().text in ("(", "["):
        token = Token("", "command", node.start, node.end)
        return applied(p, p.table.letters[written.base], marks, token)
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
