"""From tokens to trees: statements, and the clauses that follow them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from symml.errors import ReadError
from symml.read.math.infix import infix_first
from symml.read.math.labels import transposes_apart
from symml.read.math.macros import expand
from symml.read.math.names import Table, group_end, scan_base
from symml.read.math.operands import operand
from symml.read.math.pairs import settled
from symml.read.math.parser import PROSE, Parser
from symml.read.math.rows import statements
from symml.read.math.said import is_known
from symml.read.math.scripts import evaluated
from symml.read.math.statements import condition
from symml.read.math.tokens import tokens
from symml.read.math.tree import Node
from symml.read.math.words import with_words
from symml.read.profiles import defined_macros


@dataclass
class Clause:
    """One statement of the text: its sides, and the clauses that follow, with the text that it stands in.

    Attributes:
        sides: The sides of the chain.
        signs: The relations between them.
        where: Definitions that hold in it.
        conditions: What else is said with it.
        said: The words of a definition that follows a statement.
        source: The whole text, for carets.
    """

    sides: list[Node]
    signs: list[str]
    where: list[Clause]
    conditions: list[str]
    said: str = ""
    source: str = ""


def parse(text: str, table: Table, *, one_line: bool) -> tuple[str, list[Clause]]:
    """The source after macros, and the trees of its statements."""
    source = text if one_line else expand(defined_macros(text, table.notation) + text)
    plain = infix_first(list(transposes_apart(tokens(source, one_line=one_line))))
    found = with_words(plain, table, one_line=one_line)
    rows = statements(found)
    if not rows:
        raise ReadError("there is nothing to read", cure=r"write a formula, such as \|Xw-y\|_2^2")
    return source, [_clause(Parser(source, row, table, operand, evaluated, one_line=one_line)) for row in rows]


def _clause(p: Parser) -> Clause:
    """A chain of relations and what follows it."""
    before = _ahead(p)
    before += _in_brackets_behind(p)
    p.given = _given(p)
    node = condition(p)
    sides, signs = (list(node.args), list(node.value)) if node.kind == "relation" else ([node], [])
    sides = settled(p, sides)
    chain = Clause(sides, signs, [], before, source=p.source)
    while p.peek().kind != "stop":
        _tail(p, chain)
    return chain


_LEADS = ("for", "if", "let", "when", "given", "suppose", "assume", "assuming", "whenever", "fix")


def _ahead(p: Parser) -> list[str]:
    r"""The conditions before a statement: ``\forall x > 0:``, ``If A is symmetric, then``."""
    first = p.peek()
    words = first.text.lower().split()
    if first.text == r"\exists":
        raise p.error(first, "not understood: a claim that something exists", "state what it is")
    if first.text != r"\forall" and not (first.kind == "word" and words and words[0] in _LEADS):
        return []
    for k in range(p.place + 1, p.stop):
        token = p.found[k]
        ends = token.text in (",", ":", ".", ";") or (token.kind == "word" and "then" in token.text.lower().split())
        said = p.source[first.start : token.start] + (token.text.partition("then")[0] if token.kind == "word" else "")
        if ends and is_known(said):
            p.place = k + 1
            if p.peek().kind == "word" and p.peek().text.strip(" ,").lower() in ("then", "we have", "it holds that"):
                p.next()
                p.take(",", ":")
            return [said]
    raise p.error(first, f"not understood: {p.written(first)}", "a condition ends with a comma before the statement")


def _in_brackets_behind(p: Parser) -> list[str]:
    r"""The condition in brackets after a statement: ``\quad (x > 0)``."""
    last = p.found[p.stop - 1] if p.stop > p.place else None
    if last is None or last.text != ")":
        return []
    depth = 0
    for k in range(p.stop - 1, p.place, -1):
        depth += {")": 1, "(": -1}.get(p.found[k].text, 0)
        if depth == 0:
            said = p.source[p.found[k].end : last.start]
            apart = re.search(r"(?:\\q?quad|\\[ ;]|,|\s\s)\s*$", p.source[: p.found[k].start])
            if not apart or not re.search(r"[<>=]|\\[gl]eq?|\\in|\\ne|symmetric|≥|≤|∈", said) or not is_known(said):
                return []
            p.stop = k
            return [said]
    return []


def _given(p: Parser) -> frozenset[str]:
    """The letters that stand before an equals sign after ``where``: they are arrays wherever they stand."""
    found: set[str] = set()
    is_where = False
    for k in range(p.place, p.stop):
        token = p.found[k]
        is_where |= token.kind == "word" and "where" in token.text.split()
        starts = is_where and (token.text == "," or (token.kind == "word" and "where" in token.text.split()))
        base = scan_base(p.found, k + 1, p.stop) if starts else None
        if base is not None and p.table.find(base[0]) is None:
            after = base[1]
            if after + 1 < p.stop and p.found[after].text == "_":
                after = group_end(p.found, after + 1)
            if after < p.stop and p.found[after].text == "=":
                found.add(base[0])
    return frozenset(found)


_WHERE = ("where", "with", "let", "and", "for", "to", "s.t", "all", "every", "each", "any")


def _tail(p: Parser, chain: Clause) -> None:
    """``where p = ..., q = ...``, ``for all i``, ``if x > 0``, ``s.t. ...``"""
    first = p.peek()
    rest = p.source[first.start : p.found[p.stop - 1].end].strip(" ,;.")
    if first.kind in ("word", "sign", "command") and is_known(rest):
        chain.conditions.append(rest)
        p.place = p.stop
        return
    words = _leads(p)
    if p.peek().kind == "stop":
        return
    if p.peek() is first:
        raise p.not_understood(first)
    rest = p.source[p.peek().start : p.found[p.stop - 1].end]
    if p.peek().text == r"\forall" or "for" in words or is_known(rest):
        chain.conditions.append(rest)
        p.place = p.stop
        return
    node = condition(p)
    said = p.source[node.start : node.end]
    if p.peek().text == "," and p.peek(1).text == r"\dots":
        said, p.place = rest, p.stop
        chain.conditions.append(said)
        return
    if node.kind != "relation":
        raise p.error(node, f"not understood: {said}", "after a statement stand conditions")
    if node.value[0] in ("==", ":=") and "if" not in words and _names_something(node.args[0]):
        chain.where.append(Clause(settled(p, node.args), list(node.value), [], [], said, p.source))
    else:
        chain.conditions.append(said)


def _leads(p: Parser) -> list[str]:
    """The words and the punctuation before a clause."""
    words: list[str] = []
    while True:
        token = p.peek()
        if token.text in (",", ";", ".") and token.kind == "sign":
            p.next()
        elif token.kind == "word" and all(word.strip(".,") in (*PROSE, *_WHERE) for word in token.text.split()):
            words += p.next().text.split()
        else:
            return words


def _names_something(node: Node) -> bool:
    r"""Whether a left side is a name, an indexed name, the square of one, or a function of names."""
    if node.kind == "power":
        return node.args[1].kind == "number" and node.args[1].value == 2 and _names_something(node.args[0])
    if node.kind == "entry":
        return node.args[0].kind == "declared" and all(part.kind == "name" for part in node.args[1:])
    return node.kind in ("name", "apply", "apply declared", "declared")
