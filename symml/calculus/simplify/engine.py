"""The engine: passes over the expression, bottom up, until no rule fits; sharing is never lost."""

from __future__ import annotations

from symml.calculus.simplify import axes, choices, matrices, powers, products, recognize, scopes, sums
from symml.calculus.simplify.rule import Log, Rewrite, Rule, Uses, remake
from symml.expr.contract import is_light
from symml.expr.nodes import Contract, Expr
from symml.expr.walk import rebuild, topological, use_counts

RULES: tuple[Rule, ...] = (
    *axes.RULES,
    *products.RULES,
    *powers.RULES,
    *matrices.RULES,
    *choices.RULES,
    *recognize.RULES,
    *sums.RULES,
    *scopes.RULES,
)
_MAX_PASSES = 16
_MAX_FACTORS = 10
_MAX_STEPS = 24


def _rules_for(kind: type[Expr]) -> tuple[Rule, ...]:
    return tuple(rule for rule in RULES if kind in rule.kinds)


_BY_KIND: dict[type[Expr], tuple[Rule, ...]] = {}


def simplify(root: Expr, log: Log | None = None) -> Expr:
    """The expression after every rule that fits, in a fixed order, to a fixed point.

    Args:
        root: Any expression.
        log: Receives each rewrite in the order in which it was made.
    """
    settled: set[Expr] = set()
    for _ in range(_MAX_PASSES):
        new = _one_pass(root, settled, log)
        if new is root:
            break
        root = new
    return root


def _one_pass(root: Expr, settled: set[Expr], log: Log | None) -> Expr:
    counts = use_counts(root)
    done: dict[Expr, Expr] = {}
    for node in topological(root):
        args = tuple([done[arg] for arg in node.args])
        if args == node.args and node in settled:
            done[node] = node
            continue
        once = frozenset([done[arg] for arg in node.args if counts[arg] == 1])
        new = _settle(_reassemble(node, args, once), Uses(once), log)
        if new is node:
            settled.add(node)
        done[node] = new
    return done[root]


def _reassemble(node: Expr, args: tuple[Expr, ...], once: frozenset[Expr]) -> Expr:
    """The node over its new arguments; a product used once is merged into the product that uses it."""
    if isinstance(node, Contract):
        if args == node.args and not any(type(arg) is Contract for arg in args):
            return node
        size = sum([len(arg.args) if type(arg) is Contract else 1 for arg in args])

        def merge(arg: Expr) -> bool:
            return is_light(arg) or (arg in once and size <= _MAX_FACTORS)

        return remake(node, list(zip(args, node.subs, strict=True)), merge=merge)
    return rebuild(node, args)


def _settle(node: Expr, uses: Uses, log: Log | None) -> Expr:
    """Applies the rules of the node's kind until none fits."""
    for _ in range(_MAX_STEPS):
        rules = _BY_KIND.get(type(node))
        if rules is None:
            rules = _BY_KIND[type(node)] = _rules_for(type(node))
        kinds = {type(arg) for arg in node.args}
        for rule in rules:
            if rule.beside and rule.beside.isdisjoint(kinds):
                continue
            after = rule.apply(node, uses)
            if after is not None and after is not node:
                if log is not None:
                    log.append(Rewrite(rule, node, after))
                node = after
                break
        else:
            return node
    return node
