"""Sums, integrals and expectations as binders: their variables are nodes of their own, and nothing is ever captured.

Inside a body the variable is a ``Bound``. Levels grow outward, so the variables of nested binders are different nodes
whatever they are called, and putting an expression into a body can never make one of its symbols a bound variable.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from symml.errors import ShapeError, SymmlError
from symml.expr.dims import Shape
from symml.expr.domains import Domain
from symml.expr.nodes import Expr, Symbol, find_node, new_node, show_shape
from symml.expr.scoped import Binder, Bound, Expectation, Integral, Ranged, Series

Scope = tuple[frozenset[Bound], int]
_EMPTY: frozenset[Bound] = frozenset()


# ---- construction ----------------------------------------------------------------------------------------------------
def bound_node(name: str, level: int, domain: Domain, shape: Shape = ()) -> Bound:
    """The variable of this name, level, domain and shape."""
    key = (Bound, name, level, domain, shape)
    node = find_node(key)
    if node is None:
        node = new_node(Bound, key, (), shape)
        node.name, node.level, node.domain = name, level, domain
    return node  # type: ignore[no-any-return] # the key fixes the type


def ranged_node(
    kind: type[Series] | type[Integral], body: Expr, variable: Bound, lower: Expr | None, upper: Expr | None
) -> Ranged:
    """A sum or an integral whose body is written with ``variable``; ``None`` is an infinite end."""
    for end in (lower, upper):
        if end is not None and end.shape:
            raise ShapeError(f"an end of a range is a number, not an array of shape {show_shape(end.shape)}")
    body, (variable,) = _apart(body, (variable,))
    ends = (lower is not None, upper is not None)
    args = (body, *(end for end in (lower, upper) if end is not None))
    key = (kind, args, variable, ends)
    node = find_node(key)
    if node is None:
        node = new_node(kind, key, args, body.shape)
        node.variables, node.ends = (variable,), ends
    return node  # type: ignore[no-any-return] # the key fixes the type


def expectation_node(
    body: Expr, variables: tuple[Bound, ...], conditions: tuple[Expr, ...] = (), parameters: tuple[Expr, ...] = ()
) -> Expectation:
    """The mean of a body that is written with ``variables``."""
    body, variables = _apart(body, tuple(sorted(variables, key=lambda v: v.name)))
    args = (body, *conditions, *parameters)
    key = (Expectation, args, variables, len(conditions))
    node = find_node(key)
    if node is None:
        node = new_node(Expectation, key, args, body.shape)
        node.variables, node.given = variables, len(conditions)
    return node  # type: ignore[no-any-return] # the key fixes the type


def rebuild_ranged(node: Ranged, args: tuple[Expr, ...]) -> Expr:
    """The same range over other arguments."""
    kind = Series if isinstance(node, Series) else Integral
    lower = args[1] if node.ends[0] else None
    return ranged_node(kind, args[0], node.variables[0], lower, args[-1] if node.ends[1] else None)


def rebuild_expectation(node: Expectation, args: tuple[Expr, ...]) -> Expr:
    """The same mean over other arguments."""
    return expectation_node(args[0], node.variables, args[1 : 1 + node.given], args[1 + node.given :])


def bind(body: Expr, chosen: Mapping[Symbol, Domain]) -> tuple[Expr, tuple[Bound, ...]]:
    """The body with symbols as bound variables of a new outermost level, and these variables."""
    free, level = scope(body)
    level = 1 + max([level, *(variable.level for variable in free)])
    variables = [bound_node(s.name, level, domain, s.shape) for s, domain in chosen.items()]
    return walk.substitute(body, dict(zip(chosen, variables, strict=True))), tuple(variables)


# ---- scopes ----------------------------------------------------------------------------------------------------------
def scope(root: Expr) -> Scope:
    """The bound variables that are free in the expression, and the highest level that is bound inside it."""
    if root.memo is not None and "scope" in root.memo:
        return root.memo["scope"]  # type: ignore[no-any-return] # written below
    for node in walk.topological(root):
        if node.memo is None:
            node.memo = {}
        if "scope" not in node.memo:
            node.memo["scope"] = _scope(node)
    assert root.memo is not None
    return root.memo["scope"]  # type: ignore[no-any-return] # written above


def _scope(node: Expr) -> Scope:
    if isinstance(node, Bound):
        return frozenset({node}), 0
    free, level = _EMPTY, 0
    for k, arg in enumerate(node.args):
        assert arg.memo is not None
        own, inner = arg.memo["scope"]
        if isinstance(node, Binder) and k == 0:
            own = own - frozenset(node.variables)
        free, level = free | own if own else free, max(level, inner)
    return free, max(level, node.variables[0].level) if isinstance(node, Binder) else level


def free_bounds(root: Expr) -> frozenset[Bound]:
    """The bound variables of enclosing binders on which the expression depends."""
    return scope(root)[0]


def is_open(root: Expr) -> bool:
    """Whether the expression makes sense only inside the body of a binder."""
    return bool(scope(root)[0])


def _apart(body: Expr, variables: tuple[Bound, ...]) -> tuple[Expr, tuple[Bound, ...]]:
    """The body and its variables at a level that nothing else in the body uses."""
    free, inner = scope(body)
    level = variables[0].level
    taken = {v.level for v in free if v not in variables}
    if level > inner and level not in taken:
        return body, variables
    level = 1 + max([inner, *taken])
    moved = {v: bound_node(v.name, level, v.domain, v.shape) for v in variables}
    return put_in(body, moved), tuple(moved.values())


def put_in(body: Expr, values: Mapping[Bound, Expr]) -> Expr:
    """The body with expressions in the place of bound variables that are free in it."""
    refuse_capture(body, values)
    done: dict[Expr, Expr] = {}
    for node in walk.topological(body):
        if isinstance(node, Bound) and node in values:
            if values[node].shape != node.shape:
                raise ShapeError(
                    f"{node.name} has shape {show_shape(node.shape)}, not {show_shape(values[node].shape)}"
                )
            done[node] = values[node]
        else:
            done[node] = walk.rebuild(node, tuple([done[arg] for arg in node.args]))
    return done[body]


def refuse_capture(root: Expr, replacements: Mapping[Any, Expr]) -> None:
    """A variable of an enclosing binder must not be put under a binder that could take it for its own."""
    inner = scope(root)[1]
    for new in replacements.values():
        if any(variable.level <= inner for variable in free_bounds(new)):
            raise SymmlError(f"{new} would be captured by a sum, integral or expectation inside {root}")


def opened(node: Binder, values: Iterable[Expr]) -> Expr:
    """The body with values for the binder's variables."""
    return put_in(node.body, dict(zip(node.variables, values, strict=True)))


