"""LaTeX as MathML, which browsers draw by themselves: a page needs neither scripts nor fonts for its formulas."""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module
from typing import Any

from symml.errors import SymmlError


def mathml(latex: str, *, display: bool = False) -> str:
    """A ``math`` element.

    Args:
        latex: A formula.
        display: Whether it stands on a line of its own.

    Raises:
        SymmlError: latex2mathml is not installed.
    """
    grouped = latex.replace(r"\begin{bmatrix}", r"{\begin{bmatrix}").replace(r"\end{bmatrix}", r"\end{bmatrix}}")
    found = str(_converter().convert(grouped, display="block" if display else "inline"))
    return _NAME_BEFORE_ARGUMENT.sub(r"\1<mspace width='0.17em'/>", found)


def large(latex: str) -> str:
    """A ``math`` element that stands in a line and is set as on a line of its own: fractions keep their size."""
    return mathml(latex).replace(' display="inline"', ' displaystyle="true"', 1)


# log a, det A: a name and its argument need a space between them, which browsers do not put there.
_NAME_BEFORE_ARGUMENT = re.compile(r"(<mi>[a-z]{3,}</mi>)(?=<m(?:i|n|sup|sub|frac|sqrt|row)>)")


@cache
def _converter() -> Any:
    try:
        return import_module("latex2mathml.converter")
    except ModuleNotFoundError:
        raise SymmlError(
            "a web page needs latex2mathml for its formulas, which is not installed",
            cure='pip install "symml[book]", or print --format md or latex',
        ) from None
