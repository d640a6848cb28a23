"""NumPy functions applied to expressions build expressions: the two array protocols, looked up by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from symml.errors import SymmlError
from symml.expr.nodes import Expr

_REDUCED = {"add": "sum", "multiply": "prod", "maximum": "max", "minimum": "min", "logaddexp": "logsumexp"}


def ufunc(called: Callable[..., Any], method: str, inputs: tuple[object, ...], options: Mapping[str, Any]) -> Expr:
    """``np.exp(x)``, ``np.add(x, y)``, ``np.add.reduce(x)``.

    Raises:
        SymmlError: There is no expression for the ufunc.
    """
    name = called.__name__
    if method == "__call__" and not options.get("out"):
        return _builder(name)(*inputs)
    if method == "reduce" and name in _REDUCED:
        axis = options.get("axis", 0)
        return _builder(_REDUCED[name])(inputs[0], axis=axis, keepdims=bool(options.get("keepdims", False)))
    if method == "outer" and name == "multiply":
        return _builder("outer")(*inputs)
    raise SymmlError(f"np.{name} with {'out=' if options.get('out') else '.' + method} has no expression")


def function(called: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Expr:
    """``np.sum(x, axis=0)``, ``np.linalg.norm(x)`` and the like.

    Raises:
        SymmlError: There is no expression for the function.
    """
    module = getattr(called, "__module__", "") or ""
    name = ("linalg." if module.endswith("linalg") else "") + called.__name__
    return _builder(name)(*args, **kwargs)


def _builder(name: str) -> Callable[..., Expr]:
    found = names.find(name)
    if found is None:
        raise SymmlError(
            f"np.{name} of a symbolic array has no expression", cure="write it with sums, products and named functions"
        )
    return found


# The table of names holds the builders, and the builders' nodes carry these protocols.
from symml.expr import names  # noqa: E402  # see the line above
