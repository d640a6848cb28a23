r"""Notation profiles: what a book or a course takes for granted, as tables.

A profile declares symbols, and says what some letters mean as functions, what its macros are, to which base ``\log``
is taken, and in which layout the derivative of a vector by a vector is written. What a user declares wins.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from string import ascii_letters, ascii_lowercase, ascii_uppercase
from types import MappingProxyType

from symml.read.math.tree import set_of

LAYOUTS = ("numerator", "denominator")
BASES = ("e", "2", "10")
_NONE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Notation:
    r"""What is taken for granted.

    Attributes:
        name: How the listing of assumptions calls it.
        declares: Symbols as they are written, each with dims and a domain.
        functions: Letters that are functions before a bracket where they are not declared, with symml's name.
        macros: Commands without their backslash, with what they stand for; ``#1`` is the first argument.
        log: The base of ``\log``: ``e``, ``2`` or ``10``; ``\ln`` is always natural.
        layout: ``numerator``: the derivative of y by x has the axes of y, then those of x; ``denominator``: reversed.
    """

    name: str = "default"
    declares: Mapping[str, str] = field(default_factory=lambda: _NONE)
    functions: Mapping[str, str] = field(default_factory=lambda: _NONE)
    macros: Mapping[str, str] = field(default_factory=lambda: _NONE)
    log: str = "e"
    layout: str = "numerator"


DEFAULT = Notation()

_CS229 = {
    "X": "n d", "x": "d", r"\vec{y}": "n", "y": "n", r"\theta": "d", "w": "d", "b": "real", r"\alpha": "positive",
    r"\lambda": "positive", r"\mu": "d", r"\mu_0": "d", r"\mu_1": "d", r"\Sigma": "d d spd", "W": "k d", "K": "n n psd",
    r"\gamma": "positive", r"\tau": "positive", "C": "positive", r"\xi": "n nonnegative",
}  # fmt: skip
_BISHOP = {
    r"\mathbf{x}": "D", r"\mathbf{X}": "N D", r"\mathbf{w}": "M", r"\mathbf{t}": "N", r"\boldsymbol{\Phi}": "N M",
    r"\boldsymbol{\phi}": "M", r"\alpha": "positive", r"\beta": "positive", r"\lambda": "positive",
    r"\boldsymbol{\mu}": "D", r"\boldsymbol{\Sigma}": "D D spd", r"\boldsymbol{\Lambda}": "D D spd",
    r"\mathbf{m}_N": "M", r"\mathbf{S}_N": "M M spd", r"\mathbf{m}_0": "M", r"\mathbf{S}_0": "M M spd",
    r"\mathbf{K}": "N N psd", r"\mathbf{C}_N": "N N spd", r"\mathbf{k}": "N", r"\mathbf{a}": "N",
}  # fmt: skip
_DEEP = {
    r"\boldsymbol{x}": "n", r"\boldsymbol{X}": "m n", r"\boldsymbol{w}": "n", r"\boldsymbol{y}": "m",
    r"\hat{\boldsymbol{y}}": "m", r"\boldsymbol{\theta}": "p", r"\boldsymbol{W}": "k n", r"\boldsymbol{h}": "k",
    r"\boldsymbol{c}": "k", r"\boldsymbol{z}": "k", r"\epsilon": "positive", r"\alpha": "positive",
    r"\lambda": "positive", r"\boldsymbol{\mu}": "n", r"\boldsymbol{\Sigma}": "n n spd", "b": "real",
}  # fmt: skip
_GREEK = set_of("alpha beta gamma delta epsilon eta theta lambda mu nu xi pi phi psi omega sigma")
# The macros of the book's own notation: \vx is the vector x, \mX the matrix X.
_DEEP_MACROS = (
    {f"v{letter}": rf"\boldsymbol{{{letter}}}" for letter in ascii_lowercase}
    | {f"m{letter}": rf"\boldsymbol{{{letter}}}" for letter in ascii_uppercase}
    | {f"v{name}": rf"\boldsymbol{{\{name}}}" for name in _GREEK}
    | {f"m{name}": rf"\boldsymbol{{\{name}}}" for name in ("Sigma", "Lambda", "Phi")}
    | {"E": r"\mathbb{E}", "R": r"\mathbb{R}", "KL": r"D_{\mathrm{KL}}", "Ls": r"\mathcal{L}"}
)

PROFILES: dict[str, Notation] = {
    "default": DEFAULT,
    "cs229": Notation("cs229", _CS229, layout="denominator"),
    "bishop": Notation("bishop", _BISHOP, {r"\psi": "digamma"}),
    "deeplearningbook": Notation("deeplearningbook", _DEEP, {r"\zeta": "softplus"}, _DEEP_MACROS),
}


def defined_macros(text: str, notation: Notation) -> str:
    r"""The definitions of the notation's macros that occur in a text, as ``\newcommand`` lines."""
    found = ""
    for name, body in notation.macros.items():
        at = text.find("\\" + name)
        while at >= 0 and text[at + len(name) + 1 : at + len(name) + 2] in tuple(ascii_letters):
            at = text.find("\\" + name, at + 1)
        if at >= 0 and f"\\newcommand{{\\{name}}}" not in text:
            count = max((int(digit) for digit in "123456789" if f"#{digit}" in body), default=0)
            found += f"\\newcommand{{\\{name}}}" + (f"[{count}]" if count else "") + f"{{{body}}}"
    return found
