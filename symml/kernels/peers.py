"""Other engines on a kernel's own source: JAX and torch in NumPy's place, for timings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import numpy as np

from symml.kernels.compile import compiled

if TYPE_CHECKING:
    from symml.kernels.kernel import Kernel

Run = Callable[[], Any]


class _Names:
    """A module with a few names of its own."""

    def __init__(self, module: Any, own: Mapping[str, Any]) -> None:
        self._module, self._own = module, own

    def __getattr__(self, name: str) -> Any:
        return self._own[name] if name in self._own else getattr(self._module, name)


def _with(kernel: Kernel, names: Any) -> Callable[..., Any]:
    return compiled(kernel.source.replace("import numpy as np\n", ""), kernel.name, {"np": names})


def jax_engine(kernel: Kernel, given: Mapping[str, Any]) -> Run:
    """The kernel jitted by JAX in double precision, on its own arrays."""
    import jax

    jax.config.update("jax_enable_x64", True)
    function = _with(kernel, _Names(jax.numpy, {"errstate": lambda **_: nullcontext()}))
    run = jax.jit(function, static_argnames=[n for n in kernel.arguments if n not in kernel.shapes])
    arguments = [jax.numpy.asarray(given[n]) if n in kernel.shapes else given[n] for n in kernel.arguments]
    return lambda: jax.block_until_ready(run(*arguments))


def torch_engine(kernel: Kernel, given: Mapping[str, Any]) -> Run:
    """The kernel in torch on the CPU, each operation by itself."""
    import torch

    function = _with(kernel, _torch_names(torch))
    arguments = [torch.as_tensor(given[n]) if n in kernel.shapes else given[n] for n in kernel.arguments]
    return lambda: function(*arguments)


def _torch_names(torch: Any) -> Any:
    """torch with NumPy's spelling; what concerns numbers only stays NumPy's."""

    def along(function: Callable[..., Any]) -> Callable[..., Any]:
        def run(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
            return function(x, dim=tuple(range(x.ndim)) if axis is None else axis, keepdim=keepdims)

        return run

    def pair(function: Callable[..., Any]) -> Callable[..., Any]:
        return lambda a, b: function(*torch.broadcast_tensors(torch.as_tensor(a), torch.as_tensor(b)))

    own: dict[str, Any] = {
        "errstate": lambda **_: nullcontext(),
        "sum": along(torch.sum),
        "max": along(torch.amax),
        "min": along(torch.amin),
        "maximum": pair(torch.maximum),
        "minimum": pair(torch.minimum),
        "copysign": pair(torch.copysign),
        "clip": torch.clamp,
        "asarray": torch.as_tensor,
        "eye": lambda n: torch.eye(n, dtype=torch.float64),
        "arange": torch.arange,
    }

    def named(name: str) -> Any:
        function = own.get(name) or getattr(torch, name)
        if not callable(function) or name in own or name == "linalg":
            return function
        plain = getattr(np, name)
        return lambda *a, **k: (function if any(isinstance(x, torch.Tensor) for x in a) else plain)(*a, **k)

    return type("Torch", (), {"__getattr__": lambda _, name: named(name)})()
