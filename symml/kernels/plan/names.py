"""Names of arguments that cannot meet the names of steps, buffers and loops."""

from __future__ import annotations

import re
from collections.abc import Sequence

_GENERATED = re.compile(r"[a-z]{1,4}\d+[a-z]*|[ijklmnos]|(?:sum|part|row)_\w*|\w*_|_\w*|out|np|numba|start|stop|enter")


def safe_names(arguments: Sequence[str]) -> dict[str, str]:
    """For each argument the name of its parameter: its own, unless a generated name could be the same."""
    return {name: f"arg{k}" if _GENERATED.fullmatch(name) else name for k, name in enumerate(arguments)}
