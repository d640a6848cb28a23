"""What a statement says: sides that are expressions, optima or phrases, and the relations between them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from symml.expr.nodes import Expr

_CHAINED = {"==": 0, "<=": 1, "<": 2, ">=": -1, ">": -2}


@dataclass(frozen=True)
class Optimum:
    """``argmin_w f(w)`` on a side: where an objective is smallest or largest.

    Attributes:
        kind: ``argmin``, ``argmax``, ``min`` or ``max``.
        variables: The names that vary.
        objective: What is optimized.
    """

    kind: str
    variables: tuple[str, ...]
    objective: Expr

    def __str__(self) -> str:
        return f"{self.kind}_{{{', '.join(self.variables)}}} {self.objective}"


@dataclass(frozen=True)
class Phrase:
    """A side that is no expression, such as the law in ``x ~ N(0, 1)`` or the set in ``w in R^d``."""

    text: str

    def __str__(self) -> str:
        return self.text


Side = Expr | Optimum | Phrase


@dataclass(frozen=True)
class Relation:
    """A statement: sides with relations between them.

    Attributes:
        sides: The sides, from left to right; most have two.
        relations: ``==``, ``<=``, ``<``, ``>=``, ``>``, ``!=``, ``~=``, ``<-``, ``~``, ``in`` ... between them.
        source: The text.
        notes: What was assumed.
        undefined: Names of which the text says only the name.
        defines: The name that the statement gives a meaning to, if it does.
        conditions: The clauses after the statement, as written.
    """

    sides: tuple[Side, ...]
    relations: tuple[str, ...]
    source: str = ""
    notes: tuple[str, ...] = ()
    undefined: tuple[str, ...] = ()
    defines: str = ""
    conditions: tuple[str, ...] = field(default=())

    @property
    def lhs(self) -> Any:
        """The first side."""
        return self.sides[0]

    @property
    def rhs(self) -> Any:
        """The last side."""
        return self.sides[-1]

    @property
    def relation(self) -> str:
        """The relation of the first side to the last."""
        if len(set(self.relations)) == 1:
            return self.relations[0]
        ranks = [_CHAINED.get(sign) for sign in self.relations]
        known = [rank for rank in ranks if rank is not None]
        if len(known) == len(ranks) and (min(known) >= 0 or max(known) <= 0):
            strongest = max(known, key=abs)
            return next(sign for sign, rank in _CHAINED.items() if rank == strongest)
        return self.relations[-1]

    @property
    def links(self) -> tuple[tuple[Side, str, Side], ...]:
        """Each side with its relation to the next."""
        return tuple(zip(self.sides, self.relations, self.sides[1:], strict=False))

    def __repr__(self) -> str:
        parts = [str(self.sides[0])]
        for sign, side in zip(self.relations, self.sides[1:], strict=True):
            parts += [_SIGNS.get(sign, sign), str(side)]
        return " ".join(parts)


_SIGNS = {"==": "=", "<=": "≤", ">=": "≥", "!=": "≠", "~=": "≈", "<-": "←", "in": "∈", "->": "→", "proportional": "∝"}
