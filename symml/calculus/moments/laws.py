"""What is known of random symbols: named laws, or a mean and a covariance; and which symbols are independent."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import reduce
from operator import add, mul

from symml.calculus.facts import rational
from symml.errors import DeclarationError, ShapeError
from symml.expr.arithmetic import lift
from symml.expr.build import scalar, sqrt
from symml.expr.functions import abs as absolute
from symml.expr.functions import exp, gamma
from symml.expr.nodes import Expr, Symbol, constant, show_shape
from symml.expr.ranges import integral, series
from symml.expr.walk import substitute

_PI = constant("pi")
_INFINITY = float("inf")
Formula = Callable[..., Expr]


@dataclass(frozen=True, eq=False)
class Distribution:
    """A named law of a number.

    Args:
        name: The word in a statement such as ``x ~ poisson(lam)``.
        parameters: The names of its parameters, in order.
        mean: The mean, from the parameters.
        variance: The variance, from the parameters.
        density: The density, or the probability of a whole number, from the value and the parameters.
        support: The ends of the support, from the parameters.
        discrete: Whether the values are whole numbers.
        words: What the parameters are, in words.
        mgf: The moment generating function, from t and the parameters; ``None`` where there is none in closed form.
        needs: Where it exists, in words about t.
        exists: A number that is positive where it exists, from t and the parameters.
        domains: For each parameter ``positive``, ``nonnegative``, ``probability``, ``count`` or empty for any number.
        raw: The mean of the n-th power, from the whole number n and the parameters, where the generating function does
            not give it.
    """

    name: str
    parameters: tuple[str, ...]
    mean: Formula
    variance: Formula
    density: Formula
    support: Callable[..., tuple[object, object]]
    discrete: bool = False
    words: str = ""
    mgf: Formula | None = None
    needs: str = ""
    exists: Formula | None = None
    domains: tuple[str, ...] = ()
    raw: Callable[..., Expr] | None = None


def sum_of(terms: list[Expr]) -> Expr:
    """The sum of a list that is not empty."""
    return reduce(add, terms)


def product_of(factors: list[Expr]) -> Expr:
    """The product of a list that is not empty."""
    return reduce(mul, factors)


def _factorial(k: Expr) -> Expr:
    return gamma(k + 1)


def _half_line(*parameters: Expr) -> tuple[object, object]:
    return 0, _INFINITY


def _line(*parameters: Expr) -> tuple[object, object]:
    return -_INFINITY, _INFINITY


def _unit(*parameters: Expr) -> tuple[object, object]:
    return 0, 1


_ROWS = (
    Distribution(
        "normal",
        ("mu", "sigma2"),
        lambda m, v: m,
        lambda m, v: v,
        lambda x, m, v: exp(-((x - m) ** 2) / (2 * v)) / sqrt(2 * _PI * v),
        _line,
        words="mean and variance (covariance matrix)",
        domains=("", "nonnegative"),
    ),
    Distribution(
        "bernoulli",
        ("p",),
        lambda p: p,
        lambda p: p * (1 - p),
        lambda x, p: p * x + (1 - p) * (1 - x),
        _unit,
        discrete=True,
        words="probability of 1",
        mgf=lambda t, p: 1 - p + p * exp(t),
        domains=("probability",),
    ),
    Distribution(
        "binomial",
        ("n", "p"),
        lambda n, p: n * p,
        lambda n, p: n * p * (1 - p),
        lambda x, n, p: _factorial(n) / (_factorial(x) * _factorial(n - x)) * p**x * (1 - p) ** (n - x),
        lambda n, p: (0, n),
        discrete=True,
        words="number of trials and probability",
        mgf=lambda t, n, p: (1 - p + p * exp(t)) ** n,
        domains=("count", "probability"),
    ),
    Distribution(
        "geometric",
        ("p",),
        lambda p: 1 / p,
        lambda p: (1 - p) / p**2,
        lambda x, p: p * (1 - p) ** (x - 1),
        lambda p: (1, _INFINITY),
        discrete=True,
        words="probability of success; counts trials from 1",
        mgf=lambda t, p: p * exp(t) / (1 - (1 - p) * exp(t)),
        needs="t < -log(1 - p)",
        exists=lambda t, p: 1 - (1 - p) * exp(t),
        domains=("probability",),
    ),
    Distribution(
        "poisson",
        ("lam",),
        lambda r: r,
        lambda r: r,
        lambda x, r: exp(-r) * r**x / _factorial(x),
        _half_line,
        discrete=True,
        words="rate",
        mgf=lambda t, r: exp(r * (exp(t) - 1)),
        domains=("positive",),
    ),
    Distribution(
        "exponential",
        ("rate",),
        lambda r: 1 / r,
        lambda r: 1 / r**2,
        lambda x, r: r * exp(-r * x),
        _half_line,
        words="rate",
        mgf=lambda t, r: r / (r - t),
        needs="t < the rate",
        exists=lambda t, r: r - t,
        domains=("positive",),
    ),
    Distribution(
        "gamma",
        ("shape", "rate"),
        lambda a, b: a / b,
        lambda a, b: a / b**2,
        lambda x, a, b: b**a / gamma(a) * x ** (a - 1) * exp(-b * x),
        _half_line,
        words="shape and rate",
        mgf=lambda t, a, b: (b / (b - t)) ** a,
        needs="t < the rate",
        exists=lambda t, a, b: b - t,
        domains=("positive", "positive"),
    ),
    Distribution(
        "beta",
        ("a", "b"),
        lambda a, b: a / (a + b),
        lambda a, b: a * b / ((a + b) ** 2 * (a + b + 1)),
        lambda x, a, b: gamma(a + b) / (gamma(a) * gamma(b)) * x ** (a - 1) * (1 - x) ** (b - 1),
        _unit,
        words="both exponents",
        domains=("positive", "positive"),
        raw=lambda n, a, b: product_of([(a + k) / (a + b + k) for k in range(n)]),
    ),
    Distribution(
        "uniform",
        ("a", "b"),
        lambda a, b: (a + b) / 2,
        lambda a, b: (b - a) ** 2 / 12,
        lambda x, a, b: 1 / (b - a),
        lambda a, b: (a, b),
        words="both ends",
        mgf=lambda t, a, b: (exp(t * b) - exp(t * a)) / (t * (b - a)),
        needs="t is not 0",
        exists=lambda t, a, b: t**2,
        domains=("", ""),
        raw=lambda n, a, b: sum_of([a**k * b ** (n - k) for k in range(n + 1)]) / (n + 1),
    ),
    Distribution(
        "laplace",
        ("mu", "b"),
        lambda m, b: m,
        lambda m, b: 2 * b**2,
        lambda x, m, b: exp(-absolute(x - m) / b) / (2 * b),
        _line,
        words="mean and scale",
        mgf=lambda t, m, b: exp(m * t) / (1 - b**2 * t**2),
        needs="t is less than 1/b in absolute value",
        exists=lambda t, m, b: 1 - b**2 * t**2,
        domains=("", "positive"),
    ),
)
DISTRIBUTIONS: dict[str, Distribution] = {row.name: row for row in _ROWS}


@dataclass(frozen=True)
class Law:
    """What is known of one random symbol.

    Attributes:
        symbol: The random symbol: a number, or a vector (normal, or with a mean and a covariance only).
        mean: Its mean, in its shape.
        covariance: Its variance, or its covariance matrix.
        distribution: The named law; ``None`` when only mean and covariance are known.
        parameters: The parameters of the named law.
    """

    symbol: Symbol
    mean: Expr
    covariance: Expr
    distribution: Distribution | None = None
    parameters: tuple[Expr, ...] = ()

    @property
    def is_normal(self) -> bool:
        """Whether the symbol is Gaussian."""
        return self.distribution is not None and self.distribution.name == "normal"

    def __str__(self) -> str:
        if self.distribution is None:
            return f"{self.symbol.name} has mean {self.mean} and covariance {self.covariance}"
        return f"{self.symbol.name} ~ {self.distribution.name}({', '.join(map(str, self.parameters))})"

    def integrated(self, value: Expr) -> Expr:
        """The sum or the integral that is the mean of ``value``, a number that depends on the symbol."""
        assert self.distribution is not None
        variable = scalar(self.symbol.name)
        low, high = self.distribution.support(*self.parameters)
        weight = self.distribution.density(variable, *self.parameters)
        builder = series if self.distribution.discrete else integral
        return builder(substitute(value, {self.symbol: variable}) * weight, variable, low, high)


def law(symbol: Symbol, name: str, *parameters: object) -> Law:
    """A named law: ``law(x, "normal", mu, Sigma)``; with an empty name, a mean and a covariance only.

    Raises:
        DeclarationError: There is no such law, or the number of parameters is wrong.
        ShapeError: A parameter does not have the shape that the symbol asks for.
    """
    values = tuple(map(lift, parameters))
    row = DISTRIBUTIONS.get(name) if name else None
    if name and row is None:
        known = ", ".join(f"{r.name}({', '.join(r.parameters)})" for r in _ROWS)
        raise DeclarationError(f"{name!r} is not a law that symml knows", cure=f"laws are: {known}")
    wanted = ("mean", "covariance") if row is None else row.parameters
    if len(values) != len(wanted):
        raise DeclarationError(f"{name or 'a law'} has the parameters {', '.join(wanted)}, not {len(values)} of them")
    _check_numbers(symbol, row, values)
    if row is not None and row.name != "normal":
        if symbol.shape or any(value.shape for value in values):
            raise ShapeError(f"{name} is the law of a number; {symbol.name} has shape {show_shape(symbol.shape)}")
        return Law(symbol, row.mean(*values), row.variance(*values), row, values)
    mean, covariance = values
    for value, shape, what in ((mean, symbol.shape, "mean"), (covariance, symbol.shape * 2, "covariance")):
        if value.shape != shape:
            raise ShapeError(
                f"the {what} of {symbol.name} has shape {show_shape(shape)}, not {show_shape(value.shape)}"
            )
    return Law(symbol, mean, covariance, row, values if row is not None else ())


def _check_numbers(symbol: Symbol, row: Distribution | None, values: tuple[Expr, ...]) -> None:
    """Parameters that are written as numbers must make a law."""
    names = ("mean", "covariance") if row is None else row.parameters
    needs = ("", "nonnegative") if row is None else row.domains
    for name, value, need in zip(names, values, needs, strict=True):
        number = rational(value)
        if number is None or not need:
            continue
        if number < 0 or (need == "positive" and number == 0) or (need == "probability" and number > 1):
            what = f"the parameter {name} of {symbol.name} is {number}; it must be "
            words = {"probability": "between 0 and 1", "count": "a whole number"}
            raise DeclarationError(what + words.get(need, need))
        if need == "count" and number.denominator > 1:
            raise DeclarationError(f"the parameter {name} of {symbol.name} is {number}; it must be a whole number")


@dataclass(frozen=True)
class Model:
    """The laws of random symbols and statements of independence.

    Attributes:
        laws: Laws by symbol.
        blocks: Each statement says that its blocks of symbols are mutually independent.
    """

    laws: dict[Symbol, Law] = field(default_factory=dict)
    blocks: tuple[tuple[frozenset[Symbol], ...], ...] = ()

    def parts(self, wanted: Iterable[Symbol]) -> list[frozenset[Symbol]]:
        """The symbols in groups that are independent by what was stated."""
        group = frozenset(wanted)
        for blocks in self.blocks:
            if not group <= frozenset().union(*blocks):
                continue
            split = [block & group for block in blocks if block & group]
            if len(split) > 1:
                return [part for block in split for part in self.parts(block)]
        return [group]
