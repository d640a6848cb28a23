r"""LaTeX documents: what stands between dollars and in displays, with the document's own macros before it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from symml.audit.spans import Span

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
        start = found.start(group) + len(found[group]) - len(found[group].lstrip())
        line = plain.count("\n", 0, start) + 1
        column = start - (plain.rfind("\n", 0, start) + 1) + 1
        before = plain[last : found.start()]
        block = plain.count("\n\n", 0, found.start())
        section = len(_SECTION.findall(plain, 0, found.start()))
        said = before.rsplit("\n\n", 1)[-1]
        yield Span("latex", _written(found, group, macros), line, column, block, said, section)
        last = found.end()


def _written(found: re.Match[str], group: str, macros: list[str]) -> str:
    """The formula, with the environment that aligns its lines and the macros of the document that it uses."""
    inner = _DECORATION.sub("", found[group]).strip()
    name = (found["name"] or "").rstrip("*")
    if name in _ALIGNED:
        inner = rf"\begin{{{found['name']}}}{inner}\end{{{found['name']}}}"
    used: list[str] = []
    for macro in reversed(macros):
        name = re.search(r"\\[A-Za-z]+", macro.split("command", 1)[-1].split(r"\def", 1)[-1].split("Operator", 1)[-1])
        if name and re.search(re.escape(name[0]) + r"(?![A-Za-z])", inner + "".join(used)):
            used.insert(0, macro)
    return "".join(used) + inner


def _macros(source: str) -> Iterator[str]:
    """The definitions of macros, whole."""
    for found in _MACRO.finditer(source):
        end = _end_of_definition(source, found.end())
        if end is not None:
            yield source[found.start() : end] + "\n"


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
