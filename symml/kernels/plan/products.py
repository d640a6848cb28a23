"""Products of matrices that become cheaper once the shapes are known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from symml.kernels.plan.shapes import Form
from symml.kernels.plan.steps import Step, Steps, is_number

_MANY = 4
_WORTH_A_ROOT = 8
Shape = tuple[int, ...]
Rows = Mapping[str, Shape]
_TURN, _INVERT, _SOLVE = "{}.T", "np.linalg.inv({})", "np.linalg.solve({}, {})"


def with_better_products(found: Steps, known: Mapping[str, Form]) -> list[Step]:
    """The steps after every rule of this module, without those that nobody needs any more."""
    steps = list(found.steps)
    shapes = {name: form.shape for name, form in known.items()}
    rows = {name: form.rows for name, form in known.items()}
    for rule in (_cheaper_order, _one_inverse, _turned, _gram_before_factors, _gram_of_roots):
        steps = _Rewriting(steps, found.results, shapes, rows).by(rule)
    return steps


class _Rewriting:
    """One pass over the steps: a rule answers with a step in place of another, after steps that it adds itself.

    Attributes:
        made: The step of each name so far.
        uses: How often each name is used.
        shapes: The shape of each name.
        rows: The axes of each name along the blocked dimension.
    """

    def __init__(self, steps: list[Step], results: Iterable[str], shapes: dict[str, Shape], rows: Rows) -> None:
        self.steps, self.results, self.shapes, self.rows = steps, frozenset(results), shapes, rows
        self.made: dict[str, Step] = {}
        self.uses = Counter(arg for step in steps for arg in step.args) + Counter(self.results)
        self._done: list[Step] = []
        self._equal: dict[Step, str] = {}

    def by(self, rule: Callable[[_Rewriting, Step], Step | None]) -> list[Step]:
        """The steps after the rule."""
        alias: dict[str, str] = {}
        for step in self.steps:
            step = replace(step, args=tuple(alias.get(arg, arg) for arg in step.args))
            twice = self.made.get(step.args[0]) if _is_turn(step) and step.target not in self.results else None
            if twice is not None and _is_turn(twice):
                alias[step.target] = twice.args[0]
                continue
            name = self._keep(rule(self, step) or step)
            if name != step.target:
                alias[step.target] = name
        return self._needed()

    def _keep(self, step: Step) -> str:
        key = replace(step, target="")
        if key in self._equal and step.target not in self.results:
            return self._equal[key]
        self._equal[key] = step.target
        self.made[step.target] = step
        self._done.append(step)
        return step.target

    def add(self, kind: str, what: str, args: tuple[str, ...], shape: Shape) -> str:
        """The name of a new step, or of an equal one that there is already."""
        inner = self.made.get(args[0])
        if kind == "view" and what == _TURN and inner is not None and _is_turn(inner):
            return inner.args[0]
        name = f"{args[0]}t"
        while name in self.shapes:
            name += "t"
        self.shapes[name] = shape
        return self._keep(Step(name, kind, what, args))

    def turned(self, name: str) -> str:
        """The transpose of a matrix."""
        return self.add("view", _TURN, (name,), self.shapes[name][::-1])

    def is_matrix(self, name: str) -> bool:
        """Whether a name is an array with two axes."""
        return len(self.shapes.get(name, ())) == 2

    def _needed(self) -> list[Step]:
        wanted = set(self.results)
        kept = []
        for step in reversed(self._done):
            if step.target in wanted:
                wanted.update(step.args)
                kept.append(step)
        return kept[::-1]


def _is_turn(step: Step | None) -> bool:
    return step is not None and step.kind == "view" and step.what == _TURN


# ---- the rules -------------------------------------------------------------------------------------------------------
def _cheaper_order(w: _Rewriting, step: Step) -> Step | None:
    """(A B) C = A (B C) in the order that costs fewer operations, where nobody needs the inner product itself."""
    if step.kind != "matmul" or not all(0 < len(w.shapes.get(arg, ())) < 3 for arg in step.args):
        return None
    for k in (0, 1):
        inner = w.made.get(step.args[k])
        if inner is None or inner.kind != "matmul" or w.uses[inner.target] != 1:
            continue
        a, b, c = (*inner.args, step.args[1]) if k == 0 else (step.args[0], *inner.args)
        sides = [w.shapes[name] for name in (a, b, c)]
        if len(sides[1]) != 2:
            continue
        n, (m, p), q = sides[0][0] if len(sides[0]) == 2 else 1, sides[1], sides[2][1] if len(sides[2]) == 2 else 1
        first, second = n * m * p + n * p * q, m * p * q + n * m * q
        if k == 0 and second < first:
            return Step(step.target, "matmul", "", (a, w.add("matmul", "", (b, c), (m, *sides[2][1:]))))
        if k == 1 and first < second:
            return Step(step.target, "matmul", "", (w.add("matmul", "", (a, b), (*sides[0][:-1], p)), c))
    return None


def _one_inverse(w: _Rewriting, step: Step) -> Step | None:
    """A small system that is solved more than once, or for many right-hand sides: one inverse and products."""
    if step.kind != "call" or step.what != _SOLVE:
        return None
    matrix, right = step.args
    again = [s for s in w.steps if s.kind == "call" and s.what in (_SOLVE, _INVERT) and s.args[0] == matrix]
    shape = w.shapes[right]
    many = len(shape) == 2 and w.rows.get(right) == (1,) and shape[1] > _MANY * shape[0]
    if len(again) < 2 and not many:
        return None
    inverse = w.add("call", _INVERT, (matrix,), w.shapes[matrix])
    return Step(step.target, "matmul", "", (inverse, right))


def _turned(w: _Rewriting, step: Step) -> Step | None:
    """(P Q)' = Q' P' where nobody needs P Q itself; X' r = r X for a vector r."""
    inner = w.made.get(step.args[0]) if step.args else None
    if _is_turn(step) and inner is not None and inner.kind == "matmul" and w.uses[inner.target] == 1:
        left, right = inner.args
        if w.is_matrix(left) and w.is_matrix(right):
            return Step(step.target, "matmul", "", (w.turned(right), w.turned(left)))
    if step.kind == "matmul" and w.is_matrix(step.args[0]):
        other = w.made.get(step.args[1])
        if other is not None and _is_turn(other) and w.shapes[other.args[0]][0] > w.shapes[step.args[0]][0]:
            # A D' = (D A')' for a taller D: rows stay as they lie in memory.
            tall = other.args[0]
            product = w.add("matmul", "", (tall, w.turned(step.args[0])), w.shapes[step.target][::-1])
            return Step(step.target, "view", _TURN, (product,))
    if step.kind == "matmul" and inner is not None and _is_turn(inner) and len(w.shapes.get(step.args[1], ())) == 1:
        return Step(step.target, "matmul", "", (step.args[1], inner.args[0]))
    return None


def _gram(w: _Rewriting, step: Step) -> tuple[str, str] | None:
    """The names of A and B in a product A' B of tall matrices."""
    if step.kind != "matmul" or not _is_turn(w.made.get(step.args[0])):
        return None
    left, right = w.made[step.args[0]].args[0], step.args[1]
    tall = w.is_matrix(left) and w.is_matrix(right) and w.shapes[left] == w.shapes[right]
    return (left, right) if tall and w.shapes[left][0] > 2 * w.shapes[left][1] else None


