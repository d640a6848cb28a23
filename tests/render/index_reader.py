"""An independent reader of index notation: sums are loops, and a function of a vector runs over its letter."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import scipy.special as special

from tests.oracle import FUNCTIONS
from tests.render.reader import COMPARE, RAISED, SPOKEN, WHOLE, WORDS

Env = Mapping[str, int]
Value = Callable[[Env], float]


def read_indices(
    text: str, names: Mapping[str, str], values: Mapping[str, Any], sizes: Mapping[str, int], shape: tuple[int, ...]
) -> Any:
    """The array that the text ``[ij] ↦ entry`` describes, or the number."""
    head, arrow, body = text.rpartition(" ↦ ")
    letters = list(head.strip("[]")) if arrow else []
    reader = _Reader(body, names, {**values, **{name: np.array(size) for name, size in sizes.items()}})
    reader.sizes |= dict(zip(letters, shape, strict=True))
    value = reader.sum()
    assert reader.rest == "", f"not read to the end: {reader.rest!r}"
    ranges = [range(reader.sizes[letter]) for letter in letters]
    entries = [value(dict(zip(letters, place, strict=True))) for place in itertools.product(*ranges)]
    return np.array(entries).reshape([len(r) for r in ranges])


@dataclass
class _Reader:
    rest: str
    names: Mapping[str, str]
    values: Mapping[str, Any]
    sizes: dict[str, int] = field(default_factory=dict)
    bars: int = 0
    scope: dict[str, str] = field(default_factory=dict)
    bound: int = 0

    def skip(self, sign: str) -> bool:
        """Whether the text goes on with a sign, which is then read."""
        if not self.rest.startswith(sign):
            return False
        self.rest = self.rest[len(sign) :].lstrip(" ")
        return True

    def expect(self, sign: str) -> None:
        assert self.skip(sign), f"{sign!r} is missing before {self.rest!r}"

    def inside(self, letters: list[str], read: Callable[[], Any]) -> tuple[list[str], Any]:
        """What is read where the letters stand for new indices, and the names of these."""
        before, own = self.scope, [chr(0xE000 + self.bound + k) for k in range(len(letters))]
        self.bound += len(letters)
        self.scope = {**before, **dict(zip(letters, own, strict=True))}
        value = read()
        self.scope = before
        return own, value

    def match(self, pattern: str) -> str:
        found = re.match(pattern, self.rest)
        if found is None:
            return ""
        self.rest = self.rest[found.end() :].lstrip(" ")
        return found.group()

    # ---- grammar -----------------------------------------------------------------------------------------------------
    def sum(self) -> Value:
        terms = [(-1 if self.skip("-") else 1, self.product())]
        while self.rest[:1] in ("+", "-") and self.rest:
            terms.append((1 if self.match(r"[+-]") == "+" else -1, self.product()))
        return lambda env: sum(sign * term(env) for sign, term in terms)

    def product(self) -> Value:
        """Factors in a row; a sum sign reaches to the end of the row."""
        label = self.match(r"Σ_\w+")[2:]
        if label:
            own, body = self.inside([label], self.product)
            return lambda env: sum(body({**env, own[0]: k}) for k in range(self.sizes[own[0]]))
        value = self.factor()
        stops = "+-),]><≥≤=≠;" + "|" * (self.bars % 2)
        while self.rest and self.rest[0] not in stops and not self.rest.startswith(("if ", "otherwise")):
            if self.skip("/"):
                value = _quotient(value, self.factor())
            else:
                value = _times(value, self.product() if self.rest.startswith("Σ") else self.factor())
        return value

    def factor(self) -> Value:
        value = self.atom()
        while True:
            raised = self.match(r"[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+").translate(str.maketrans(RAISED))
            if not raised and self.skip("^("):
                raised = self.match(r"-?[0-9]+/[0-9]+")
                self.expect(")")
            if not raised:
                return value
            top, _, low = raised.partition("/")
            value = _power(value, int(top) / int(low or 1))

    def atom(self) -> Value:
        if number := self.match(r"[0-9]+(?:/[0-9]+)?"):
            top, _, low = number.partition("/")
            return lambda env: int(top) / int(low or 1)
        for opener, closer, function in (("√(", ")", np.sqrt), ("(", ")", float), ("|", "|", abs)):
            if self.skip(opener):
                self.bars += opener == "|"
                inner = self.sum()
                self.bars -= opener == "|"
                self.expect(closer)
                return lambda env: function(inner(env))
        if self.skip("δ["):
            a, b = self.letters("]")
            for one, other in ((a, b), (b, a)):
                if one in self.sizes:
                    self.sizes.setdefault(other, self.sizes[one])
            return lambda env: float(self.position(a, env) == self.position(b, env))
        if self.skip("𝟏["):
            left, sign, right = self.sum(), self.match("[><≥≤=≠]"), self.sum()
            self.expect("]")
            return lambda env: float(COMPARE[sign](left(env), right(env)))
        return self.named()

    def position(self, text: str, env: Env) -> int:
        """A place counted from 1: ``i``, ``2``, ``2i+1``, ``d+1-i``."""
        total = 0
        for sign, factor, letter in re.findall(r"([+-]?)(\d*)([a-z\ue000-\uf8ff]?)", text):
            if factor or letter:
                known = {
                    **{k: int(v) for k, v in self.values.items() if np.ndim(v) == 0},
                    **{k: v + 1 for k, v in env.items()},
                }
                total += int(f"{sign}1") * int(factor or 1) * (known[letter] if letter else 1)
        return total

    def named(self) -> Value:
        words = sorted([*self.names, *WORDS, "where", "π"], key=len, reverse=True)
        word = next((w for w in words if self.rest.startswith(w)), "")
        assert word, f"unknown: {self.rest!r}"
        self.rest = self.rest[len(word) :]
        if word == "π":
            self.rest = self.rest.lstrip(" ")
            return lambda env: np.pi
        return self.entry(word) if word in self.names else self.call(SPOKEN.get(word, word))

    def entry(self, word: str) -> Value:
        array = np.asarray(self.values[self.names[word]], float)
        if self.rest.startswith("⁻¹["):
            self.rest = self.rest[2:]
            array = np.linalg.inv(array)
        at = self.letters("]") if self.skip("[") else []
        self.rest = self.rest.lstrip(" ")
        assert len(at) == array.ndim, f"{word} has {array.ndim} axes, not {at}"
        for axis, letter in enumerate(at):
            assert self.sizes.setdefault(letter, array.shape[axis]) == array.shape[axis], f"{letter} has two sizes"
        return lambda env: array[tuple(env[letter] for letter in at)]

    def letters(self, closer: str) -> list[str]:
        inside, _, self.rest = self.rest.partition(closer)
        self.rest = self.rest.lstrip(" ")
        return ["".join(self.scope.get(char, char) for char in part) for part in inside.split(",")]

    def call(self, name: str) -> Value:
        run = self.letters("]") if self.skip("[") else []
        self.expect("(")
        if name in WHOLE:
            matrix = self.values[self.names[self.match(r"\w+")]]
            self.expect(")")
            return lambda env: float(WHOLE[name](matrix))
        if run and name not in ("softmax", "log_softmax"):
            own, inner = self.inside(list("".join(run)), self.sum)
            self.expect(")")
            return lambda env: self.run(name, own, inner, env)
        args = [self.sum()]
        while self.skip(","):
            args.append(self.sum())
        self.expect(")")
        if not run:
            function = FUNCTIONS[{"max": "maximum", "min": "minimum"}.get(name, name)]
            return lambda env: float(function(*(arg(env) for arg in args)))
        return lambda env: self.run(name, list("".join(run)), args[0], env)

    def run(self, name: str, letters: list[str], inner: Value, env: Env) -> float:
        """A function of a whole axis: over its letters, then at the place of a letter that is free."""
        ranges = [range(self.sizes[letter]) for letter in letters]
        all_values = np.array(
            [inner({**env, **dict(zip(letters, p, strict=True))}) for p in itertools.product(*ranges)]
        )
        value = np.asarray((getattr(special, name, None) or getattr(np, name))(all_values))
        if not value.ndim:
            return float(value)
        return float(value.reshape([len(r) for r in ranges])[tuple(env[letter] for letter in letters)])


def _times(a: Value, b: Value) -> Value:
    return lambda env: a(env) * b(env)


def _quotient(a: Value, b: Value) -> Value:
    return lambda env: a(env) / b(env)


def _power(a: Value, exponent: float) -> Value:
    return lambda env: a(env) ** exponent
