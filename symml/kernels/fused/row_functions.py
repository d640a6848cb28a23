"""Sums, products and extremes of a row for numba: in lanes, so that LLVM may use vector instructions for them."""

from __future__ import annotations

from collections.abc import Mapping

HELPERS: Mapping[str, str] = {
    "_sum": """
@_lanes
def _sum(a, n):
    s = 0.0
    for j in range(n):
        s += a[j]
    return s
""",
    "_row_sum": """
@_lanes
def _row_sum(a, i, k):
    s = 0.0
    for j in range(k):
        s += a[i, j]
    return s
""",
    "_row_dot": """
@_lanes
def _row_dot(a, i, b, k):
    s = 0.0
    for j in range(k):
        s += 1.0 * a[i, j] * b[j]
    return s
""",
    "_row_product": """
@_lanes
def _row_product(a, b, i, k):
    s = 0.0
    for j in range(k):
        s += 1.0 * a[i, j] * b[i, j]
    return s
""",
    "_row_odd": '''
@_lanes
def _row_odd(a, i, k):
    """How many entries are NaN."""
    s = 0.0
    for j in range(k):
        s += 0.0 if a[i, j] == a[i, j] else 1.0
    return s
''',
    "_row_max": '''
@_ordered
def _row_top(a, i, k):
    top = a[i, 0]
    for j in range(1, k):
        top = a[i, j] if a[i, j] > top else top
    return top


@_inline
def _row_max(a, i, k):
    """The largest entry; NaN where there is one."""
    return np.nan if _row_odd(a, i, k) > 0.0 else _row_top(a, i, k)
''',
    "_row_min": '''
@_ordered
def _row_low(a, i, k):
    low = a[i, 0]
    for j in range(1, k):
        low = a[i, j] if a[i, j] < low else low
    return low


@_inline
def _row_min(a, i, k):
    """The smallest entry; NaN where there is one."""
    return np.nan if _row_odd(a, i, k) > 0.0 else _row_low(a, i, k)
''',
}
