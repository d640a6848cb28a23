"""``symml kernel``."""

from __future__ import annotations

from symml.catalog.book import chapters, entry
from symml.cli.output import say, say_json
from symml.faces import kernel
from symml.kernels import Kernel
from symml.proof.derive import derive


def run(expression: str, shapes: str, wrt: str, name: str, output: str, *, json: bool) -> None:
    """Emits the kernel; prints it, or writes it to a file."""
    found = emitted(expression, shapes, wrt, name)
    if output:
        found.write(output)
    if json:
        say_json({"schema": 1, "command": "kernel", **found.to_json()})
    else:
        say(f"wrote {output}" if output else found.source)


def emitted(expression: str, shapes: str, wrt: str, name: str) -> Kernel:
    """The kernel of a formula, of its gradient, or of an entry of the book."""
    if wrt:
        return derive(expression, wrt, shapes=shapes).kernel(name)
    if expression.partition(".")[0] in chapters():
        found = entry(expression)
        return kernel(found.rhs, name=name or found.name)
    return kernel(expression, shapes=shapes, name=name or "kernel")
