"""The only place where source is executed: source that symml itself emitted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def compiled(source: str, name: str) -> Callable[..., Any]:
    """The function ``name`` of an emitted module."""
    namespace: dict[str, Any] = {"__name__": f"symml_kernel_{name}"}
    exec(compile(source, f"<kernel {name}>", "exec"), namespace)  # emitted by symml, never user text
    function: Callable[..., Any] = namespace[name]
    return function
