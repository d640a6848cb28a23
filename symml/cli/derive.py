"""``symml derive``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from symml.cli.output import say, say_json
from symml.errors import SymmlError
from symml.proof.derivation import Derivation
from symml.proof.derive import derive
from symml.read.declarations import Declarations
from symml.read.numpy_source import Statement, read_statement
from symml.read.recognize import notation_of
from symml.read.settings import noted


@dataclass(frozen=True)
class Output:
    """What is printed; the formula as text when nothing is asked for."""

    steps: bool = False
    latex: bool = False
    code: bool = False
    check: bool = False
    operator: bool = False
    json: bool = False
    mark: bool = False
    rules: bool = False
    form: str = ""


FORMS = ("operator", "tensor", "vec")


def run(
    expression: str, wrt: str, shapes: str, order: int, convention: str, style: str, output: Output, profile: str = ""
) -> None:
    """Derives and prints what was asked for."""
    declared = noted(shapes, profile, Path.cwd())
    if output.form not in ("", *FORMS):
        raise SymmlError(f"there is no form {output.form!r}", cure=f"use one of: {', '.join(FORMS)}")
    _refuse_statement(expression, declared)
    how, _, detail = style.partition(" ")
    found = derive(expression, wrt, shapes=declared, order=order, convention=convention, style=how, steps=detail)
    if output.json:
        vec = {"vec": found.vec.to_json()} if output.form == "vec" else {}
        say_json({"command": "derive", **found.to_json(), **vec})
        return
    if output.form == "vec":
        say(found.vec.latex() if output.latex else found.vec.code() if output.code else repr(found.vec))
        return
    if output.operator or output.form == "operator":
        _say_operator(found, latex=output.latex, code=output.code)
        return
    if output.latex:
        say(found.latex(steps=output.steps, mark=output.mark))
    elif output.steps:
        say(found.report(mark=output.mark))
    elif not output.code and not output.form and found.is_operator:
        _say_operator(found, latex=False, code=False)
        say(f"as a tensor: {found.text()}")
    elif not output.code:
        say(found.text())
    if output.code:
        say(found.kernel().source)
    if output.rules:
        _say_rules(found)
    if output.check:
        say(repr(found.verdict))


def _say_operator(found: Derivation, *, latex: bool, code: bool) -> None:
    operator = found.operator
    if operator is None:
        raise SymmlError("a gradient is applied to nothing", cure="use --hessian, or leave the operator form out")
    say(f"{found.operator_name} = {operator.latex() if latex else operator.code() if code else operator.text()}")


def _say_rules(found: Derivation) -> None:
    say("\nrules:")
    for note in found.rules:
        say(f"  {note.name}: {note.sentence}")
        for entry in note.entries:
            say(f"      symml show {entry}")


def _refuse_statement(expression: str, shapes: Declarations) -> None:
    """An equation has no derivative; as an expression it would be a constant 0 or 1."""
    is_script = ";" in expression or "\n" in expression or notation_of(expression) != "numpy"
    if not is_script and isinstance(read_statement(expression, shapes), Statement):
        raise SymmlError(
            "this is a statement, and only expressions have derivatives",
            cure=f"derive one of its sides, or decide it: symml check {expression!r}",
        )
