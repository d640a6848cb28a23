"""The commands of ``symml``; each is one module, loaded when it is called."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from symml.cli import options
from symml.cli.statistics import register as register_statistics

app = typer.Typer(
    name="symml",
    help="Derive, print, compute and verify the mathematics of machine learning.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(show: bool) -> None:
    if show:
        from symml import __version__

        typer.echo(f"symml {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Derive, print, compute and verify the mathematics of machine learning."""


@app.command(short_help="See the whole job on one page.")
def demo(json: options.Json = False) -> None:
    """Derive a gradient with its steps, run it as a kernel, prove one hand-derived gradient and refute another."""
    from symml.cli.demo import run

    run(json)


@app.command(short_help="Derive a gradient, Jacobian or Hessian, step by step.")
def derive(
    expression: options.Expression,
    wrt: options.Wrt,
    shapes: options.Shapes = "",
    order: Annotated[int, typer.Option(help="How often to differentiate (1 gradient or Jacobian, 2 Hessian).")] = 1,
    hessian: Annotated[bool, typer.Option("--hessian", help="The same as --order 2.")] = False,
    steps: options.Steps = False,
    brief: options.Brief = False,
    style: options.Style = "",
    mark: Annotated[bool, typer.Option("--mark", help="Mark what each step changed.")] = False,
    rules: Annotated[
        bool, typer.Option("--rules", help="Say what each rule states, with entries of the book.")
    ] = False,
    latex: Annotated[bool, typer.Option("--latex", help="Print LaTeX.")] = False,
    code: Annotated[bool, typer.Option("--code", help="Print a NumPy function.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Decide every step and print the verdict.")] = False,
    operator: Annotated[bool, typer.Option("--operator", help="Print the Hessian as H[V].")] = False,
    form: Annotated[
        str, typer.Option(help="More than two axes: operator, tensor, or vec (Kronecker products of vec, by columns).")
    ] = "",
    convention: Annotated[
        str, typer.Option(help="For a structured variable: unstructured, projected, riemannian or cookbook.")
    ] = "unstructured",
    profile: options.Profile = "",
    json: options.Json = False,
) -> None:
    """Derive a gradient, Jacobian or Hessian of EXPRESSION (NumPy syntax), with named steps."""
    from symml.cli.derive import Output, run

    told = steps or brief or mark or rules or bool(style)
    output = Output(told, latex, code, check, operator, json, mark, rules, form)
    how = f"{style or 'backprop'} {'brief' if brief else 'full'}"
    run(expression, wrt, shapes, 2 if hessian or operator else order, convention, how, output, profile)


@app.command(short_help="Print a network's backpropagation equations.")
def backprop(
    layers: Annotated[
        str, typer.Argument(help="Widths and functions: 'n0, n1 relu, n2 softmax'; without it a layer l of N.")
    ] = "",
    loss: Annotated[
        str,
        typer.Option(help="cross-entropy, binary-cross-entropy, squared, mse, or a formula in a and y."),
    ] = "",
    batch: Annotated[bool, typer.Option("--batch", help="Rows are samples.")] = False,
    activation: Annotated[str, typer.Option(help="Without LAYERS: the function of the hidden layers.")] = "sigma",
    output: Annotated[str, typer.Option(help="Without LAYERS: the function of the last layer.")] = "softmax",
    latex: Annotated[bool, typer.Option("--latex", help="Print LaTeX.")] = False,
    code: Annotated[bool, typer.Option("--code", help="Print a NumPy function of the loss and all gradients.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Decide every equation and print the verdict.")] = False,
    json: options.Json = False,
) -> None:
    """Print the forward and the backward pass of a network, each equation verified against its gradient."""
    from symml.cli.networks import Output, run

    run(layers, loss, activation, output, Output(batch, latex, code, check, json))


