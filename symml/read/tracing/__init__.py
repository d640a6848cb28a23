"""Tracing: arrays that build expressions, the memory they share, and NumPy as the traced code sees it."""
