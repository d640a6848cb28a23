"""The deterministic normal form: a proof of equality for all dims, or for stated ones."""

from symml.calculus.normal.prove import NormalProof, prove_equal

__all__ = ["NormalProof", "prove_equal"]