@app.command(short_help="Say how a formula in LaTeX or text is understood.")
def read(
    text: Annotated[
        str, typer.Argument(help=r"A formula in LaTeX, Unicode or NumPy syntax, such as '\frac1n\|Xw-y\|_2^2'.")
    ],
    shapes: options.Shapes = "",
    let: options.Let = None,
    infer: options.Infer = False,
    profile: options.Profile = "",
    latex: Annotated[bool, typer.Option("--latex", help="Print LaTeX only.")] = False,
    second_reader: Annotated[str, typer.Option(help="Show another reader's reading too: latex2sympy2.")] = "",
    json: options.Json = False,
) -> None:
    """Print a formula back as it was understood."""
    from symml.cli.read import run

    run(text, shapes, let or [], profile=profile, infer=infer, latex=latex, second_reader=second_reader, json=json)


@app.command(short_help="Prove or refute an identity or a gradient.")
def check(
    left: Annotated[str, typer.Argument(help="An identity 'a == b', its left side, a loss, or FILE.py::FUNCTION.")],
    right: Annotated[str, typer.Argument(help="The right side, the gradient, or FILE.py::FUNCTION.")] = "",
    wrt: Annotated[str, typer.Option(help="The variables: RIGHT is checked as the gradient of LEFT.")] = "",
    shapes: options.Shapes = "",
    digits: Annotated[int, typer.Option(min=15, max=1000, help="Decimal digits used when points are tried.")] = 50,
    let: options.Let = None,
    given: Annotated[str, typer.Option(help="Laws of random symbols: 'x ~ normal(mu, Sigma); x, y independent'.")] = "",
    kind: Annotated[
        str, typer.Option("--of", help="What RIGHT is: gradient, hessian, hvp, backward, objective; or custom.")
    ] = "gradient",
    infer: options.Infer = False,
    profile: options.Profile = "",
    json: options.Json = False,
) -> None:
    """Prove or refute an identity, or a hand-derived gradient."""
    from symml.cli.check import run, run_inferred

    if infer:
        run_inferred(left, right, wrt, shapes, digits, let or [], profile, json=json)
    else:
        run(left, right, wrt, shapes, digits, let or [], kind, given, profile, json=json)


@app.command(short_help="Judge every formula of documents.")
def audit(
    documents: Annotated[list[Path], typer.Argument(help="Markdown, LaTeX or notebook files, or folders of them.")],
    shapes: options.Shapes = "",
    style: Annotated[str, typer.Option("--format", help="text, concise, json, sarif, github or junit.")] = "text",
    seconds: Annotated[float, typer.Option(min=0.1, help="The time for one formula.")] = 10.0,
    every: Annotated[bool, typer.Option("--all", help="List every formula with what was made of it.")] = False,
    strict: Annotated[bool, typer.Option(help="Fail also where a claim could not be decided.")] = False,
    json: options.Json = False,
) -> None:
    """Read the formulas of documents in order, and prove or refute what they claim; nothing in them is executed."""
    from symml.cli.audit import run

    run(documents, shapes, style, seconds, every, strict, json=json)


@app.command(short_help="Write a NumPy function that computes a formula.")
def kernel(
    expression: Annotated[
        str, typer.Argument(help="An expression in NumPy syntax, or the id of an entry of the book.")
    ],
    shapes: options.Shapes = "",
    wrt: Annotated[str, typer.Option(help="Emit the gradient with respect to this variable.")] = "",
    name: Annotated[str, typer.Option(help="The function's name; by default kernel, or the entry's name.")] = "",
    output: Annotated[str, typer.Option("--output", "-o", help="Write the module to this file.")] = "",
    backend: Annotated[str, typer.Option(help="numpy, or compiled loops: numba, c.")] = "numpy",
    sizes: Annotated[str, typer.Option(help="Write the plan for these lengths: 'n=1000,d=32'.")] = "",
    json: options.Json = False,
) -> None:
    """Print or write a NumPy function that computes EXPRESSION; it imports NumPy only."""
    from symml.cli.kernel import run

    run(expression, shapes, wrt, name, output, backend, sizes, json=json)


