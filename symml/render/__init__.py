"""Views of an expression: typed matrix notation or indices, spelled in LaTeX, Unicode text or NumPy code."""
