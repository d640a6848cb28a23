"""Quadratic objectives on quadratic constraints: principal components, discriminants, canonical correlations."""

from __future__ import annotations

from dataclasses import dataclass

from symml.calculus.canonical import add_terms
from symml.calculus.definedness import Condition
from symml.calculus.differentiate import derivative, gradient
from symml.calculus.facts import is_pd, is_symmetric
from symml.calculus.simplify import simplify
from symml.expr import build
from symml.expr.arithmetic import is_zero, scale, zeros
from symml.expr.contract import contract
from symml.expr.indexing import index
from symml.expr.nodes import ONE, Contract, Expr, Eye, Symbol, eye
from symml.expr.spectral import cholesky, eigh, eigvalsh
from symml.expr.walk import substitute, symbols
from symml.optimize.expand import addends, is_polynomial
from symml.optimize.problem import Constraint, Problem
from symml.optimize.requirements import unmet
from symml.optimize.solution import Solution
from symml.optimize.terms import tidy, unscaled
from symml.render import text


@dataclass(frozen=True)
class Form:
    """A quadratic form ``x' matrix x`` minus a number."""

    matrix: Expr
    level: Expr


def eigenproblem(problem: Problem, lagrangian: Expr) -> Solution | None:
    """Vectors with an objective of second degree and a quadratic equality each; matrices with orthonormal columns."""
    if problem.inequalities or len(problem.equalities) != len(problem.variables):
        return None
    if len(problem.variables) == 1 and len(problem.variables[0].shape) == 1:
        return _one_vector(problem, lagrangian)
    if len(problem.variables) == 1 and len(problem.variables[0].shape) == 2:
        return _orthonormal(problem)
    if len(problem.variables) == 2:
        return _two_vectors(problem)
    return None


def form_of(value: Expr, x: Symbol) -> Form | None:
    """A number as ``x' A x - r``; ``None`` where it has another form."""
    if value.shape or len(x.shape) != 1 or not is_polynomial(value, x):
        return None
    slope = simplify(gradient(value, x)) if x in symbols(value) else zeros(x.shape)
    second = simplify(derivative(slope, x)) if x in symbols(slope) else zeros((*x.shape, *x.shape))
    if is_zero(second) or x in symbols(second) or not is_zero(simplify(substitute(slope, {x: zeros(x.shape)}))):
        return None
    return Form(simplify(second / 2), simplify(-substitute(value, {x: zeros(x.shape)})))


# ---- one vector ------------------------------------------------------------------------------------------------------
def _one_vector(problem: Problem, lagrangian: Expr) -> Solution | None:
    """The extreme eigenvector of A in the metric B: A w = mu B w, and the objective is mu r."""
    x, c = problem.variables[0], problem.equalities[0]
    inside, around = form_of(problem.given, x), form_of(c.value, x)
    if inside is None or around is None:
        return None
    flip = 1 if is_pd(around.matrix) else -1
    around = Form(simplify(flip * around.matrix), simplify(flip * around.level))
    if not is_pd(around.matrix):
        return None
    last = problem.sense == "max"
    direction = _rank_one(inside.matrix) if last else None
    if direction is not None:
        return _discriminant(direction, around, c, x, flip)
    plain = isinstance(around.matrix, Eye)
    half = None if plain else cholesky(around.matrix)
    white = inside.matrix if half is None else _sandwich(build.inv(half), inside.matrix)
    vector = index(eigh(white)[1], (slice(None), -1 if last else 0))
    vector = vector if half is None else build.inv(half).T @ vector
    spectrum = eigvalsh(white)
    extreme = build.max(spectrum) if last else build.min(spectrum)
    level = build.sqrt(around.level)
    values = ((x, simplify(level * vector)), (c.multiplier, simplify(extreme if last is (flip > 0) else -extreme)))
    shown = (text.show(inside.matrix), text.name(x.name), text.show(simplify(around.matrix @ x)))
    reasons = (
        f"stationarity is the eigenvalue equation {shown[0]} {shown[1]} = {'' if last else '-'}"
        f"{text.show(c.multiplier)} {shown[2]}: {shown[1]} is an eigenvector",
        f"the objective there is a multiple of the eigenvalue, so the {'largest' if last else 'smallest'} one is best",
    )
    return Solution(
        values, (), unmet([Condition("positive", around.level)]), reasons, optimum=simplify(around.level * extreme)
    )


