"""``verify``: whether two expressions are equal, and exactly what was shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import chain
from time import monotonic

import numpy as np

from symml.calculus.definedness import conditions
from symml.calculus.differentiate import evaluate_derivatives
from symml.calculus.facts import is_nonnegative, is_positive
from symml.calculus.identity_test import identity_test
from symml.calculus.moments import Model
from symml.calculus.normal import prove_equal
from symml.calculus.sampling import Point, generic_points, points, size_draws
from symml.errors import MisfitError, SymmlError
from symml.expr.dims import show_sizes
from symml.expr.domains import DOMAINS
from symml.expr.functions import power
from symml.expr.nodes import Apply, Derivative, Expr, Symbol, symbol_node
from symml.expr.walk import size_names, substitute, symbols, topological
from symml.proof.assumptions import assumptions_of
from symml.proof.cells import cell_points
from symml.proof.coverage import Coverage, data_jumps, deciders
from symml.proof.diagnosis.case import Case
from symml.proof.diagnosis.explain import explained
from symml.proof.expected_claims import Claim, decide_under
from symml.proof.inequality import prove_at_most
from symml.proof.refute import Comparison, compare, may_differ, search, shrink, surely_at_most
from symml.proof.scoped_claims import NO_LAW, by_closed_forms, has_expectation, law_notes
from symml.proof.shapes import different_shapes, misfit
from symml.proof.smoothness import away_from_ties, only_at_ties
from symml.proof.tie_surfaces import refuted_at_a_tie, ties_hold
from symml.proof.verdict import Evidence, Verdict, weakest
from symml.read.declarations import Declarations, read_declarations
from symml.read.expression import read_expression, read_links
from symml.read.laws import read_model
from symml.read.numpy_source import Statement
from symml.render import text

# A claim that is longer in print is shown as it was written.
_LONGEST = 600
_QUICK_POINTS = 4
_PROOF_SECONDS, _MANY_NODES = 3.0, 200
_MORE_BITS = (384, 768, 1536)
_MIN_AGREEING = 12
_GUARD_POINTS = 8
_ASSUMPTION_SECONDS = 3.0
_MAX_NODES_FOR_PROOF = 4000
# What may be silently assumed of the data in a derivative: structure, not particular entries.
_STRUCTURE = ("symmetric", "spd", "orthogonal", "onehot", "simplex", "positive", "nonnegative")
_RELATION_SIGN = {"==": "=", "<=": "≤", ">=": "≥"}


def verify(
    lhs: Expr | str,
    rhs: Expr | str | None = None,
    *,
    shapes: str | Mapping[str, object] | Declarations | None = None,
    relation: str = "==",
    digits: int = 50,
    let: Sequence[str] = (),
    given: str | Model | None = None,
) -> Verdict:
    r"""Decides whether an identity (or an inequality) holds.

    Args:
        lhs: The left side, or the whole statement ``"a == b"``, ``"a <= b"`` when ``rhs`` is left out; NumPy syntax,
            LaTeX or Unicode mathematics. Of a chain ``a = b = c`` every link is decided, and the worst verdict given.
        rhs: The right side.
        shapes: Declarations, needed for text: ``"X: n d, y: n sign"``.
        relation: ``"=="``, ``"<="`` or ``">="``; inequalities are proved where the difference is a nonnegative form.
        digits: Decimal digits to which points must agree.
        let: Definitions for LaTeX and Unicode text, such as ``r"L = \|Xw - y\|^2"``.
        given: Laws of random symbols, under which expectations are carried out: ``"x ~ normal(mu, Sigma)"``.

    Returns:
        A verdict; its repr is the report.

    Raises:
        ReadError: A text cannot be read.
    """
    declarations = read_declarations(shapes)
    try:
        links = _links(lhs, rhs, relation, declarations, let)
    except MisfitError as error:
        if not declarations.symbols:
            raise
        return misfit(error, str(lhs) if rhs is None else f"{lhs} {_RELATION_SIGN[relation]} {rhs}")
    model = read_model(given, declarations) if given else None
    worst = weakest(_decided(link, digits, model) for link in links)
    if len(worst.statement) > _LONGEST and isinstance(lhs, str):
        worst = replace(worst, statement=lhs if rhs is None else f"{lhs} {_RELATION_SIGN[relation]} {rhs}")
    return worst


def _decided(link: Statement, digits: int, model: Model | None = None) -> Verdict:
    """The verdict on one link."""
    left, relation, right = link.lhs, link.relation, link.rhs
    said = [f"said with it: {condition}" for condition in link.conditions]
    claim = f"{text.show(left)} {_RELATION_SIGN[relation]} {text.show(right)}"
    if model is not None:
        under = Claim(left, right, relation, claim, model)
        return decide_under(under, lambda a, b, words: decide(a, b, relation, words, digits)).with_notes(*said)
    case = Case.of_identity(left, right)
    found = decide(left, right, relation, claim, digits, case.wrt)
    if relation == "==" and found.verdict in ("refuted", "true_if"):
        witness = found.counterexample.point if found.counterexample else None
        return explained(found, replace(case, witness=witness)).with_notes(*said)
    return found.with_notes(*said)


def decide(left: Expr, right: Expr, relation: str, claim: str, digits: int, wrt: Symbol | None = None) -> Verdict:
    """The verdict on ``left relation right``, without a diagnosis.

    Args:
        left: The left side; derivatives in it are carried out.
        right: The right side.
        relation: ``"=="``, ``"<="`` or ``">="``.
        claim: The claim as text.
        digits: Decimal digits to which points must agree.
        wrt: The variable, when a side is a derivative: nothing is assumed of its values.
    """
    derived = [node for node in topological(left, right) if isinstance(node, Derivative)]
    left, right = evaluate_derivatives(left), evaluate_derivatives(right)
    if left.shape != right.shape:
        return different_shapes(left, right, claim)
    found = _Decision(left, right, relation, claim, digits, wrt).verdict()
    if derived and found.verdict in ("refuted", "true_if") and only_at_ties(left, right, [d.args[0] for d in derived]):
        almost = away_from_ties(
            left, right, claim, {symbol.name for node in derived for symbol in symbols(node.args[1])}
        )
        return found if almost is None else almost
    return found


def _links(
    lhs: Expr | str, rhs: Expr | str | None, relation: str, declarations: Declarations, let: Sequence[str]
) -> list[Statement]:
    """What is to be decided: one link, or those of a chain."""
    if rhs is None:
        found = read_links(lhs, declarations, let=let) if isinstance(lhs, str) else []
        if not found:
            raise SymmlError(
                "this is no statement: there is no relation", cure="write 'left == right', or give both sides"
            )
        return found
    if relation not in _RELATION_SIGN:
        raise SymmlError(f"{relation!r} is not a relation", cure="use ==, <= or >=")
    left, right = (read_expression(side, declarations, let=let) for side in (lhs, rhs))
    return [Statement(left, relation, right)]


@dataclass
class _Decision:
    """One claim on its way through the stages; each stage decides or passes on."""

    left: Expr
    right: Expr
    relation: str
    claim: str
    digits: int
    wrt: Symbol | None = None

    def verdict(self) -> Verdict:
        """The first stage that decides."""
        stages = [self._quick_refutation, self._structure, self._closed_forms, self._finite_fields, self._small_dims]
        if not size_names(self.left, self.right) and len(topological(self.left, self.right)) < _MANY_NODES:
            stages[3:] = [self._small_dims, self._finite_fields]
        if self.relation != "==":
            stages = [self._quick_refutation, self._nonnegative_form]
        for stage in stages:
            found = stage()
            if found is not None:
                return found
        return self._at_points()

    def _result(self, verdict: str, reason: str, *evidence: Evidence) -> Verdict:
        return Verdict(verdict, self.claim, reason, evidence, notes=tuple(self._domain_notes()))

    # ---- stage 1: where both sides have a value ----------------------------------------------------------------------
    def _domain_notes(self) -> Iterator[str]:
        """Powers read for positive bases only; a point where exactly one side has a value, if there is one."""
        for node in topological(self.left, self.right):
            if isinstance(node, Apply) and node.function is power and not is_positive(node.args[0]):
                yield f"{text.show(node)} has a variable exponent: it is read where its base is positive"
        if set(conditions(self.left)) == set(conditions(self.right)):
            return
        seen = set()
        for point in points([self.left, self.right], count=8, shapes=1):
            outcome = compare(self.left, self.right, point).outcome
            if outcome in ("left undefined", "right undefined") and outcome not in seen:
                seen.add(outcome)
                simpler = _simplest_undefined(self.left, self.right, point, outcome)
                yield f"equal where both are defined; the {outcome.split()[0]} is undefined at {simpler}"

    # ---- stages 2 and 3: proofs --------------------------------------------------------------------------------------
    def _too_large(self) -> bool:
        return len(topological(self.left, self.right)) > _MAX_NODES_FOR_PROOF

    def _structure(self) -> Verdict | None:
        if self._too_large():
            return None
        proof = prove_equal(self.left, self.right, seconds=_PROOF_SECONDS)
        if proof is None:
            return None
        return self._result("proved", str(proof), Evidence("normal form", str(proof)))

    def _closed_forms(self) -> Verdict | None:
        found = None if self._too_large() else by_closed_forms(self.left, self.right, self.claim)
        return None if found is None else found.with_notes(*self._domain_notes())

    def _finite_fields(self) -> Verdict | None:
        if self._too_large():
            return None
        found = identity_test(self.left, self.right)
        if found.status != "zero" or (found.almost_everywhere and self._ties_decide()):
            return None
        if found.almost_everywhere and not ties_hold(self.left, self.right, self.wrt):
            return None
        shown = f"the difference is zero in {found.draws} random draws over finite fields, at {found.where}"
        reason = f"an identity of these functions would be missed with probability below {found.error_bound:.0e}"
        evidence = Evidence("finite fields", shown, {"draws": found.draws, "error_bound": found.error_bound})
        result = self._result("proved_randomized", reason, evidence)
        return (
            result.with_notes("shown for generic arguments; ties are not covered")
            if found.almost_everywhere
            else result
        )

    def _ties_decide(self) -> bool:
        """Whether an identity may hinge on ties, which draws do not meet; where the variable ties is no derivative."""
        return self.relation == "==" and data_jumps(self.left, self.wrt) != data_jumps(self.right, self.wrt)

    def _small_dims(self) -> Verdict | None:
        names = size_names(self.left, self.right)
        if self._too_large():
            return None
        refuted = self._refuted_at_other_sizes() if names else None
        if refuted is not None:
            return refuted
        for sizes in size_draws(names, 1):
            proof = prove_equal(self.left, self.right, sizes=sizes, seconds=_PROOF_SECONDS)
            if proof is not None:
                return self._result("proved", str(proof), Evidence("normal form", str(proof), {"sizes": dict(sizes)}))
        return None

    def _nonnegative_form(self) -> Verdict | None:
        """Proves an inequality by its difference."""
        sides = (self.left, self.right) if self.relation == "<=" else (self.right, self.left)
        if not symbols(*sides) and surely_at_most(*sides):
            shown = "enclosures of both numbers decide it"
            return self._result("proved", shown, Evidence("enclosure", shown))
        shown = prove_at_most(*sides)
        return self._result("proved", shown, Evidence("nonnegative form", shown)) if shown else None

    def _refuted_at_other_sizes(self) -> Verdict | None:
        """A refutation at larger dims: what is proved for two entries may hold for two entries only."""
        for point, found in search(self.left, self.right, self.relation, count=_GUARD_POINTS // 4, seed=5):
            if found.outcome == "differs":
                return self._refuted(point)
        return None

    # ---- stages 5 and 6: points --------------------------------------------------------------------------------------
    def _quick_refutation(self) -> Verdict | None:
        if self.left is self.right and self.relation == "==":
            return None  # no point tells an expression from itself
        for point, found in search(self.left, self.right, self.relation, count=_QUICK_POINTS, shapes=1, seed=7):
            if found.outcome == "differs":
                return self._refuted(point)
        coverage = Coverage(self.left, self.right)
        far = (point for point in coverage.far_points() if may_differ(self.left, self.right, point, self.relation))
        cells = cell_points(self.left, self.right, self.relation) if coverage.seen else ()
        for point in chain(far, coverage.tied_points(), cells):
            if compare(self.left, self.right, point, self.relation).outcome == "differs":
                return self._refuted(point)
        if self.relation != "==":
            return None
        return refuted_at_a_tie(self.left, self.right, self.claim, self.wrt)

    def _refuted(self, point: Point) -> Verdict:
        witness = shrink(self.left, self.right, point, self.relation)
        shown = "rigorous enclosures of both sides at an exact point exclude the claim"
        notes = law_notes(self.left, self.right)
        found = Verdict("refuted", self.claim, shown, (Evidence("enclosure", shown),), witness, notes=notes)
        return _true_if(self, found) if self.relation == "==" else found

    def _at_points(self) -> Verdict:
        agreeing, digits, shapes = 0, 1e9, set()
        outcomes: list[Comparison] = []
        coverage = Coverage(self.left, self.right)
        for point, found in self._compared():
            outcomes.append(found)
            coverage.visit(point)
            if found.outcome == "differs":
                return self._refuted(point)
            if found.outcome == "agrees":
                agreeing, digits = agreeing + 1, min(digits, found.digits)
                shapes.add(show_sizes(point.sizes))
        rare = self._rare_branches(coverage)
        if rare is not None:
            return rare
        needed = min(_MIN_AGREEING, len(outcomes))
        if agreeing < needed or digits < self.digits:
            shown = f"only {agreeing} of {len(outcomes)} points could be compared to {self.digits} digits"
            reason = f"no proof was found, and {shown}"
            return Verdict("not_understood", self.claim, reason)
        at = f" at {'; '.join(sorted(shapes))}" if shapes != {""} else ""
        if has_expectation(self.left, self.right):
            return Verdict("not_understood", self.claim, f"no proof was found, and points try one law only; {NO_LAW}")
        where = f"{agreeing} exact points{at}"
        kept = f"to {min(int(digits), 99)} digits" if self.relation == "==" else "and the inequality holds at each"
        shown = f"both sides agree {kept} at {where}" if self.relation == "==" else f"{where} were tried {kept}"
        result = self._result("certified", shown, Evidence("points", shown, {"points": agreeing}))
        return result.with_notes("ties that no point met are not covered") if self._ties_decide() else result

    def _compared(self) -> Iterator[tuple[Point, Comparison]]:
        """Random and special points; more random ones where some of them say nothing, as at equal eigenvalues."""
        silent = 0
        for point, found in search(self.left, self.right, self.relation):
            silent += found.outcome == "undecided"
            yield point, self._sharper(point, found)
        for point in generic_points([self.left, self.right], count=silent, seed=31):
            yield point, compare(self.left, self.right, point, self.relation)

    def _sharper(self, point: Point, found: Comparison) -> Comparison:
        """The comparison with as many bits as the digits need, where enclosures are wide."""
        for bits in _MORE_BITS:
            if found.outcome == "agrees" and found.digits < self.digits:
                found = compare(self.left, self.right, point, self.relation, bits)
        return found

    def _rare_branches(self, coverage: Coverage) -> Verdict | None:
        """Looks for points on the branches that were never taken; without one there is no certificate."""
        for point in coverage.wider_points():
            coverage.visit(point)
            if compare(self.left, self.right, point, self.relation).outcome == "differs":
                return self._refuted(point)
        if coverage.is_complete or (not coverage.idle and self._settled_by_facts(coverage)):
            return None
        shown = ", ".join(text.show(expr) for expr in [*coverage.missing, *coverage.idle][:3])
        what = f"at which {shown} has the other sign" if coverage.missing else f"at which {shown} is not zero"
        return Verdict("not_understood", self.claim, f"no proof was found, and no point was met {what}")

    def _settled_by_facts(self, coverage: Coverage) -> bool:
        """Whether declared facts leave only the sign that was seen."""
        return all(is_nonnegative(expr) or is_nonnegative(-expr) for expr in coverage.missing)


def _simplest_undefined(left: Expr, right: Expr, point: Point, outcome: str) -> str:
    """The symbol whose special value is to blame, alone when that is enough to say."""
    for symbol, value in point.values.items():
        entries = {Fraction(v) for v in np.asarray(value, dtype=object).flat}
        if len(entries) == 1 and len(point.values) > 1:
            return f"{symbol.name} = {entries.pop()}" + (" (every entry)" if symbol.shape else "")
    return str(point)


def _true_if(decision: _Decision, refuted: Verdict) -> Verdict:
    """A small assumption under which a refuted claim is proved."""
    end = monotonic() + _ASSUMPTION_SECONDS
    deciding = set(symbols(*deciders(decision.left, decision.right)))
    for symbol in symbols(decision.left, decision.right):
        if decision.wrt is not None and decision.wrt.name == symbol.name:
            continue  # a derivative is taken at every value of its variable
        for name, words in assumptions_of(symbol):
            if decision.wrt is not None and name not in _STRUCTURE:
                continue
            if name in ("sign", "onehot") and symbol in deciding:
                # A few values would settle each comparison, and so hide the branch that differs.
                continue
            tamed = symbol_node(symbol.name, symbol.shape, DOMAINS[name])
            left, right = (substitute(side, {symbol: tamed}) for side in (decision.left, decision.right))
            still_differs = any(found.outcome == "differs" for _, found in search(left, right, count=3, shapes=1))
            if still_differs or monotonic() > end:
                continue
            proof = prove_equal(left, right, seconds=1.0)
            if proof is None:
                continue
            shown = f"under {words}: {proof}"
            return Verdict(
                "true_if",
                decision.claim,
                f"false as it stands, and proved when {words}",
                (*refuted.evidence, Evidence("assumption", shown)),
                refuted.counterexample,
                assumption=words,
            )
    return refuted
