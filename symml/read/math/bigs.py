"""Big operators: sums and products over indices, maxima and minima, arguments of the optimum."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from symml.read.math import scripts
from symml.read.math.calls import RUNS
from symml.read.math.names import scan_base, spell
from symml.read.math.parser import Parser
from symml.read.math.statements import condition
from symml.read.math.tree import Node, Written

Span = tuple[int, int]


@dataclass(frozen=True)
class Bound:
    r"""What a big operator runs over.

    Attributes:
        operator: ``sum``, ``prod``, ``max``, ``min``, ``argmax`` or ``argmin``.
        letters: The letters that it binds, as they are written.
        low: The lower bound of the only letter.
        high: The upper bound of the only letter.
        conditions: Further conditions below the operator: ``i \ne j``, ``i \in S``.
        doubtful: The letters that may be given rather than run: ``i`` of ``j \ne i``.
    """

    operator: str
    letters: tuple[str, ...] = ()
    low: Node | None = None
    high: Node | None = None
    conditions: tuple[Node, ...] = ()
    doubtful: tuple[str, ...] = ()


def big(p: Parser) -> Node:
    r"""``\sum_{i=1}^n body``: the body is one term."""
    token = p.peek()
    declared = {"Σ": r"\Sigma", "Π": r"\Pi"}.get(p.source[token.start : token.end])
    if declared and p.table.find(declared) is not None and p.peek(1).text not in ("_", "^{"):
        return _letter(p, declared)
    p.next()
    bound, _ = _limits(p, token.text.removeprefix("\\"))
    return _body(p, bound, token.start)


def _letter(p: Parser, declared: str) -> Node:
    """A capital sigma in plain text that is declared as a matrix."""
    token = p.peek()
    p.found[p.place] = replace(token, text=declared)
    return p.operand()


def _limits(p: Parser, operator: str) -> tuple[Bound, Span | None]:
    if p.one_line and p.peek().text == "[" and not p.peek().gap:
        span = p.bracketed(_span)
        low, high = span.args or (None, None)
        return Bound(operator, (span.value,), low, high), None
    marks = scripts.scan(p)
    high = p.within(marks.sup, Parser.expression) if marks.sup is not None else None
    if marks.sub is None:
        return Bound(operator, (), None, high), None
    listed = p.within(marks.sub, _conditions)
    return bound_of(p, operator, listed.args, high), marks.sub


def _span(p: Parser) -> Node:
    """``[k=0..n]`` on one line: the letter, and from where to where it runs."""
    start = p.peek()
    base = scan_base(p.found, p.place, p.stop)
    if base is None:
        raise p.not_understood(start, "write the index: [k=0..n]")
    p.place = base[1]
    if p.take("=") is None:
        return Node("span", (), base[0], start.start, start.end)
    low = p.expression()
    p.expect("..")
    high = p.expression()
    return Node("span", (low, high), base[0], start.start, high.end)


def _conditions(p: Parser) -> Node:
    if p.peek().text == r"\substack":
        p.next()
        return p.within(p.group(), _conditions)
    outer, p.bound = p.bound, p.bound | _running(p)
    listed = p.list_of(_one_condition, (",", ";", r"\\", ":", r"\mid"))
    p.bound = outer
    return listed


def _one_condition(p: Parser) -> Node:
    """A condition, or ``i = 1:n``."""
    node = condition(p)
    if p.peek().text != ":" or node.kind != "relation" or node.value != ("==",):
        return node
    p.next()
    high = p.expression()
    letter, low = node.args
    return Node("relation", (low, letter, high), ("<=", "<="), node.start, high.end)


def _running(p: Parser) -> frozenset[str]:
    """The letters that run: all, or those before the sign of a range."""
    found: list[str] = []
    k = p.place
    while k < p.stop and p.found[k].text not in ("=", r"\in", r"\le", "<"):
        base = scan_base(p.found, k, p.stop)
        if base is not None:
            primes = 0
            while base[1] + primes < p.stop and p.found[base[1] + primes].text == "'":
                primes += 1
            found.append(base[0] + "'" * primes)
        k = k + 1 if base is None else base[1]
    return frozenset(found)


def bound_of(p: Parser, operator: str, conditions: tuple[Node, ...], high: Node | None) -> Bound:
    """The letters and ranges that the conditions below an operator say."""
    letters: list[str] = []
    rest: list[Node] = []
    low: Node | None = None
    for node in _joined(conditions):
        if node.kind != "relation":
            letters += _letters(p, node)
            continue
        first, sign = node.args[0], node.value[0]
        if len(node.args) == 3 and node.value == ("<=", "<="):
            letters, low, high = [*letters, *_letters(p, node.args[1])], node.args[0], node.args[2]
        elif (found := _ordered(p, node)) is not None:
            letters, low, high = [*letters, *found[0]], node.args[0], node.args[-1]
            rest += found[1]
        elif sign == "==" and len(node.args) == 2 and (high is not None or operator in ("sum", "prod")):
            letters, low = [*letters, *_letters(p, first)], node.args[1]
        elif sign in ("in", "!=", "<", "<=", ">", ">=") and len(node.args) == 2:
            known = bool(letters)
            for side in node.args[: 1 if sign == "in" else 2]:
                letters += [letter for letter in names_of(side) if letter not in letters]
            rest.append(node)
            if sign != "in" and not known and not letters:
                raise p.error(node, "no index runs here", r"write \sum_{i=1}^n")
        else:
            raise p.error(node, "this range is not understood", r"write \sum_{i=1}^{n}, \sum_{i,j} or \sum_{i \ne j}")
    if (low is None) != (high is None) and high is not None:
        low = None
    return Bound(operator, tuple(dict.fromkeys(letters)), low, high, tuple(rest))


def _joined(conditions: tuple[Node, ...]) -> list[Node]:
    """The conditions, with ``1 <= i, j <= n`` as one range of both letters."""
    found: list[Node] = []
    for node in conditions:
        first = found[-1] if found else node
        halves = first is not node and first.kind == node.kind == "relation" and first.value == node.value == ("<=",)
        if halves and names_of(first.args[1]) and names_of(node.args[0]):
            letters = Node("list", (first.args[1], node.args[0]), None, first.start, node.end)
            found[-1] = Node("relation", (first.args[0], letters, node.args[1]), ("<=", "<="), first.start, node.end)
        else:
            found.append(node)
    return found


def _ordered(p: Parser, node: Node) -> tuple[list[str], list[Node]] | None:
    """The letters of ``1 <= i < j <= n``, and how they compare."""
    if len(node.args) < 4 or node.value[0] != "<=" or node.value[-1] != "<=" or set(node.value) - {"<", "<="}:
        return None
    inner = node.args[1:-1]
    pairs = zip(inner, inner[1:], node.value[1:-1], strict=False)
    compared = [Node("relation", (a, b), (sign,), a.start, b.end) for a, b, sign in pairs]
    return [letter for part in inner for letter in _letters(p, part)], compared


def _letters(p: Parser, node: Node) -> list[str]:
    found = names_of(node)
    if not found:
        raise p.error(node, "this is not an index", "write a letter: i, j, k")
    return found


def names_of(node: Node) -> list[str]:
    """The names of which a node consists, if it consists of nothing else."""
    if node.kind == "name":
        return [] if any(part.kind == "name" for part in node.args) else [node.value.key]
    if node.kind in ("product", "list"):
        inner = [names_of(part) for part in node.args]
        return [name for names in inner for name in names] if all(inner) else []
    return []


def _body(p: Parser, bound: Bound, start: int) -> Node:
    outer = p.bound
    p.bound = outer | frozenset(bound.letters)
    body = p.sum() if _is_search(p, bound) else p.term()
    p.bound = outer
    running = tuple(letter for letter in bound.letters if letter not in outer or letter not in _second(bound))
    doubtful = tuple(letter for letter in running if letter in _second(bound))
    return Node("big", (body,), replace(bound, letters=running, doubtful=doubtful), start, body.end)


def _is_search(p: Parser, bound: Bound) -> bool:
    """Whether a variable is varied and no index runs: the objective is then the whole sum."""
    rows = [p.table.find(letter) for letter in bound.letters]
    varied = bound.operator in ("max", "min") and any(row is not None and row.kind == "symbol" for row in rows)
    return varied or bound.operator in ("argmin", "argmax")


def _second(bound: Bound) -> list[str]:
    r"""The right sides of inequalities below the operator: ``i`` of ``j \ne i``."""
    return [name for c in bound.conditions if c.value[0] != "in" and len(c.args) == 2 for name in names_of(c.args[1])]


# ---- maxima, minima --------------------------------------------------------------------------------------------------
def named(p: Parser) -> Node:
    r"""``\max(a, b)``, ``\max_i x_i``, ``\arg\min_w f(w)``, ``\max x``."""
    token = p.next()
    name = token.text.removeprefix("\\").replace(" ", "")
    operator = {"sup": "max", "inf": "min"}.get(name, name)
    if operator in ("lim", "arg"):
        raise p.error(
            token,
            f"not understood: {p.written(token)}; limits have no expression here",
            "state the value that it tends to",
        )
    if p.one_line and p.peek().text == "[" and p.peek(1).text in RUNS and p.peek(2).text == "]":
        below = p.peek(1).text
        p.place += 3
        listed = p.bracketed(lambda q: q.list_of(Parser.expression, (",",)))
        return scripts.postfix(p, Node("call", listed.args, f"{operator} of {below}", token.start, listed.end))
    sub = p.peek().text == "_"
    below = spell(p.found[slice(*_ahead(p))]) if sub else ""
    if below in RUNS:
        scripts.scan(p)
        listed = p.bracketed(lambda q: q.list_of(Parser.expression, (",",)))
        return scripts.postfix(p, Node("call", listed.args, f"{operator} of {below}", token.start, listed.end))
    if operator in ("sum", "prod") and not (token.kind == "word" and p.peek().text == "("):
        bound, _ = _limits(p, operator)
        return _body(p, bound, token.start)
    if not sub and p.peek().text in ("(", r"\{", "["):
        listed = p.bracketed(lambda q: q.list_of(Parser.expression, (",", ";")))
        return scripts.postfix(p, Node("extremum", listed.args, operator, token.start, listed.end))
    bound, _ = _limits(p, operator)
    return _body(p, bound, token.start)


def _ahead(p: Parser) -> Span:
    place = p.place
    p.next()
    span = p.group()
    p.place = place
    return span


def integral(p: Parser) -> Node:
    r"""``\int_a^b f(x)\,dx``: the body stands before the differential."""
    token = p.next()
    span = p.bracketed(_span) if p.one_line and p.peek().text == "[" and not p.peek().gap else None
    marks = scripts.scan(p)
    stop = _differential(p)
    if stop is None:
        raise p.error(token, "an integral without a differential", "write dx after the body")
    base = scan_base(p.found, stop + 1, p.stop)
    assert base is not None
    first = p.found[stop + 1]
    outer, p.bound = p.bound, p.bound | {base[0]}
    one = Node("number", (), Fraction(1), first.start, first.start)
    body = p.within((p.place, stop), Parser.expression) if stop > p.place else one
    p.bound = outer
    p.place = base[1]
    variable = Node("name", (), Written(base[0]), first.start, first.end)
    ends = span.args if span is not None else () if marks.sub is None else _ends(p, marks)
    return Node("integral", (body, variable, *ends), None, token.start, first.end)


def _differential(p: Parser) -> int | None:
    """The place of the ``d`` of the differential that ends the body."""
    depth = 0
    for k in range(p.place, p.stop):
        token = p.found[k]
        depth += {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(token.text, 0) if token.kind == "sign" else 0
        if depth < 0:
            return None
        if depth == 0 and token.text == "d" and scan_base(p.found, k + 1, p.stop) is not None:
            return k
    return None


def _ends(p: Parser, marks: scripts.Marks) -> tuple[Node, ...]:
    r"""The limits of an integral; ``\mathbb{R}`` below is the whole line."""
    assert marks.sub is not None
    if marks.sup is not None:
        return p.within(marks.sub, Parser.expression), p.within(marks.sup, Parser.expression)
    infinity = Node("infinity", (), None, p.found[marks.sub[0]].start, p.found[marks.sub[0]].start)
    if spell(p.found[slice(*marks.sub)]) != r"\mathbb{R}":
        raise p.error(p.found[marks.sub[0]], "not understood: the range of this integral", r"write \int_a^b")
    return Node("negative", (infinity,), None, infinity.start, infinity.end), infinity
