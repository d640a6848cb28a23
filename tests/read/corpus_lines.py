"""The corpus: formulas as people write them, each with its meaning in NumPy, or with the words of its refusal.

``@`` declares, ``#`` is a comment, ``formula => meaning`` is read and evaluated (``|`` between the sides of a
statement, ``_`` for a side that only has a name), ``formula !! words`` must be refused with these words.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from scipy import special

from symml.expr.dims import dim_value
from symml.read.declarations import Declarations, read_declarations

FOLDER = Path(__file__).parent / "corpus"
SIZES = {"n": 4, "d": 3, "k": 2, "m": 5, "p": 6}


@dataclass(frozen=True)
class Line:
    """One formula of the corpus."""

    file: str
    number: int
    shapes: str
    formula: str
    meaning: str = ""
    refusal: str = ""

    @property
    def id(self) -> str:
        return f"{self.file}:{self.number}"

    @property
    def declared(self) -> Declarations:
        return read_declarations(as_mapping(self.shapes))


def lines(file: str) -> Iterator[Line]:
    """The formulas of one file."""
    shapes = ""
    for number, row in enumerate((FOLDER / file).read_text(encoding="utf-8").splitlines(), 1):
        if row.startswith("@"):
            shapes = row[1:].strip()
        elif row.strip() and not row.startswith("#"):
            formula, sign, rest = (
                re.split(r" (=>|!!) ", row, maxsplit=1) if " => " in row or " !! " in row else (row, "", "")
            )
            assert sign, f"{file}:{number} has no meaning: {row}"
            kept = {"=>": {"meaning": rest.strip()}, "!!": {"refusal": rest.strip()}}[sign]
            yield Line(file, number, shapes, formula.strip().replace("⏎", "\n"), **kept)


def as_mapping(shapes: str) -> dict[str, str]:
    """Declarations by the symbol as written; commas inside braces belong to the symbol."""
    parts = re.split(r",\s*(?![^{]*\})", shapes) if shapes else []
    return {name.strip(): value.strip() for name, _, value in (part.partition(":") for part in parts)}


def python_name(written: str) -> str:
    """``\\hat{y}`` is yhat, ``\\lambda`` is lam, ``W^{(1)}`` is W1."""
    name = re.sub(r"\\(?:mathbf|mathrm|mathcal|boldsymbol)\{(\\?\w+)\}", r"\1", written).replace("lambda", "lam")
    name = re.sub(r"\\(hat|bar|tilde)\{?(\\?\w+)\}?", r"\2\1", name)
    return "".join(char for char in unicodedata.normalize("NFKC", name) if char.isalnum())


def values(declared: Declarations, seed: int) -> dict[str, Any]:
    """An array for every symbol, by the symbol's name."""
    rng = Random(seed)
    found: dict[str, Any] = {}
    for name, symbol in declared.symbols.items():
        shape = tuple(dim_value(dim, SIZES) for dim in symbol.shape)
        entries = np.array([float(v) for v in symbol.domain.sample(rng, shape)])
        found[name] = entries.reshape(shape) if shape else float(entries[0])
    return found


def meaning_of(line: Line, given: dict[str, Any]) -> list[Any]:
    """What each side means, by NumPy; None for a side that only has a name."""
    names = _LIBRARY | SIZES | {python_name(name): value for name, value in given.items()}
    sides = [side.strip() for side in line.meaning.split(" | ")]
    return [None if side == "_" else eval(side, names) for side in sides]


def _softmax(x: Any) -> Any:
    e = np.exp(x - np.max(x, axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


_LIBRARY: dict[str, Any] = {
    "np": np,
    "sig": special.expit,
    "erf": special.erf,
    "gamma": special.gamma,
    "Gam": special.gamma,
    "digamma": special.digamma,
    "lgamma": special.gammaln,
    "ncdf": special.ndtr,
    "npdf": lambda x, m, v: np.exp(-((x - m) ** 2) / (2 * v)) / np.sqrt(2 * np.pi * v),
    "softmax": _softmax,
    "lse": special.logsumexp,
    "inv": np.linalg.inv,
    "det": np.linalg.det,
    "norm": np.linalg.norm,
    "math": math,
}
