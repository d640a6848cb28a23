"""Environments: cases, matrices, and alignments inside a formula."""

from __future__ import annotations

from symml.read.math import scripts
from symml.read.math.parser import PROSE, Parser
from symml.read.math.statements import condition
from symml.read.math.tree import Node, Written, set_of

MATRICES = set_of("matrix pmatrix bmatrix Bmatrix vmatrix Vmatrix smallmatrix array")
ALIGNED = set_of(
    "align aligned alignat alignedat gather gathered equation split multline eqnarray displaymath math flalign"
)


def environment(p: Parser) -> Node:
    """The environment at hand."""
    token = p.peek()
    if token.text == "cases" or token.text == "dcases" or token.text == "rcases":
        return scripts.postfix(p, _cases(p))
    if token.text in MATRICES:
        return scripts.postfix(p, _matrix(p))
    raise p.error(token, f"not understood: the environment {token.text}", "use cases, matrix, align and their kin")


def _close(p: Parser, name: str, start: int) -> int:
    token = p.peek()
    if token.kind != "end" or token.text != name:
        if token.kind == "stop":
            raise p.error(None, f"the environment {name} is not closed", f"write \\end{{{name}}}")
        raise p.not_understood(token, f"\\end{{{name}}} is expected")
    return p.next().end


def _cases(p: Parser) -> Node:
    """Values with their conditions: the parts alternate; the last value may stand alone or be ``otherwise``."""
    opening = p.next()
    parts: list[Node] = []
    bars, p.bars = p.bars, []
    while p.peek().kind not in ("end", "stop"):
        parts.append(p.expression())
        while p.take(",", "&") is not None:
            pass
        parts.append(_case(p))
        while p.take(".", ",", ";") is not None:
            pass
        if p.take(r"\\") is None:
            break
    p.bars = bars
    end = _close(p, opening.text, opening.start)
    if not parts:
        raise p.error(opening, "there are no cases here", r"write value & condition, row by row")
    return Node("cases", tuple(parts), None, opening.start, end)


def choice(p: Parser) -> Node:
    """``{1 if x > 0; 0 otherwise}``: cases on one line."""
    opening = p.next()
    parts: list[Node] = []
    bars, p.bars = p.bars, []
    while p.peek().text != "}":
        parts += [p.expression(), _case(p)]
        if p.take(";") is None:
            break
    p.bars = bars
    last = p.expect("}")
    return Node("cases", tuple(parts), None, opening.start, last.end)


def _case(p: Parser) -> Node:
    """A condition, or ``otherwise``."""
    token = p.peek()
    words: list[str] = []
    while p.peek().kind == "word" and all(word in PROSE or word == "," for word in p.peek().text.split()):
        words += p.next().text.split()
    if p.peek().text == r"\forall":
        p.next()
    if (
        "otherwise" in words
        or "else" in words
        or p.peek().text == "}"
        or p.peek().text == r"\\"
        or p.peek().kind == "end"
    ):
        return Node("otherwise", (), None, token.start, token.end)
    return conjunction(p)


def conjunction(p: Parser) -> Node:
    """Conditions with commas, ``and`` or a wedge between them: all hold."""
    parts = [condition(p)]
    joined = ""
    while True:
        token = p.peek()
        if token.kind == "word" and token.text in ("and", "or"):
            if joined not in ("", token.text):
                raise p.error(token, "and beside or", "use brackets")
            joined = p.next().text
        elif token.text == "," and p.peek(1).text not in (r"\\", "") and p.peek(1).kind != "end":
            p.next()
            joined = joined or "and"
        else:
            break
        parts.append(condition(p))
    return parts[0] if len(parts) == 1 else Node(joined, tuple(parts), None, parts[0].start, parts[-1].end)


def _matrix(p: Parser) -> Node:
    """Rows of entries; the value is the number of columns, the kind of brackets comes first."""
    opening = p.next()
    if opening.text == "array":
        p.group()
    rows: list[list[Node]] = [[]]
    bars, p.bars = p.bars, []
    while p.peek().kind not in ("end", "stop"):
        if p.take(r"\\") is not None:
            rows.append([])
        elif p.take("&") is None:
            rows[-1].append(p.expression())
    p.bars = bars
    end = _close(p, opening.text, opening.start)
    rows = [row for row in rows if row]
    if not rows or len({len(row) for row in rows}) > 1:
        raise p.error(
            opening, "the rows of this matrix have different lengths", "write the same number of entries in each"
        )
    parts = tuple(entry for row in rows for entry in row)
    return Node("matrix", parts, (opening.text, len(rows[0])), opening.start, end)


# ---- on one line -----------------------------------------------------------------------------------------------------
def is_list(p: Parser) -> bool:
    """Whether the square brackets at hand hold a list, such as ``[1, 2]`` or ``[[1, 2], [3, 4]]``."""
    depth = 0
    for token in p.found[p.place : p.stop]:
        depth += {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(token.text, 0) if token.kind == "sign" else 0
        if depth == 0:
            return False
        if depth == 1 and token.text == ",":
            return True
    return False


def listed(p: Parser) -> Node:
    """A list of numbers is a vector, a list of lists a matrix by its rows."""
    opening = p.peek()
    whole = p.bracketed(lambda q: q.list_of(_item, (",",)))
    rows = [part.args if part.kind == "row" else (part,) for part in whole.args]
    if len({(part.kind == "row", len(row)) for part, row in zip(whole.args, rows, strict=True)}) > 1:
        raise p.error(
            opening, "the rows of this matrix have different lengths", "write the same number of entries in each"
        )
    entries = tuple(entry for row in rows for entry in row)
    return Node("matrix", entries, ("list", len(rows[0])), opening.start, whole.end)


def _item(p: Parser) -> Node:
    if p.peek().text != "[" or not is_list(p):
        return p.expression()
    row = p.bracketed(lambda q: q.list_of(Parser.expression, (",",)))
    return Node("row", row.args, None, row.start, row.end)


def is_array(p: Parser) -> bool:
    """Whether ``[ij] ↦`` stands here: the array by its generic entry."""
    k = p.place + 1
    while k < p.stop and p.found[k].kind in ("letter", "word"):
        k += 1
    return k > p.place + 1 and k + 1 < p.stop and p.found[k].text == "]" and p.found[k + 1].text == r"\mapsto"


def array(p: Parser) -> Node:
    """``[ij] ↦ x[i] y[j]``"""
    start = p.next().start
    letters: list[Node] = []
    while p.peek().text != "]":
        token = p.next()
        letters += [Node("name", (), Written(letter), token.start, token.end) for letter in token.text]
    p.place += 2
    body = p.expression()
    group = Node("group", (body,), "[", start, body.end)
    return Node("entry", (group, *letters), None, start, body.end)
