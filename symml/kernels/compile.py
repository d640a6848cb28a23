"""The only place where source is executed: source that symml itself emitted."""

from __future__ import annotations

import linecache
from collections.abc import Callable, Mapping
from typing import Any


def compiled(source: str, name: str, world: Mapping[str, Any] | None = None) -> Callable[..., Any]:
    """The function ``name`` of an emitted module; tracebacks and ``inspect`` show its lines.

    Args:
        source: The module.
        name: The function.
        world: Names that the module finds without importing them.
    """
    file = f"<kernel {name} {hash(source) & 0xFFFFFFFF:08x}>"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    namespace: dict[str, Any] = {"__name__": f"kernel_{name}", **(world or {})}
    exec(compile(source, file, "exec"), namespace)  # emitted by symml, never user text
    function: Callable[..., Any] = namespace[name]
    return function
