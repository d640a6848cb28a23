"""What a gradient function returns, variable by variable: tuples, dicts, named tuples, a flat vector, a loss first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from math import prod
from typing import Any

import numpy as np

from symml.errors import SymmlError
from symml.expr.nodes import Symbol

_NAMES = ("{0}", "d{0}", "d_{0}", "d{0}_", "grad_{0}", "g_{0}", "g{0}", "{0}_grad", "{0}.grad", "dL_d{0}", "dLd{0}")


def gradients_of(value: Any, variables: Sequence[Symbol]) -> list[Any]:
    """One gradient a variable, from what a function returned: by order, or by names such as ``W``, ``dW``, ``grad_W``.

    A loss that is returned before its gradients is left out; one flat vector is cut into the variables in their order.

    Args:
        value: Expressions or arrays, in tuples, lists, dicts, named tuples or data classes.
        variables: The variables.

    Raises:
        SymmlError: There are too few gradients, or too many.
    """
    value = by_name(_without_loss(by_name(value), variables))
    if isinstance(value, Mapping):
        return _named(value, [symbol.name for symbol in variables])
    parts = list(value) if isinstance(value, tuple | list) else [value]
    if len(parts) == 1 and len(variables) > 1 and _rank(parts[0]) == 1:
        parts = _cut(parts[0], variables)
    if len(parts) != len(variables):
        raise SymmlError(
            f"the gradient function returns {_count(len(parts), 'array')} for {_count(len(variables), 'variable')}",
            cure="name every variable in wrt, in the order of the returned gradients",
        )
    return parts


def by_name(value: Any) -> Any:
    """A named tuple or a data class as a dict; anything else as it is."""
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return value._asdict()
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    return value


def entry(table: Mapping[str, Any], name: str) -> Any:
    """What a table has for the gradient of a variable, or ``None``."""
    return next((table[key] for row in _NAMES if (key := row.format(name)) in table), None)


def _named(table: Mapping[str, Any], names: Sequence[str]) -> list[Any]:
    inner = [part for part in table.values() if isinstance(part, Mapping)]
    tables = [table, *inner]
    found = [next((part for t in tables if (part := entry(t, name)) is not None), None) for name in names]
    missing = [name for name, part in zip(names, found, strict=True) if part is None]
    if missing:
        raise SymmlError(
            f"the gradient has no entry for {', '.join(missing)}", cure=f"its entries are {', '.join(map(str, table))}"
        )
    return found


def _without_loss(value: Any, variables: Sequence[Symbol]) -> Any:
    """The gradients alone, where a function returns ``loss, grads``."""
    if not isinstance(value, tuple | list) or len(value) < 2 or _rank(value[0]) != 0:
        return value
    if len(value) == 2 and isinstance(by_name(value[1]), Mapping | tuple | list):
        return value[1]
    ranks = [len(symbol.shape) for symbol in variables]
    rest = value[1:]
    if len(value) == 2 and len(variables) > 1 and _rank(rest[0]) == 1:
        return rest[0]
    fits = len(rest) == len(variables) and [_rank(part) for part in rest] == ranks
    return rest if fits and any(ranks) else value


def _cut(flat: Any, variables: Sequence[Symbol]) -> list[Any]:
    shapes = [symbol.shape for symbol in variables]
    if not all(isinstance(dim, int) for shape in shapes for dim in shape) or flat.shape != (sum(map(prod, shapes)),):
        return [flat]
    ends = np.cumsum([prod(shape) for shape in shapes]).tolist()
    return [np.reshape(flat[end - prod(shape) : end], shape) for end, shape in zip(ends, shapes, strict=True)]


def _rank(part: Any) -> int:
    """The number of axes; -1 for what is no array."""
    if isinstance(part, Mapping | tuple) or (is_dataclass(part) and not hasattr(part, "shape")):
        return -1
    return len(part.shape) if hasattr(part, "shape") else np.ndim(part)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
