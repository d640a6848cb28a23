"""Shapes and domains from a function's own signature: annotations such as ``"n d"`` or jaxtyping's, and defaults."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from typing import Any, get_args

import numpy as np

from symml.errors import DeclarationError

_BRACKETED = re.compile(r"""\[\s*[\w.]+\s*,\s*(['"])(?P<dims>[^'"]*)\1\s*\]""")
_QUOTED = re.compile(r"""^\s*(['"])(?P<dims>[^'"]*)\1\s*$""")
_SCALARS = ("float", "int")


def shapes_of(*functions: Callable[..., Any]) -> dict[str, object]:
    """Declarations of the parameters of some functions, for ``shapes=``.

    An annotation may be text (``x: "n d"``, ``y: "n sign"``), jaxtyping's ``Float[Array, "n d"]``, ``Annotated`` with
    such a text, or ``float`` for a number; a default array gives numbers as dims.

    Raises:
        DeclarationError: A parameter has neither, or two functions disagree.
    """
    found: dict[str, object] = {}
    unknown: list[str] = []
    for function in functions:
        for parameter in inspect.signature(function).parameters.values():
            dims = _dims(parameter)
            if dims is None:
                unknown.append(parameter.name)
                continue
            if found.setdefault(parameter.name, dims) != dims:
                what = f"{parameter.name} is annotated {found[parameter.name]!r} and {dims!r}"
                raise DeclarationError(what, cure="annotate it alike in all functions")
    missing = [name for name in dict.fromkeys(unknown) if name not in found]
    if missing:
        raise DeclarationError(
            f"the shape of {missing[0]} is not declared",
            cure=f"give shapes: '{missing[0]}: n d' (a matrix), '{missing[0]}: d' (a vector); or annotate it",
        )
    return found


def _dims(parameter: inspect.Parameter) -> object | None:
    """The dims and the domain of a parameter as text, or ``None``."""
    annotated = _annotated(parameter.annotation)
    if annotated is not None:
        return annotated
    default = parameter.default
    if isinstance(default, np.ndarray | list):
        return " ".join(map(str, np.shape(default)))
    return "" if isinstance(default, int | float) else None


def _annotated(annotation: Any) -> str | None:
    if annotation is inspect.Parameter.empty:
        return None
    if isinstance(annotation, str):
        bracketed, quoted = _BRACKETED.search(annotation), _QUOTED.match(annotation)
        match = bracketed or quoted
        if match is not None:
            return match["dims"].strip()
        name = annotation.rpartition(".")[2]
        return "" if name in _SCALARS else annotation if _is_dims(annotation) else None
    if annotation in (float, int):
        return ""
    own = getattr(annotation, "dim_str", None)
    texts = [own] if isinstance(own, str) else [part for part in get_args(annotation) if isinstance(part, str)]
    return texts[0].strip() if texts else None


def _is_dims(text: str) -> bool:
    """Whether an annotation that is plain text reads as dims: lower-case words and numbers."""
    words = text.split()
    return bool(words) and all(re.fullmatch(r"[a-z]\w*|\d+", word) for word in words)
