"""Named local simplification that keeps the factored form; a rewrite has a name and, where needed, a condition."""

from symml.calculus.simplify.engine import RULES, simplify
from symml.calculus.simplify.rule import Log, Rewrite, Rule

__all__ = ["RULES", "Log", "Rewrite", "Rule", "simplify"]
