r"""A user's own macros, ``\newcommand``, ``\def`` and ``\DeclareMathOperator``, expanded before anything is read."""

from __future__ import annotations

import re
from dataclasses import dataclass

from symml.errors import ReadError
from symml.read.math.tokens import MAX_TEXT

_DEFINITION = re.compile(
    r"\\(?P<kind>newcommand|renewcommand|providecommand|DeclareMathOperator|def|let)\*?\s*\{?\s*\\(?P<name>[A-Za-z]+)\s*\}?"
    r"\s*(?P<params>(?:\[\d\])?|(?:#\d)*)\s*(?P<default>\[[^\]]*\])?\s*"
)
_MAX_EXPANSIONS = 2000


@dataclass(frozen=True)
class Macro:
    """The number of arguments, and the text with ``#1`` in their places."""

    arity: int
    body: str


def expand(text: str) -> str:
    """The text without definitions, with every use of a macro written out.

    Raises:
        ReadError: A definition is not complete, an argument is missing, or macros do not come to an end.
    """
    if len(text) > MAX_TEXT or not any(
        word in text for word in (r"\newcommand", r"\def", r"\Declare", r"\renew", r"\provide")
    ):
        return text
    macros: dict[str, Macro] = {}
    rest = ""
    place = 0
    while True:
        found = _DEFINITION.search(text, place)
        if found is None:
            rest += text[place:]
            break
        rest += text[place : found.start()]
        body, place = _group(text, found.end(), found.start())
        macros[found.group("name")] = _macro(found, body, text)
    return _expanded(rest.strip(), macros)


def _macro(found: re.Match[str], body: str, text: str) -> Macro:
    if found.group("default"):
        what = "a macro with an optional argument"
        raise ReadError(what, source=text, column=found.start(), cure="define it without [default]")
    digits = re.findall(r"\d", found.group("params") or "")
    if found.group("kind") == "DeclareMathOperator":
        body = rf"\operatorname{{{body}}}"
    return Macro(max(map(int, digits), default=0), body)


def _group(text: str, start: int, at: int) -> tuple[str, int]:
    """The text of the group at ``start``, or one command, and the place after it."""
    single = re.compile(r"\\[A-Za-z]+|[^{}\s]").match(text, start)
    if text[start : start + 1] != "{":
        if single is None:
            raise ReadError("a macro without a body", source=text, column=at, cure=r"write \newcommand{\x}{...}")
        return single.group(), single.end()
    depth = 0
    for place in range(start, len(text)):
        depth += {"{": 1, "}": -1}.get(text[place], 0)
        if depth == 0:
            return text[start + 1 : place], place + 1
    raise ReadError("this { has no }", source=text, column=start, cure="close the brace")


def _expanded(text: str, macros: dict[str, Macro]) -> str:
    if not macros:
        return text
    pattern = re.compile(r"\\(" + "|".join(sorted(map(re.escape, macros), key=len, reverse=True)) + r")(?![A-Za-z])")
    for _ in range(_MAX_EXPANSIONS):
        found = pattern.search(text)
        if found is None:
            return text
        macro = macros[found.group(1)]
        body, place = macro.body, found.end()
        for k in range(macro.arity):
            while text[place : place + 1].isspace():
                place += 1
            argument, place = _group(text, place, found.start())
            body = body.replace(f"#{k + 1}", argument)
        gap = " " if re.search(r"\\[A-Za-z]+\Z", body) and text[place : place + 1].isalpha() else ""
        text = text[: found.start()] + body + gap + text[place:]
        if len(text) > MAX_TEXT:
            break
    raise ReadError("the macros do not come to an end", cure="define them without cycles")