def _sandwich(outer: Expr, inner: Expr) -> Expr:
    return simplify(outer @ inner @ outer.T)


def _rank_one(matrix: Expr) -> Expr | None:
    """The vector m of a matrix m m'."""
    if not isinstance(matrix, Contract) or matrix.coef != 1 or len(matrix.args) != 2 or len(matrix.dims) != 2:
        return None
    (a, b), subs = matrix.args, sorted(matrix.subs)
    return a if a is b and subs == [(0,), (1,)] else None


def _discriminant(direction: Expr, around: Form, c: Constraint, x: Symbol, flip: int) -> Solution:
    """max (m'w)^2 on w'Bw = r: w = sqrt(r) B^-1 m / sqrt(m' B^-1 m), and the multiplier is m' B^-1 m"""
    solved = simplify(build.inv(around.matrix) @ direction)
    height = simplify(direction @ solved)
    value = tidy(build.sqrt(around.level) * solved / build.sqrt(height))
    conditions = unmet([Condition("nonzero", height), Condition("positive", around.level)])
    reasons = (
        "the objective has rank one: all eigenvalues but one are zero",
        "the opposite point is a maximum too",
    )
    optimum = tidy(around.level * height)
    return Solution(((x, value), (c.multiplier, tidy(flip * height))), (), conditions, reasons, optimum=optimum)


# ---- a matrix with orthonormal columns -------------------------------------------------------------------------------
def _orthonormal(problem: Problem) -> Solution | None:
    """X'X = I: trace(X'AX) is best at eigenvectors of A, trace(X'M) at the polar factor of M."""
    x, c = problem.variables[0], problem.equalities[0]
    excess = x.T @ x - eye(x.shape[1])
    if c.value.shape != excess.shape or not is_polynomial(problem.given, x):
        return None
    if not any(is_zero(simplify(c.value - sign * excess)) for sign in (1, -1)):
        return None
    slope = simplify(gradient(problem.given, x))
    linear = simplify(substitute(slope, {x: zeros(x.shape)}))
    form = simplify(slope - linear)
    if is_zero(linear):
        return _eigenspace(problem, x, c, form)
    # For a square orthogonal X, trace(X'AX) is trace(A): a constant.
    constant = is_zero(form) or (x.shape[0] == x.shape[1] and _left_factor(form, x) is not None)
    return _polar_factor(problem, x, c, linear, form) if constant else None


def _eigenspace(problem: Problem, x: Symbol, c: Constraint, slope: Expr) -> Solution | None:
    """Eigenvectors of the largest or smallest eigenvalues; with a metric there is no such closed form here."""
    matrix = _left_factor(slope, x)
    if matrix is None:
        return None
    last, k = problem.sense == "max", x.shape[1]
    chosen = slice(-k, None) if last else slice(None, k)
    vectors = index(eigh(matrix)[1], (slice(None), chosen))
    spectrum = index(eigh(matrix)[0], chosen)
    shown = text.show(matrix)
    reasons = (
        f"stationarity is {shown} {x.name} = {x.name} N with a symmetric N: the columns span an invariant space",
        f"the objective is the sum of the eigenvalues there; any rotation {x.name} R is as good",
    )
    multiplier = simplify((1 if last else -1) * build.diag(spectrum))
    fits = () if k == x.shape[0] else (f"{k} ≤ {x.shape[0]}",)
    return Solution(((x, vectors), (c.multiplier, multiplier)), (), fits, reasons, optimum=build.sum(spectrum))


