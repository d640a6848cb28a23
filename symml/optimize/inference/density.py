"""A density as it was given: its value, its logarithm as a sum, where it lives, and the law it belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from symml.calculus.moments import Law, Model, expand_expectations
from symml.calculus.moments.support import Support, support_of
from symml.calculus.simplify import simplify
from symml.errors import ShapeError, SymmlError
from symml.expr import build, functions
from symml.expr.arithmetic import rational_power
from symml.expr.contract import contract
from symml.expr.nodes import ONE, ZERO, Add, Apply, Contract, Expr, Power, Symbol, constant, show_shape
from symml.expr.probability import covariance, expect, random_symbols
from symml.expr.walk import substitute, symbols, topological, transform
from symml.optimize.inference.canonical import same
from symml.optimize.inference.logarithms import logarithm, open_logarithms
from symml.optimize.inference.separate import Pair
from symml.read.declarations import Declarations
from symml.read.expression import read_expression
from symml.read.laws import read_model, read_support
from symml.render import text


@dataclass(frozen=True)
class Density:
    """A density or a mass function.

    Attributes:
        value: The symbol of the value.
        log: The logarithm, products opened.
        conditions: What must hold for the logarithm to be defined, in words.
        support: Where it lives, for a number.
        law: The declared law, if a law was given.
        outside: Conditions outside which the density is zero.
    """

    value: Symbol
    log: Expr
    conditions: tuple[str, ...] = ()
    support: Support | None = None
    law: Law | None = None
    outside: tuple[Expr, ...] = ()

    @property
    def total(self) -> Expr | None:
        """What the entries of the value always sum to."""
        return ONE if "rows_sum_to_one" in self.value.domain.facts else None

    def moving_support(self, parameters: frozenset[Symbol]) -> str:
        """Why there is no exponential family when the support depends on a parameter."""
        ends = [] if self.support is None else [self.support.low, self.support.high]
        for node in [*ends, *self.outside]:
            if node is not None and parameters & set(symbols(node)):
                return f"the support depends on the parameters through {text.show(node)}; that of a family is fixed"
        return ""

    def moments_are(self, pairs: Sequence[Pair], mean: Sequence[Expr], spread: Sequence[Sequence[Expr | None]]) -> bool:
        """Whether means and covariances of statistics are proved to be those of the law."""
        if self.law is None:
            return False
        model = Model({self.law.symbol: self.law})
        statistics = [pair.statistic for pair in pairs]
        if not all(_is_polynomial(node, self.law.symbol) for node in statistics):
            return False  # SymPy would be asked, which takes seconds and seldom answers
        for k, (statistic, value) in enumerate(zip(statistics, mean, strict=True)):
            if not same(expand_expectations(expect(statistic), model), value):
                return False
            for other, derived in zip(statistics, spread[k], strict=True):
                if derived is None or len(statistic.shape) > 1 or len(other.shape) > 1:
                    continue
                if not same(expand_expectations(covariance(statistic, other), model), derived):
                    return False
        return True


def _is_polynomial(node: Expr, value: Symbol) -> bool:
    inner = [part for part in topological(node) if value in symbols(part)]
    return all(part is value or isinstance(part, Contract | Add | Power) for part in inner)


def read_density(
    density: Expr | str, value: Symbol | str, declared: Declarations, *, support: str = "", log: bool = False
) -> Density:
    """The density that an expression, a text or a law states.

    Raises:
        SymmlError: It is not clear what it is a density of.
        ShapeError: It is not a number.
    """
    law = _law(density, declared) if isinstance(density, str) and "~" in density else None
    if law is not None:
        return _of_root(law_density(law), law.symbol, law=law)
    root = read_expression(density, declared)
    symbol = _value(root, value, declared)
    if root.shape:
        raise ShapeError(
            f"a density is a number; this has shape {show_shape(root.shape)}", cure="take the product: prod(...)"
        )
    found = _of_root(root, symbol, log=log)
    return replace(found, support=read_support(support, declared)) if support else found


def _law(density: str, declared: Declarations) -> Law:
    model = read_model(density, declared)
    if len(model.laws) != 1:
        raise SymmlError("one law is wanted", cure="write 'x ~ poisson(lam)'")
    law = next(iter(model.laws.values()))
    if law.distribution is None:
        raise SymmlError("a mean and a variance are no density", cure="name the law: 'x ~ normal(mu, sigma2)'")
    return law


def _value(root: Expr, value: Symbol | str, declared: Declarations) -> Symbol:
    name = value.name if isinstance(value, Symbol) else value.strip()
    present = symbols(root)
    if not name:
        random = random_symbols(root)
        if len(random) == 1:
            return random[0]
        known = ", ".join(s.name for s in present)
        raise SymmlError("it is not said what this is a density of", cure=f"name the value with --of: one of {known}")
    match = next((s for s in present if s.name == name), None)
    if match is None:
        raise SymmlError(f"{name!r} does not occur in the density")
    return match


def law_density(law: Law) -> Expr:
    """The density of a named law at its symbol."""
    assert law.distribution is not None
    x = law.symbol
    if law.is_normal and x.shape:
        centered = x - law.mean
        form = centered @ build.inv(law.covariance) @ centered
        volume = build.det(2 * constant("pi") * law.covariance)
        return functions.exp(-form / 2) * rational_power(volume, Fraction(-1, 2))
    return law.distribution.density(x, *law.parameters)


def _of_root(root: Expr, value: Symbol, *, law: Law | None = None, log: bool = False) -> Density:
    support = support_of(value, law)
    binary = "binary" in value.domain.facts and not value.shape
    binary |= law is not None and law.distribution is not None and law.distribution.name == "bernoulli"
    if binary:
        root, conditions, outside = _of_binary(root, value, log)
    elif log:
        conditions, outside = (), ()
    else:
        root, found = logarithm(root)
        conditions, outside = tuple(found.conditions), tuple(found.supports)
    opened = open_logarithms(_at_one_hot(root, value))
    stated = law is not None or (support is not None and support.declared)
    kept = [c for c in dict.fromkeys(conditions) if not (stated and value in symbols(c))]
    return Density(value, opened, tuple(f"{text.show(c)} is positive" for c in kept), support, law, outside)


def _of_binary(root: Expr, value: Symbol, log: bool) -> tuple[Expr, tuple[Expr, ...], tuple[Expr, ...]]:
    """f(x) = f(1)^x f(0)^(1 - x) for x = 0, 1"""
    ends, conditions, outside = [], [], []
    for number in (ONE, ZERO):
        end = simplify(substitute(root, {value: number}))
        if not log:
            end, found = logarithm(end)
            conditions += found.conditions
            outside += found.supports
        ends.append(end)
    return simplify(value * ends[0] + (1 - value) * ends[1]), tuple(conditions), tuple(outside)


def _at_one_hot(root: Expr, value: Symbol) -> Expr:
    """log(p'x) = x' log p for one-hot x"""
    if "onehot" not in value.domain.facts or len(value.shape) != 1:
        return root

    def rule(node: Expr) -> Expr | None:
        inner = node.args[0] if isinstance(node, Apply) and node.function is functions.log else None
        if not isinstance(inner, Contract) or inner.shape or len(inner.dims) != 1 or inner.coef != 1:
            return None
        rest = [(a, s) for a, s in zip(inner.args, inner.subs, strict=True) if a is not value]
        if len(rest) != len(inner.args) - 1 or any(value in symbols(a) for a, _ in rest):
            return None
        return build.dot(value, functions.log(contract(rest, (0,), dims={0: inner.dims[0]})))

    return transform(root, rule)


def degree(statistic: Expr, value: Symbol) -> int:
    """How often the value is multiplied with itself in a statistic; 1 for other functions."""
    degrees: dict[Expr, int] = {}
    for node in topological(statistic):
        own = [degrees[arg] for arg in node.args]
        if node is value:
            degrees[node] = 1
        elif isinstance(node, Contract):
            degrees[node] = sum(own)
        elif isinstance(node, Power) and node.exponent > 0:
            degrees[node] = int(node.exponent * own[0]) or 1
        else:
            degrees[node] = max(own, default=0)
    return degrees[statistic]
