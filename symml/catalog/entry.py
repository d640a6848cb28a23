"""A page of the book: statement, proof, domain, source and place, written once; everything else is a view."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

from symml.catalog.abbreviations import Abbreviation, on_paper, used
from symml.catalog.by import Reason
from symml.catalog.domains import Declared
from symml.catalog.links import Line, Link, Tight, line, overall
from symml.errors import SymmlError
from symml.expr.arithmetic import lift
from symml.expr.build import symbol
from symml.expr.functions import undefined
from symml.expr.nodes import Derivative, Expr, Symbol
from symml.expr.walk import topological

if TYPE_CHECKING:
    from symml.kernels import Kernel
    from symml.proof.verdict import Verdict

Chain = Iterator[Any]
KINDS = {
    "identity": "an equality with its derivation",
    "definition": "what a name stands for",
    "inequality": "a bound, with the place where it is tight",
    "example": "a statement about numbers",
    "limit": "the value that is approached",
    "algorithm": "the assignments of an update rule",
    "pitfall": "a tempting falsehood with its witness",
}


@dataclass(frozen=True)
class Entry:
    """A page of the book.

    Attributes:
        chapter: The chapter's module name.
        name: The function's name; with the chapter it is the id.
        function: The generator that writes the lines.
        source: Where the statement comes from: numbers of the inventory, or keys of the bibliography.
        tags: Words to find it by.
        kind: One of ``KINDS``.
        instead: For a pitfall, what is true.
        given: A hypothesis that the domains do not say.
        tightness: For an inequality that is an equality nowhere, how close it comes.
        at: For a limit, the variable and the place it goes to.
    """

    chapter: str
    name: str
    function: Callable[..., Chain]
    source: str
    tags: tuple[str, ...] = ()
    kind: str = "identity"
    instead: str = ""
    given: str = ""
    tightness: str = ""
    at: tuple[str, str] = ("", "")

    @property
    def id(self) -> str:
        """``chapter.name``."""
        return f"{self.chapter}.{self.name}"

    @property
    def pitfall(self) -> bool:
        """Whether the statement is false, and must be refuted."""
        return self.kind == "pitfall"

    @property
    def sentence(self) -> str:
        """The first line of the docstring."""
        return (inspect.getdoc(self.function) or "").partition("\n")[0]

    @property
    def remark(self) -> str:
        """The rest of the docstring."""
        return (inspect.getdoc(self.function) or "").partition("\n")[2].strip()

    @property
    def file(self) -> str:
        """The file that states the entry."""
        return inspect.getsourcefile(self.function) or ""

    @property
    def line(self) -> int:
        """The line of the statement."""
        return inspect.getsourcelines(self.function)[1]

    # ---- what the function yields ------------------------------------------------------------------------------------
    @cached_property
    def declared(self) -> dict[str, Declared]:
        """The domain of each free symbol, from the signature."""
        hints = inspect.get_annotations(self.function, eval_str=False)
        namespace = self.function.__globals__
        return {name: _resolve(text, namespace) for name, text in hints.items() if name != "return"}

    @cached_property
    def symbols(self) -> dict[str, Any]:
        """The free symbols, from the signature."""
        return {name: _symbol(name, declared) for name, declared in self.declared.items()}

    @cached_property
    def _yielded(self) -> list[Any]:
        return list(self.function(**self.symbols))

    @cached_property
    def on_paper(self) -> Entry:
        """The entry as it is printed: abbreviations are names, and ``abbreviations`` says what they stand for."""
        printed = replace(self)
        with on_paper() as record:
            rows = list(self.function(**self.symbols))
        if taken := [s.name for s, _ in record if s.name in self.declared]:
            raise SymmlError(f"{self.id}: {taken[0]} is a parameter and an abbreviation", cure="use another letter")
        vars(printed).update(_yielded=rows, on_paper=printed)
        lines = [*(a for row in printed.assignments for a in row), printed.lhs]
        lines += [link.right for link in printed.links] + [v for row in printed.tight_at for p in row.values for v in p]
        vars(printed).update(abbreviations=used(record, lines))
        return printed

    @cached_property
    def abbreviations(self) -> tuple[Abbreviation, ...]:
        """What the names in the printed lines stand for."""
        return self.on_paper.abbreviations

    @cached_property
    def tight_at(self) -> tuple[Tight, ...]:
        """Where an inequality is an equality."""
        return tuple(row for row in self._yielded if isinstance(row, Tight))

    @cached_property
    def assignments(self) -> tuple[tuple[Symbol, Expr], ...]:
        """For an algorithm: each variable and the expression it becomes; the right sides use the old values."""
        rows = self._yielded if self.kind == "algorithm" else []
        return tuple((row[0], lift(row[1])) for row in rows if isinstance(row, tuple) and isinstance(row[0], Symbol))

    @cached_property
    def _lines(self) -> tuple[Expr, tuple[tuple[str, Line], ...]]:
        if self.kind == "algorithm":
            return self._assigned_lines()
        yielded = [row for row in self._yielded if not isinstance(row, Tight)]
        if not yielded or (len(yielded) < 2 and self.kind != "definition"):
            raise SymmlError(f"{self.id} has no link", cure="yield the left side, then (reason, expression) pairs")
        rest = [(_reason(row, self.id), line(row[1])) for row in yielded[1:]]
        return lift(yielded[0]), tuple(rest)

    def _assigned_lines(self) -> tuple[Expr, tuple[tuple[str, Line], ...]]:
        """The last assignment's expression, and what it equals by the lines after it."""
        if not self.assignments:
            raise SymmlError(f"{self.id} assigns nothing", cure="yield pairs of a symbol and its new value")
        last, rest = self.assignments[-1][1], self._yielded[len(self.assignments) :]
        return last, tuple((_reason(row, self.id), line(row[1])) for row in rest)

    @cached_property
    def chain(self) -> tuple[Expr, tuple[tuple[str, Expr], ...]]:
        """The first expression, and each further one with its reason."""
        first, rest = self._lines
        return first, tuple((reason, row.expr) for reason, row in rest)

    @property
    def lhs(self) -> Expr:
        """The left side of the statement."""
        return self.chain[0]

    @property
    def rhs(self) -> Expr:
        """The right side: the end of the chain."""
        first, rest = self.chain
        return rest[-1][1] if rest else first

    @cached_property
    def links(self) -> tuple[Link, ...]:
        """Every relation between neighbors of the chain."""
        first, rest = self._lines
        ends = [first, *(row.expr for _, row in rest)]
        links = [Link(why, a, b.expr, b.relation, b.tolerance) for (why, b), a in zip(rest, ends, strict=False)]
        if self.kind == "limit":
            links[-1] = Link(links[-1].reason, links[-1].left, links[-1].right, "->", Fraction(0))
        return tuple(links)

    @property
    def relation(self) -> str:
        """What the entry states of its two sides: ``==``, ``<=``, ``>=``, ``~=`` or ``->``."""
        return overall((link.relation for link in self.links), self.id)

    @property
    def is_derivative(self) -> bool:
        """Whether the left side is a derivative that is not carried out."""
        return any(isinstance(node, Derivative) for node in topological(self.lhs))

    # ---- views -------------------------------------------------------------------------------------------------------
    def latex(self, *, steps: bool = False) -> str:
        """The statement in LaTeX; with ``steps`` the whole chain as an ``aligned`` environment with reasons."""
        from symml.catalog.views import latex

        return latex(self, steps=steps)

    def text(self) -> str:
        """The statement as Unicode text."""
        from symml.catalog.views import text

        return text(self)

    @property
    def sympy(self) -> Any:
        """The statement in SymPy (``Eq``, ``Le``, ``Ge`` ...); arrays of symbolic dims at small sizes."""
        from symml.catalog.sympy_form import statement

        return statement(self)

    def kernel(self) -> Kernel:
        """The right side as a NumPy function."""
        from symml.kernels import kernel

        return kernel(self.rhs, name=self.name)

    def plot(self) -> Any:
        """The function and its slope, or both sides, as a matplotlib figure.

        Raises:
            SymmlError: The entry is not about a function of one real variable, or matplotlib is not installed.
        """
        from symml.catalog.printing.curves import required_plot
        from symml.catalog.printing.drawing import figure

        return figure(required_plot(self), self.id)

    def verify(self) -> Verdict:
        """The verdict on the statement: every link decided, the weakest one reported."""
        from symml.catalog.check import verify_entry

        return verify_entry(self)

    def to_json(self) -> dict[str, Any]:
        """The entry as plain data."""
        from symml.catalog.views import to_json

        return to_json(self)

    def __repr__(self) -> str:
        from symml.catalog.views import page

        return page(self)

    def _repr_latex_(self) -> str:
        return "$\\displaystyle " + self.latex(steps=True) + "$"


def _resolve(text: Any, namespace: dict[str, Any]) -> Declared:
    """An annotation such as ``Real`` or ``Matrix["n", "d"]``, as text or as a value."""
    if isinstance(text, Declared):
        return text
    name, _, dims = str(text).partition("[")
    declared = namespace.get(name)
    if not isinstance(declared, Declared):
        raise SymmlError(f"{text} is not a domain", cure="annotate with Real, Positive, Vector['n'] ...")
    parts = tuple(part.strip(" \"'") for part in dims.rstrip("]").split(",") if part.strip())
    return declared[parts] if parts else declared


def _symbol(name: str, declared: Declared) -> Any:
    return undefined(name) if declared.is_function else symbol(name, *declared.dims, domain=declared.domain)


def _reason(row: Any, where: str) -> str:
    if not (isinstance(row, tuple) and len(row) == 2 and isinstance(row[0], Reason)):
        raise SymmlError(
            f"{where}: a link is a pair of a reason and an expression", cure="yield by.definition, expression"
        )
    return str(row[0])
