"""``symml kernel``."""

from __future__ import annotations

from collections.abc import Callable

from symml.catalog.book import chapters, entry
from symml.cli.output import say, say_json
from symml.cli.sizes import parse_sizes
from symml.errors import SymmlError
from symml.faces import kernel
from symml.kernels import Kernel
from symml.kernels.bench import lengths_of
from symml.kernels.fused.c_steps import c_source
from symml.kernels.fused.numba_code import numba_source
from symml.kernels.kernel import write_text
from symml.proof.derive import derive

_BACKENDS: dict[str, Callable[[Kernel], str]] = {
    "numpy": lambda kernel: kernel.source,
    "numba": numba_source,
    "c": c_source,
}


def run(
    expression: str, shapes: str, wrt: str, name: str, output: str, backend: str, sizes: str, *, json: bool
) -> None:
    """Emits the kernel, or its plan for known lengths; prints it, or writes it to a file."""
    if backend not in _BACKENDS:
        raise SymmlError(f"--backend: {backend} is not one of {', '.join(_BACKENDS)}")
    if sizes and backend == "c":
        raise SymmlError("--sizes: the C function takes its lengths when it is called", cure="leave out --sizes")
    found = emitted(expression, shapes, wrt, name)
    source = _planned(found, sizes, backend == "numba") if sizes else _BACKENDS[backend](found)
    if output:
        write_text(output, source)
    if json:
        say_json({"schema": 1, "command": "kernel", **found.to_json(), "backend": backend, "source": source})
    else:
        say(f"wrote {output}" if output else source)


def _planned(kernel: Kernel, sizes: str, fast: bool) -> str:
    """The module of a plan, below a comment that says what its function takes."""
    plan = kernel.plan(lengths_of(kernel, parse_sizes(sizes)), fast=fast)
    return f"{plan.signature}\n{plan.source}"


def emitted(expression: str, shapes: str, wrt: str, name: str) -> Kernel:
    """The kernel of a formula, of its gradient, or of an entry of the book."""
    if wrt:
        return derive(expression, wrt, shapes=shapes).kernel(name)
    if expression.partition(".")[0] in chapters():
        found = entry(expression)
        return kernel(found.rhs, name=name or found.name)
    return kernel(expression, shapes=shapes, name=name or "kernel")