def with_body(node: Binder, change: Callable[[Expr], Expr], *beside: Expr) -> Expr:
    """The binder over a changed body; variables free in ``beside`` are kept apart from the binder's own."""
    taken = {v.level for other in beside for v in free_bounds(other)}
    body, variables = node.body, node.variables
    if variables[0].level in taken:
        level = 1 + max(taken | {scope(node)[1]})
        moved = {v: bound_node(v.name, level, v.domain, v.shape) for v in variables}
        body, variables = put_in(body, moved), tuple(moved.values())
    return over(node, change(body), variables)


def over(node: Binder, body: Expr, variables: tuple[Bound, ...] | None = None) -> Expr:
    """A binder of the same kind, ends and conditions over another body, which is written with its variables."""
    chosen = node.variables if variables is None else variables
    if isinstance(node, Expectation):
        return expectation_node(body, chosen, node.conditions, node.parameters)
    assert isinstance(node, Series | Integral)
    return ranged_node(type(node), body, chosen[0], node.lower, node.upper)


# ---- order of evaluation and names -----------------------------------------------------------------------------------
def reached(root: Expr, below: Callable[[Expr], Sequence[Expr]]) -> list[Expr]:
    """The nodes that are reached from ``root`` through ``below``, each after those below it."""
    order: list[Expr] = []
    done: set[Expr] = set()
    stack: list[tuple[Expr, bool]] = [(root, False)]
    while stack:
        node, ready = stack.pop()
        if ready:
            order.append(node)
        elif node not in done:
            done.add(node)
            stack.append((node, True))
            stack.extend([(arg, False) for arg in reversed(below(node)) if arg not in done])
    return order


def outside_order(root: Expr) -> list[Expr]:
    """Every node under ``root`` that lies in no body, arguments before the nodes that use them."""
    return reached(root, lambda node: node.args[1:] if isinstance(node, Binder) else node.args)


def readable(root: Expr) -> Expr:
    """The same expression with names of bound variables that no reader could take for something else."""
    nodes = walk.topological(root)
    if not any(isinstance(node, Bound) for node in nodes):
        return root
    free = {node.name for node in nodes if isinstance(node, Symbol)} | set(walk.size_names(root))
    done: dict[Expr, Expr] = {}
    for node in nodes:
        new = walk.rebuild(node, tuple([done[arg] for arg in node.args]))
        done[node] = _readable(new, free) if isinstance(new, Ranged) else new
    return done[root]


def _readable(node: Ranged, free: set[str]) -> Expr:
    variable = node.variables[0]
    inside = {part.name for part in walk.topological(node.body) if isinstance(part, Bound) and part is not variable}
    taken = free | inside
    if variable.name not in taken:
        return node
    letters = "kjlmpqrs" if isinstance(node, Series) else "tsuvxz"
    options = [*letters, *(f"{variable.name}{k}" for k in range(1, len(taken) + 2))]
    name = next(option for option in options if option not in taken)
    fresh = bound_node(name, variable.level, variable.domain)
    return over(node, put_in(node.body, {variable: fresh}), (fresh,))


# Scopes are found by the traversal, and the traversal rebuilds binders.
from symml.expr import walk  # noqa: E402  # see the line above
