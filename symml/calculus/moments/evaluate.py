"""Means of bodies under a model: linearity, independence, declared moments, Stein's lemma, and SymPy for named laws.

Bodies are centered first, so results come out as in books: ``E[x'Ax] = tr(A Sigma) + mu'A mu``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from symml.calculus.canonical import add_terms
from symml.calculus.closed_forms import close
from symml.calculus.differentiate import derivative
from symml.calculus.moments.central import central_moment
from symml.calculus.moments.collect import collected
from symml.calculus.moments.expand import Expansion, Factor, Labels, Term
from symml.calculus.moments.hierarchy import ancestors, is_hierarchical, last, leaves_alone
from symml.calculus.moments.laws import Law, Model
from symml.calculus.simplify import simplify
from symml.expr.arithmetic import is_zero, zeros
from symml.expr.binders import bind, expectation_node, is_open, opened
from symml.expr.contract import contract
from symml.expr.functions import exp
from symml.expr.nodes import Apply, Expr, Symbol, symbol_node
from symml.expr.probability import covariance, expect, is_random
from symml.expr.scoped import Expectation, Ranged
from symml.expr.walk import rebuild, substitute, symbols, topological

LINEARITY = "linearity: E[a f + b g] = a E[f] + b E[g]"
INDEPENDENCE = "independence: E[f g] = E[f] E[g]"
STEIN = "Stein's lemma: E[(x - mu) g(x)] = Sigma E[grad g(x)] for a Gaussian x"
ISSERLIS = "Isserlis: a product of centered Gaussians is the sum over all pairings of products of covariances"
MGF = "moment generating function of a Gaussian: E exp(a'x) = exp(a'mu + a'Sigma a / 2)"
MOMENT = "moments are derivatives of the moment generating function at 0"
TOTAL = "law of total expectation: E[f] = E[E[f | z]], the laws given their parameters first"
_MAX_STEIN = 8
_SECONDS = 4.0


@dataclass(frozen=True)
class Fact:
    """One rule that was used: ``before`` became ``after`` because of what was declared.

    Attributes:
        reason: The rule.
        before: The mean before it; ``None`` where the rule was used inside a sum over indices.
        after: The mean after it.
        assumption: What was declared, in words; empty where the rule always holds.
        positive: What must be positive for the mean to exist.
        conditions: SymPy's conditions, in its words.
    """

    reason: str
    before: Expr | None
    after: Expr | None
    assumption: str = ""
    positive: tuple[Expr, ...] = ()
    conditions: tuple[str, ...] = ()


def expand_expectations(root: Expr, model: Model, facts: list[Fact] | None = None) -> Expr:
    """The expression with every unconditional expectation carried out as far as the model says.

    Args:
        root: Any expression.
        model: Laws and independence of the random symbols.
        facts: Receives the rules that were used.
    """
    log: list[Fact] = [] if facts is None else facts
    done: dict[Expr, Expr] = {}
    for node in topological(root):
        new = rebuild(node, tuple([done[arg] for arg in node.args]))
        if isinstance(new, Expectation) and not is_open(new) and _is_free(new, model):
            new = _staged(new, model, log)
        done[node] = new
    return simplify(done[root])


def _is_free(node: Expectation, model: Model) -> bool:
    """Whether the law of the variables is the one that was stated: nothing is given that it could depend on."""
    if node.parameters:
        return False
    averaged = frozenset(symbol_node(v.name, v.shape, v.domain) for v in node.variables)
    given = frozenset(c for c in node.conditions if isinstance(c, Symbol))
    return len(given) == node.given and leaves_alone(model, averaged, given)


def _staged(node: Expectation, model: Model, log: list[Fact]) -> Expr:
    """The mean; where laws depend on random symbols, first given these, then over them."""
    averaged = frozenset(symbol_node(v.name, v.shape, v.domain) for v in node.variables)
    if not is_hierarchical(model, averaged):
        return _Mean(model, log).of(node)
    given = frozenset(c for c in node.conditions if isinstance(c, Symbol))
    whole = averaged | ancestors(model, averaged, given)
    value = opened(node, [symbol_node(v.name, v.shape, v.domain) for v in node.variables])
    while whole:
        first = last(model, whole)
        present = [s for s in symbols(value) if s in first]
        if present:
            stage = expect(value, over=present)
            value = _Mean(model, log).of(stage) if isinstance(stage, Expectation) else stage
        whole -= first
    told = Fact(TOTAL, None, None, "; ".join(str(model.laws[s]) for s in averaged if s in model.laws))
    log += [] if told in log else [told]
    return value


@dataclass
class _Mean:
    """The mean of one body."""

    model: Model
    log: list[Fact]
    original: dict[Symbol, Symbol] = field(default_factory=dict)

    def of(self, node: Expectation) -> Expr:
        """The mean, in the shape of the body."""
        averaged = [symbol_node(v.name, v.shape, v.domain) for v in node.variables]
        body = opened(node, averaged)
        centered = {s: symbol_node(f"{s.name} - E[{s.name}]", s.shape, s.domain) for s in averaged}
        self.original = {c: s for s, c in centered.items()}
        e = Expansion({s: self.mean(s) for s in averaged}, centered)
        at = tuple(range(len(body.shape)))
        e.dims.update(enumerate(body.shape))
        fixed, terms = e.split(body, at)
        parts = [] if fixed is None else [fixed]
        parts += [part for term in terms for part in self._placed(e, term, at)]
        return simplify(collected(parts)) if parts else zeros(body.shape)

    def say(self, fact: Fact) -> None:
        """Records a rule once."""
        if fact not in self.log:
            self.log.append(fact)

    def mean(self, symbol: Symbol) -> Expr:
        """The declared mean, or the mean as it is written."""
        law = self.model.laws.get(symbol)
        return _unknown(symbol, [symbol], self.model) if law is None else law.mean

    def _placed(self, e: Expansion, term: Term, at: Labels) -> list[Expr]:
        """The mean of a term as arrays with the body's axes."""
        dims = {label: e.dims[label] for label in at}
        return [contract(list(t.factors), at, coef=t.coef, dims=dims) for t in self.term(e, term)]

    def term(self, e: Expansion, term: Term) -> list[Term]:
        """The mean of a term: its independent groups one by one."""
        fixed = tuple(f for f in term.factors if not self.randoms([f]))
        random = [f for f in term.factors if self.randoms([f])]
        results = [Term(term.coef, fixed)]
        for group in self.groups(random):
            means = self.group(e, group)
            results = [Term(a.coef * b.coef, a.factors + b.factors) for a in results for b in means]
        return results

    def randoms(self, factors: Sequence[Factor]) -> frozenset[Symbol]:
        """The random symbols of factors; centered ones count as what they center."""
        found = {self.original.get(s, s) for node, _ in factors for s in symbols(node)}
        return frozenset(s for s in found if s in set(self.original.values()))

    def groups(self, factors: list[Factor]) -> list[list[Factor]]:
        """The random factors in groups that are independent of one another."""
        wanted = self.randoms(factors)
        parts = self.model.parts(sorted(wanted, key=lambda s: s.name))
        groups: list[tuple[set[Symbol], list[Factor]]] = []
        for factor in factors:
            own = self.randoms([factor])
            touched = set(own).union(*(part for part in parts if part & own))
            mine, others = [factor], []
            for known, members in groups:
                if known & touched:
                    touched |= known
                    mine = members + mine
                else:
                    others.append((known, members))
            groups = [*others, (touched, mine)]
        if len(groups) > 1:
            self.say_independent(factors, groups)
        return [members for _, members in groups]

    def say_independent(self, factors: list[Factor], groups: list[tuple[set[Symbol], list[Factor]]]) -> None:
        """Records that a mean of a product is a product of means, where all are numbers."""
        wanted = self.randoms(factors)
        named = [(", ".join(sorted(s.name for s in known & wanted)), members) for known, members in groups]
        named.sort(key=lambda row: row[0])
        parts = [self.written(members) for _, members in named]
        assumption = " and ".join(name for name, _ in named) + " are independent"
        if any(part.shape for part in parts) or any(fact.assumption == assumption for fact in self.log):
            return
        after = parts[0]
        for more in parts[1:]:
            after = after * more
        self.say(Fact(INDEPENDENCE, self.written(factors), after, assumption))

    # ---- one group ---------------------------------------------------------------------------------------------------
    def group(self, e: Expansion, factors: list[Factor], depth: int = 0) -> list[Term]:
        """The mean of a product of factors that depend on each other."""
        linear = [f for f in factors if f[0] in self.original]
        if len(linear) == 1 == len(factors):
            return []
        if len(linear) == 2 == len(factors):
            return [Term(Fraction(1), ((self.covariance(linear[0][0], linear[1][0]), linear[0][1] + linear[1][1]),))]
        owners = self.randoms(factors)
        if len(owners) == 1 and len(linear) == len(factors):
            known = self.central_moment(next(iter(owners)), factors)
            if known is not None:
                return [Term(Fraction(1), ((known, ()),))]
        law = self.model.laws.get(next(iter(owners))) if len(owners) == 1 else None
        if law is not None and law.is_normal and linear and depth < _MAX_STEIN:
            return self.stein(e, law, linear[0], [f for f in factors if f is not linear[0]], depth)
        known = None
        if law is not None and law.is_normal and not linear:
            known = self.gaussian_exponential(law, factors)
        if known is None and law is not None:
            known = self.by_mgf(law, factors)
        if known is None and law is not None and law.distribution is not None and not law.symbol.shape:
            known = self.by_sympy(law, factors)
        if known is not None:
            return [Term(Fraction(1), ((known, ()),))]
        return [self.unevaluated(e, factors)]

    def covariance(self, a: Expr, b: Expr) -> Expr:
        """The declared covariance of two centered symbols, or the covariance as it is written."""
        x, y = (self.original[c] for c in (a, b) if isinstance(c, Symbol))
        law = self.model.laws.get(x)
        if x is y and law is not None:
            before = _unknown(self.centered(x) ** 2 if not x.shape else _outer(self.centered(x)), [x], self.model)
            reason = "declared variance" if not x.shape else "declared covariance"
            self.say(Fact(reason, before, law.covariance, str(law)))
            return law.covariance
        return covariance(x, y)

    def centered(self, x: Symbol) -> Expr:
        """``x - E[x]`` with the mean that is known."""
        return simplify(x - self.mean(x))

    def stein(self, e: Expansion, law: Law, first: Factor, rest: list[Factor], depth: int) -> list[Term]:
        """E[(x - mu)_i g] = Sigma_ij E[dg/dx_j], product by product."""
        found: list[Term] = []
        centered, own = first
        for k, (node, labels) in enumerate(rest):
            others = rest[:k] + rest[k + 1 :]
            for slope in self.slopes(e, law, node, own, labels, node is centered):
                random = [f for f in [*slope.factors, *others] if self.randoms([f])]
                fixed = tuple(f for f in slope.factors if not self.randoms([f]))
                means = self.group(e, random, depth + 1) if random else [Term(Fraction(1), ())]
                found += [Term(slope.coef * t.coef, fixed + t.factors) for t in means]
        if depth == 0:
            self.note(e, law, [first, *rest], found)
        return found

    def slopes(self, e: Expansion, law: Law, node: Expr, own: Labels, labels: Labels, is_centered: bool) -> list[Term]:
        """Sigma times the gradient of one factor, as terms."""
        if is_centered:
            return [Term(Fraction(1), ((law.covariance, own + labels),))]
        inner = tuple(e.fresh(dim) for dim in law.symbol.shape)
        spread = (law.covariance, own + inner)
        fixed, terms = e.split(simplify(derivative(node, law.symbol)), labels + inner)
        parts = [] if fixed is None or is_zero(fixed) else [Term(Fraction(1), ((fixed, labels + inner),))]
        return [Term(t.coef, (spread, *t.factors)) for t in [*parts, *terms]]

    def note(self, e: Expansion, law: Law, factors: list[Factor], found: list[Term]) -> None:
        """Records Stein's lemma with its formula, where the product is a number."""
        if all(node in self.original for node, _ in factors):
            self.say(Fact(ISSERLIS, None, None, str(law)))
            return
        if any(own for _, own in factors):
            self.say(Fact(STEIN, None, None, str(law)))
            return
        after = add_terms([contract(list(t.factors), (), coef=t.coef) for t in found]) if found else zeros(())
        self.say(Fact(STEIN, self.written(factors), simplify(after), str(law)))

    def gaussian_exponential(self, law: Law, factors: list[Factor]) -> Expr | None:
        """The mean of exp(a'x + b), when the product is that."""
        arguments = [n.args[0] for n, own in factors if isinstance(n, Apply) and n.function is exp and not own]
        if len(arguments) != len(factors):
            return None
        argument = add_terms(arguments)
        slope = simplify(derivative(simplify(argument), law.symbol))
        if law.symbol in symbols(slope):
            return None
        mean = substitute(argument, {law.symbol: law.mean})
        spread = slope**2 * law.covariance if not law.symbol.shape else slope @ law.covariance @ slope
        after = simplify(exp(mean + spread / 2))
        self.say(Fact(MGF, self.written(factors), after, str(law)))
        return after

    def central_moment(self, symbol: Symbol, factors: list[Factor]) -> Expr | None:
        """A central moment of a number with a named law: a derivative of its moment generating function at 0."""
        law = self.model.laws.get(symbol)
        if law is None or law.is_normal or symbol.shape:
            return None
        after = central_moment(law, len(factors))
        if after is not None:
            self.say(Fact(MOMENT, self.written(factors), after, str(law)))
        return after

    def by_mgf(self, law: Law, factors: list[Factor]) -> Expr | None:
        """The mean of exp(t x + b) of a number with a named law, from its moment generating function."""
        row = law.distribution
        arguments = [n.args[0] for n, own in factors if isinstance(n, Apply) and n.function is exp and not own]
        if row is None or row.mgf is None or len(arguments) != len(factors):
            return None
        argument = simplify(add_terms(arguments))
        slope = simplify(derivative(argument, law.symbol))
        if law.symbol in symbols(slope):
            return None
        rest = simplify(substitute(argument, {law.symbol: zeros(())}))
        value = row.mgf(slope, *law.parameters)
        after = simplify(value if is_zero(rest) else exp(rest) * value)
        condition = f", where {row.needs.replace('t', f'({slope})', 1)}" if row.needs else ""
        reason = f"moment generating function: {row.name}"
        positive = () if row.exists is None else (simplify(row.exists(slope, *law.parameters)),)
        self.say(Fact(reason, self.written(factors), after, f"{law}{condition}", positive))
        return after

    def by_sympy(self, law: Law, factors: list[Factor]) -> Expr | None:
        """The sum or the integral over a named law, when SymPy has it in closed form."""
        if any(own for _, own in factors):
            return None
        body = self.product(factors)
        asked = law.integrated(body)
        found = close(asked, seconds=_SECONDS)
        if any(isinstance(node, Ranged) for node in topological(found.expr)) or not found.done:
            return None
        kind = "sum" if law.distribution is not None and law.distribution.discrete else "integral"
        conditions = "".join(f", where {condition}" for condition in found.conditions)
        after = simplify(found.expr)
        reason = f"the {kind} over the law, by SymPy"
        self.say(Fact(reason, self.written(factors), after, f"{law}{conditions}", conditions=found.conditions))
        return after

    # ---- what is not known -------------------------------------------------------------------------------------------
    def product(self, factors: Sequence[Factor], kept: Labels = ()) -> Expr:
        """The product of factors with the symbols themselves, summed over all other labels."""
        back = {c: self.centered(s) for c, s in self.original.items()}
        items = [
            (substitute(node, {c: v for c, v in back.items() if c in symbols(node)}), own) for node, own in factors
        ]
        return contract(items, kept)

    def written(self, factors: Sequence[Factor]) -> Expr:
        """The mean of factors as it is written, all labels summed."""
        body = self.product(factors)
        return _unknown(body, sorted(self.randoms(factors), key=lambda s: s.name), self.model)

    def unevaluated(self, e: Expansion, factors: list[Factor]) -> Term:
        """The mean of a product that nothing is known of."""
        kept = tuple(sorted({label for _, own in factors for label in own}))
        body = self.product(factors, kept)
        owners = sorted(self.randoms(factors), key=lambda s: s.name)
        return Term(Fraction(1), ((_unknown(simplify(body), owners, self.model), kept),))


def _outer(x: Expr) -> Expr:
    return contract([(x, "i"), (x, "j")], "ij")


def _unknown(body: Expr, averaged: Sequence[Symbol], model: Model) -> Expr:
    """An expectation that stays; it remembers the parameters on which the laws depend."""
    present = [s for s in averaged if s in symbols(body)]
    if not present:
        return body
    known = [law for law in map(model.laws.get, present) if law is not None]
    parameters = [
        p for law in known for p in (law.mean, law.covariance) if symbols(p) and not any(map(is_random, symbols(p)))
    ]
    bound, variables = bind(body, {s: s.domain for s in present})
    return expectation_node(bound, variables, (), tuple(dict.fromkeys(parameters)))
