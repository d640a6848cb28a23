"""Names of symbols: ``lam`` is lambda, ``y_hat`` wears a hat, ``W1`` has an index, long names are upright."""

from __future__ import annotations

import re
from unicodedata import combining

_GREEK = [
    "alpha",
    "beta",
    "gamma",
    "delta",
    "epsilon",
    "zeta",
    "eta",
    "theta",
    "iota",
    "kappa",
    "mu",
    "nu",
    "xi",
    "rho",
    "sigma",
    "tau",
    "upsilon",
    "phi",
    "chi",
    "psi",
    "omega",
    "Gamma",
    "Delta",
    "Theta",
    "Lambda",
    "Xi",
    "Sigma",
    "Upsilon",
    "Phi",
    "Psi",
    "Omega",
]
_LETTERS = dict(zip(_GREEK, "αβγδεζηθικμνξρστυφχψωΓΔΘΛΞΣΥΦΨΩ", strict=True))
_LETTERS |= {"lam": "λ", "eps": "ε", "lambda_": "λ", "pi": "π", "ell": "ℓ"}
_TEX = {name: "\\" + name for name in _GREEK} | {"lam": r"\lambda", "eps": r"\epsilon", "lambda_": r"\lambda"}
_TEX |= {"pi": r"\pi", "ell": r"\ell"}
_ACCENTS = {"hat": ("\\hat", "\u0302"), "bar": ("\\bar", "\u0304"), "tilde": ("\\tilde", "\u0303")}
# The differential of x is named by the d of differentials and x, a name that nobody types: it is spelled dx.
DIFFERENTIAL = "ⅆ"
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
# The number of a layer, above the letter in brackets: W^{[l+1]}.
_LAYER = re.compile(r"(\\?[A-Za-z]+)\^\{\[([0-9lN+-]+)\]\}\Z")
# One letter as a command, with or without an accent: \\theta, \\hat{y}, \\bar{\\mu}.
_COMMAND = re.compile(r"(?:\\(hat|bar|tilde)\{\\?|\\)([A-Za-z]+)\}?\Z")
_SHORT = {"lambda": "lam", "epsilon": "eps", "varepsilon": "eps"}
_RAISED = str.maketrans("0123456789+-lN", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ˡᴺ")
_PARTS = re.compile(r"([A-Za-zα-ωΑ-Ω]+?)(?:_?(hat|bar|tilde))?(?:_?(\d+))?((?:_[A-Za-z0-9]+)*)\Z")


def split(name: str) -> tuple[str, str, str]:
    """(base, accent, index) of a name: ``("y", "hat", "")`` of ``y_hat``, ``("W", "", "1")`` of ``W1``."""
    found = _PARTS.match(name)
    if found is None:
        return name, "", ""
    base, accent, digits, rest = found.groups()
    more = [part for part in rest.split("_") if part]
    if more and more[-1] in _ACCENTS and not accent:
        accent = more.pop()
    index = ",".join(([digits] if digits else []) + more)
    if accent and len(base) > 1 and base not in _LETTERS:
        base, accent = base + accent, ""
    return base, accent or "", index


def latex_name(name: str) -> str:
    """A symbol's name in LaTeX."""
    if name.startswith(DIFFERENTIAL):
        return rf"\mathrm{{d}}{latex_name(name[1:])}"
    if "\\" in name or "{" in name:
        return name
    bare = name.rstrip("'")
    if bare != name:
        return latex_name(bare) + name[len(bare) :]
    base, accent, index = split(name)
    text = _TEX.get(base) or (base if len(base) == 1 else rf"\mathrm{{{base}}}".replace("_", r"\_"))
    if accent:
        text = f"{_ACCENTS[accent][0]}{{{text}}}"
    if not index:
        return text
    parts = [
        _TEX.get(part) or (part if len(part) == 1 or part.isdigit() else rf"\mathrm{{{part}}}")
        for part in index.split(",")
    ]
    return f"{text}_{{{','.join(parts)}}}"


def text_name(name: str) -> str:
    """A symbol's name as Unicode text."""
    if name.startswith(DIFFERENTIAL):
        return "d" + text_name(name[1:])
    if found := _LAYER.match(name):
        return text_name(found[1].removeprefix("\\")) + "⁽" + found[2].translate(_RAISED) + "⁾"
    if found := _COMMAND.match(name):
        letter = _LETTERS.get(_SHORT.get(found[2], found[2]), found[2])
        return letter + (_ACCENTS[found[1]][1] if found[1] else "") if len(letter) == 1 else name
    base, accent, index = split(name)
    text = _LETTERS.get(base, base)
    if accent:
        text += _ACCENTS[accent][1]
    if not index:
        return text
    return text + (index.translate(_SUBSCRIPTS) if index.isdigit() else "_" + index.replace(",", "_"))


def columns(text: str) -> int:
    """How many columns a text takes in a terminal; an accent stands on the letter before it."""
    return sum(not combining(char) for char in text)
