"""Constrained optimization: Lagrangians, KKT conditions, duals, convexity certificates and update rules."""