def _gram_before_factors(w: _Rewriting, step: Step) -> Step | None:
    """(D M)' (D M) = M' (D' D) M for a tall D: one pass over the rows in place of two."""
    names = _gram(w, step)
    inner = w.made.get(names[1]) if names and names[0] == names[1] else None
    if inner is None or inner.kind != "matmul" or w.uses[inner.target] != 2 or w.uses[step.args[0]] != 1:
        return None
    tall, small = inner.args
    if not (w.is_matrix(tall) and w.is_matrix(small)) or w.shapes[small][0] != w.shapes[small][1]:
        return None
    square = w.shapes[small]
    gram = w.add("matmul", "", (w.turned(tall), tall), square)
    half = w.add("matmul", "", (w.turned(small), gram), square)
    return Step(step.target, "matmul", "", (half, small))


def _gram_of_roots(w: _Rewriting, step: Step) -> Step | None:
    """(c X)' X = (sqrt(c) X)' (sqrt(c) X) for c >= 0: BLAS computes half of a symmetric product."""
    names = _gram(w, step)
    scaled = w.made.get(names[0]) if names else None
    if names is None or scaled is None or scaled.kind != "ufunc" or scaled.what != "multiply":
        return None
    tall, turn = names[1], step.args[0]
    column = next((arg for arg in scaled.args if arg != tall), None)
    if column is None or tall not in scaled.args or w.uses[scaled.target] != 1 or w.uses[turn] != 1:
        return None
    view = w.made.get(column)
    wide = w.shapes[tall][1] >= _WORTH_A_ROOT
    if not wide or view is None or view.kind != "view" or view.what != "{}[:, None]":
        return None
    if not _is_nonnegative(w, view.args[0]):
        return None
    root = w.add("ufunc", "sqrt", view.args, w.shapes[view.args[0]])
    half = w.add("view", "{}[:, None]", (root,), (w.shapes[root][0], 1))
    product = w.add("ufunc", "multiply", (half, tall), w.shapes[tall])
    return Step(step.target, "matmul", "", (w.turned(product), product))


def _is_nonnegative(w: _Rewriting, name: str, depth: int = 16) -> bool:
    """Whether a value is certainly never negative."""
    if is_number(name):
        return not name.startswith("-")
    step = w.made.get(name)
    if step is None or not depth:
        return False
    if step.what == "multiply" and step.args[0] == step.args[1]:
        return True
    if step.kind == "view":
        return _is_nonnegative(w, step.args[0], depth - 1)
    if step.kind != "ufunc":
        return False
    if step.what in ("add", "multiply", "divide", "sqrt"):
        return all(_is_nonnegative(w, arg, depth - 1) for arg in step.args)
    return step.what in ("exp", "abs", "square")
