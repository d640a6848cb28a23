"""Values with parts: tuples, lists, dicts, named tuples and data classes, taken apart and put together again."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any


def parts_of(value: Any) -> dict[Any, Any] | None:
    """The parts of a value by key, field or place; ``None`` for a value without parts."""
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, tuple | list):
        return dict(enumerate(value))
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in fields(value) if hasattr(value, field.name)}
    return None


def with_parts(value: Any, parts: Mapping[Any, Any]) -> Any:
    """A value of the same kind with other parts; a list becomes a tuple."""
    if isinstance(value, Mapping):
        return {str(key): part for key, part in parts.items()}
    if isinstance(value, tuple | list):
        return type(value)(*parts.values()) if hasattr(value, "_fields") else tuple(parts.values())
    made = copy.copy(value)
    for name, part in parts.items():
        object.__setattr__(made, name, part)
    return made


def mapped(function: Callable[[Any], Any], value: Any) -> Any:
    """A function of what has no parts, applied to all that is in a value."""
    parts = parts_of(value)
    return function(value) if parts is None else with_parts(value, {k: mapped(function, v) for k, v in parts.items()})
