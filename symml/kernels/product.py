"""The code of a product: slices, sums, matmuls and broadcasts; einsum only where nothing else fits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from symml.expr.dims import Dim
from symml.expr.nodes import Basis, Contract, Expr, Eye, OneHot, Power, Selector

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
Labels = tuple[int, ...]


@dataclass(frozen=True)
class Part:
    """A factor: its code, and the index of each of its axes. ``loose`` code needs brackets inside other code."""

    code: str
    labels: Labels
    loose: bool = False

    @property
    def tight(self) -> str:
        """The code, in brackets where it needs them."""
        return f"({self.code})" if self.loose else self.code


class Product:
    """Writes one product."""

    def __init__(
        self, node: Contract, code: Callable[[Expr], str], size: Callable[[Dim], str], use: Callable[[str], None]
    ) -> None:
        self.node, self.code, self.size, self.use = node, code, size, use
        self.rank = len(node.shape)
        self.parts: list[Part] = []
        self.below: list[str] = []
        self.above: list[str] = []

    def write(self) -> tuple[str, bool]:
        """The code and whether it is loose; axes that nothing carries have length one."""
        special: list[tuple[Expr, Labels]] = []
        for arg, sub in zip(self.node.args, self.node.subs, strict=True):
            if isinstance(arg, Basis | Selector | OneHot | Eye):
                special.append((arg, sub))
            elif not sub:
                self._scalar(arg)
            else:
                self.parts.append(Part(self.code(arg), sub, loose=_is_loose(self.code(arg))))
        for arg, sub in special:
            self._special(arg, sub)
        self.parts = [self._without_repeats(part) for part in self.parts]
        self._contract()
        return self._assemble()

    def _scalar(self, arg: Expr) -> None:
        if isinstance(arg, Power) and arg.exponent == -1:
            self.below.append(tight(self.code(arg.args[0])))
        else:
            self.above.append(tight(self.code(arg)))

    # ---- 0/1 factors -------------------------------------------------------------------------------------------------
    def _special(self, arg: Expr, sub: Labels) -> None:
        if isinstance(arg, Basis) and self._index(sub[0], self.size(arg.position)):
            return
        if isinstance(arg, Selector) and (self._slice(arg, sub) or self._place(arg, sub)):
            return
        if isinstance(arg, OneHot) and self._pick(arg, sub):
            return
        code = self.code(arg) if isinstance(arg, OneHot) else special_array(arg, self.size)
        self.parts.append(Part(code, sub))

    def _owner(self, label: int) -> int | None:
        """The only factor that carries a summed index."""
        found = [k for k, part in enumerate(self.parts) if label in part.labels]
        lonely = len(found) == 1 and label >= self.rank and self.parts[found[0]].labels.count(label) == 1
        return found[0] if lonely else None

    def _index(self, label: int, position: str) -> bool:
        owner = self._owner(label)
        if owner is None:
            return False
        part = self.parts[owner]
        key = ", ".join(position if x == label else ":" for x in part.labels)
        rest = tuple(x for x in part.labels if x != label)
        item = Part(f"{part.tight}[{key}]", rest)
        if rest:
            self.parts[owner] = item
        else:
            del self.parts[owner]
            self.above.append(item.code)
        return True

    def _slice(self, arg: Selector, sub: Labels) -> bool:
        """x[start:stop] of the factor that carries the column index."""
        row, col = sub
        owner = self._owner(col)
        if owner is None or arg.step not in (1, -1) or (arg.step == -1 and arg.start != arg.shape[1] + -1):
            return False
        part = self.parts[owner]
        stop = "" if arg.start + arg.shape[0] == arg.shape[1] else self.size(arg.start + arg.shape[0])  # type: ignore[arg-type] # a dim
        start = "" if arg.start == 0 else self.size(arg.start)
        cut = "::-1" if arg.step == -1 else f"{start}:{stop}"
        key = ", ".join(cut if x == col else ":" for x in part.labels)
        self.parts[owner] = Part(f"{part.tight}[{key}]", tuple(row if x == col else x for x in part.labels))
        return True

    def _place(self, arg: Selector, sub: Labels) -> bool:
        """The entries of a factor inside zeros."""
        row, col = sub
        owner = self._owner(row)
        if owner is None:
            return False
        part = self.parts[owner]
        self.use("placed")
        axis = part.labels.index(row)
        code = f"placed({part.code}, {axis}, {self.size(arg.shape[1])}, {self.size(arg.start)}, {arg.step})"
        self.parts[owner] = Part(code, tuple(col if x == row else x for x in part.labels))
        return True

    def _pick(self, arg: OneHot, sub: Labels) -> bool:
        """p[np.arange(n), y]"""
        owner = self._owner(sub[-1])
        if owner is None or len(sub) != 2 or self.parts[owner].labels != sub:
            return False
        labels = self.code(arg.args[0])
        self.parts[owner] = Part(f"{self.parts[owner].tight}[np.arange({self.size(arg.shape[0])}), {labels}]", sub[:1])
        return True

    # ---- sums --------------------------------------------------------------------------------------------------------
    def _without_repeats(self, part: Part) -> Part:
        """The diagonal, where an index stands twice on a factor."""
        if len(set(part.labels)) == len(part.labels):
            return part
        kept = tuple(dict.fromkeys(part.labels))
        if len(part.labels) == 2 and kept[0] >= self.rank and sum(kept[0] in p.labels for p in self.parts) == 1:
            self.above.append(f"np.trace({part.code})")
            return Part("", ())
        if len(part.labels) == 2:
            return Part(f"np.diagonal({part.code})", kept)
        return Part(f"np.einsum({_spec([part.labels], kept)!r}, {part.code})", kept)

    def _contract(self) -> None:
        """Sums what one factor carries alone, then joins factors that share summed indices, small ones first."""
        self.parts = [part for part in self.parts if part.labels or part.code]
        self.parts = [self._summed_alone(k) for k in range(len(self.parts))]
        self._to_scalars()
        while True:
            label = self._next_label()
            if label is None:
                return
            self._join(label)
            self._to_scalars()

    def _to_scalars(self) -> None:
        self.above += [part.tight for part in self.parts if not part.labels]
        self.parts = [part for part in self.parts if part.labels]

    def _summed_alone(self, k: int) -> Part:
        part = self.parts[k]
        others = {x for j, p in enumerate(self.parts) if j != k for x in p.labels}
        alone = [x for x in part.labels if x >= self.rank and x not in others]
        return _sum(part, alone) if alone else part

    def _next_label(self) -> int | None:
        """The summed index whose factors have the fewest axes."""
        summed = {x for part in self.parts for x in part.labels if x >= self.rank}
        if not summed:
            return None
        return min(summed, key=lambda x: (max(len(p.labels) for p in self.parts if x in p.labels), x))

    def _join(self, label: int) -> None:
        """Contracts one index: extra vectors scale a factor first, the last two factors meet in a matmul."""
        found = sorted((p for p in self.parts if label in p.labels), key=lambda p: len(p.labels))
        rest = [p for p in self.parts if label not in p.labels]
        while len(found) > 2:
            first, second, *found = found
            found = sorted([_times(first, second), *found], key=lambda p: len(p.labels))
        if len(found) == 1:
            self.parts = [*rest, _sum(found[0], [label])]
            return
        kept = {x for p in rest for x in p.labels} | set(range(self.rank))
        self.parts = [*rest, _meet(found[0], found[1], kept)]

    # ---- the whole ---------------------------------------------------------------------------------------------------
    def _assemble(self) -> tuple[str, bool]:
        scalars, below, coef = self.above, self.below, self.node.coef
        arrays = [self._aligned(part) for part in self._diagonals()]
        if self.rank and not arrays:
            arrays = [f"np.ones({'1' if self.rank == 1 else (1,) * self.rank})"]
        top = ([] if abs(coef.numerator) == 1 else [str(abs(coef.numerator))]) + scalars + arrays
        text = " * ".join(top) if len(top) > 1 else top[0] if top else "1.0"
        if below and len(arrays) == 1 and len(top) == 1:
            text = tight(text)
        for low in ([] if coef.denominator == 1 else [str(coef.denominator)]) + below:
            text += f" / {low}"
        loose = len(top) > 1 or bool(below) or coef.denominator > 1 or _is_loose(text)
        return ("-" + (tight(text) if _has_sum(text) else text) if coef < 0 else text), loose or coef < 0

    def _diagonals(self) -> list[Part]:
        """A vector beside the identity is a diagonal matrix."""
        eyes = [p for p in self.parts if p.code.startswith("np.eye(") and p.code.endswith(")") and len(p.labels) == 2]
        others = [p for p in self.parts if p not in eyes]
        if len(eyes) != 1 or self.rank != 2 or not others or any(len(p.labels) != 1 for p in others):
            return self.parts
        body = " * ".join(p.tight for p in others) if len(others) > 1 else others[0].code
        return [Part(f"np.diag({body})", eyes[0].labels)]

    def _aligned(self, part: Part) -> str:
        """The factor with its axes in the order of the result; missing axes have length one."""
        order = sorted(range(len(part.labels)), key=lambda k: part.labels[k])
        code = (
            part.tight if len(self.parts) + len(self.above) + len(self.below) > 1 or self.node.coef != 1 else part.code
        )
        if order != list(range(len(order))):
            code = f"{part.tight}.T" if len(order) == 2 else f"np.transpose({part.code}, {tuple(order)})"
        present = set(part.labels)
        leading = next((i for i in range(self.rank) if i in present), 0)
        keys = [":" if i in present else "None" for i in range(leading, self.rank)]
        if "None" in keys:
            code = f"{tight(code)}[{', '.join(keys)}]"
        needs_front = leading > 0 and len(self.parts) == 1
        return f"{tight(code)}[{'None, ' * leading}...]" if needs_front else code


def special_array(node: Expr, size: Callable[[Dim], str]) -> str:
    """The identity, a unit vector or a slice matrix as an array."""
    if isinstance(node, Basis):
        return f"np.eye({size(node.shape[0])})[{size(node.position)}]"
    if isinstance(node, Selector):
        rows = f"{size(node.start)} + {node.step} * np.arange({size(node.shape[0])})"
        return f"np.eye({size(node.shape[1])})[{rows}]"
    return f"np.eye({size(node.shape[0])})"


def _sum(part: Part, labels: Sequence[int]) -> Part:
    rest = tuple(x for x in part.labels if x not in labels)
    axes = tuple(k for k, x in enumerate(part.labels) if x in labels)
    axis = "" if not rest else f", axis={axes[0] if len(axes) == 1 else axes}"
    return Part(f"np.sum({part.code}{axis})", rest)


def _times(a: Part, b: Part) -> Part:
    """The elementwise product of two factors, axes of the larger one."""
    if len(a.labels) > len(b.labels):
        a, b = b, a
    if a.labels == b.labels:
        return Part(f"{a.tight} * {b.tight}", b.labels, loose=True)
    if set(a.labels) <= set(b.labels) and [x for x in b.labels if x in a.labels] == list(a.labels):
        keys = [":" if x in a.labels else "None" for x in b.labels]
        trailing = keys[len(keys) - len(a.labels) :] == [":"] * len(a.labels)
        code = a.tight if trailing else f"{a.tight}[{', '.join(keys)}]"
        return Part(f"{code} * {b.tight}", b.labels, loose=True)
    out = (*a.labels, *(x for x in b.labels if x not in a.labels))
    return Part(f"np.einsum({_spec([a.labels, b.labels], out)!r}, {a.code}, {b.code})", out)


def _meet(a: Part, b: Part, kept: set[int]) -> Part:
    """Two factors summed over what they share and nobody else needs."""
    shared = [x for x in a.labels if x in b.labels]
    summed = [x for x in shared if x not in kept]
    free_a = [x for x in a.labels if x not in shared]
    free_b = [x for x in b.labels if x not in shared]
    if len(summed) == len(shared) == 1 and len(free_a) <= 1 and len(free_b) <= 1:
        return _matmul(a, b, summed[0], free_a, free_b)
    if len(summed) == len(shared) and not free_a and not free_b:
        other = b if a.labels == b.labels else Part(f"{b.tight}.T", a.labels)
        if len(shared) == 2 or a.labels == b.labels:
            return Part(f"np.sum({a.tight} * {other.tight})", ())
    out = tuple(x for x in (*a.labels, *free_b) if x not in summed)
    if (not free_a and len(summed) == 1 and len(a.labels) == len(b.labels) == 2) or a.labels == b.labels:
        product = _times(a, b if a.labels == b.labels else Part(f"{b.tight}.T", a.labels))
        return _sum(product, summed)
    return Part(f"np.einsum({_spec([a.labels, b.labels], out)!r}, {a.code}, {b.code})", out)


def _matmul(a: Part, b: Part, label: int, free_a: list[int], free_b: list[int]) -> Part:
    """Rows of the result come from the factor with the smaller index."""
    if not free_a and not free_b:
        return Part(f"{a.tight} @ {b.tight}", (), loose=True)
    if (not free_a and free_b) or (free_a and free_b and free_b[0] < free_a[0]):
        a, b, free_a, free_b = b, a, free_b, free_a
    left = a.tight if a.labels[-1] == label else f"{a.tight}.T"
    right = b.tight if b.labels[0] == label else f"{b.tight}.T"
    return Part(f"{left} @ {right}", (*free_a, *free_b), loose=True)


def _spec(subs: Sequence[Labels], out: Labels) -> str:
    return ",".join("".join(_LETTERS[x] for x in sub) for sub in subs) + "->" + "".join(_LETTERS[x] for x in out)


def _is_loose(code: str) -> bool:
    """Whether the code has an operator outside brackets."""
    depth = 0
    for place, char in enumerate(code):
        depth += (char in "([{") - (char in ")]}")
        if not depth and (char == " " or (char == "-" and place == 0)):
            return True
    return False


def _has_sum(code: str) -> bool:
    return " + " in code or " - " in code


def tight(code: str) -> str:
    """The code, in brackets where an operator stands outside them."""
    return f"({code})" if _is_loose(code) else code
