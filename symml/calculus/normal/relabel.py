"""Index labels of the normal form: renaming, and sums over an index in a canonical form."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import count, permutations
from typing import Any

from symml.calculus.normal import scopes
from symml.calculus.normal.atoms import Atom, Atoms, Frozen, Label, Monomial, Poly, TooLarge, freeze, inner_atoms
from symml.calculus.normal.scalar import Scalars
from symml.calculus.normal.ties import NONE
from symml.expr.nodes import OneHot, Symbol

_UNIT = Fraction(1)
_MAX_BOUND = 5
Renaming = Mapping[Label, Label]


class Labels(Scalars):
    """Scalar laws, renaming of labels, and canonical sums."""

    def __init__(self, atoms: Atoms, *, generic: frozenset[str] = NONE) -> None:
        super().__init__(atoms, generic=generic)
        self._fresh = count()
        self._depths: dict[Atom, int] = {}

    def fresh(self) -> str:
        """A label that is used nowhere else."""
        return f"?{next(self._fresh)}"

    # ---- atoms that carry labels -------------------------------------------------------------------------------------
    def entry(self, node: Any, labels: tuple[Label, ...]) -> Poly:
        """An entry of a symbol or of one-hot rows."""
        facts = node.domain.facts if isinstance(node, Symbol) else frozenset({"binary"})
        if "symmetric" in facts:
            labels = (*labels[:-2], *sorted(labels[-2:], key=str))
        kind = "signs" if "sign" in facts else "bits" if "binary" in facts else "entry"
        atom = self.atoms.intern((kind, node, labels), frozenset(labels), positive="positive" in facts)
        return self.variable(atom)

    def delta(self, a: Label, b: Label) -> Poly:
        """Kronecker's delta."""
        if a == b:
            return self.number(1)
        if isinstance(a, int) and isinstance(b, int):
            return {}
        pair = tuple(sorted((a, b), key=str))
        return self.variable(self.atoms.intern(("delta", *pair), frozenset(pair)))

    def matrix_entry(self, name: str, body: Any, symmetric: bool, labels: tuple[Label, ...]) -> Poly:
        """An entry of an inverse, or a determinant, of the matrix with this body."""
        if symmetric:
            labels = tuple(sorted(labels, key=str))
        free = self._body_labels(body) | frozenset(labels)
        return self.variable(self.atoms.intern(("mat", name, body, symmetric, labels), free))

    def _body_labels(self, body: Any) -> frozenset[Label]:
        polys = [body] if self._is_frozen(body) else list(body)
        return frozenset().union(*(self.atoms.poly_labels(p) for p in polys)) - {"^row", "^col"}

    def _is_frozen(self, body: Any) -> bool:
        return not body or (isinstance(body[0], tuple) and len(body[0]) == 2 and isinstance(body[0][1], Fraction))

    # ---- renaming ----------------------------------------------------------------------------------------------------
    def rename(self, poly: Poly | Frozen, renaming: Renaming) -> Poly:
        """The polynomial with its free labels renamed."""
        terms = poly if isinstance(poly, tuple) else tuple(poly.items())
        return self.add(*(self.scale(coef, self.rename_monomial(monomial, renaming)) for monomial, coef in terms))

    def rename_monomial(self, monomial: Monomial, renaming: Renaming) -> Poly:
        """The monomial with its free labels renamed."""
        kept: dict[Atom, Fraction] = {}
        result: Poly | None = None
        for atom, exponent in monomial:
            if not self.atoms.labels(atom) & renaming.keys():
                kept[atom] = exponent
                continue
            factor = self.power(self._renamed(atom, renaming), exponent)
            result = factor if result is None else self.multiply(result, factor)
        rest = self.monomial(kept, _UNIT)
        return rest if result is None else self.multiply(rest, result)

    def _renamed(self, atom: Atom, renaming: Renaming) -> Poly:
        kind, *parts = self.atoms.key(atom)

        def new(labels: tuple[Label, ...]) -> tuple[Label, ...]:
            return tuple(renaming.get(label, label) for label in labels)

        if kind in ("entry", "signs", "bits"):
            return self.entry(parts[0], new(parts[1]))
        if kind == "delta":
            return self.delta(*new((parts[0], parts[1])))
        if kind == "mat":
            name, body, symmetric, labels = parts
            moved = freeze(self.rename(body, renaming)) if self._is_frozen(body) else body
            return self.matrix_entry(name, moved, symmetric, new(labels))
        if kind in ("sum", "along"):
            return self._rename_bound(kind, parts, renaming)
        if kind == "bound":
            return scopes.renamed_bound(self, parts, renaming)
        if kind == "scope":
            return scopes.renamed_scope(self, parts, renaming)
        return self.renamed_scalar(kind, parts, lambda p: self.rename(p, renaming))

    def _rename_bound(self, kind: str, parts: list[Any], renaming: Renaming) -> Poly:
        if kind == "sum":
            bound, dims, monomial = parts
            opened = {name: self.fresh() for name in bound}
            inside = self.rename_monomial(monomial, {**renaming, **opened})
            return self.total(inside, tuple((opened[name], dim) for name, dim in zip(bound, dims, strict=True)))
        name, bound, dims, body = parts
        opened = {label: self.fresh() for label in bound}
        return self.along(name, self.rename(body, {**renaming, **opened}), tuple(opened.values()), dims)

    # ---- sums --------------------------------------------------------------------------------------------------------
    def total(self, poly: Poly, bound: tuple[tuple[Label, Any], ...]) -> Poly:
        """The sum of a polynomial over labels, each with its dimension."""
        for label, dim in bound:
            parts = [self.scale(coef, self._total_monomial(m, label, dim)) for m, coef in poly.items()]
            poly = self.add(*parts)
        return poly

    def _total_monomial(self, monomial: Monomial, label: Label, dim: Any) -> Poly:
        inside = [(a, e) for a, e in monomial if label in self.atoms.labels(a)]
        outside = self.monomial({a: e for a, e in monomial if label not in self.atoms.labels(a)}, _UNIT)
        if not inside:
            return self.multiply(outside, self.dimension(dim))
        for atom, exponent in inside:
            if self.atoms.kind(atom) == "delta" and exponent > 0:
                _, a, b = self.atoms.key(atom)
                rest = tuple((x, e) for x, e in inside if x != atom)
                return self.multiply(outside, self.rename_monomial(rest, {label: b if a == label else a}))
        resolved = self.resolved(monomial)
        if resolved is not None:
            return self.total(resolved, ((label, dim),))
        picked = self._picked(monomial, inside, label)
        if picked is not None:
            return picked
        special = self._known_sum(inside, label)
        if special is not None:
            return self.multiply(outside, special)
        return self.multiply(outside, self._canonical_sum(inside, {label: dim}))

    def resolved(self, monomial: Monomial) -> Poly | None:
        """h_j sum_k h_k f(k) = h_j f(j), for a sum to any power;  delta_ij f(j) = delta_ij f(i)"""
        moved = self._along_delta(monomial)
        if moved is not None:
            return moved
        hot = [self.atoms.key(a) for a, e in monomial if e > 0 and self.atoms.kind(a) == "bits"]
        for atom, exponent in monomial if hot else ():
            if self.atoms.kind(atom) != "sum":
                continue
            _, names, dims, body = self.atoms.key(atom)
            for key in hot:
                found = _hot_factor(self.atoms, body, key, names) if _is_onehot(key[1]) else None
                if found is None:
                    continue
                name, body = found
                left = tuple((n, d) for n, d in zip(names, dims, strict=True) if n != name)
                fresh = {n: self.fresh() for n, _ in left}
                value = self.rename_monomial(body, {name: key[2][-1], **fresh})
                value = self.total(value, tuple((fresh[n], d) for n, d in left))
                rest = self.monomial({a: e for a, e in monomial if a != atom}, _UNIT)
                return self.multiply(rest, self.power(value, exponent))
        return None

    def _along_delta(self, monomial: Monomial) -> Poly | None:
        for atom, exponent in monomial:
            if self.atoms.kind(atom) != "delta" or exponent <= 0:
                continue
            _, a, b = self.atoms.key(atom)
            rest = tuple((x, e) for x, e in monomial if x != atom)
            if any(b in self.atoms.labels(x) for x, _ in rest):
                return self.multiply(self.delta(a, b), self.rename_monomial(rest, {b: a}))
            if exponent != 1:
                return self.multiply(self.delta(a, b), self.monomial(dict(rest), _UNIT))
        return None

    def _picked(self, monomial: Monomial, inside: list[tuple[Atom, Fraction]], label: Label) -> Poly | None:
        """sum_k h_k h_j f(k) = h_j f(j) for one row h of one-hot entries"""
        for atom, exponent in inside:
            key = self.atoms.key(atom)
            if key[0] != "bits" or exponent != 1 or key[2][-1] != label or not _is_onehot(key[1]):
                continue
            for other, _ in monomial:
                twin = self.atoms.key(other)
                if other != atom and twin[0] == "bits" and twin[1] is key[1] and twin[2][:-1] == key[2][:-1]:
                    rest = tuple((a, e) for a, e in monomial if a != atom)
                    return self.rename_monomial(rest, {label: twin[2][-1]})
        return None

    def _known_sum(self, inside: list[tuple[Atom, Fraction]], label: Label) -> Poly | None:
        """Rows that sum to one, and a matrix beside its own inverse."""
        if len(inside) == 1:
            exponent, key = inside[0][1], self.atoms.key(inside[0][0])
            node = key[1] if key[0] in ("entry", "bits") else None
            facts = node.domain.facts if isinstance(node, Symbol) else ()
            if exponent == 1 and (isinstance(node, OneHot) or "rows_sum_to_one" in facts):
                return self.number(1) if key[2][-1] == label and label not in key[2][:-1] else None
        if len(inside) == 2 and all(e == 1 for _, e in inside):
            (a, _), (b, _) = inside
            return self._cancel_inverse(a, b, label) or self._cancel_inverse(b, a, label)
        return None

    def _cancel_inverse(self, matrix: Atom, inverse: Atom, label: Label) -> Poly | None:
        """sum_k A_ik (A^-1)_kj = delta_ij"""
        kind, *parts = self.atoms.key(inverse)
        if kind != "mat" or parts[0] != "inv" or self.atoms.kind(matrix) != "entry":
            return None
        _, body, symmetric, (p, q) = parts
        node, labels = self.atoms.key(matrix)[1:]
        if len(labels) != 2 or body != freeze(self.entry(node, ("^row", "^col"))):
            return None
        r, c = labels
        ends = [(c, r, p, q), (r, c, q, p)]
        ends += [(c, r, q, p), (r, c, p, q)] if symmetric else []
        for near, far, inner, outer in ends:
            if near == label == inner and label not in (far, outer):
                return self.delta(far, outer)
        return None

    def _canonical_sum(self, inside: list[tuple[Atom, Fraction]], bound: dict[Label, Any]) -> Poly:
        """Opens inner sums of first power, splits into connected parts, names the bound labels canonically."""
        opened: Poly | None = None
        plain: dict[Atom, Fraction] = {}
        for atom, exponent in inside:
            if self.atoms.kind(atom) == "sum" and exponent == 1:
                _, names, dims, monomial = self.atoms.key(atom)
                renaming = {name: self.fresh() for name in names}
                bound = {**bound, **{renaming[n]: d for n, d in zip(names, dims, strict=True)}}
                more = self.rename_monomial(monomial, renaming)
                opened = more if opened is None else self.multiply(opened, more)
            else:
                plain[atom] = exponent
        body = self.monomial(plain, _UNIT)
        body = body if opened is None else self.multiply(body, opened)
        if len(bound) > _MAX_BOUND:
            raise TooLarge
        return self.add(*(self.scale(coef, self._connected(m, bound)) for m, coef in body.items()))

    def _connected(self, monomial: Monomial, bound: dict[Label, Any]) -> Poly:
        result = self.number(1)
        left, waiting = list(monomial), dict(bound)
        while waiting:
            label = next(iter(waiting))
            group, found = {label}, []
            while True:
                more = [item for item in left if self.atoms.labels(item[0]) & group]
                if not more:
                    break
                found += more
                left = [item for item in left if item not in more]
                group |= {x for a, _ in more for x in self.atoms.labels(a) if x in bound}
            dims = {x: waiting.pop(x) for x in group}
            part = self._named_sum(tuple(found), dims) if found else self.dimension(dims[label])
            result = self.multiply(result, part)
        return self.multiply(result, self.monomial(dict(left), _UNIT))

    def _named_sum(self, monomial: Monomial, dims: dict[Label, Any]) -> Poly:
        depth = 1 + max((self._depth(atom) for atom, _ in monomial), default=0)
        names = tuple(f"~{depth}.{i}" for i in range(len(dims)))
        best: tuple[Any, ...] | None = None
        for order in permutations(sorted(dims, key=str)):
            renamed = self.rename_monomial(monomial, dict(zip(order, names, strict=True)))
            if len(renamed) != 1:
                raise TooLarge
            ((body, coef),) = renamed.items()
            candidate = (tuple(str(dims[x]) for x in order), body, coef, order)
            if best is None or candidate[:2] < best[:2]:
                best = candidate
        assert best is not None
        _, body, coef, order = best
        free = self.atoms.monomial_labels(body) - set(names)
        positive = all(self.atoms.is_positive(a) for a, _ in body)
        atom = self.atoms.intern(("sum", names, tuple(dims[x] for x in order), body), free, positive=positive)
        return self.scale(coef, self.variable(atom))

    def _depth(self, atom: Atom) -> int:
        """How deep sums are nested inside an atom."""
        if atom not in self._depths:
            names = [str(x) for x in _strings(self.atoms.key(atom)) if str(x).startswith("~")]
            own = max((int(name[1:].split(".")[0]) for name in names), default=0)
            inner = max((self._depth(a) for a in inner_atoms(self.atoms.key(atom))), default=0)
            self._depths[atom] = max(own, inner)
        return self._depths[atom]

    # ---- functions along labels --------------------------------------------------------------------------------------
    def along(self, name: str, body: Poly, bound: tuple[Label, ...], dims: tuple[Any, ...]) -> Poly:
        """max, min or prod of a polynomial over labels."""
        inner = max((self._depth(a) for m in body for a, _ in m), default=0)
        names = tuple(f"~{inner + 1}.{i}" for i in range(len(bound)))
        renamed = self.rename(body, dict(zip(bound, names, strict=True)))
        free = self.atoms.poly_labels(renamed) - set(names)
        key = ("along", name, names, dims, freeze(renamed))
        return self.variable(self.atoms.intern(key, free, positive=self.is_positive(renamed)))


def _hot_factor(
    atoms: Atoms, body: Monomial, key: tuple[Any, ...], names: tuple[Label, ...]
) -> tuple[Label, Monomial] | None:
    """The bound label at which a sum's body has the same one-hot row, and the body without that factor."""
    for atom, exponent in body:
        twin = atoms.key(atom)
        same = twin[0] == "bits" and twin[1] is key[1] and twin[2][:-1] == key[2][:-1]
        if same and exponent == 1 and twin[2][-1] in names and not set(twin[2][:-1]) & set(names):
            return twin[2][-1], tuple(item for item in body if item[0] != atom)
    return None


def _is_onehot(node: Any) -> bool:
    return isinstance(node, OneHot) or "onehot" in node.domain.facts


def _strings(key: Any) -> list[str]:
    if isinstance(key, str):
        return [key]
    return [s for part in key for s in _strings(part)] if isinstance(key, tuple) else []
