"""A network as people write it: ``784, 128 relu, 10 softmax``."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from symml.errors import SymmlError
from symml.expr.arithmetic import lift
from symml.expr.build import log_softmax, softmax
from symml.expr.dims import Dim, as_dim
from symml.expr.functions import FUNCTIONS
from symml.expr.functions.undefined import undefined
from symml.expr.nodes import Expr

_SPLIT = re.compile(r"\s*(?:,|->|→|;|\s)\s*")
_DIM = re.compile(r"\d+\Z|[^\W\d]\w*\Z")
_IDENTITY = ("identity", "linear", "none")
_ALONG: dict[str, Callable[[Expr], Expr]] = {"softmax": softmax, "log_softmax": log_softmax}
_SHAPE = "write the width of the input, then each layer's width and function: 'n0, n1 relu, n2 softmax'"


@dataclass(frozen=True)
class Layer:
    """An affine map to ``width`` numbers and a function of them."""

    width: Dim
    activation: str

    def apply(self, z: Expr) -> Expr:
        """The function of the pre-activation; rows are samples where there are two axes."""
        return apply_activation(self.activation, z)

    @property
    def is_identity(self) -> bool:
        """Whether the function leaves its argument as it is."""
        return self.activation in _IDENTITY


def apply_activation(name: str, z: Expr) -> Expr:
    """An activation by its name; one that is not known, such as ``sigma``, is undefined."""
    if name in _IDENTITY:
        return z
    if name in _ALONG:
        return _ALONG[name](z)
    row = FUNCTIONS.get(name)
    return lift(undefined(name)(z) if row is None else row(z))


def read_layers(layers: str | Sequence[object]) -> tuple[Dim, tuple[Layer, ...]]:
    """The width of the input, and the layers.

    Args:
        layers: Text, or a list such as ``["n0", ("n1", "relu"), ("n2", "softmax")]``.

    Raises:
        SymmlError: The list is not one of widths and functions.
    """
    words = _words(layers)
    if len(words) < 2 or _is_function(words[0]):
        raise SymmlError(f"{_shown(layers)} is no network", cure=_SHAPE)
    if _is_function(words[1]):
        raise SymmlError(
            f"{words[1]!r} follows the width of the input, {words[0]!r}, which is no layer: it has no function",
            cure=_SHAPE,
        )
    rows: list[Layer] = []
    for word in words[1:]:
        if not _is_function(word):
            rows.append(Layer(_width(word), ""))
        elif rows[-1].activation:
            raise SymmlError(f"{word!r} is a second function of one layer", cure=_SHAPE)
        else:
            rows[-1] = Layer(rows[-1].width, word)
    return _width(words[0]), tuple(Layer(row.width, row.activation or "identity") for row in rows)


def _words(layers: str | Sequence[object]) -> list[str]:
    if isinstance(layers, str):
        return [word for word in _SPLIT.split(layers.strip()) if word]
    words: list[str] = []
    for item in layers:
        parts = item if isinstance(item, tuple | list) else str(item).split()
        words += [str(part) for part in parts]
    return words


def _is_function(word: str) -> bool:
    """Whether the word is an activation; one that is close to a name is a misspelling, and said so."""
    if word in FUNCTIONS and FUNCTIONS[word].arity == 1:
        return True
    if word in _ALONG or word in _IDENTITY:
        return True
    near = get_close_matches(word, [*FUNCTIONS, *_ALONG, *_IDENTITY], 1, 0.8) if len(word) > 3 else []
    if near:
        raise SymmlError(f"there is no activation {word!r}", cure=f"did you mean {near[0]!r}?")
    return False


def _width(word: str) -> Dim:
    if not _DIM.match(word) or word == "0":
        raise SymmlError(f"{word!r} is neither a width nor a function", cure=_SHAPE)
    return as_dim(word)


def _shown(layers: object) -> str:
    text = str(layers)
    return repr(text if len(text) <= 60 else text[:57] + "...")
