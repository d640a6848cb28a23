"""``symml family`` and the other commands of inference."""

from __future__ import annotations

import typer

from symml.cli.output import say, say_json
from symml.optimize.inference.family import family
from symml.optimize.inference.likelihood import mle
from symml.optimize.inference.posterior import posterior


def run_family(
    density: str, of: str, wrt: str, shapes: str, support: str, *, log: bool, latex: bool, json: bool
) -> None:
    """Prints the form of a density; exit code 1 where it has none or none was found."""
    found = family(density, of, wrt=wrt, shapes=shapes, support=support, log=log)
    if json:
        say_json({"command": "family", **found.to_json()})
    else:
        say(found.latex() if latex else repr(found))
    if not found.is_family:
        raise typer.Exit(1)


def run_mle(statement: str, wrt: str, shapes: str, of: str, *, log: bool, latex: bool, json: bool) -> None:
    """Prints maximum-likelihood estimates."""
    found = mle(statement, wrt, shapes=shapes, of=of, log=log)
    if json:
        say_json({"command": "mle", **found.to_json()})
    else:
        say(found.latex() if latex else repr(found))


def run_posterior(prior: str, likelihood: str, of: str, shapes: str, *, latex: bool, json: bool) -> None:
    """Prints a conjugate update; exit code 1 where the prior is not conjugate."""
    found = posterior(prior, likelihood, of=of, shapes=shapes)
    if json:
        say_json({"command": "posterior", **found.to_json()})
    else:
        say(found.latex() if latex else repr(found))
    if not found.is_conjugate:
        raise typer.Exit(1)
