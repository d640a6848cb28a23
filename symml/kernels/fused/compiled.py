"""Regions compiled by numba: once for each source and type, kept on disk for the next process."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from symml.errors import SymmlError
from symml.kernels.fused.numba_code import vector_functions
from symml.kernels.fused.region_code import RegionCode
from symml.kernels.fused.row_functions import HELPERS

if TYPE_CHECKING:
    from symml.kernels.plan.shapes import Form

HEAD = """import numba
import numpy as np

_options = {"error_model": "numpy", "fastmath": {"contract"}}
_inline = numba.njit(forceinline=True, **_options)
_lanes = numba.njit(forceinline=True, error_model="numpy", fastmath={"contract", "reassoc"})
_ordered = numba.njit(forceinline=True, error_model="numpy", fastmath={"nnan", "nsz"})"""
_READY: dict[tuple[str, bool], Callable[..., Any]] = {}
_LOCK = Lock()


def require_numba() -> None:
    """Refuses where numba is not installed.

    Raises:
        SymmlError: numba is not installed.
    """
    if not find_spec("numba"):
        raise SymmlError("the numba backend needs numba", cure="run: pip install 'symml[fast]'")


def signature(code: RegionCode, known: Mapping[str, Form], whole: frozenset[str], real: str) -> str:
    """The types of a region's parameters as numba writes them; all arrays lie row after row."""
    types = []
    for name in (*code.inputs, *code.outputs):
        rank = len(known[name].shape)
        kind = "int64" if name in whole else "boolean" if known[name].boolean else real
        types.append(
            f"{kind}[{', '.join([*([':'] * (rank - 1)), '::1'])}]" if rank else kind if name in whole else "float64"
        )
    return f"({', '.join(types)},)"


def region_source(code: RegionCode, types: str) -> str:
    """The functions that a region needs, and the region."""
    helpers = [text.strip() for name, text in HELPERS.items() if name in code.used]
    decorator = f'@numba.njit("{types}", nogil=True, cache=True, **_options)'
    return "\n\n\n".join([*vector_functions(code.used), *helpers, "\n".join([decorator, *code.lines])])


def loaded(code: RegionCode, types: str, name: str, cache: bool) -> Callable[..., Any]:
    """The compiled region."""
    text = f"{HEAD}\n\n\n{region_source(code, types)}\n"
    if not cache:
        text = text.replace("cache=True", "cache=False")
    with _LOCK:
        if (text, cache) not in _READY:
            _READY[text, cache] = _from_file(text, code.name, name) if cache else _from_text(text, code.name)
        return _READY[text, cache]


def _from_text(text: str, function: str) -> Callable[..., Any]:
    from symml.kernels.compile import compiled

    return compiled(text, function)


def _from_file(text: str, function: str, name: str) -> Callable[..., Any]:
    """The function of a module in the cache folder, so that numba finds its own files beside it."""
    key = hashlib.sha256(text.encode()).hexdigest()[:16]
    folder = Path(os.environ.get("SYMML_CACHE", Path.home() / ".cache" / "symml"))
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}_{key}.py"
    if not path.exists():
        path.write_text(text, encoding="utf-8")
    spec = spec_from_file_location(f"symml_cache_{key}", path)
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    found: Callable[..., Any] = getattr(module, function)
    return found


def threads(pieces: Sequence[Any], wanted: int | None) -> int:
    """How many threads share the pieces."""
    given = os.environ.get("NUMBA_NUM_THREADS") or os.environ.get("OMP_NUM_THREADS") or ""
    most = wanted or (int(given) if given.isdecimal() else 0) or os.cpu_count() or 1
    return max(1, min(most, len(pieces)))
