"""Plans: kernels for arrays of known shapes, with a workspace and blocks of rows."""

from symml.kernels.plan.plan import Plan, plan

__all__ = ["Plan", "plan"]
