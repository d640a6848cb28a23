"""The commands on random symbols: expectations, Fisher information, exponential families."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from symml.cli import options


def expect(
    expression: options.Expression,
    shapes: options.Shapes = "",
    given: Annotated[
        str, typer.Option(help="Laws: 'x ~ normal(mu, Sigma); eps ~ (0, sigma2); x, eps independent'.")
    ] = "",
    latex: Annotated[bool, typer.Option("--latex", help="Print LaTeX.")] = False,
    code: Annotated[bool, typer.Option("--code", help="Print NumPy code.")] = False,
    json: options.Json = False,
) -> None:
    """Carry out the means, variances and covariances of EXPRESSION, such as 'E((y - f)**2)' or 'Var(a@x)'."""
    from symml.cli.expect import run

    run(expression, shapes, given, latex=latex, code=code, json=json)


def fisher(
    likelihood: Annotated[str, typer.Argument(help="A log-likelihood, such as 'k*log(lam) - lam'.")],
    wrt: Annotated[str, typer.Option(help="The parameter.")],
    shapes: options.Shapes = "",
    given: Annotated[str, typer.Option(help="The law: 'k ~ poisson(lam)'.")] = "",
    json: options.Json = False,
) -> None:
    """Derive the Fisher information of a parameter by the score's variance and by the mean curvature."""
    from symml.cli.expect import run_fisher

    run_fisher(likelihood, wrt, shapes, given, json=json)


def family(
    density: Annotated[
        str, typer.Argument(help="A law 'x ~ gamma(a, b)', or a density or mass function: 'lam*exp(-lam*x)'.")
    ],
    of: Annotated[str, typer.Option("--of", help="What it is a density of; for a law, its symbol.")] = "",
    wrt: Annotated[str, typer.Option(help="The parameters; by default all other symbols.")] = "",
    shapes: options.Shapes = "",
    support: Annotated[
        str, typer.Option(help="Where it lives, when its domain does not say: '(0, inf)', '0, 1, ..., n'.")
    ] = "",
    log: Annotated[bool, typer.Option("--log", help="DENSITY is the logarithm of a density.")] = False,
    latex: Annotated[bool, typer.Option("--latex", help="Print LaTeX.")] = False,
    json: options.Json = False,
) -> None:
    """Bring DENSITY to the form h(x) exp(<eta, T(x)> - A), and derive the moments of T from A."""
    from symml.cli.inference import run_family

    run_family(density, of, wrt, shapes, support, log=log, latex=latex, json=json)


def mle(
    statement: Annotated[
        str, typer.Argument(help="Laws of the data: 'y ~ normal(X@w, s)'; or a density, written entry by entry.")
    ],
    wrt: Annotated[str, typer.Option(help="The parameters: 'mu, sigma2'.")],
    shapes: options.Shapes = "",
    of: Annotated[str, typer.Option("--of", help="What is observed, when a density is given.")] = "",
    log: Annotated[bool, typer.Option("--log", help="STATEMENT is the logarithm of a density.")] = False,
    latex: Annotated[bool, typer.Option("--latex", help="Print LaTeX.")] = False,
    json: options.Json = False,
) -> None:
    """Derive maximum-likelihood estimates from the scores, with the proof that they are the maximum."""
    from symml.cli.inference import run_mle

    run_mle(statement, wrt, shapes, of, log=log, latex=latex, json=json)


def posterior(
    prior: Annotated[str, typer.Argument(help="The law of the parameter: 'p ~ beta(a, b)'; or a density with --of.")],
    likelihood: Annotated[str, typer.Argument(help="The laws of the data: 'y ~ bernoulli(p)'.")],
    shapes: options.Shapes = "",
    of: Annotated[str, typer.Option(help="What the prior is a density of, where it is written as one.")] = "",
    latex: Annotated[bool, typer.Option("--latex", help="Print LaTeX.")] = False,
    json: options.Json = False,
) -> None:
    """Print the law of a parameter given data, where the prior is conjugate to the likelihood."""
    from symml.cli.inference import run_posterior

    run_posterior(prior, likelihood, of, shapes, latex=latex, json=json)


_COMMANDS: tuple[tuple[Callable[..., None], str], ...] = (
    (expect, "Carry out an expectation, step by step."),
    (fisher, "Derive a Fisher information."),
    (family, "Find the exponential family of a density."),
    (mle, "Derive maximum-likelihood estimates."),
    (posterior, "Derive a conjugate update."),
)


def register(app: typer.Typer) -> None:
    """Adds these commands."""
    for command, summary in _COMMANDS:
        app.command(short_help=summary)(command)
