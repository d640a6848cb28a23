"""Symbols: the longest declared spelling wins; what is left below is an index, what is left above a power or a mark."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from symml.read.math import calls, heads, scripts, slopes
from symml.read.math.names import Declared, scan_base, spell
from symml.read.math.parser import Parser
from symml.read.math.tokens import Token
from symml.read.math.tree import Node, Written

Span = tuple[int, int]
_PARTS = ("primes", "sub", "sup")


def symbol(p: Parser) -> Node:
    """A symbol with everything that belongs to its name; what follows is read as index, power, mark or argument."""
    first = p.peek()
    if first.text == "d" and slopes.is_inline(p, 1):
        p.next()
        return slopes.inline(p, first.start)
    base = scan_base(p.found, p.place, p.stop)
    if base is None:
        _open_style(p)
        base = scan_base(p.found, p.place, p.stop)
    if base is None:
        raise p.not_understood(first, "one letter is expected under a style or an accent")
    p.place = base[1]
    marks = scripts.scan(p)
    found = _spectral(p, base[0], marks, first)
    if found is not None:
        return found
    running = Written(base[0], primes=marks.primes)
    if marks.primes and running.key in p.bound:
        return scripts.attach(p, Node("name", (), running, first.start, first.end), replace(marks, primes=0))
    for written, used in _candidates(p, base[0], marks):
        runs = "sub" in used and marks.sub and any(t.text in p.bound for t in p.found[slice(*marks.sub)])
        known = "sub" in used or not (base[0] == "D" and _below(p, marks) == "KL")
        row = p.table.find(written.key) if known and written.key not in p.bound and not runs else None
        if row is not None:
            return _declared(p, row, written, marks.without(used), first)
    return _undeclared(p, base[0], marks, first)


def _spectral(p: Parser, base: str, marks: scripts.Marks, first: Token) -> Node | None:
    r"""``\sigma_{\max}(A)`` and ``\lambda_{\min}(A)``: extreme singular values and eigenvalues."""
    below = _below(p, marks).removeprefix("\\")
    if base not in (r"\sigma", r"\lambda") or below not in ("max", "min") or p.peek().text != "(":
        return None
    name = f"{below} {'singular value' if base == chr(92) + 'sigma' else 'eigenvalue'}"
    return calls.applied(p, name, scripts.Marks(sup=marks.sup), first)


def _below(p: Parser, marks: scripts.Marks) -> str:
    """The words below a symbol, without their style."""
    below = spell(p.found[slice(*marks.sub)]) if marks.sub else ""
    return below.removeprefix(r"\mathrm{").removesuffix("}") if below.startswith(r"\mathrm{") else below


def _open_style(p: Parser) -> None:
    r"""``\mathbf{x_i}`` is ``\mathbf{x}_i``: scripts are taken out of the style's braces."""
    k = p.place
    if p.peek(1).text != "{":
        return
    inner = scan_base(p.found, k + 2, p.stop)
    if inner is None or p.found[inner[1]].text not in ("_", "^"):
        return
    depth, stop = 1, inner[1]
    while depth:
        depth += {"{": 1, "}": -1}.get(p.found[stop].text, 0)
        stop += 1
    brace = p.found[stop - 1]
    p.found[inner[1] : stop] = [brace, *p.found[inner[1] : stop - 1]]


def _candidates(p: Parser, base: str, marks: scripts.Marks) -> Iterator[tuple[Written, frozenset[str]]]:
    """Spellings from the longest to the bare letter, each with the parts it uses."""
    sub = spell(p.found[slice(*marks.sub)]).replace(r"\mathrm{", "{") if marks.sub else ""
    sup = spell(p.found[slice(*marks.sup)]) if marks.sup else ""
    for parts in (_PARTS, ("primes", "sup"), ("primes", "sub"), ("sub", "sup"), ("sub",), ("sup",), ("primes",), ()):
        if ("sub" in parts and not sub) or ("sup" in parts and not sup) or ("primes" in parts and not marks.primes):
            continue
        below, above = sub if "sub" in parts else "", sup if "sup" in parts else ""
        yield Written(base, below, above, marks.primes if "primes" in parts else 0), frozenset(parts)


def _declared(p: Parser, row: Declared, written: Written, rest: scripts.Marks, first: Token) -> Node:
    node = Node("declared", (), row, first.start, p.found[p.place - 1].end)
    if row.kind == "function":
        return heads.declared_function(p, node, rest)
    if row.kind in ("event", "random"):
        return scripts.attach(p, node, rest)
    return heads.entry_or_product(p, scripts.attach(p, node, rest), row, rest)


def _undeclared(p: Parser, base: str, marks: scripts.Marks, first: Token) -> Node:
    """A name without a declaration: a known letter, a function, or a symbol whose nature the context tells."""
    sub = spell(p.found[slice(*marks.sub)]) if marks.sub else ""
    token = p.found[p.place - 1]
    written = Written(base, sub, "", 0)
    node = Node("name", (), written, first.start, token.end)
    return heads.undeclared(p, node, marks)
