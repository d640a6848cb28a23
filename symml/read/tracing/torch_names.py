"""PyTorch's names for what NumPy has, as traced code sees them.

Only functions that mean the same are listed: torch's ``var`` and ``std`` divide by n - 1 and its ``max`` along an axis
gives a pair, so these are refused rather than mistaken.
"""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

from symml.errors import TraceError
from symml.expr.nodes import constant
from symml.read.tracing import dispatch
from symml.read.tracing.array import TracedArray
from symml.read.tracing.record import recorded

_SAME = (
    "exp log log1p expm1 log2 log10 sqrt abs sign sin cos tan sinh cosh tanh sigmoid relu softplus erf erfc lgamma "
    "digamma where maximum minimum sum mean prod einsum outer trace softmax log_softmax logsumexp zeros_like ones_like "
    "zeros ones eye matmul dot stack logaddexp square reciprocal negative silu gelu xlogy transpose"
)
_OTHER = {
    "mm": "matmul",
    "mv": "matmul",
    "bmm": "matmul",
    "mul": "multiply",
    "sub": "subtract",
    "add": "add",
    "div": "divide",
    "pow": "power",
    "neg": "negative",
    "clamp": "clip",
    "arctan": "arctan",
    "atan": "arctan",
    "asin": "arcsin",
    "acos": "arccos",
    "cat": "concatenate",
    "unsqueeze": "expand_dims",
    "inverse": "linalg.inv",
    "det": "linalg.det",
    "logdet": "linalg.logdet",
    "gt": "greater",
    "ge": "greater_equal",
    "lt": "less",
    "le": "less_equal",
}
FUNCTIONS = {**{name: name for name in _SAME.split()}, **_OTHER}
METHODS = frozenset(FUNCTIONS) - {"where", "zeros", "ones", "eye", "einsum", "stack", "cat"}
_OPTIONS = {"dim": "axis", "keepdim": "keepdims", "min": "a_min", "max": "a_max"}
_IGNORED = ("dtype", "device", "requires_grad", "approximate", "inplace")


def call(name: str, args: tuple[Any, ...], options: dict[str, Any]) -> Any:
    """A function of PyTorch by its name."""
    known = {_OPTIONS.get(key, key): value for key, value in options.items() if key not in _IGNORED}
    return dispatch.call(FUNCTIONS[name], args, known)


class TorchNamespace:
    """``torch`` and its submodules as traced code sees them."""

    def __init__(self, module: ModuleType) -> None:
        self._module = module

    @recorded
    def __getattr__(self, name: str) -> Any:
        original = getattr(self._module, name)
        if name == "pi":
            return TracedArray(constant("pi"))
        if isinstance(original, ModuleType):
            return TorchNamespace(original)
        if name in FUNCTIONS:
            return lambda *args, **options: call(name, args, options)
        if isinstance(original, type) or not callable(original):
            return original
        return _refusing(f"torch.{name}")


def _refusing(name: str) -> Callable[..., Any]:
    @recorded
    def refuse(*args: Any, **options: Any) -> Any:
        raise TraceError(f"{name} cannot be traced", cure="use functions that mean the same in NumPy")

    return refuse