@app.command(short_help="Time the kernel of a formula on this machine.")
def bench(
    expression: Annotated[
        str, typer.Argument(help="An expression in NumPy syntax, or the id of an entry of the book.")
    ],
    shapes: options.Shapes = "",
    wrt: Annotated[str, typer.Option(help="Time the gradient with respect to this variable.")] = "",
    sizes: Annotated[str, typer.Option(help="The lengths of the dimensions: 'n=1000,d=32'.")] = "",
    plot: Annotated[str, typer.Option(help="Draw the times into this file: png, svg or pdf.")] = "",
    json: options.Json = False,
) -> None:
    """Compare the kernel of EXPRESSION, its plan and, where installed, numba, JAX and torch on random arrays."""
    from symml.cli.bench import run

    run(expression, shapes, wrt, sizes, plot=plot, json=json)


register_statistics(app)


@app.command(short_help="Print the KKT conditions of a problem.")
def kkt(
    objective: options.Expression,
    over: options.Over,
    subject: options.Subject = None,
    shapes: options.Shapes = "",
    maximize: options.Maximize = False,
    latex: Annotated[bool, typer.Option("--latex", help="Print LaTeX.")] = False,
    json: options.Json = False,
) -> None:
    """Print the KKT conditions of a constrained problem, and its solution where it has a closed form."""
    from symml.cli.optimize import run_kkt

    run_kkt(objective, over, subject or [], shapes, "max" if maximize else "min", latex=latex, json=json)


@app.command(short_help="Derive the dual of a problem.")
def dual(
    objective: options.Expression,
    over: options.Over,
    subject: options.Subject = None,
    shapes: options.Shapes = "",
    maximize: options.Maximize = False,
    latex: Annotated[bool, typer.Option("--latex", help="Print LaTeX.")] = False,
    json: options.Json = False,
) -> None:
    """Derive the Lagrange dual of a constrained problem by eliminating its variables."""
    from symml.cli.optimize import run_dual

    run_dual(objective, over, subject or [], shapes, "max" if maximize else "min", latex=latex, json=json)


@app.command(short_help="Prove convexity, or refute it.")
def convex(
    expression: options.Expression,
    wrt: Annotated[str, typer.Option(help="The variables, jointly: 'w' or 'w, b'.")],
    shapes: options.Shapes = "",
    json: options.Json = False,
) -> None:
    """Prove that EXPRESSION is convex or concave, or show two points that exclude it."""
    from symml.cli.optimize import run_convex

    run_convex(expression, wrt, shapes, json=json)


@app.command(short_help="Find and classify critical points.")
def critical(
    expression: options.Expression,
    wrt: Annotated[str, typer.Option(help="The variables, all numbers: 'x, y'.")],
    shapes: options.Shapes = "",
    json: options.Json = False,
) -> None:
    """Find the points where the gradient of EXPRESSION vanishes and classify each by the Hessian."""
    from symml.cli.optimize import run_critical

    run_critical(expression, wrt, shapes, json=json)


@app.command(short_help="Show an optimizer's update rule.")
def update(
    name: Annotated[
        str, typer.Argument(help="gd, momentum, nesterov, adagrad, rmsprop, adam, adamw, radam, newton ...")
    ],
    latex: Annotated[bool, typer.Option("--latex", help="Print LaTeX.")] = False,
    code: Annotated[bool, typer.Option("--code", help="Print a NumPy function of one step.")] = False,
    json: options.Json = False,
) -> None:
    """Show an optimizer's update rule, as a formula or as a NumPy function."""
    from symml.cli.optimize import run_update

    run_update(name, latex=latex, code=code, json=json)


