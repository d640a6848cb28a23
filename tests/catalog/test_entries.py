"""Every entry of the book: its links hold, its views exist, and independent kernels agree with it."""

import inspect
import re
from functools import cache
from itertools import pairwise
from random import Random

import numpy as np
import pytest
import sympy

from symml.catalog import by
from symml.catalog.book import chapters, entries, entry, has_entry
from symml.catalog.by import Reason
from symml.catalog.crosscheck import Row, crosscheck
from symml.catalog.declare import Entry
from symml.catalog.sympy_form import has_nested_inverse
from symml.catalog.views import latex_rows
from symml.expr.nodes import Apply
from symml.expr.walk import topological
from symml.proof.verdict import Verdict

CLOSED_LIST = (
    "_deriv _grad _jacobian _hessian _mean _var _entropy _kl _mgf _nonneg _decomposition _limit _kkt _dual _update "
    "_mle _symm _convex _stable _def"
)
SUFFIXES = tuple(CLOSED_LIST.split())
RELATIONS = ("_eq_", "_le_", "_ge_")
GOOD = ("proved", "proved_randomized", "certified")
TRUE = [e.id for e in entries() if not e.pitfall]
PITFALLS = [e.id for e in entries() if e.pitfall]
ALL = [e.id for e in entries()]
REASONS = {str(value) for value in vars(by).values() if isinstance(value, Reason)}


@cache
def verified(entry_id: str) -> Verdict:
    return entry(entry_id).verify()


@cache
def crosschecked(entry_id: str) -> Row:
    return crosscheck(entry(entry_id), verified(entry_id))


def has_undefined(e: Entry) -> bool:
    return any(isinstance(node, Apply) and node.function.undefined for node in topological(e.rhs))


# ---- mathematics -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("entry_id", TRUE)
def test_every_link_of_the_chain_holds(entry_id: str) -> None:
    verdict = verified(entry_id)
    assert verdict.verdict in GOOD, verdict


@pytest.mark.parametrize("entry_id", ALL)
def test_the_crosscheck_finds_no_disagreement(entry_id: str) -> None:
    row = crosschecked(entry_id)
    assert row.good, row.reason


@pytest.mark.parametrize("entry_id", PITFALLS)
def test_a_pitfall_is_refuted_with_a_witness(entry_id: str) -> None:
    verdict = verified(entry_id)
    assert verdict.verdict in ("refuted", "true_if"), verdict
    shapes_differ = verdict.evidence[0].stage == "shapes"
    assert verdict.counterexample is not None or verdict.assumption or shapes_differ
    assert (verdict.verdict == "true_if") == bool(verdict.assumption)
    assert entry(entry_id).instead, "a pitfall says what is true"


@pytest.mark.parametrize("entry_id", PITFALLS)
def test_a_pitfall_names_the_entry_that_says_what_is_true(entry_id: str) -> None:
    instead = entry(entry_id).instead
    assert entry(instead).id == instead
    assert not entry(instead).pitfall


# ---- views -----------------------------------------------------------------------------------------------------------
EQUATIONS = [
    e.id
    for e in entries()
    if e.kind in ("identity", "pitfall") and e.relation == "==" and not has_nested_inverse(e.rhs)
]


@pytest.mark.parametrize("entry_id", EQUATIONS)
def test_the_sympy_form_is_an_equation_that_sympy_works_on(entry_id: str) -> None:
    equation = entry(entry_id).sympy
    assert isinstance(equation, sympy.Equality)
    assert sympy.latex(equation)
    assert sympy.sympify(equation) == equation


@pytest.mark.parametrize(
    "entry_id", [e.id for e in entries() if e.id in EQUATIONS and not e.pitfall and not has_undefined(e)]
)
def test_the_right_side_of_the_sympy_form_can_be_lambdified(entry_id: str) -> None:
    right = entry(entry_id).sympy.rhs
    indexed = sorted(right.atoms(sympy.Indexed), key=str)
    plain = sorted((s for s in right.free_symbols if isinstance(s, sympy.Symbol)), key=str)
    bases = {str(i.base.label) for i in indexed}
    arguments = [*indexed, *(s for s in plain if str(s) not in bases)]
    dummies = {old: sympy.Dummy() for old in arguments}
    function = sympy.lambdify(list(dummies.values()), right.xreplace(dummies), modules=["scipy", "numpy"])
    rng = Random(entry_id)
    value = np.asarray(function(*(rng.uniform(0.2, 0.8) for _ in arguments)), float)
    assert np.all(np.isfinite(value))


