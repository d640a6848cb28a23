"""``symml backprop``."""

from __future__ import annotations

from dataclasses import dataclass

from symml.cli.output import say, say_json
from symml.proof.networks import backprop


@dataclass(frozen=True)
class Output:
    """How samples are laid out, and what is printed; the equations as text when nothing is asked for."""

    batch: bool = False
    latex: bool = False
    code: bool = False
    check: bool = False
    json: bool = False


def run(layers: str, loss: str, activation: str, last: str, output: Output) -> None:
    """Prints the equations of a network."""
    found = backprop(layers or None, loss=loss, batch=output.batch, activation=activation, output=last)
    if output.json:
        say_json({"command": "backprop", **found.to_json()})
        return
    if output.latex:
        say(found.latex())
    elif output.code:
        say(found.kernel().source)
    else:
        say(repr(found))
    if output.check:
        say(f"\n{found.verdict!r}")
