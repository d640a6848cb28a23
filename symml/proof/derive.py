"""``derive``: a gradient, Jacobian or Hessian together with the steps that produced it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from symml.calculus.conventions import CONVENTIONS, conform
from symml.calculus.differentiate import evaluate_derivatives, without_equations
from symml.calculus.leibniz import EXCHANGE
from symml.calculus.simplify import Log, Rewrite, simplify
from symml.errors import NotDerivable, SymmlError
from symml.expr.arithmetic import zeros
from symml.expr.nodes import Add, Along, Apply, Contract, Expr, Linalg, Power, Symbol, show_shape
from symml.expr.scoped import Expectation, Integral, Series
from symml.expr.walk import depends_on, substitute, symbols, topological
from symml.proof.derivation import Derivation
from symml.proof.program import Adjoint, Program, Stage, adjoint_symbol, adjoints, as_program
from symml.proof.step import Step
from symml.read.declarations import Declarations, read_declarations
from symml.read.expression import read_expression
from symml.read.latex import name_as_declared

_MAX_ORDER = 4
_SUM, _LINEAR = "sum rule: d(a + b) = da + db", "linearity: d(c x) = c dx"
_PLUMBING = (_SUM, _LINEAR)


def derive(
    f: Expr | str,
    wrt: Symbol | str,
    *,
    shapes: str | Mapping[str, object] | Declarations | None = None,
    order: int = 1,
    name: str = "L",
    convention: str = "unstructured",
) -> Derivation:
    """Derives the gradient (``order=1``), the Hessian (``order=2``) or a higher derivative, with named steps.

    The layout is: axes of ``f`` first (none for a scalar), then the axes of ``wrt``, once per order. The derivative is
    unstructured: equations that a declared domain carries (``S = S'``, unit sums) are not used before differentiating;
    another ``convention`` is applied to the gradient in a last step.

    Args:
        f: What is differentiated: an expression, NumPy-style text, LaTeX or Unicode mathematics.
        wrt: The variable, a symbol or its name.
        shapes: Declarations such as ``"X: n d, w: d, lam: positive"``; needed when ``f`` is text.
        order: How often to differentiate, from 1 to 4.
        name: What the derivation calls ``f``.
        convention: For the gradient by a structured matrix: ``unstructured``, ``projected`` or ``cookbook``.

    Returns:
        The result with its steps; each step is a claim of its own.

    Raises:
        ReadError: The text cannot be read.
        ShapeError: The shapes do not fit.
        NotDerivable: The variable does not occur, or a node has no derivative rule.
    """
    if order not in range(1, _MAX_ORDER + 1):
        raise SymmlError(f"order {order!r} is not supported", cure=f"use an order from 1 to {_MAX_ORDER}")
    declarations = read_declarations(shapes)
    root = read_expression(f, declarations)
    found = _derived(root, find_variable(root, wrt, declarations), order, name)
    return found if convention == "unstructured" else _in_convention(found, convention)


def _derived(root: Expr, variable: Symbol, order: int, name: str) -> Derivation:
    """One order after the other; the variable's equations are used when all are taken."""
    steps: list[Step] = [Step("definition", root, root, left=(name,))]
    result, bare = without_equations(evaluate_derivatives(root), variable)
    for k in range(order):
        label = name if k == 0 else name + "'" * k
        result = _differentiate(result, bare, label, steps)
    if bare is not variable:
        result = _with_equations(result, bare, variable, name + "'" * (order - 1), steps)
    return Derivation(root, variable, order, result, tuple(steps), name)


def _in_convention(found: Derivation, convention: str) -> Derivation:
    """The gradient in another convention, by one more step."""
    if found.order != 1 or found.expr.shape:
        raise SymmlError(f"the {convention} convention is one of gradients", cure="use order=1 and a scalar loss")
    conformed = conform(found.result, found.wrt, convention)
    result = simplify(conformed)
    step = Step(f"{convention}: {CONVENTIONS[convention]}", conformed, result, ("grad",))
    return replace(found, result=result, steps=(*found.steps, step), convention=convention)


def find_variable(root: Expr, wrt: Symbol | str, declarations: Declarations) -> Symbol:
    """The symbol to differentiate by, which must occur.

    Raises:
        NotDerivable: It does not.
    """
    present = {symbol.name: symbol for symbol in symbols(root)}
    if isinstance(wrt, Symbol):
        if wrt in present.values():
            return wrt
        other = present.get(wrt.name)
        if other is not None:
            raise SymmlError(
                f"{wrt.name} in the expression has shape {show_shape(other.shape)} and domain {other.domain.name}, "
                f"the variable has shape {show_shape(wrt.shape)} and domain {wrt.domain.name}",
                cure="use one and the same symbol",
            )
        return _absent(wrt.name, present)
    if not isinstance(wrt, str):
        raise SymmlError(f"{type(wrt).__name__} is not a variable", cure="give a symbol or its name: wrt='w'")
    name = name_as_declared(wrt.strip(), [*present, *declarations.symbols])
    if name in present:
        return present[name]
    declared = declarations.symbols.get(name)
    return _absent(name, present) if declared is None else declared


def _absent(name: str, present: Mapping[str, Symbol]) -> Symbol:
    known = ", ".join(sorted(present)) or "none"
    if not name:
        raise NotDerivable("there is no variable to differentiate by", cure=f"the expression's symbols are: {known}")
    raise NotDerivable(
        f"{name} does not occur in the expression, so there is nothing to differentiate by",
        cure=f"the expression's symbols are: {known}",
    )


# ---- one order -------------------------------------------------------------------------------------------------------
def _differentiate(root: Expr, wrt: Symbol, label: str, steps: list[Step]) -> Expr:
    """One derivative: tidy, name the stages, take adjoints, put the names back, tidy."""
    log: Log = []
    tidy = simplify(root, log)
    steps += _rewrites(log)
    if wrt not in symbols(tidy):
        return zeros(root.shape + wrt.shape)
    program = as_program(tidy, wrt, label)
    if len(program.stages) > 1:
        steps += [_named(stage, program) for stage in program.stages]
    raw = _adjoint_steps(program, label, steps)
    log = []
    result = simplify(raw, log)
    steps += _rewrites(log)
    steps.append(Step("put the stages back in", raw, result, (label, wrt.name)))
    return result


def _with_equations(found: Expr, bare: Symbol, wrt: Symbol, label: str, steps: list[Step]) -> Expr:
    """The derivative at a variable that satisfies its equations, which were not used while differentiating."""
    back = substitute(found, {bare: wrt})
    result = simplify(back)
    if result is not back:
        steps.append(Step(f"{wrt.name} is {wrt.domain.name}", back, result, (label, wrt.name)))
    return result


def _named(stage: Stage, program: Program) -> Step:
    return Step("name the stage", stage.value, program.expand(stage.body), (stage.name.name,), shown=stage.body)


def _rewrites(log: Log) -> list[Step]:
    return [_rewrite(row) for row in log if not row.rule.quiet]


def _rewrite(row: Rewrite) -> Step:
    return Step(row.rule.name, row.before, row.after, condition=row.rule.condition)


def _adjoint_steps(program: Program, label: str, steps: list[Step]) -> Expr:
    """Writes one step per adjoint; gives the derivative with respect to the variable, written out."""
    seeds = program.stages[-1].name.shape
    values: dict[Expr, Expr] = {}
    written = zeros(seeds + program.wrt.shape)
    for adjoint in adjoints(program):
        tidy = simplify(adjoint.written)
        name = adjoint_symbol(adjoint.of, seeds)
        left = (label, adjoint.of.name) if adjoint.of is program.wrt else (label, adjoint.of.name, name.name)
        steps.append(Step(_reason(adjoint, program), adjoint.written, tidy, left, _exchange(adjoint)))
        written = program.expand(substitute(tidy, values))
        values[name] = written
    return written


def _exchange(adjoint: Adjoint) -> str:
    """What is asked where the order of a derivative and a sum, an integral or a mean is exchanged."""
    bodies = [node for stage in adjoint.users for node in depends_on(stage.body, adjoint.of)]
    infinite = (
        isinstance(node, Integral | Expectation) or (isinstance(node, Series) and node.ends != (True, True))
        for node in bodies
    )
    return EXCHANGE if any(infinite) else ""


def _reason(adjoint: Adjoint, program: Program) -> str:
    """The rules on the way from the stages that use a name down to it."""
    found: list[str] = []
    for stage in adjoint.users:
        depends = depends_on(stage.body, adjoint.of)
        path = [node for node in reversed(topological(stage.body)) if node in depends and node is not adjoint.of]
        found += [rule(node) for node in path if (rule := _RULES.get(type(node))) is not None]
    inner = [reason for reason in found if reason not in _PLUMBING]
    return "; ".join(dict.fromkeys(inner or found or ["chain rule"]))


def _power_rule(body: Expr) -> str:
    assert isinstance(body, Power)
    return f"power rule: d x^p = p x^(p-1) dx, p = {body.exponent}"


def _function_rule(body: Expr) -> str:
    assert isinstance(body, Apply | Along)
    return f"chain rule: the derivative of {body.function.name}"


def _matrix_rule(body: Expr) -> str:
    assert isinstance(body, Linalg)
    return {
        "inv": "differential of the inverse: d(A^-1) = -A^-1 dA A^-1",
        "det": "Jacobi's formula: d det A = det A tr(A^-1 dA)",
        "logdet": "d log|det A| = tr(A^-1 dA)",
        "eigvals": "d lambda = diag(U' dA U)",
        "eigvecs": "dU = U (F * (U' dA U)), F_kl = 1 / (lambda_l - lambda_k)",
        "cholesky": "dL = L phi(L^-1 dA L^-T)",
    }[body.function.name]


def _product_rule(body: Expr) -> str:
    assert isinstance(body, Contract)
    return _LINEAR if len([arg for arg in body.args if arg.shape]) <= 1 else "product rule: d(a b) = da b + a db"


_RULES: dict[type[Expr], Callable[..., str]] = {
    Add: lambda body: _SUM,
    Contract: _product_rule,
    Power: _power_rule,
    Apply: _function_rule,
    Along: _function_rule,
    Linalg: _matrix_rule,
    Series: lambda body: "the derivative of a sum is the sum of the derivatives",
    Integral: lambda body: "Leibniz's rule: differentiate under the integral, and at the ends",
    Expectation: lambda body: "the derivative of a mean is the mean of the derivative",
}
