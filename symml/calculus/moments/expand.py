"""A body as a fixed part plus terms in centered random symbols: ``x`` is its mean plus ``x - mean``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import count, product
from math import comb

from symml.calculus.canonical import add_terms
from symml.calculus.simplify import simplify
from symml.errors import SymmlError
from symml.expr.arithmetic import is_zero, rational_power, scale
from symml.expr.contract import contract
from symml.expr.dims import Dim
from symml.expr.functions import exp
from symml.expr.nodes import Add, Apply, Contract, Expr, Power, Symbol, add_node
from symml.expr.walk import rebuild, symbols

_MAX_POWER, _MAX_TERMS = 8, 3000
Labels = tuple[int, ...]
Factor = tuple[Expr, Labels]


@dataclass(frozen=True)
class Term:
    """A number times factors with labels; at least one factor is random.

    A factor that is a centered symbol stands for ``x - E[x]``; any other random factor is written with ``x`` itself.
    """

    coef: Fraction
    factors: tuple[Factor, ...]


@dataclass
class Expansion:
    """One expansion: the random symbols, their means, their centered stand-ins, and the dims of labels.

    Attributes:
        means: The mean of each random symbol.
        centered: The stand-in of each random symbol less its mean.
    """

    means: dict[Symbol, Expr]
    centered: dict[Symbol, Symbol]
    dims: dict[int, Dim] = field(default_factory=dict)
    labels: Iterator[int] = field(default_factory=lambda: count(100))

    def is_random(self, node: Expr) -> bool:
        """Whether a random symbol occurs."""
        return any(symbol in self.means for symbol in symbols(node))

    def fresh(self, dim: Dim) -> int:
        """A new label of this length."""
        label = next(self.labels)
        self.dims[label] = dim
        return label

    def split(self, node: Expr, at: Labels) -> tuple[Expr | None, list[Term]]:
        """The fixed part (``None`` for zero), an expression with the node's axes, and the random terms at labels."""
        if not self.is_random(node):
            return node, []
        rule = _RULES.get(type(node))
        found = rule(self, node, at) if rule is not None else None
        if found is None:
            return None, [Term(Fraction(1), ((node, at),))]
        if len(found[1]) > _MAX_TERMS:
            raise SymmlError(f"the product has more than {_MAX_TERMS} terms", cure="average a smaller part")
        return found


Split = tuple[Expr | None, list[Term]]


def _symbol(e: Expansion, node: Symbol, at: Labels) -> Split:
    return e.means[node], [Term(Fraction(1), ((e.centered[node], at),))]


def _add(e: Expansion, node: Add, at: Labels) -> Split:
    parts = [e.split(arg, at) for arg in node.args]
    fixed = [part for part, _ in parts if part is not None]
    terms = [term for _, own in parts for term in own]
    if not fixed:
        return None, terms
    whole = add_terms([part for part in map(simplify, fixed) for part in _addends(part)])
    return (None if is_zero(whole) else whole), terms


def _addends(node: Expr) -> list[Expr]:
    """The terms of a sum, or of a multiple of a sum."""
    if isinstance(node, Add):
        return [part for arg in node.args for part in _addends(arg)]
    plain = isinstance(node, Contract) and node.subs == (tuple(range(len(node.shape))),) and len(node.dims) == node.ndim
    if isinstance(node, Contract) and plain and isinstance(node.args[0], Add):
        return [scale(node.coef, part) for part in _addends(node.args[0])]
    return [node]


def _contract(e: Expansion, node: Contract, at: Labels) -> Split:
    labels = at + tuple(e.fresh(dim) for dim in node.dims[len(at) :])
    parts = [e.split(arg, tuple(labels[i] for i in sub)) for arg, sub in zip(node.args, node.subs, strict=True)]
    fixed = [part for part, _ in parts]
    known = [part for part in fixed if part is not None]
    whole = rebuild(node, tuple(known)) if len(known) == len(fixed) else None
    options: list[list[Term | None]] = [([None] if part is not None else []) + list(terms) for part, terms in parts]
    found: list[Term] = []
    for number, choice in enumerate(product(*options)):
        if number > _MAX_TERMS:
            raise SymmlError(f"the product has more than {_MAX_TERMS} terms", cure="average a smaller part")
        if all(term is None for term in choice):
            continue
        found.append(_chosen(node.coef, node, labels, fixed, choice))
    return whole, found


def _chosen(
    coef: Fraction, node: Contract, labels: Labels, fixed: list[Expr | None], choice: tuple[Term | None, ...]
) -> Term:
    factors: list[Factor] = []
    for part, sub, term in zip(fixed, node.subs, choice, strict=True):
        if term is not None:
            coef *= term.coef
            factors += term.factors
        elif part is not None:
            factors.append((part, tuple(labels[i] for i in sub)))
    return Term(coef, tuple(factors))


def _power(e: Expansion, node: Power, at: Labels) -> Split | None:
    n = node.exponent
    if n.denominator != 1 or not 2 <= n <= _MAX_POWER:
        return None
    times_, base = int(n), node.args[0]
    fixed, terms = e.split(base, at)
    found: list[Term] = []
    for chosen in range(1, times_ + 1):
        if fixed is None and chosen < times_:
            continue
        rest = times_ - chosen
        factor = [] if fixed is None or not rest else [(rational_power(fixed, Fraction(rest)), at)]
        for choice in product(terms, repeat=chosen):
            coef = Fraction(comb(times_, chosen))
            factors: list[Factor] = list(factor)
            for term in choice:
                coef *= term.coef
                factors += _own_copy(e, term, at)
            found.append(Term(coef, tuple(factors)))
            if len(found) > _MAX_TERMS:
                raise SymmlError(f"the power has more than {_MAX_TERMS} terms", cure="average a smaller part")
    return None if fixed is None else rational_power(fixed, n), found


def _own_copy(e: Expansion, term: Term, at: Labels) -> list[Factor]:
    """A copy of a term whose summed labels are new."""
    inner = {label for _, own in term.factors for label in own if label not in at}
    new = {label: e.fresh(e.dims[label]) for label in sorted(inner)}
    return [(node, tuple(new.get(label, label) for label in own)) for node, own in term.factors]


def _exponential(e: Expansion, node: Apply, at: Labels) -> Split | None:
    """exp(a + b) = exp(a) exp(b), where a and b depend on different symbols"""
    argument = node.args[0]
    if node.function is not exp or not isinstance(argument, Add):
        return None
    groups: dict[frozenset[Symbol], list[Expr]] = {}
    for part in argument.args:
        own = frozenset(symbol for symbol in symbols(part) if symbol in e.means)
        groups.setdefault(own, []).append(part)
    if len(groups) == 1:
        return None
    factors = [(exp(parts[0] if len(parts) == 1 else add_node(tuple(parts))), at) for parts in groups.values()]
    return None, [Term(Fraction(1), tuple(factors))]


_RULES: dict[type[Expr], Callable[..., Split | None]] = {
    Symbol: _symbol,
    Add: _add,
    Contract: _contract,
    Power: _power,
    Apply: _exponential,
}


def joined(e: Expansion, factors: list[Factor], kept: Labels) -> Expr:
    """The product of factors with these labels as its axes; other labels are summed."""
    return contract([(node, own) for node, own in factors], kept, dims={label: e.dims[label] for label in kept})
