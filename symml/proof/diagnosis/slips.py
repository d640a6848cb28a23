"""Slips in differentiating: the right loss, with a wrong rule at one node.

A node is replaced by a stand-in of the same value and another slope; the gradient of the whole then is what somebody
gets who makes this mistake and no other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations

from symml.calculus.differentiate import derivative
from symml.errors import SymmlError
from symml.expr import functions
from symml.expr.arithmetic import full, rational_power, scale
from symml.expr.contract import contract
from symml.expr.functions.matrix import inv
from symml.expr.nodes import (
    Add,
    Along,
    Apply,
    Contract,
    Expr,
    Linalg,
    Power,
    Symbol,
    add_node,
    linalg_node,
    symbol_node,
)
from symml.expr.walk import depends_on, rebuild, substitute, topological
from symml.proof.diagnosis import mistakes

_ACTIVATIONS = ("sigmoid", "tanh", "relu", "leaky_relu", "elu", "softplus", "silu", "gelu", "mish")


@dataclass(frozen=True)
class Slip:
    """A wrong rule at a node.

    Attributes:
        kind: What the mistake is called.
        words: What was done, in words.
        node: The node of the loss.
        linear: The part of the node's value that is differentiated, linear in the node's argument.
        held: Expressions that were held fixed on the way, by the symbols that stand for them in ``linear``.
    """

    kind: str
    words: str
    node: Expr
    linear: Expr | None
    held: tuple[tuple[Symbol, Expr], ...] = ()


def slips(loss: Expr, wrt: Symbol) -> Iterator[tuple[Slip, Expr]]:
    """Each slip with the gradient that it leads to."""
    depends = depends_on(loss, wrt)
    order = [node for node in topological(loss) if node in depends and node is not wrt and node is not loss]
    for node in [*reversed(order), *([loss] if not isinstance(loss, Contract | Add) else [])]:
        rule = _SLIPS.get(type(node))
        if rule is None:
            continue
        for slip in rule(node, depends):
            found = _mistaken(loss, wrt, (slip,))
            if found is not None:
                yield slip, found
    yield from _everywhere(loss, wrt, depends)
    yield from _statistics(loss, wrt, depends)


def _everywhere(loss: Expr, wrt: Symbol, depends: set[Expr]) -> Iterator[tuple[Slip, Expr]]:
    """The same slip at every node at which it can be made: in each round of a loop, in each layer."""
    alike: dict[str, list[Slip]] = {}
    for node in topological(loss):
        if node in depends and node is not wrt and node is not loss:
            for slip in _SLIPS.get(type(node), _none)(node, depends):
                alike.setdefault(slip.words, []).append(slip)
    for made in alike.values():
        if len({slip.node for slip in made}) == len(made) > 1:
            found = _mistaken(loss, wrt, tuple(made))
            if found is not None:
                yield made[0], found


def _statistics(loss: Expr, wrt: Symbol, depends: set[Expr]) -> Iterator[tuple[Slip, Expr]]:
    """Means, variances, norms and maxima: everything with fewer axes than the variable is treated as a constant."""
    inner = [n for n in topological(loss) if n in depends and 0 < len(n.shape) < len(wrt.shape)]
    scalars = [n for n in topological(loss) if n in depends and not n.shape and n is not loss and wrt.shape]
    for nodes in (inner, scalars):
        kind, words = mistakes.MISSING_TERM, "the statistics (means, variances, norms) are treated as constants"
        found = _mistaken(loss, wrt, tuple(Slip(kind, words, node, None) for node in nodes))
        if found is not None and nodes:
            yield Slip(kind, words, nodes[-1], None), found


def pairs_of_slips(loss: Expr, wrt: Symbol) -> Iterator[tuple[Slip, Slip, Expr]]:
    """Two slips at different nodes."""
    depends = depends_on(loss, wrt)
    order = [n for n in topological(loss) if n in depends and n is not wrt and n is not loss]
    every = [slip for node in order for slip in _SLIPS.get(type(node), _none)(node, depends)]
    for a, b in combinations(every, 2):
        if a.node is not b.node:
            found = _mistaken(loss, wrt, (a, b))
            if found is not None:
                yield a, b, found


def _none(node: Expr, depends: set[Expr]) -> Iterator[Slip]:
    return iter(())


def _mistaken(loss: Expr, wrt: Symbol, made: tuple[Slip, ...]) -> Expr | None:
    """The gradient that somebody gets who makes these slips."""
    by_node = {slip.node: slip for slip in made}
    done: dict[Expr, Expr] = {}
    back: dict[Expr, Expr] = {}
    try:
        for node in topological(loss):
            args = tuple([done[arg] for arg in node.args])
            done[node] = rebuild(node, args)
            slip = by_node.get(node)
            if slip is not None:
                moved = {old: new for old, new in zip(node.args, args, strict=True) if old is not new}
                rest = symbol_node(f"·rest{node.uid}", node.shape)
                linear = None if slip.linear is None else substitute(slip.linear, moved)
                done[node] = rest if linear is None else add_node((linear, rest))
                # The stand-in has the node's value; what was held fixed gets its own value back.
                back[done[node]] = node
                back.update(slip.held)
        return substitute(derivative(done[loss], wrt), back)
    except SymmlError:
        return None


def _held(value: Expr) -> tuple[Symbol, Expr]:
    return symbol_node(f"·held{value.uid}", value.shape), value


# ---- one rule a node type --------------------------------------------------------------------------------------------
Rule = Callable[..., Iterator[Slip]]


def _with_slope(kind: str, words: str, node: Expr, arg: Expr, slope: Expr) -> Slip:
    symbol, value = _held(slope)
    return Slip(kind, words, node, symbol * arg, ((symbol, value),))


def _at_apply(node: Apply, depends: set[Expr]) -> Iterator[Slip]:
    function, name = node.function, node.function.name
    if function.jumps or name == "where":
        return
    for k, arg in enumerate(node.args):
        rule = function.slopes[k]
        slope = rule(*node.args, node) if rule is not None else None
        if arg not in depends or slope is None:
            continue
        kind = mistakes.ACTIVATION if name in _ACTIVATIONS else mistakes.CHAIN
        yield Slip(kind, f"the derivative of {name} is left out (its slope is taken to be 1)", node, arg)
        yield _with_slope(mistakes.SIGN, f"the derivative of {name} has the wrong sign", node, arg, scale(-1, slope))
        if function.arity == 1:
            yield from _at_activation(node, arg, slope)
        yield Slip(mistakes.MISSING_TERM, f"{name}(...) is treated as a constant", node, None)


def _at_activation(node: Apply, arg: Expr, slope: Expr) -> Iterator[Slip]:
    name, rule = node.function.name, node.function.slopes[0]
    assert rule is not None
    again = rule(node, node.function(node))
    if again is not None:
        words = f"the derivative of {name} is taken at {name}(z) in the place of z"
        yield _with_slope(mistakes.AT_ACTIVATION, words, node, arg, again)
    yield _with_slope(mistakes.CHAIN, f"the derivative of {name} is applied twice", node, arg, slope**2)
    if name not in _ACTIVATIONS:
        return
    one = full(1, node.shape)
    own = {
        "its value z": arg,
        "1 - z": one - arg,
        "1 - z**2": one - arg**2,
        "z (1 - z)": arg * (one - arg),
    }
    for words, wrong in own.items():
        yield _with_slope(mistakes.AT_ACTIVATION, f"the slope of {name} is taken to be {words}", node, arg, wrong)
    values = {
        "a (1 - a), which is sigmoid's": node * (one - node),
        "1 - a**2, which is tanh's": one - node**2,
        "1 - a": one - node,
        "a": node,
        "the step a > 0, which is relu's": functions.greater(node, 0),
    }
    for words, wrong in values.items():
        kind = mistakes.OTHER_ACTIVATION
        yield _with_slope(kind, f"the slope of {name} is taken to be {words} (a the value)", node, arg, wrong)


def _at_power(node: Power, depends: set[Expr]) -> Iterator[Slip]:
    base, p = node.args[0], node.exponent
    lower, same = rational_power(base, p - 1), node
    norm = p == Fraction(1, 2)
    kind = mistakes.NORM if norm else mistakes.POWER
    if abs(p) != 1:
        words = f"the factor {p} of the power rule is left out"
        yield _with_slope(mistakes.CHAIN if not norm else kind, words, node, base, lower)
    wrong_slopes = {
        f"the exponent of d x**({p}) is not lowered": scale(p, same),
        f"the exponent of d x**({p}) is lowered twice": scale(p, rational_power(base, p - 2)),
        f"d x**({p}) has the exponent of its inverse": scale(p, rational_power(base, 1 - p)),
    }
    for words, wrong in wrong_slopes.items():
        yield _with_slope(kind, words, node, base, wrong)
    yield _with_slope(mistakes.SIGN, f"d x**({p}) has the wrong sign", node, base, scale(-p, lower))
    what = "the root is left out: the gradient of the squared norm" if norm else f"d x**({p}) is taken to be dx"
    yield Slip(kind if norm else mistakes.CHAIN, what, node, base)
    words = "a denominator is treated as a constant" if p < 0 else "a power is treated as a constant"
    yield Slip(mistakes.MISSING_TERM, words, node, None)


def _at_along(node: Along, depends: set[Expr]) -> Iterator[Slip]:
    x, name = node.args[0], node.function.name
    kind = mistakes.DETACHED_MAX if name in ("max", "min") else mistakes.MISSING_TERM
    yield Slip(kind, f"{name}(...) is treated as a constant", node, None)
    if name == "softmax":
        one = full(1, node.shape)
        words = "only the diagonal s (1 - s) of softmax's Jacobian is used"
        yield _with_slope(mistakes.DIAGONAL, words, node, x, node * (one - node))
        yield _with_slope(mistakes.DIAGONAL, "softmax's denominator is treated as a constant", node, x, node)
        yield Slip(mistakes.ACTIVATION, "the derivative of softmax is left out", node, x)
    if name == "log_softmax":
        yield Slip(mistakes.MISSING_TERM, "the derivative of logsumexp inside log-softmax is left out", node, x)


def _at_contract(node: Contract, depends: set[Expr]) -> Iterator[Slip]:
    """The product rule, with the terms of one factor forgotten or of the wrong sign."""
    moving = [k for k, arg in enumerate(node.args) if arg in depends]
    if len(moving) < 2:
        return
    for k in moving:
        arg = node.args[k]
        symbol, value = _held(arg)
        args = (*node.args[:k], symbol, *node.args[k + 1 :])
        pairs = list(zip(args, node.subs, strict=True))
        rest = contract(pairs, range(len(node.shape)), coef=node.coef, dims=dict(enumerate(node.shape)))
        words = "the product rule is applied to one factor only"
        yield Slip(mistakes.MISSING_TERM, words, node, rest, ((symbol, value),))


def _at_add(node: Add, depends: set[Expr]) -> Iterator[Slip]:
    """A summand whose derivative is forgotten: a mean, a maximum, a hidden dependence."""
    for k, arg in enumerate(node.args):
        if arg in depends and len(node.args) > 1:
            rest = [*node.args[:k], *node.args[k + 1 :]]
            linear = rest[0] if len(rest) == 1 else add_node(tuple(rest))
            kind = mistakes.DETACHED_MAX if _is_extremum(arg) else mistakes.MISSING_TERM
            yield Slip(kind, "a summand inside is treated as a constant", node, linear)


def _is_extremum(node: Expr) -> bool:
    while isinstance(node, Contract) and len(node.args) == 1:
        node = node.args[0]
    return isinstance(node, Along) and node.function.name in ("max", "min")


def _at_linalg(node: Linalg, depends: set[Expr]) -> Iterator[Slip]:
    x, name = node.args[0], node.function.name
    yield Slip(mistakes.MISSING_TERM, f"{name}(...) is treated as a constant", node, None)
    if name == "inv":
        symbol, value = _held(node)
        yield Slip(
            mistakes.SIGN, "the minus sign of d inv(A) is left out", node, symbol @ x @ symbol, ((symbol, value),)
        )
        words = "the inverses around dA are transposed"
        yield Slip(mistakes.TRANSPOSE, words, node, -(symbol.T @ x @ symbol.T), ((symbol, value),))
        words = "one inverse of d inv(A) = -inv(A) dA inv(A) is left out"
        yield Slip(mistakes.MISSING_INVERSE, words, node, -(symbol @ x), ((symbol, value),))
        yield Slip(mistakes.MISSING_INVERSE, words, node, -(x @ symbol), ((symbol, value),))
        return
    inverse = linalg_node(inv, x)
    symbol, value = _held(inverse)
    weight = node if name == "det" else None
    total = contract([(symbol, "ij"), (x, "ij")], "")
    held: tuple[tuple[Symbol, Expr], ...] = ((symbol, value),)
    if weight is not None:
        extra, own = _held(weight)
        yield Slip(mistakes.MISSING_FACTOR, "the determinant is left out of d det(A)", node, total.T, held)
        total, held = extra * total, (*held, (extra, own))
    yield Slip(mistakes.TRANSPOSE, f"the transpose of the inverse in d {name}(A) is left out", node, total, held)


_SLIPS: dict[type[Expr], Rule] = {
    Add: _at_add,
    Along: _at_along,
    Apply: _at_apply,
    Contract: _at_contract,
    Linalg: _at_linalg,
    Power: _at_power,
}
