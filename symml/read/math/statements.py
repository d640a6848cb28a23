"""Statements: sides with relations between them, and the clauses that follow."""

from __future__ import annotations

from symml.read.math.parser import Parser
from symml.read.math.tree import Node
from symml.read.math.vocabulary import RELATIONS


def condition(p: Parser) -> Node:
    """An expression, or a chain of relations."""
    sides = [p.expression()]
    signs: list[str] = []
    while (sign := relation(p)) is not None:
        signs.append(sign)
        sides.append(_interval(p) if sign in ("in", "not in") and p.peek().text in ("(", "[") else p.expression())
    if not signs:
        return sides[0]
    return Node("relation", tuple(sides), tuple(signs), sides[0].start, sides[-1].end)


def _interval(p: Parser) -> Node:
    """``(0, 1]`` after a membership sign; its brackets need not be of one kind."""
    start, place = p.peek().start, p.place
    depth, comma = 0, False
    while p.peek().kind != "stop":
        token = p.next()
        depth += {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(token.text, 0)
        comma = comma or (depth == 1 and token.text == ",")
        if depth == 0:
            break
    if not comma or depth:
        p.place = place
        return p.expression()
    return Node("interval", (), None, start, p.found[p.place - 1].end)


def relation(p: Parser) -> str | None:
    """Takes the relation at hand."""
    token = p.peek()
    if token.text in (r"\stackrel", r"\overset", r"\underset"):
        return _stacked(p)
    if token.kind in ("sign", "command") and token.text in RELATIONS:
        p.next()
        return RELATIONS[token.text]
    return None


def _stacked(p: Parser) -> str | None:
    r"""``\stackrel{!}{=}``: the relation below, whatever is written above it."""
    place = p.place
    p.next()
    p.group()
    span = p.group()
    inner = p.found[slice(*span)]
    if len(inner) == 1 and inner[0].text in RELATIONS:
        return RELATIONS[inner[0].text]
    p.place = place
    return None
