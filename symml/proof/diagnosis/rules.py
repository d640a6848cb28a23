"""The ordered table of hypotheses: what is simpler and more common comes first."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from symml.proof.diagnosis import formulas, relations, terms
from symml.proof.diagnosis.suspects import Context, Suspect

Rule = Callable[[Context], Iterator[Suspect]]
RULES: tuple[Rule, ...] = (
    relations.parameters,
    relations.arguments,
    relations.whole_factor,
    relations.transposes,
    relations.shape_slips,
    relations.diagonals,
    terms.term_factors,
    formulas.swapped_names,
    formulas.differentiation,
    terms.missing_terms,
    formulas.edits_of_truth,
    relations.real_parameters,
    formulas.edits_of_claim,
    formulas.edits_of_loss,
    relations.computed_factor,
    terms.computed_factors,
    formulas.other_nodes,
    formulas.chain_factors,
)
# Tried after all others, and after all others up to a factor.
LAST_RULES: tuple[Rule, ...] = (terms.two_terms, formulas.two_factors, formulas.pairs)
