"""``symml kernel``."""

from __future__ import annotations

from collections.abc import Callable

from symml.catalog.book import chapters, entry
from symml.cli.output import say, say_json
from symml.errors import SymmlError
from symml.faces import kernel
from symml.kernels import Kernel
from symml.kernels.fused.c_code import c_source
from symml.kernels.fused.numba_code import numba_source
from symml.kernels.kernel import write_text
from symml.proof.derive import derive

_BACKENDS: dict[str, Callable[[Kernel], str]] = {
    "numpy": lambda kernel: kernel.source,
    "numba": numba_source,
    "c": c_source,
}


def run(expression: str, shapes: str, wrt: str, name: str, output: str, backend: str, *, json: bool) -> None:
    """Emits the kernel; prints it, or writes it to a file."""
    if backend not in _BACKENDS:
        raise SymmlError(f"--backend: {backend} is not one of {', '.join(_BACKENDS)}")
    found = emitted(expression, shapes, wrt, name)
    source = _BACKENDS[backend](found)
    if output:
        write_text(output, source)
    if json:
        say_json({"schema": 1, "command": "kernel", **found.to_json(), "backend": backend, "source": source})
    else:
        say(f"wrote {output}" if output else source)


def emitted(expression: str, shapes: str, wrt: str, name: str) -> Kernel:
    """The kernel of a formula, of its gradient, or of an entry of the book."""
    if wrt:
        return derive(expression, wrt, shapes=shapes).kernel(name)
    if expression.partition(".")[0] in chapters():
        found = entry(expression)
        return kernel(found.rhs, name=name or found.name)
    return kernel(expression, shapes=shapes, name=name or "kernel")
