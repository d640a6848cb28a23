"""Differentials: dL is written by the differential of each stage, collected as <G, dX>, and the gradient G read off."""

from __future__ import annotations

from symml.calculus.canonical import add_terms
from symml.calculus.differentiate import derivative
from symml.calculus.directional import inner
from symml.calculus.simplify import simplify
from symml.expr.arithmetic import zeros
from symml.expr.contract import contract
from symml.expr.nodes import Expr, Symbol, symbol_node
from symml.expr.walk import substitute, symbols
from symml.proof.passes import Pass
from symml.proof.program import Program, Stage
from symml.proof.reasons import exchange, rules_through
from symml.proof.step import Step
from symml.proof.styles.backpropagation import named
from symml.proof.styles.rewriting import rewriting
from symml.render.names import DIFFERENTIAL

_PUT_IN, _COLLECT = "put in the differential", "collect: tr(A B) = tr(B A), <A, B dX> = <B'A, dX>"


def differentials(run: Pass, full: bool) -> list[Step]:
    """The stages, their differentials, and dL with one differential after the other put in."""
    steps = rewriting(run.before, run.root, (run.label,)) if full else []
    if run.program is None:
        return steps
    stages = run.program.stages
    if len(stages) > 1:
        steps += [named(stage, run) for stage in stages]
    known = {stage: _Differential.of(stage, run.program) for stage in stages}
    steps += [row.step() for row in known.values()]
    return steps + _unrolled(run, known, full)


class _Differential:
    """``dz = X dw``: the differential of a stage in the differentials of what it depends on."""

    def __init__(self, stage: Stage, ways: tuple[Symbol, ...], formula: Expr, slope: Expr, program: Program) -> None:
        self.stage, self.ways, self.formula, self.slope, self.program = stage, ways, formula, slope, program

    @staticmethod
    def of(stage: Stage, program: Program) -> _Differential:
        own = set(symbols(stage.body))
        ways = tuple(name for name in [*(s.name for s in program.stages), program.wrt] if name in own)
        nothing = zeros(stage.body.shape)
        formula = simplify(add_terms([_forward(stage.body, name) for name in ways] or [nothing]))
        slope = add_terms([_applied(derivative(stage.body, name), d(name), stage.body) for name in ways] or [nothing])
        return _Differential(stage, ways, program.folded(formula), slope, program)

    def step(self) -> Step:
        """The line that says it; the slope it is checked against is that of the sweep backward."""
        reason = "; ".join(
            dict.fromkeys(r for name in self.ways for r in rules_through([self.stage], name).split("; "))
        )
        limits = [exchange([self.stage], name) for name in self.ways]
        return Step(
            reason,
            self.program.expand(self.slope),
            self.program.expand(self.formula),
            (d(self.stage.name).name,),
            next(filter(None, limits), ""),
            shown=self.formula,
            changed=tuple(d(name) for name in self.ways),
        )


def d(name: Symbol) -> Symbol:
    """The differential of a name."""
    return symbol_node(DIFFERENTIAL + name.name, name.shape)


def _forward(body: Expr, of: Symbol) -> Expr:
    """The differential of ``body`` along one name: the slope of <pulled back g, d of> in g, as no axes are seeded."""
    if not body.shape:
        return inner(simplify(derivative(body, of)), d(of))
    cotangent = symbol_node(DIFFERENTIAL + DIFFERENTIAL, body.shape)
    back = simplify(derivative(inner(cotangent, body), of))
    return simplify(derivative(inner(back, d(of)), cotangent))


def _applied(slope: Expr, direction: Symbol, of: Expr) -> Expr:
    """A Jacobian applied to a differential."""
    axes, rank = tuple(range(len(slope.shape))), len(of.shape)
    return contract([(slope, axes), (direction, axes[rank:])], axes[:rank])


# ---- from the last stage to the variable -----------------------------------------------------------------------------
def _unrolled(run: Pass, known: dict[Stage, _Differential], full: bool) -> list[Step]:
    """dL in the differentials of earlier and earlier stages, until only the variable's is left."""
    program = run.program
    assert program is not None
    whole = program.stages[-1]
    line, left = known[whole].formula, (d(whole.name).name,)
    steps: list[Step] = []
    for stage in program.stages[-2::-1]:
        name = d(stage.name)
        if name not in symbols(line):
            continue
        put = substitute(line, {name: known[stage].formula})
        if full and put is not line:
            steps.append(_line(_PUT_IN, program, line, put, left, {name: known[stage].formula}))
        ways = [w for w in (*(s.name for s in program.stages), program.wrt) if d(w) in symbols(put)]
        line = _collected(put, ways, program, whole)
        if line is not put or not full:
            steps.append(_line(_COLLECT, program, put, line, left, {}, tuple(d(w) for w in ways)))
    return steps + _read_off(run, line, program, full)


def _line(
    reason: str,
    program: Program,
    before: Expr,
    after: Expr,
    left: tuple[str, ...],
    meaning: dict[Expr, Expr],
    changed: tuple[Expr, ...] = (),
) -> Step:
    changed = changed or tuple(meaning.values())
    old = substitute(before, meaning) if meaning else before
    return Step(reason, program.expand(old), program.expand(after), left, shown=after, changed=changed)


def _coefficient(line: Expr, name: Symbol, program: Program) -> Expr:
    """What stands with a differential: dL is linear in it."""
    return program.folded(simplify(derivative(line, d(name))))


def _collected(line: Expr, ways: list[Symbol], program: Program, whole: Stage) -> Expr:
    terms = [_applied(_coefficient(line, name, program), d(name), whole.body) for name in ways]
    return add_terms(terms) if terms else line


def _read_off(run: Pass, line: Expr, program: Program, full: bool) -> list[Step]:
    """dL = <G, dX>, so G is the gradient; the claim compares it with the sweep backward."""
    left = (run.label, run.wrt.name)
    if d(run.wrt) not in symbols(line):
        return [Step("every path is flat", run.raw, run.result, left)]
    whole = program.stages[-1]
    coefficient = _coefficient(line, run.wrt, program)
    steps: list[Step] = []
    collected = _applied(coefficient, d(run.wrt), whole.body)
    if collected is not line and full:
        steps.append(_line(_COLLECT, program, line, collected, (d(whole.name).name,), {}, (coefficient,)))
    what = "gradient: dL = <G, dX>" if not run.seeds else "derivative: dF = J dX"
    steps.append(Step(f"read off the {what}", run.raw, program.expand(coefficient), left, shown=coefficient))
    told = rewriting(run.after, run.raw, left) if full else []
    if coefficient is not run.result:
        told.append(Step("put the stages back in", program.expand(coefficient), run.result, left))
    return steps + told
