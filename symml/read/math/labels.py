"""Labels above a name, as in ``x^{(i)}``: what is the transpose of the labeled, and no part of the label."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from symml.read.math.tokens import Token

_TRANSPOSES = ("T", r"\top", r"\intercal")


def transposes_apart(found: Sequence[Token]) -> Iterator[Token]:
    """``^{(i)T}`` as ``^{(i)}^T``: the transpose stands after the label."""
    label = 0
    for k, token in enumerate(found):
        if token.text in ("(", "[") and [t.text for t in found[max(k - 2, 0) : k]] == ["^", "{"]:
            label = k
        yield token
        if label and token.text in (")", "]"):
            label = 0
            after = [t.text for t in found[k + 1 : k + 3]]
            if len(after) == 2 and after[0] in _TRANSPOSES and after[1] == "}":
                yield replace(token, text="}", kind=found[k + 2].kind)
                yield replace(token, text="^", kind="sign")
                yield replace(token, text="{", kind=found[k + 2].kind)