def _polar_factor(problem: Problem, x: Symbol, c: Constraint, linear: Expr, form: Expr) -> Solution:
    """max trace(X'M): X = M (M'M)^(-1/2), which is U V' of the singular value decomposition."""
    sign = 1 if problem.sense == "max" else -1
    size, matrix = unscaled(tidy(sign * linear))
    size, matrix = (size, matrix) if size > 0 else (-size, -matrix)
    values, vectors = eigh(simplify(matrix.T @ matrix))
    value = matrix @ vectors @ build.diag(1 / build.sqrt(values)) @ vectors.T
    shown = text.show(matrix)
    reasons = (
        f"stationarity is {shown} = {x.name} N with a symmetric N: the polar decomposition of {shown}",
        "the best N is positive semidefinite, so the point is U Vᵀ of the singular value decomposition",
    )
    multiplier = simplify(x.T @ (scale(size, matrix) + sign * form) / 2)
    optimum = scale(sign * size, build.sum(build.sqrt(values))) if is_zero(form) else None
    found = ((c.multiplier, multiplier), (x, simplify(value)))
    conditions = unmet([Condition("invertible", simplify(matrix.T @ matrix))])
    return Solution(found, (), conditions, reasons, optimum=optimum)


def _left_factor(slope: Expr, x: Symbol) -> Expr | None:
    """The symmetric A of a slope 2 A X, or a sum of such."""
    found = [_one_left_factor(term, x) for term in addends(slope)]
    known = [matrix for matrix in found if matrix is not None]
    whole = simplify(add_terms(known)) if len(known) == len(found) else None
    return whole if whole is not None and is_symmetric(whole) else None


def _one_left_factor(term: Expr, x: Symbol) -> Expr | None:
    if not isinstance(term, Contract) or x not in term.args:
        return None
    rest = [(a, s) for a, s in zip(term.args, term.subs, strict=True) if a is not x]
    place = term.subs[term.args.index(x)]
    others = [a for a, _ in rest]
    on_the_right = place[1] == 1 and place[0] > 1 and not any(1 in s for _, s in rest)
    if x in others or x in symbols(*others) or not on_the_right:
        return None
    return contract(rest, (0, place[0]), coef=term.coef / 2)


# ---- two vectors -----------------------------------------------------------------------------------------------------
def _two_vectors(problem: Problem) -> Solution | None:
    """max a'Mb with a'Aa = 1 and b'Bb = 1: the first canonical pair; singular vectors where A and B are identities."""
    a, b = problem.variables
    forms = {x: (form, c) for x in (a, b) for c in problem.equalities if (form := _own_form(c, x, {a, b})) is not None}
    matrix = _bilinear(problem.given, a, b)
    if len(forms) != 2 or matrix is None or problem.sense == "min":
        return None
    (left, c), (right, e) = forms[a], forms[b]
    plain = isinstance(left.matrix, Eye)
    half = None if plain else build.inv(cholesky(left.matrix))
    core = simplify(matrix @ build.inv(right.matrix) @ matrix.T)
    white = core if half is None else _sandwich(half, core)
    vector = index(eigh(white)[1], (slice(None), -1))
    rho = build.sqrt(build.max(eigvalsh(white)))
    values = (
        (b, simplify(build.inv(right.matrix) @ matrix.T @ a / rho)),
        (a, vector if half is None else simplify(half.T @ vector)),
        (c.multiplier, rho / 2),
        (e.multiplier, rho / 2),
    )
    reasons = (
        "the stationarity conditions are a singular value equation, and both multipliers are half the singular value",
        "the objective there is the singular value, so the largest one is best",
    )
    return Solution(values, (), unmet([Condition("nonzero", rho)]), reasons, optimum=rho)


def _own_form(c: Constraint, x: Symbol, both: set[Symbol]) -> Form | None:
    """The constraint as x'Ax = 1, where it is of this variable alone."""
    if both & set(symbols(c.value)) != {x}:
        return None
    form = form_of(c.value, x)
    return form if form is not None and is_pd(form.matrix) and form.level is ONE else None


def _bilinear(value: Expr, a: Symbol, b: Symbol) -> Expr | None:
    """The matrix M of a number a'Mb."""
    slope = gradient(value, a) if a in symbols(value) else zeros(a.shape)
    matrix = simplify(derivative(slope, b)) if b in symbols(slope) else ONE
    if len(matrix.shape) != 2 or {a, b} & set(symbols(matrix)):
        return None
    return matrix if is_zero(simplify(value - a @ matrix @ b)) else None
