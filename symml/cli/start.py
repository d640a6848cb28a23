"""How the program starts and ends: 0 fine, 1 findings, 2 usage or input error, 130 interrupted; never a traceback."""

from __future__ import annotations

import io
import sys
from itertools import pairwise

from symml.errors import SymmlError

INTERRUPTED = 130


def main() -> None:
    """Runs a command; an error about the input ends with exit code 2 and one screen of text."""
    try:
        spell_what_cannot_be_printed()
        # Loading what follows takes a moment, in which an interruption must be as quiet as it is later.
        from symml.cli.app import app

        app(args=formulas_are_no_options(steps_may_be_brief(sys.argv[1:])), prog_name="symml")
    except SymmlError as error:
        fail(error)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except OSError as error:
        from symml.cli.output import drop_what_is_left

        drop_what_is_left()
        fail(SymmlError(f"the output cannot be written: {error.strerror or error}", cure="choose another place for it"))


def steps_may_be_brief(arguments: list[str]) -> list[str]:
    """The arguments, with ``--steps brief`` and ``--steps full`` as flags: ``--steps`` alone is one, too."""
    if arguments[:1] != ["derive"]:
        return arguments
    joined = list(arguments)
    for k, word in enumerate(arguments):
        detail = word.removeprefix("--steps=") if word.startswith("--steps=") else ""
        if word == "--steps" and arguments[k + 1 : k + 2] in (["brief"], ["full"]):
            detail, joined[k + 1] = arguments[k + 1], ""
        if detail in ("brief", "full"):
            joined[k] = "--brief" if detail == "brief" else "--steps"
    return [word for k, word in enumerate(joined) if word or not arguments[k]] if joined != arguments else arguments


def formulas_are_no_options(arguments: list[str]) -> list[str]:
    """The arguments, with a space in front of a formula that starts with a minus, such as ``-2*X.T @ r``."""
    given = ["", *arguments]
    # Of a problem, -s stands before a constraint; the formula -s stands first.
    short = "-s" if arguments[:1] in (["kkt"], ["dual"]) else ""
    return [
        f" {own}"
        if _is_formula(own) and before not in ("-o", "--output") and (own != short or before == arguments[0])
        else own
        for before, own in pairwise(given)
    ]


def _is_formula(argument: str) -> bool:
    is_option = argument.startswith(("--", "-o")) or argument in ("-", "-h")
    return argument.startswith("-") and not is_option


def spell_what_cannot_be_printed() -> None:
    """Where the terminal has no letter for a sign, its code is printed in the place of a failure."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def fail(error: SymmlError) -> None:
    """Says what went wrong, where, and what to type instead, and ends with exit code 2."""
    first, *rest = str(error).splitlines()
    if sys.stderr is not None:
        print("\n".join([f"error: {first}", *rest]), file=sys.stderr)  # noqa: T201  # this is the program's voice
    sys.exit(2)
