r"""Declarations in sentences: ``let X be an n x d matrix``, ``$w \in \mathbb{R}^d$``, ``y \in \{-1, 1\}^n``.

Every word of the text must be used: what is not understood is refused, never left out.
"""

from __future__ import annotations

import re

from symml.errors import DeclarationError
from symml.read.math.said import NAME, joined, spelled
from symml.read.math.unicode import RAISED

_NAMES = rf"(?P<names>{NAME}(?:\s*(?:,\s*and\b|,|\band\b)\s*{NAME})*)"
_SCRIPTS = r"(?P<scripts>(?:\s*[_^]\s*(?:\{[^{}]*\}|\w))*)"
# The set after a membership sign, and the domain that it says.
_SETS = (
    (r"\{\s*(?:-1\s*,\s*\+?1|\+?1\s*,\s*-1|\\pm\s*1)\s*\}", "sign"),
    (r"\{\s*0\s*,\s*1\s*\}", "binary"),
    (r"\(\s*0\s*,\s*1\s*\)", "unit"),
    (r"\[\s*0\s*,\s*1\s*\]", "probability"),
    (r"\(\s*0\s*,\s*oo\s*\)", "positive"),
    (r"\[\s*0\s*,\s*oo\s*\)", "nonnegative"),
    (r"\\mathbb\{?S\}?", "symmetric"),
    (r"\\Delta", "simplex"),
    (r"R", "real"),
)
_BELOW = {"+": "nonnegative", "++": "positive", ">0": "positive", r"\ge0": "nonnegative"}
_OF_SYMMETRIC = {"nonnegative": "psd", "positive": "spd"}
_ADJECTIVES = (
    (r"(?:symmetric\s+)?positive[\s-]+definite", "spd"),
    (r"(?:symmetric\s+)?positive[\s-]+semi-?definite", "psd"),
    (r"symmetric", "symmetric"), (r"orthogonal", "orthogonal"), (r"diagonal", "diagonal"),
    (r"invertible|non-?singular", "invertible"), (r"non-?negative", "nonnegative"), (r"positive", "positive"),
    (r"non-?zero", "nonzero"), (r"one-?hot", "onehot"), (r"real", "real"),
)  # fmt: skip
_ADJECTIVE = "|".join(pattern for pattern, _ in _ADJECTIVES)
_DIM = r"[A-Za-z0-9](?:\w|_\{\w+\})*"
_PROSE = re.compile(
    rf"{_NAMES}\s+(?:is|are|be|denotes?)\s+(?:(?:an?|the)\s+)?"
    rf"(?:(?P<rows>{_DIM})\s*(?:x|×|\\times|by|-by-)\s*(?P<columns>{_DIM})\s+)?"
    rf"(?:(?P<length>{_DIM})-(?:dimensional\s+)?)?(?P<adjective>(?:(?:{_ADJECTIVE})\s*)?)"
    rf"(?P<noun>matrix|matrices|vectors?|scalars?|numbers?)?"
    rf"(?:\s+(?:of\s+(?:length|size|dimension)|with)\s+(?P<entries>{_DIM})(?:\s+entries)?)?(?![A-Za-z])"
)
_COMPARED = re.compile(rf"{_NAMES}\s*(?P<sign>>|\\ge|\\ne)\s*0(?![\w.])")
_COMPARISONS = {">": "positive", r"\ge": "nonnegative", r"\ne": "nonzero"}
_MEMBER = tuple((re.compile(rf"{_NAMES}\s*\\in\s*{pattern}{_SCRIPTS}"), domain) for pattern, domain in _SETS)
_LEAD = re.compile(
    r"(?:\s|[,.;]|\\forall|(?:let|where|with|and|suppose|assume|given|for|all|that|here)\b)*", re.IGNORECASE
)
_SIGN = re.compile(r"\\in\b|∈|[>≥≠]|\\ge|\\ne|\b(?:is|are|be|denotes?)\s", re.IGNORECASE)
_RAISED = re.compile("[" + "".join(char for char in RAISED if char != "ᵀ") + "]+")
Found = tuple[list[str], str, str]


def is_sentence(text: str) -> bool:
    """Whether declarations are written as a sentence."""
    return ":" not in text and _SIGN.search(text) is not None