@app.command(short_help="Show an entry of the book of identities.")
def show(
    entry: Annotated[str, typer.Argument(help="An id such as activations.sigmoid_deriv.")],
    steps: Annotated[bool, typer.Option("--steps", help="Print every line with its reason and its verdict.")] = False,
    latex: Annotated[bool, typer.Option("--latex", help="Print LaTeX.")] = False,
    code: Annotated[bool, typer.Option("--code", help="Print the NumPy function.")] = False,
    sympy: Annotated[bool, typer.Option("--sympy", help="Print the statement as a SymPy object.")] = False,
    plot: Annotated[bool, typer.Option("--plot", help="Draw the function and its slope, or both sides.")] = False,
    out: Annotated[
        Path | None,
        typer.Option(help="With --plot: a file (png, svg, pdf) in place of the terminal; needs matplotlib."),
    ] = None,
    json: options.Json = False,
) -> None:
    """Show an entry of the book: statement, steps, domains, source and verdict."""
    from symml.cli.book import Views, show_entry

    show_entry(entry, Views(steps=steps, latex=latex, code=code, sympy=sympy, plot=plot or bool(out)), out, json=json)


@app.command(short_help="Find entries of the book by words.")
def find(
    words: Annotated[list[str] | None, typer.Argument(help="Words to look for; all entries without any.")] = None,
    json: options.Json = False,
) -> None:
    """Find entries of the book by name, sentence, tag or another word for it (logistic, expit, gaussian ...)."""
    from symml.cli.book import find_entries

    find_entries(" ".join(words or []), json=json)


@app.command("list", short_help="List the book, or how it covers the cheatsheet.")
def list_(
    chapter: Annotated[str, typer.Option(help="Only this chapter.")] = "",
    kind: Annotated[str, typer.Option(help="Only this kind: identity, definition, inequality, pitfall ...")] = "",
    unproved: Annotated[bool, typer.Option("--unproved", help="Only entries with a link that is not proved.")] = False,
    inventory: Annotated[bool, typer.Option("--inventory", help="The cheatsheet's items and their entries.")] = False,
    json: options.Json = False,
) -> None:
    """List the entries of the book, those that are only certified, or the cheatsheet's items with their entries."""
    from symml.cli.book import list_entries, list_inventory

    if inventory:
        list_inventory(json=json)
    else:
        list_entries(chapter, kind, unproved=unproved, json=json)


@app.command(short_help="Print the book as a web page, Markdown or LaTeX.")
def book(
    chapters: Annotated[list[str] | None, typer.Argument(help="Chapters; the whole book without any.")] = None,
    format: Annotated[str, typer.Option(help="md, latex or html.")] = "md",
    verdicts: Annotated[bool, typer.Option("--verdicts", help="For html: decide every entry and say so.")] = False,
) -> None:
    """Print the book, or some of its chapters, as a web page of one file, as Markdown or as LaTeX."""
    from symml.cli.book import print_book

    print_book(tuple(chapters or ()), format, verdicts=verdicts)


@app.command(short_help="Begin a new entry of the book.")
def new(
    id: Annotated[str, typer.Argument(help="chapter.name of the new entry.")],
    kind: Annotated[str, typer.Option(help="identity, definition, inequality, example, limit ...")] = "identity",
) -> None:
    """Print the lines with which a new entry of the book begins."""
    from symml.cli.book import print_skeleton

    print_skeleton(id, kind)


@app.command(short_help="Check the book against SymPy and mpmath.")
def crosscheck(
    entries: Annotated[list[str] | None, typer.Argument(help="Ids or chapters; the whole book without any.")] = None,
    jobs: Annotated[int, typer.Option(help="How many processes; 0 for one a processor.")] = 0,
    json: options.Json = False,
) -> None:
    """Check every entry: links, symml's kernel against SymPy's and mpmath, derivatives against differences."""
    from symml.cli.book import crosscheck_entries

    crosscheck_entries(tuple(entries or ()), jobs=jobs, json=json)


@app.command(short_help="Say what is installed and whether it works.")
def doctor(json: options.Json = False) -> None:
    """Say which packages are there, at which version, and whether symml works with them."""
    from symml.cli.doctor import run

    run(json)
