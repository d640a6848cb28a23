"""Readers: declarations, NumPy-style text, and Python functions traced on symbolic arrays."""
