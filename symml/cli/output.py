"""What leaves the program: text and JSON."""

from __future__ import annotations

import json
import os
import sys
from typing import Any

import typer


def say(text: str = "") -> None:
    """A line (or several) on standard output; whoever reads it may stop reading, as ``head`` does."""
    try:
        typer.echo(text)
    except BrokenPipeError:
        drop_what_is_left()
        sys.exit(0)


def drop_what_is_left() -> None:
    """What is still to be written goes nowhere, so that the end of the program does not fail over it again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def say_json(value: Any) -> None:
    """A JSON document on standard output."""
    say(json.dumps(value, indent=2, ensure_ascii=not _speaks_unicode()))


def _speaks_unicode() -> bool:
    """Whether standard output has letters for every sign; JSON has its own way of writing them."""
    return (getattr(sys.stdout, "encoding", None) or "utf-8").lower().replace("-", "").startswith("utf")


def rule(title: str) -> None:
    """A heading."""
    say(f"\n── {title} " + "─" * max(4, 70 - len(title)))
