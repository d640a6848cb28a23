"""Derivatives: fractions of differentials, the gradient sign, and ``∂L/∂w`` on one line."""

from __future__ import annotations

from dataclasses import dataclass

from symml.read.math import scripts
from symml.read.math.names import group_end, spell
from symml.read.math.parser import Parser
from symml.read.math.tree import Node

Span = tuple[int, int]
_SIGNS = ("d", r"\partial")


@dataclass(frozen=True)
class Slope:
    """A derivative: ``total``, ``partial``, ``gradient`` or ``hessian``, with the order of each variable."""

    kind: str
    orders: tuple[int, ...] = ()


def _is_sign(p: Parser, k: int, stop: int) -> bool:
    token = p.found[k] if k < stop else None
    return token is not None and token.text in _SIGNS and token.kind in ("letter", "word", "command")


def fraction(p: Parser, start: int) -> Node | None:
    r"""``\frac{\partial^2 f}{\partial x \partial y}``, with the function above or after it; else nothing is taken."""
    place = p.place
    top, low = p.group(), p.group()
    after, p.place = p.place, place
    if not (_is_sign(p, *top) and _is_sign(p, *low) and low[1] - low[0] > 1):
        return None
    body_at, order = _order(p, top[0] + 1, top[1])
    variables, orders = _variables(p, low)
    if sum(orders) != order:
        at = p.found[top[0]]
        raise p.error(
            at, f"order {order} above, {sum(orders)} below", "write one differential below for each order above"
        )
    if body_at < top[1]:
        p.place = place
        body = p.within((body_at, top[1]), Parser.expression)
        p.place = after
    else:
        p.place = after
        if not p.starts_operand():
            raise p.error(
                p.found[top[0]], "nothing is differentiated here", "write the function above, or after the fraction"
            )
        body = p.operand_of_prefix()
    kind = "total" if p.found[low[0]].text == "d" else "partial"
    node = Node("slope", (body, *variables), Slope(kind, orders), start, p.found[p.place - 1].end)
    return scripts.postfix(p, node)


def _order(p: Parser, k: int, stop: int) -> tuple[int, int]:
    """The place after a differential's sign and its order."""
    if k + 1 < stop and p.found[k].text == "^":
        end = group_end(p.found, k + 1)
        written = spell(p.found[k + 1 : end]).strip("{}")
        if not written.isdecimal() or not 1 <= int(written) <= 4:
            raise p.error(p.found[k], f"a derivative of order {written}", "write an order from 1 to 4")
        return end, int(written)
    return k, 1


def _variables(p: Parser, span: Span) -> tuple[list[Node], tuple[int, ...]]:
    """The variables below a fraction of differentials, each with its order."""
    found: list[Node] = []
    orders: list[int] = []
    k = span[0]
    while k < span[1]:
        if not _is_sign(p, k, span[1]):
            raise p.not_understood(p.found[k], "below stand differentials: dx, ∂x ∂y")
        stop = k + 1
        while stop < span[1] and not _is_sign(p, stop, span[1]):
            stop = group_end(p.found, stop)
        node = p.within((k + 1, stop), Parser.expression)
        k = stop
        order = 1
        while node.kind == "mark" and node.value == "transpose":
            node = node.args[0]
        if node.kind == "power" and node.args[1].kind == "number":
            order, node = int(node.args[1].value), node.args[0]
        found.append(node)
        orders.append(order)
    return found, tuple(orders)


# ---- on one line -----------------------------------------------------------------------------------------------------
def is_inline(p: Parser, ahead: int) -> bool:
    """Whether ``d`` before the token that far ahead begins ``dy/dx`` or ``d/dx``."""
    k = p.place + ahead
    start = k
    while k < p.stop and k < start + 6 and p.found[k].text != "/":
        plain = p.found[k].kind in ("letter", "command", "word", "number") or p.found[k].text in ("^", "{", "}", "_")
        if not plain or (k == start and p.found[k].gap):
            return False
        k += 1
    if k + 2 >= p.stop or p.found[k].text != "/" or p.found[k + 1].text != "d":
        return False
    return p.found[k + 2].kind in ("letter", "command", "word") and not p.found[k + 2].gap