def read_sentence(text: str) -> dict[str, str]:
    """What a sentence declares: the dims and the domain of each name, as in ``{"X": "n d", "y": "n sign"}``.

    Raises:
        DeclarationError: A part of the text declares nothing that symml knows.
    """
    rest = spelled(_RAISED.sub(_lowered, text))
    dims: dict[str, str] = {}
    domains: dict[str, str] = {}
    while rest := _LEAD.sub("", rest, count=1):
        end, (names, shape, domain) = _first(rest, text)
        for name in names:
            if shape and dims.get(name, shape) != shape:
                raise DeclarationError(f"{name} is declared with {dims[name]} and with {shape}", cure="declare it once")
            dims[name] = shape or dims.get(name, "")
            domains[name] = _joined(name, domains.get(name, "real"), domain)
        rest = rest[end:]
    return {name: f"{dims[name]} {domains[name]}".strip() for name in dims}


def _lowered(match: re.Match[str]) -> str:
    """Raised letters on the line: ``ⁿˣᵈ`` is ``^{n x d}``."""
    return "^{" + " ".join(RAISED[char] for char in match.group()) + "}"


def _first(rest: str, text: str) -> tuple[int, Found]:
    """What the text begins with, and where it ends."""
    for pattern, domain in _MEMBER:
        if match := pattern.match(rest):
            return match.end(), _member(match, domain, text)
    if match := _COMPARED.match(rest):
        return match.end(), (_split(match["names"]), "", _COMPARISONS[match["sign"]])
    match = _PROSE.match(rest)
    if match and (match["adjective"] or match["noun"]):
        return match.end(), _described(match, text)
    cure = r"write 'X \in R^{n \times d}, y \in \{-1, 1\}^n', 'X is an n x d matrix', or 'X: n d, y: n sign'"
    raise DeclarationError(f"not understood: {rest[:60]}", cure=cure)


def _split(names: str) -> list[str]:
    return re.split(r"\s*(?:,\s*and\b|,|\band\b)\s*", names)


def _member(match: re.Match[str], domain: str, text: str) -> Found:
    """Names in a set: above it stand the dims, below it the sign of the entries."""
    shape = ""
    for mark, braced, single in re.findall(r"([_^])\s*(?:\{([^{}]*)\}|(\w))", match["scripts"]):
        inner = (braced or single).replace(" ", "") if mark == "_" else (braced or single)
        if inner.replace(" ", "") in _BELOW:
            sign = _BELOW[inner.replace(" ", "")]
            domain = _OF_SYMMETRIC[sign] if domain in ("symmetric", "psd", "spd") else sign
        elif mark == "^":
            shape = _dims(inner, text)
        else:
            raise DeclarationError(f"not understood below the set: {inner}", cure="write _+ or _{++}")
    if domain in ("symmetric", "spd", "psd") and " " not in shape:
        shape = f"{shape} {shape}"
    return _split(match["names"]), shape, domain


def _dims(written: str, text: str) -> str:
    if re.fullmatch(r"[A-Za-z]x[A-Za-z]", written):
        written = " x ".join((written[0], written[2]))
    parts = [part.strip() for part in re.split(r"\\times|×|\*|\bx\b", written)]
    parts = [re.sub(r"_\{(\w+)\}", r"_\1", part).replace(" ", "") for part in parts]
    if not all(re.fullmatch(r"\w+(?:[+-]\w+)*", part) for part in parts):
        raise DeclarationError(f"these are no dims: {written}", cure=r"write n \times d")
    return " ".join(parts)


def _described(match: re.Match[str], text: str) -> Found:
    """Names that are a matrix, a vector or a number of some kind."""
    noun = match["noun"] or ""
    domain = next(
        (d for p, d in _ADJECTIVES if match["adjective"] and re.fullmatch(p, match["adjective"].strip())), "real"
    )
    length = match["length"] or match["entries"]
    shape = _dims(f"{match['rows']} x {match['columns']}", text) if match["rows"] else length or ""
    if noun.startswith("matri") and length:
        shape = f"{length} {length}"
    if noun.startswith(("matri", "vector")) and not shape and not match["adjective"]:
        raise DeclarationError(f"the shape of {match['names']} is not said", cure="write 'X is an n x d matrix'")
    return _split(match["names"]), shape, domain


def _joined(name: str, known: str, said: str) -> str:
    """Of two domains, the one that implies the other."""
    found = joined(known, said)
    if found is None:
        raise DeclarationError(f"{name} is declared {known} and {said}", cure="declare it in one domain")
    return found
