"""``einsum``: products and sums by letters."""

from __future__ import annotations

from collections.abc import Sequence
from string import ascii_letters

from symml.errors import ShapeError, SymmlError
from symml.expr.arithmetic import brief, lift
from symml.expr.contract import contract
from symml.expr.nodes import Expr, show_shape


def einsum(spec: str, *operands: object) -> Expr:
    """NumPy's einsum with letters; ``...`` stands for the axes that are not named, aligned from the right."""
    nodes = [lift(x) for x in operands]
    if "..." in spec:
        spec = _without_dots(spec.replace(" ", ""), nodes)
    left, arrow, out = spec.replace(" ", "").partition("->")
    subs = left.split(",")
    if any(c not in ascii_letters for c in "".join(subs) + out):
        raise SymmlError(
            f"einsum: {spec!r} has something other than letters", cure="write one letter an axis: 'ij,jk->ik'"
        )
    if len(subs) != len(nodes):
        raise SymmlError(f"einsum: {spec!r} describes {len(subs)} arrays, there are {len(nodes)}")
    for sub, node in zip(subs, nodes, strict=True):
        if len(sub) != len(node.shape):
            raise ShapeError(
                f"einsum: {sub!r} has {len(sub)} letters for {brief(node)} of shape {show_shape(node.shape)}"
            )
    if not arrow:
        letters = "".join(subs)
        out = "".join(sorted(c for c in set(letters) if letters.count(c) == 1))
    missing = [c for c in out if c not in left]
    if missing:
        raise SymmlError(f"einsum: the output letter {missing[0]!r} is on no array")
    return contract(list(zip(nodes, subs, strict=True)), out)


def _without_dots(spec: str, nodes: Sequence[Expr]) -> str:
    """The subscripts with letters in the place of ``...``."""
    left, arrow, out = spec.partition("->")
    subs = left.split(",")
    free = [c for c in ascii_letters if c not in spec]
    counts = [len(node.shape) - len(sub.replace("...", "")) for sub, node in zip(subs, nodes, strict=False)]
    most = max([0, *(count for count, sub in zip(counts, subs, strict=False) if "..." in sub)])
    letters = "".join(free[:most])
    named = [
        sub.replace("...", letters[most - count :] if count > 0 else "")
        for sub, count in zip(subs, counts, strict=False)
    ]
    if not arrow:
        once = {c for c in left if c in ascii_letters and left.count(c) == 1}
        out = "..." + "".join(sorted(once))
    return ",".join(named) + "->" + out.replace("...", letters)
