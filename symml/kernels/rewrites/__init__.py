"""Guarded rewrites: tables of equalities that keep digits, one module a kind."""
