"""Functions that NumPy lacks, as source that is pasted into a kernel: stable, and silent where they saturate."""

from __future__ import annotations

import re
from collections.abc import Iterable

from symml.kernels.library import activations, along, gamma, logarithms, normal, powers, quotients

_CALL = re.compile(r"(?<![\w.])_([a-z]\w*)\(")
HELPERS: dict[str, str] = {
    name: text
    for module in (activations, quotients, logarithms, powers, normal, gamma, along)
    for name, text in module.SOURCES.items()
}


def needed(used: Iterable[str]) -> set[str]:
    """The helpers that are used, and those they call."""
    found: set[str] = set()
    todo = list(used)
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo.extend(inner for inner in _CALL.findall(HELPERS[name]) if inner in HELPERS)
    return found


def source_of(used: Iterable[str]) -> list[str]:
    """The source of the helpers that are used and of those they need, in the order of the table."""
    wanted = needed(used)
    return [text.strip() for name, text in HELPERS.items() if name in wanted]
