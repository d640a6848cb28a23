"""Log-likelihoods of observed arrays: every entry, or every row, is one independent observation of a law."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from symml.calculus.moments.laws import DISTRIBUTIONS, Distribution
from symml.calculus.simplify import simplify
from symml.errors import DeclarationError, ShapeError, SymmlError
from symml.expr import build, functions
from symml.expr.arithmetic import broadcast, broadcast_shape
from symml.expr.domains import DOMAINS
from symml.expr.nodes import Expr, Symbol, constant, extent, show_shape, symbol_node
from symml.expr.walk import substitute, symbols
from symml.optimize.inference.logarithms import logarithm, open_logarithms
from symml.read.declarations import Declarations
from symml.read.expression import read_expression
from symml.read.laws import law_statements
from symml.render import text

_DOMAIN = {
    "bernoulli": "binary",
    "binomial": "nonnegative",
    "geometric": "positive",
    "poisson": "nonnegative",
    "exponential": "positive",
    "gamma": "positive",
    "beta": "unit",
    "categorical": "onehot",
}
_TWO_PI = 2 * constant("pi")


@dataclass(frozen=True)
class Sample:
    """Observed arrays and the logarithm of their joint density.

    Attributes:
        log: The log-likelihood, a number.
        data: The observed symbols.
        conditions: What must be positive for it to be defined.
        words: The laws, as text.
    """

    log: Expr
    data: tuple[Symbol, ...]
    conditions: tuple[Expr, ...]
    words: tuple[str, ...]


def read_sample(statement: str, of: str, declared: Declarations, *, log: bool = False) -> Sample:
    """The log-likelihood of laws ``"y ~ normal(X@w, s)"``, or of a density that is written entry by entry.

    Raises:
        DeclarationError: A law is not known, or has other parameters.
        ShapeError: The parameters of a law do not fit the data.
    """
    if "~" not in statement:
        return _of_density(statement, of, declared, log=log)
    terms, data, conditions, words = [], [], [], []
    for name, law, parameters in law_statements(statement, declared):
        symbol = declared.symbols.get(name)
        if symbol is None:
            raise DeclarationError(f"{name!r} is not declared", cure=f"declare what is observed: '{name}: n'")
        observed = _in_support(symbol, law)
        term, needs = _log_law(law, observed, parameters)
        terms.append(term)
        conditions += needs
        data.append(observed)
        words.append(f"{name} ~ {law}({', '.join(map(text.show, parameters))})")
    whole = terms[0]
    for term in terms[1:]:
        whole = whole + term
    new: dict[Expr, Expr] = {declared.symbols[s.name]: s for s in data if declared.symbols[s.name] is not s}
    whole = substitute(whole, new) if new else whole
    return Sample(simplify(whole), tuple(data), tuple(dict.fromkeys(conditions)), tuple(words))


def _of_density(statement: str, of: str, declared: Declarations, *, log: bool) -> Sample:
    root = read_expression(statement, declared)
    symbol = declared.symbols.get(of)
    if symbol is None:
        raise SymmlError("it is not said what is observed", cure="name it with --of, or write a law 'x ~ poisson(lam)'")
    if log:
        logs, needs = root, list[Expr]()
    else:
        logs, found = logarithm(root)
        needs = found.conditions
    conditions = tuple(need for need in dict.fromkeys(needs) if symbol not in symbols(need))
    whole = build.sum(open_logarithms(logs)) if logs.shape else open_logarithms(logs)
    return Sample(simplify(whole), (symbol,), conditions, (f"density {text.show(root)}",))


def _in_support(symbol: Symbol, law: str) -> Symbol:
    """The observed symbol in the domain of the law's values, where nothing stronger was declared."""
    name = _DOMAIN.get(law, "")
    if not name or symbol.domain.name not in ("real", "random"):
        return symbol
    return symbol_node(symbol.name, symbol.shape, DOMAINS[name])


def _log_law(law: str, x: Symbol, parameters: Sequence[Expr]) -> tuple[Expr, list[Expr]]:
    special = _SPECIAL.get(law)
    if special is not None and special[0](x, parameters):
        return special[1](x, *parameters), []
    row = DISTRIBUTIONS.get(law)
    if row is None:
        raise DeclarationError(f"{law!r} is not a law that symml knows", cure=f"laws are: {', '.join(_KNOWN)}")
    if len(parameters) != len(row.parameters):
        wanted = ", ".join(row.parameters)
        raise DeclarationError(f"{law} has the parameters {wanted}, not {len(parameters)} of them")
    return _entries(row, x, parameters)


def _entries(row: Distribution, x: Symbol, parameters: Sequence[Expr]) -> tuple[Expr, list[Expr]]:
    """The sum over all entries, each an observation; parameters are numbers, or arrays in the data's shape."""
    for end in row.support(*parameters):
        if isinstance(end, Expr) and symbols(end) and not row.discrete:
            cure = "the likelihood grows up to the smallest and the largest observation: no score vanishes"
            raise SymmlError(f"the support of {row.name} depends on its parameters", cure=cure)
    for name, value in zip(row.parameters, parameters, strict=True):
        if value.shape and broadcast_shape(value.shape, x.shape) != x.shape:
            shapes = f"{show_shape(value.shape)}, and the data {show_shape(x.shape)}"
            raise ShapeError(f"the parameter {name} of {row.name} has shape {shapes}")
    logs, found = logarithm(row.density(x, *parameters))
    logs = open_logarithms(broadcast(logs, x.shape))
    return (build.sum(logs) if logs.shape else logs), list(found.conditions)


# ---- laws whose observations are rows, or whose density is written otherwise -----------------------------------------
def _is_vector_normal(x: Symbol, parameters: Sequence[Expr]) -> bool:
    return bool(x.shape) and len(parameters) == 2 and len(parameters[1].shape) == 2 and len(x.shape) <= 2


def _vector_normal(x: Symbol, mean: Expr, covariance: Expr) -> Expr:
    """-(n d log 2 pi + n logdet S + sum (x - mu)' inv(S) (x - mu)) / 2 over rows"""
    d = x.shape[-1]
    if covariance.shape != (d, d):
        raise ShapeError(f"the covariance has shape {show_shape(covariance.shape)}, not {show_shape((d, d))}")
    centered = x - mean
    count: Expr = extent(x.shape[0]) if len(x.shape) == 2 else constant(1)
    form = build.sum((centered @ build.inv(covariance)) * centered)
    return -(count * (extent(d) * functions.log(_TWO_PI) + build.logdet(covariance)) + form) / 2


def _bernoulli(x: Symbol, p: Expr) -> Expr:
    """x log p + (1 - x) log(1 - p)"""
    yes, no = (open_logarithms(simplify(functions.log(q))) for q in (p, simplify(1 - p)))
    if getattr(getattr(p, "function", None), "name", "") == "sigmoid":
        yes, no = -functions.softplus(-p.args[0]), -functions.softplus(p.args[0])
    terms = x * yes + (1 - x) * no
    return build.sum(terms) if terms.shape else terms


def _categorical(x: Symbol, p: Expr) -> Expr:
    """x' log p for one-hot rows"""
    return build.sum(x * open_logarithms(functions.log(p)))


_SPECIAL: dict[str, tuple[Callable[[Symbol, Sequence[Expr]], bool], Callable[..., Expr]]] = {
    "normal": (_is_vector_normal, _vector_normal),
    "bernoulli": (lambda x, parameters: len(parameters) == 1, _bernoulli),
    "categorical": (lambda x, parameters: len(parameters) == 1, _categorical),
}
_KNOWN = sorted({*DISTRIBUTIONS, *_SPECIAL})