def inline(p: Parser, start: int) -> Node:
    """``dy/dx`` after its first d."""
    return _inline(p, start, "d")


def partial(p: Parser) -> Node:
    """``∂L/∂w`` and ``∂/∂w L``."""
    token = p.next()
    if p.peek().text == "_":
        return _below(p, token.start)
    return _inline(p, token.start, r"\partial")


def _below(p: Parser, start: int) -> Node:
    r"""``\partial_x f``, ``\partial_{xy} f`` and ``\partial_x^2 f``."""
    marks = scripts.scan(p)
    assert marks.sub is not None
    listed = p.within(marks.sub, scripts.indices)
    above = "1" if marks.sup is None else spell(p.found[slice(*marks.sup)])
    if not above.isdecimal() or not 1 <= int(above) <= 4 or (above != "1" and len(listed.args) > 1):
        raise p.error(listed, f"a derivative of order {above}", "write an order from 1 to 4, or one variable below")
    body = p.operand_of_prefix()
    orders = (1,) * len(listed.args) if above == "1" else (int(above),)
    return Node("slope", (body, *listed.args), Slope("partial", orders), start, p.found[p.place - 1].end)


def _inline(p: Parser, start: int, sign: str) -> Node:
    order = 1
    if p.peek().text == "^":
        p.place, order = _order(p, p.place, p.stop)
    body = None if p.peek().text == "/" else p.operand()
    slash = p.peek()
    if p.take("/") is None or p.take(sign) is None:
        raise p.error(
            slash if slash.kind != "stop" else None, "this differential has no partner", f"write {sign}y/{sign}x"
        )
    variable = p.operand()
    below = 1
    if variable.kind == "power" and variable.args[1].kind == "number":
        below, variable = int(variable.args[1].value), variable.args[0]
    if below != order:
        raise p.error(variable, f"order {order} above, {below} below", "write the same order")
    if body is None:
        body = p.operand_of_prefix()
    kind = "total" if sign == "d" else "partial"
    return Node("slope", (body, variable), Slope(kind, (order,)), start, p.found[p.place - 1].end)


# ---- gradients -------------------------------------------------------------------------------------------------------
def nabla(p: Parser) -> Node:
    r"""``\nabla_w L``, ``\nabla^2 f(x)``: of one application or name, or of the product that follows."""
    token = p.next()
    marks = scripts.scan(p)
    kind = "gradient"
    if marks.sup is not None:
        if spell(p.found[slice(*marks.sup)]) != "2":
            raise p.error(token, "the gradient sign has 2 or nothing above it", r"write \nabla or \nabla^2")
        kind = "hessian"
    variables: tuple[Node, ...] = ()
    if marks.sub is not None:
        variables = p.within(marks.sub, lambda q: q.list_of(Parser.expression, (",",))).args
    if not p.starts_operand():
        raise p.error(token, "the gradient of nothing", r"write \nabla_w f(w)")
    body = p.operand()
    body = body.args[1] if body.kind == "applied" else body
    outer: list[Node] = []
    while body.kind in ("mark", "power", "entry") and _base(body).kind in (
        "name",
        "apply",
        "apply declared",
        "function name",
    ):
        outer.append(body)
        body = body.args[0]
    if body.kind not in ("name", "apply", "apply declared", "function name") and p.starts_operand():
        rest = p.operand_of_prefix()
        body = Node("product", (body, rest), ("", ""), body.start, rest.end)
    node = Node("nabla", (body, *variables), Slope(kind), token.start, body.end)
    for mark in reversed(outer):
        node = Node(mark.kind, (node, *mark.args[1:]), mark.value, token.start, mark.end)
    return node


def _base(node: Node) -> Node:
    while node.kind in ("mark", "power", "entry"):
        node = node.args[0]
    return node
