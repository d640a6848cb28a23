"""The equations of a backward pass: each a claim about the engine's own gradient; the report is the repr."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from symml.errors import SymmlError
from symml.expr.nodes import Add, Expr, Symbol
from symml.expr.walk import substitute
from symml.kernels import Kernel, kernel
from symml.proof.rules import notes_of
from symml.proof.verdict import Evidence, Verdict
from symml.proof.verify import verify
from symml.render import latex, text
from symml.render.names import columns

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_GOOD = ("proved", "proved_randomized", "certified")


@dataclass(frozen=True)
class Equation:
    """One line: a name, or the derivative that it stands for, and its formula.

    Attributes:
        reason: The rule.
        name: The symbol that the line defines; ``None`` where it is a derivative without a name.
        of: The variable of the derivative; ``None`` for a definition.
        right: The formula, written with the names of other lines.
        before: What the engine gives; for a definition the formula written out.
        after: The formula with the names replaced.
        book: The symbols as a book writes them, for LaTeX.
        factors: What is pulled back and the slope, which stand in this order, the first in brackets.
    """

    reason: str
    name: Symbol | None
    of: Symbol | None
    right: Expr
    before: Expr
    after: Expr
    book: Mapping[Expr, Expr] = field(default_factory=dict)
    factors: tuple[Expr, ...] = ()

    @cached_property
    def verdict(self) -> Verdict:
        """Whether the formula is the engine's own derivative."""
        return verify(self.before, self.after)

    def text(self) -> str:
        """The line as Unicode text."""
        left = [] if self.name is None else [text.show(self.name)]
        left += [] if self.of is None else [f"∂L/∂{text.show(self.of)}"]
        return " = ".join([*left, _in_order(self.factors, text.show, "({})", " ⊙ ") or text.show(self.right)])

    def latex(self) -> str:
        """The line in LaTeX."""
        left = [] if self.name is None else [self._book(self.name)]
        left += [] if self.of is None else [rf"\frac{{\partial L}}{{\partial {self._book(self.of)}}}"]
        factors = _in_order(self.factors, self._book, r"\left({}\right)", r" \odot ")
        return " = ".join([*left, factors or self._book(self.right)])

    def _book(self, expr: Expr) -> str:
        return latex.latex(substitute(expr, dict(self.book)))

    def to_json(self) -> dict[str, Any]:
        """The line as plain data."""
        entries = [entry for note in notes_of(self.reason) for entry in note.entries]
        line = {"reason": self.reason, "text": self.text(), "latex": self.latex(), "entries": entries}
        return line | {"verdict": self.verdict.verdict}


@dataclass(frozen=True, repr=False)
class Backprop:
    """The forward pass, and the backward pass equation by equation.

    Attributes:
        title: What the network is.
        forward: The lines of the forward pass, the loss last.
        backward: The deltas from the last layer to the first, each with the gradients of its layer.
        loss: The loss written out; ``None`` for a layer that stands for every layer.
        gradients: The gradient of each weight and bias by its name, written out.
        notes: What the lines mean: shapes, orientation.
    """

    title: str
    forward: tuple[Equation, ...]
    backward: tuple[Equation, ...]
    loss: Expr | None
    gradients: dict[str, Expr]
    notes: tuple[str, ...]

    @property
    def equations(self) -> tuple[Equation, ...]:
        """All lines."""
        return self.forward + self.backward

    @cached_property
    def verdict(self) -> Verdict:
        """Every equation decided against the engine's own gradient."""
        for row in self.equations:
            if row.verdict.verdict not in _GOOD:
                return Verdict(row.verdict.verdict, row.text(), row.verdict.reason, row.verdict.evidence)
        weakest = max(_GOOD.index(row.verdict.verdict) for row in self.equations)
        shown = Evidence("equations", f"all {len(self.backward)} hold, each against the gradient of the whole loss")
        if self.loss is None:
            shown = Evidence("equations", "each holds for every layer: the loss depends on one through the next")
        return Verdict(_GOOD[weakest], self.title, "each equation is the engine's own derivative", (shown,))

    def kernel(self, name: str = "backward") -> Kernel:
        """A NumPy function of the loss and all gradients, which computes every delta once.

        Raises:
            SymmlError: The equations are those of a layer that stands for every layer.
        """
        if self.loss is None:
            raise SymmlError("a layer that stands for every layer has no kernel", cure="give the layers: 'n0, n1 relu'")
        return kernel([self.loss, *self.gradients.values()], name=name)

    def latex(self) -> str:
        """All lines as an ``aligned`` environment with reasons."""
        rows = [rf"{_aligned(row.latex())} && \text{{{row.reason}}}" for row in self.equations]
        return "\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}"

    def text(self) -> str:
        """All lines, forward and backward, the reason beside each."""
        width = max(columns(row.text()) for row in self.equations)
        parts = [("forward", self.forward), ("backward", self.backward)]
        return "\n\n".join("\n".join([f"{title}:", *_lines(rows, width)]) for title, rows in parts)

    def to_json(self) -> dict[str, Any]:
        """Everything as plain data."""
        return {
            "schema": 1,
            "title": self.title,
            "forward": [row.to_json() for row in self.forward],
            "backward": [row.to_json() for row in self.backward],
            "gradients": {name: text.show(value) for name, value in self.gradients.items()},
            "latex": self.latex(),
            "notes": list(self.notes),
            "verdict": self.verdict.to_json(),
        }

    def __repr__(self) -> str:
        return "\n".join([self.title, "", self.text(), "", *self.notes])

    def _repr_latex_(self) -> str:
        return "$\\displaystyle " + self.latex() + "$"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/plain": repr(self), "text/latex": self._repr_latex_()}


def _in_order(factors: tuple[Expr, ...], show: Callable[[Expr], str], brackets: str, sign: str) -> str:
    """``(W' delta) * slope``; empty where there are no factors."""
    shown = [show(factor) for factor in factors]
    bracketed = [
        text if (place and not isinstance(factor, Add)) or isinstance(factor, Symbol) else brackets.replace("{}", text)
        for place, (factor, text) in enumerate(zip(factors, shown, strict=True))
    ]
    return sign.join(bracketed)


def _lines(rows: Sequence[Equation], width: int) -> list[str]:
    return [f"  {row.text()}{' ' * (width - columns(row.text()))}  {row.reason}" for row in rows]


def _aligned(line: str) -> str:
    left, _, right = line.partition(" = ")
    return f"{left} &= {right}"
