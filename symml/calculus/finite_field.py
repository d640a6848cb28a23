"""A tower of finite fields in which exp, log, sign and square roots keep their laws.

The primes form a Cunningham chain, ``p_i = 2 p_(i+1) + 1``, all 3 mod 4. A number has a value per level: exp of one
at level i+1 is a power, at level i, of a random square (whose order is the next prime); log is the discrete logarithm
of the square, halved; sign is the Legendre symbol; a square root is the root that is itself a square. So exp(a + b),
log(ab), log(exp a), sqrt(x^2) = |x| and all polynomial laws hold exactly at every level.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from random import Random
from typing import Any

import numpy as np

_WITNESSES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37)
_GIANT = 1 << 17
_BITS = 30
_LARGE = (1 << 61) - 1


class Redraw(Exception):
    """This draw met a pole, or the root of a non-square: draw again."""


def is_prime(n: int) -> bool:
    """Whether ``n`` is prime; deterministic below 3 * 10^24."""
    if n < 2:
        return False
    for p in _WITNESSES:
        if n % p == 0:
            return n == p
    odd, twos = n - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    return all(_is_strong(n, a, odd, twos) for a in _WITNESSES)


def _is_strong(n: int, a: int, odd: int, twos: int) -> bool:
    x = pow(a, odd, n)
    if x in (1, n - 1):
        return True
    for _ in range(twos - 1):
        x = x * x % n
        if x == n - 1:
            return True
    return False


@lru_cache(maxsize=64)
def chain(length: int, seed: int) -> tuple[int, ...]:
    """A random Cunningham chain, the largest prime first; one large prime when no level is needed."""
    if length == 1:
        return (_LARGE,)
    rng = Random(f"{length} {seed}")
    while True:
        found = [rng.getrandbits(_BITS) | (1 << _BITS - 1) | 3]
        while is_prime(found[-1]) and len(found) < length:
            found.append(2 * found[-1] + 1)
        if len(found) == length and is_prime(found[-1]):
            return tuple(reversed(found))


class Tower:
    """Fields over one chain with random bases of the exponentials."""

    def __init__(self, primes: Sequence[int], rng: Random) -> None:
        self.primes = tuple(primes)
        self.bases = [pow(rng.randrange(2, p - 1), 2, p) for p in self.primes]
        self._tables: dict[int, tuple[dict[int, int], int]] = {}

    def exp(self, level: int, exponent: int) -> int:
        """The exponential at ``level`` of a value at the next level."""
        return pow(self.bases[level], exponent, self.primes[level])

    def log(self, level: int, value: int) -> int:
        """The logarithm, at the next level, of a value at ``level``."""
        p, order = self.primes[level], self.primes[level + 1]
        if value % p == 0:
            raise Redraw
        table, giant = self._table(level)
        x = value * value % p
        for k in range(order // _GIANT + 1):
            if x in table:
                return (k * _GIANT + table[x]) * pow(2, -1, order) % order
            x = x * giant % p
        raise Redraw

    def _table(self, level: int) -> tuple[dict[int, int], int]:
        if level not in self._tables:
            p, g = self.primes[level], self.bases[level]
            table, x = {}, 1
            for k in range(_GIANT):
                table[x] = k
                x = x * g % p
            self._tables[level] = table, pow(g, -_GIANT, p)
        return self._tables[level]

    def sign(self, level: int, value: int) -> int:
        """-1, 0 or 1: the Legendre symbol."""
        p = self.primes[level]
        if value % p == 0:
            return 0
        return 1 if pow(value, (p - 1) // 2, p) == 1 else -1

    def root(self, level: int, value: int) -> int:
        """The square root that is itself a square."""
        p = self.primes[level]
        sign = self.sign(level, value)
        if sign < 0:
            raise Redraw
        root = pow(value, (p + 1) // 4, p)
        return root if sign == 0 or self.sign(level, root) == 1 else p - root


def eliminate(matrix: Any, p: int) -> tuple[Any, int]:
    """The inverse modulo ``p`` (``None`` when there is none) and the determinant."""
    size = len(matrix)
    rows = [[int(v) % p for v in matrix[r]] + [int(r == c) for c in range(size)] for r in range(size)]
    determinant = 1
    for c in range(size):
        pivot = next((r for r in range(c, size) if rows[r][c]), None)
        if pivot is None:
            return None, 0
        if pivot != c:
            rows[c], rows[pivot], determinant = rows[pivot], rows[c], -determinant
        determinant = determinant * rows[c][c] % p
        scale = pow(rows[c][c], -1, p)
        rows[c] = [v * scale % p for v in rows[c]]
        for r in range(size):
            if r != c and rows[r][c]:
                factor = rows[r][c]
                rows[r] = [(v - factor * w) % p for v, w in zip(rows[r], rows[c], strict=True)]
    return np.array([row[size:] for row in rows], dtype=object), determinant
