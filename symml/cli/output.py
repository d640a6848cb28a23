"""What leaves the program: text, JSON, errors."""

from __future__ import annotations

import json
from typing import Any

import typer

from symml.errors import SymmlError


def say(text: str = "") -> None:
    """A line (or several) on standard output."""
    typer.echo(text)


def say_json(value: Any) -> None:
    """A JSON document on standard output."""
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False))


def fail(error: SymmlError) -> None:
    """What went wrong, where, and what to type instead, on standard error."""
    first, *rest = str(error).splitlines()
    typer.echo("\n".join([f"error: {first}", *rest]), err=True)


def rule(title: str) -> None:
    """A heading."""
    say(f"\n── {title} " + "─" * max(4, 70 - len(title)))
