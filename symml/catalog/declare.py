"""How an identity is declared: the signature is the quantifier, the docstring the sentence, each yield a link."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from symml.catalog.by import Reason
from symml.catalog.domains import Declared
from symml.errors import NotEvaluable, SymmlError
from symml.expr.arithmetic import lift
from symml.expr.build import symbol
from symml.expr.functions import undefined
from symml.expr.nodes import Derivative, Expr, Symbol, derivative_node
from symml.expr.walk import topological

if TYPE_CHECKING:
    from symml.kernels import Kernel
    from symml.proof.verdict import Verdict

Chain = Iterator[Any]


@dataclass(frozen=True)
class Link:
    """One equality of a chain: ``left = right``, by ``reason``."""

    reason: str
    left: Expr
    right: Expr


@dataclass(frozen=True)
class Entry:
    """A page of the book: statement, proof, domain, source and place, written once.

    Attributes:
        chapter: The chapter's module name.
        name: The function's name; with the chapter it is the id.
        function: The generator that writes the links.
        source: Where the identity comes from.
        tags: Words to find it by.
        pitfall: Whether it is a tempting falsehood, which the verifier must refute.
        instead: For a pitfall, what is true.
    """

    chapter: str
    name: str
    function: Callable[..., Chain]
    source: str
    tags: tuple[str, ...] = ()
    pitfall: bool = False
    instead: str = ""
    given: str = field(default="")

    @property
    def id(self) -> str:
        """``chapter.name``."""
        return f"{self.chapter}.{self.name}"

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

    @cached_property
    def symbols(self) -> dict[str, Any]:
        """The free symbols, from the signature."""
        return {name: _symbol(name, declared) for name, declared in self._declared().items()}

    def _declared(self) -> dict[str, Declared]:
        hints = inspect.get_annotations(self.function, eval_str=False)
        namespace = self.function.__globals__
        return {name: _resolve(text, namespace) for name, text in hints.items() if name != "return"}

    @cached_property
    def chain(self) -> tuple[Expr, tuple[tuple[str, Expr], ...]]:
        """The first expression, and each further one with its reason."""
        yielded = list(self.function(**self.symbols))
        if len(yielded) < 2:
            raise SymmlError(f"{self.id} has no link", cure="yield the left side, then (reason, expression) pairs")
        rest = [(_reason(row, self.id), lift(row[1])) for row in yielded[1:]]
        return lift(yielded[0]), tuple(rest)

    @property
    def lhs(self) -> Expr:
        """The left side of the statement."""
        return self.chain[0]

    @property
    def rhs(self) -> Expr:
        """The right side: the end of the chain."""
        return self.chain[1][-1][1]

    @property
    def links(self) -> tuple[Link, ...]:
        """Every equality between neighbors of the chain."""
        first, rest = self.chain
        ends = [first, *(expr for _, expr in rest)]
        return tuple(Link(reason, a, b) for (reason, b), a in zip(rest, ends, strict=False))

    @property
    def is_derivative(self) -> bool:
        """Whether the left side is a derivative that is not carried out."""
        return any(isinstance(node, Derivative) for node in topological(self.lhs))

    # ---- views -------------------------------------------------------------------------------------------------------
    def latex(self, *, steps: bool = False) -> str:
        """The statement in LaTeX, a pitfall with an unequal sign.

        Args:
            steps: The whole chain with its reasons, as an ``aligned`` environment.
        """
        from symml.render.latex import latex

        sign = r"\ne" if self.pitfall else "="
        if not steps:
            return f"{latex(self.lhs)} {sign} {latex(self.rhs)}"
        lines = [f"{latex(self.lhs)} &"]
        lines += [rf"&{sign} {latex(expr)} && \text{{{reason}}}" for reason, expr in self.chain[1]]
        lines[0:2] = [lines[0].removesuffix("&") + lines[1]]
        return "\\begin{aligned}\n" + " \\\\\n".join(lines) + "\n\\end{aligned}"

    def text(self) -> str:
        """The statement as Unicode text, a pitfall with an unequal sign."""
        from symml.render.text import text

        return f"{text(self.lhs)} {'≠' if self.pitfall else '='} {text(self.rhs)}"

    @property
    def sympy(self) -> Any:
        """The statement as a SymPy ``Eq``; arrays of symbolic dims at n = 3, d = 2 and the like."""
        from symml.catalog.sympy_form import equation

        return equation(self)

    def kernel(self) -> Kernel:
        """The right side as a NumPy function."""
        from symml.kernels import kernel

        return kernel(self.rhs, name=self.name)

    def verify(self) -> Verdict:
        """The verdict on the statement: every link decided, the weakest one reported."""
        from symml.catalog.check import verify_entry

        return verify_entry(self)

    def to_json(self) -> dict[str, Any]:
        """The entry as plain data."""
        return {
            "id": self.id,
            "sentence": self.sentence,
            "source": self.source,
            "tags": list(self.tags),
            "pitfall": self.pitfall,
            "instead": self.instead,
            "statement": {"latex": self.latex(), "text": self.text()},
            "steps": [{"reason": reason, "latex": _latex(expr)} for reason, expr in self.chain[1]],
            "symbols": {name: str(declared.domain) for name, declared in self._declared().items()},
            "code": self._code(),
        }

    def _code(self) -> str | None:
        """The kernel's source; none for rules about undefined functions."""
        try:
            return self.kernel().source
        except NotEvaluable:
            return None

    def __repr__(self) -> str:
        from symml.render.text import text

        lines = [f"{self.id}: {self.sentence}"] + [f"  {row}" for row in self.remark.splitlines()]
        lines += ["", f"  {text(self.lhs)}"]
        lines += [f"    {'≠' if self.pitfall else '='} {text(expr)}   [{reason}]" for reason, expr in self.chain[1]]
        where = [f"{name}: {_shown(declared)}" for name, declared in self._declared().items()]
        lines += ["", f"  for {', '.join(where)}", f"  source: {self.source}"]
        return "\n".join(lines + ([f"  instead: {self.instead}"] if self.instead else []))

    def _repr_latex_(self) -> str:
        return "$\\displaystyle " + self.latex(steps=True) + "$"


def _latex(expr: Expr) -> str:
    from symml.render.latex import latex

    return latex(expr)


def _shown(declared: Declared) -> str:
    return "function" if declared.is_function else " ".join([*declared.dims, declared.domain])


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


# ---- decorators ------------------------------------------------------------------------------------------------------
def identity(*, source: str, tags: str = "", given: str = "") -> Callable[[Callable[..., Chain]], Entry]:
    """Declares an identity: ``@identity(source="...", tags="activation")`` above a generator of links."""
    return lambda function: _entry(function, source, tags, given=given)


def pitfall(*, source: str, instead: str, tags: str = "") -> Callable[[Callable[..., Chain]], Entry]:
    """Declares a tempting falsehood, which the verifier must refute; ``instead`` says what is true."""
    return lambda function: _entry(function, source, tags, pitfall=True, instead=instead)


def _entry(function: Callable[..., Chain], source: str, tags: str, **more: Any) -> Entry:
    chapter = function.__module__.rpartition(".")[2]
    return Entry(chapter, function.__name__, function, source, tuple(tags.split()), **more)


def deriv(expr: Any, wrt: Symbol) -> Expr:
    """The derivative of ``expr`` with respect to ``wrt``, written and not carried out."""
    return derivative_node(lift(expr), wrt)


grad = jacobian = deriv
