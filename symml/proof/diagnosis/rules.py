"""The ordered table of hypotheses: what is simpler and more common comes first."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from symml.proof.diagnosis import formulas, relations, terms
from symml.proof.diagnosis.suspects import Context, Suspect

Rule = Callable[[Context], Iterator[Suspect]]
RULES: tuple[Rule, ...] = (
    relations.whole_factor,
    relations.transposes,
    relations.shape_slips,
    relations.parameters,
    relations.arguments,
    relations.diagonals,
    terms.term_factors,
    formulas.differentiation,
    terms.missing_terms,
    formulas.edits_of_truth,
    formulas.edits_of_claim,
    formulas.edits_of_loss,
    formulas.other_nodes,
    formulas.chain_factors,
)
# Tried after all others, and after all others up to a factor.
LAST_RULES: tuple[Rule, ...] = (formulas.pairs,)