@pytest.mark.parametrize("entry_id", ALL)
def test_every_view_of_the_entry_is_there(entry_id: str) -> None:
    e = entry(entry_id)
    assert any(sign in e.latex() for sign in (" = ", r"\ne", r"\le", r"\ge", r"\approx", r"\leftarrow"))
    assert e.latex(steps=True).count("&& ") == len(e.links)
    assert any(sign in e.text() for sign in "=≤≥≈←")
    assert e.sentence in repr(e)
    assert {"id", "sentence", "source", "statement", "steps", "symbols", "code"} <= e.to_json().keys()


@pytest.mark.parametrize("entry_id", ALL)
def test_the_kernel_is_there_unless_a_function_is_undefined(entry_id: str) -> None:
    e = entry(entry_id)
    code = e.to_json()["code"]
    assert code is None if has_undefined(e) else f"def {e.name}(" in code


@pytest.mark.parametrize("entry_id", ALL)
def test_no_line_is_printed_twice_in_a_row(entry_id: str) -> None:
    rows = [row for row in latex_rows(entry(entry_id)) if row[1] != r"\leftarrow"]
    lines = [row[0] for row in rows[:1]] + [row[2] for row in rows]
    assert all(a != b for a, b in pairwise(lines))


@pytest.mark.parametrize("entry_id", [e.id for e in entries() if e.kind == "inequality" and not e.pitfall])
def test_a_bound_says_where_it_is_tight(entry_id: str) -> None:
    assert entry(entry_id).tight_at or entry(entry_id).tightness


# ---- style -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("entry_id", ALL)
def test_the_name_follows_the_conventions(entry_id: str) -> None:
    e = entry(entry_id)
    assert len(e.name) <= 32
    assert e.name.isidentifier()
    assert e.name == e.name.lower()
    ends = e.name.endswith(SUFFIXES) or any(relation in f"{e.name}_" for relation in RELATIONS)
    tempts = e.pitfall and any(part in f"{e.name}_" for part in [*(f"{s}_" for s in SUFFIXES), *RELATIONS])
    assert ends or tempts, f"{e.name} ends in none of {CLOSED_LIST} and has neither _eq_ nor _le_"


@pytest.mark.parametrize("entry_id", ALL)
def test_the_entry_is_written_down_completely(entry_id: str) -> None:
    e = entry(entry_id)
    assert e.sentence.endswith(".")
    assert not e.sentence[0].isspace()
    assert len(e.remark.splitlines()) <= 3, "a docstring is a sentence and at most three lines"
    assert e.source
    assert e.tags
    assert e.file.endswith(f"{e.chapter}.py")
    assert e.line > 0


@pytest.mark.parametrize("entry_id", ALL)
def test_every_step_has_a_reason_of_the_closed_vocabulary(entry_id: str) -> None:
    for link in entry(entry_id).links:
        cited = link.reason.removeprefix("entry ")
        assert link.reason in REASONS or entry(cited).id == cited


def test_ids_are_unique_and_lead_to_their_entries() -> None:
    assert len(set(ALL)) == len(ALL)
    assert all(entry(entry_id).id == entry_id for entry_id in ALL)


@pytest.mark.parametrize("chapter", chapters())
def test_a_chapter_has_a_header_with_results_notation_and_references(chapter: str) -> None:
    module = inspect.getmodule(entries(chapter)[0].function)
    header = inspect.getdoc(module) or ""
    for word in ("Main results:", "Notation:", "References:"):
        assert word in header, f"{chapter}: {word}"
    for name in re.findall(r"``(\w+_\w+)``", header.partition("Notation:")[0]):
        assert has_entry(f"{chapter}.{name}"), f"{chapter}: {name}"


def test_the_book_has_the_first_chapters_and_ten_pitfalls() -> None:
    first = {"activations", "derivative_table", "differentiation_rules", "losses", "pitfalls"}
    assert first <= set(chapters())
    assert len(PITFALLS) >= 10
