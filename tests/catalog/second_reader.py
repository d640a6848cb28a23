"""Values of LaTeX formulas by latex2sympy2, run as a program of its own: JSON in, JSON out.

In: a list of ``{"latex": ..., "values": {"x": 0.3, ...}}``. Out: the values, or the error's text.
"""

import json
import sys

import sympy
from latex2sympy2 import latex2sympy


def value(latex: str, values: dict[str, float]) -> float | str:
    try:
        found = latex2sympy(latex)
        names = {symbol: values[str(symbol).strip("\\{}")] for symbol in found.free_symbols}
        return float(sympy.N(found.subs(names), 30))
    except Exception as error:  # whatever the second reader raises is its answer
        return f"{type(error).__name__}: {error}"


if __name__ == "__main__":
    print(json.dumps([value(**row) for row in json.load(sys.stdin)]))  # noqa: T201  # this is its output
