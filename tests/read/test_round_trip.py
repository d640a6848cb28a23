"""What symml prints it reads back: every link of the book, and what derivations give, in LaTeX and in Unicode text."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from symml import derive, verify
from symml.catalog.book import entries
from symml.expr.arithmetic import is_zero
from symml.expr.nodes import Apply, Expr
from symml.expr.walk import size_names, symbols, topological
from symml.read.declarations import Declarations, read_declarations
from symml.read.latex import reading
from symml.read.math.relation import Relation
from symml.render.latex import latex
from symml.render.text import text

PROVED = ("proved", "proved_randomized", "certified")
VIEWS = [pytest.param(latex, False, id="latex"), pytest.param(text, True, id="text")]


def declarations(*roots: Expr) -> Declarations:
    """Everything that the expressions mention."""
    found: dict[str, object] = {symbol.name: symbol for symbol in symbols(*roots)}
    applied = [node.function for node in topological(*roots) if isinstance(node, Apply)]
    found |= {function.name.rstrip("'"): "function" for function in applied if function.undefined}
    return read_declarations(found | {name: "dim" for name in size_names(*roots) if name not in found})


# Printed with axes of one entry, which no notation of matrices shows, or with a derivative by entries.
# The numbers 0, 1, ..., n - 1 and sorting have no notation that is read.
NOT_READ = (
    "distributions.integers_mean",
    "distributions.integers_var",
    "networks.bias_variance_decomposition",
    "pitfalls.vector_loss_grad",
    "statistics.one_to_ten_iqr_eq",
)


def is_same(a: Expr, b: Expr) -> bool:
    return a is b or (a.shape == b.shape and verify(a, b).verdict in PROVED)


@pytest.mark.parametrize(("show", "one_line"), VIEWS)
@pytest.mark.parametrize("entry", entries(), ids=lambda entry: entry.id)
def test_every_link_of_the_book_is_read_back(entry: object, show: Callable[[Expr], str], one_line: bool) -> None:
    if entry.id in NOT_READ:
        pytest.skip("its printed form is refused, not misread")
    links = [*entry.links, *(entry.on_paper.links if entry.abbreviations else ())]
    for link in links:
        printed = f"{show(link.left)} = {show(link.right)}"
        found = reading(printed, declarations(link.left, link.right), one_line=one_line).value
        assert isinstance(found, Relation)
        assert len(found.sides) == 2
        for wanted, side in zip((link.left, link.right), found.sides, strict=True):
            assert is_same(wanted, side), printed


LOSSES = [
    ("mean((y - X@w)**2) + lam*dot(w, w)", "w", "X: n d, y: n, w: d, lam: positive"),
    ("sum(log(1 + exp(-y*(X@w))))", "w", "X: n d, y: n sign, w: d"),
    ("-sum(Y*log_softmax(X@W))", "W", "X: n d, Y: n k onehot, W: d k"),
    ("sum((tanh(X@W1)@W2 - Y)**2)", "W1", "X: n d, W1: d h, W2: h k, Y: n k"),
    ("logdet(S) + trace(inv(S)@A)", "S", "S: d d spd, A: d d"),
    ("dot(x, A@x)/dot(x, x)", "x", "A: d d, x: d"),
    ("norm(X - U@V.T)**2", "U", "X: n d, U: n k, V: d k"),
    ("logsumexp(A@x + b)", "x", "A: n d, x: d, b: n"),
    ("sum(relu(X@w))", "w", "X: n d, w: d"),
    ("sum(maximum(0, 1 - y*(X@w)))", "w", "X: n d, w: d, y: n sign"),
    ("prod(x)", "x", "x: n"),
    ("sum(sigmoid(x)*x)", "x", "x: n"),
    ("exp(-norm(x - z)**2/(2*s**2))", "x", "x: d, z: d, s: positive"),
    ("log(det(A))", "A", "A: d d"),
    ("norm(w)", "w", "w: d"),
]


@pytest.mark.parametrize(("show", "one_line"), VIEWS)
@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize(("loss", "wrt", "shapes"), LOSSES, ids=[loss for loss, _, _ in LOSSES])
def test_derivatives_are_read_back(
    loss: str, wrt: str, shapes: str, order: int, show: Callable[[Expr], str], one_line: bool
) -> None:
    result = derive(loss, wrt, shapes=shapes, order=order).result
    if len(result.shape) > 2 or is_zero(result):
        pytest.skip("an array of more than two axes, or of zeros, does not tell its shape")
    found = reading(show(result), declarations(result), one_line=one_line).value
    assert isinstance(found, Expr)
    assert is_same(result, found), show(result)
