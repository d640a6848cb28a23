r"""LaTeX documents: what stands between dollars and in displays, with the document's own macros before it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from symml.documents.spans import Span
from symml.errors import ReadError
from symml.read.math.macros import expand

_DISPLAYS = "equation|align|gather|multline|eqnarray|displaymath|math|flalign|alignat"
_VERBATIM = r"\\begin\{(verbatim\*?|lstlisting|minted|Verbatim|comment)\}.*?\\end\{\1\}"
_COMMENT = re.compile(r"(?<!\\)(?:\\\\)*%[^\n]*")
_MATH = re.compile(
    rf"\\begin\{{(?P<name>(?:{_DISPLAYS})\*?)\}}(?P<env>.*?)\\end\{{(?P=name)\}}"
    r"|\$\$(?P<double>.+?)\$\$|(?<!\\)\$(?P<single>(?:[^$\\]|\\.)+?)\$"
    r"|\\\[(?P<square>.+?)\\\]|\\\((?P<round>.+?)\\\)",
    re.DOTALL,
)
_MACRO = re.compile(r"\\(?:re|provide)?newcommand\*?|\\def(?=\\)|\\DeclareMathOperator\*?")
_DECORATION = re.compile(r"\\(?:label|tag)\s*\{[^{}]*\}|\\(?:nonumber|notag)\b")
_SECTION = re.compile(r"\\(?:section|chapter)\*?\s*\{")
_LEAD = re.compile(r"(?:\s|\\(?:label|tag)\s*\{[^{}]*\})*")
_ALIGNED = ("align", "flalign", "alignat", "eqnarray", "gather", "multline")


def spans(source: str) -> Iterator[Span]:
    """The formulas of a LaTeX document, in order; comments and verbatim text are passed over."""
    plain = _COMMENT.sub(lambda found: " " * len(found[0]), source)
    plain = re.sub(_VERBATIM, lambda found: re.sub(r"[^\n]", " ", found[0]), plain, flags=re.DOTALL)
    macros = list(_macros(plain))
    body = max(plain.find(r"\begin{document}"), 0)
    last = body
    for found in _MATH.finditer(plain, body):
        group = next(name for name in ("env", "double", "single", "square", "round") if found[name] is not None)
        lead = _LEAD.match(plain, found.start(group))
        start = lead.end() if lead else found.start(group)
        line = plain.count("\n", 0, start) + 1
        column = start - (plain.rfind("\n", 0, start) + 1) + 1
        before = plain[last : found.start()]
        block = plain.count("\n\n", 0, found.start())
        section = len(_SECTION.findall(plain, 0, found.start()))
        said = before.rsplit("\n\n", 1)[-1]
        written = _written(found, group)
        yield Span("latex", _expanded(written, macros), line, column, block, said, section, written)
        last = found.end()


def _written(found: re.Match[str], group: str) -> str:
    """The formula, with the environment that aligns its lines."""
    inner = _DECORATION.sub("", found[group]).strip()
    if (found["name"] or "").rstrip("*") in _ALIGNED:
        inner = rf"\begin{{{found['name']}}}{inner}\end{{{found['name']}}}"
    return inner


def _expanded(formula: str, macros: list[tuple[str, str]]) -> str:
    """The formula with the macros that it uses written out; as it is where they cannot be."""
    used: list[str] = []
    for name, definition in reversed(macros):
        if re.search(rf"\\{name}(?![A-Za-z])", formula + "".join(used)):
            used.insert(0, definition)
    try:
        return expand("".join(used) + formula)
    except ReadError:
        return formula


def _macros(source: str) -> Iterator[tuple[str, str]]:
    """The names of macros, and their definitions, whole."""
    for found in _MACRO.finditer(source):
        end = _end_of_definition(source, found.end())
        if end is not None:
            definition = source[found.start() : end]
            name = re.search(r"\\([A-Za-z]+)", definition[len(found[0]) :])
            if name:
                yield name[1], definition + "\n"


def _end_of_definition(source: str, place: int) -> int | None:
    r"""Where ``{\name}[1]{body}`` ends; ``None`` where the braces do not close."""
    groups = 0
    is_named = False
    while place < len(source):
        char = source[place]
        if char == "{":
            depth, place = 1, place + 1
            while depth and place < len(source):
                depth += {"{": 1, "}": -1}.get(source[place], 0) if source[place - 1] != "\\" else 0
                place += 1
            groups += 1
            if groups == (1 if is_named else 2):
                return None if depth else place
            continue
        if char == "\\" and not groups:
            is_named = True
        elif char in "\n" and groups:
            return None
        place += 1
    return None
