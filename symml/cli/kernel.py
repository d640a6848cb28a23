"""``symml kernel``."""

from __future__ import annotations

from symml.catalog.book import has_entry
from symml.cli.output import say, say_json
from symml.faces import kernel
from symml.kernels import Kernel
from symml.proof.derive import derive


def run(expression: str, shapes: str, wrt: str, name: str, output: str, *, json: bool) -> None:
    """Emits the kernel; prints it, or writes it to a file."""
    found = _emit(expression, shapes, wrt, name)
    if output:
        found.write(output)
    if json:
        say_json({"schema": 1, "command": "kernel", **found.to_json()})
    else:
        say(f"wrote {output}" if output else found.source)


def _emit(expression: str, shapes: str, wrt: str, name: str) -> Kernel:
    if wrt:
        return derive(expression, wrt, shapes=shapes).kernel(name)
    if has_entry(expression):
        from symml.catalog.book import entry

        return entry(expression).kernel()
    return kernel(expression, shapes=shapes, name=name)
