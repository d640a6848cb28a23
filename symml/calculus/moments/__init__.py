"""Expectation algebra: from declared laws, moments and independence to closed forms, with every rule named."""

from symml.calculus.moments.evaluate import Fact, expand_expectations
from symml.calculus.moments.laws import DISTRIBUTIONS, Distribution, Law, Model

__all__ = ["DISTRIBUTIONS", "Distribution", "Fact", "Law", "Model", "expand_expectations"]
