"""Statements about expressions: derivations with named steps, claims and their verdicts."""
