"""Quotients and differences of exponentials and trigonometric functions near 0 / 0."""

from __future__ import annotations

SOURCES: dict[str, str] = {
    "sech": '''
def _sech(x):
    """1 / cosh(x) without overflow."""
    e = np.exp(-np.abs(x))
    return 2.0 * e / (1.0 + e * e)
''',
    "sech_square": '''
def _sech_square(x):
    """1 / cosh(x)**2, which is 0 long before cosh overflows."""
    c = np.cosh(np.minimum(np.abs(x), 400.0))
    return 1.0 / c / c
''',
    "exp_difference": '''
def _exp_difference(a, b):
    """exp(a - b), with what the rounding of a - b lost."""
    with np.errstate(all="ignore"):
        d = a - b
        c = d - a
        lost = (a - (d - c)) - (b + c)
        return np.exp(d) * (1.0 + np.where(np.abs(d) < 800.0, lost, 0.0))
''',
    "odds_share": '''
def _odds_share(t):
    """t / (1 + t) for t >= 0, which is 1 where t overflows."""
    small = np.minimum(t, 1.0)
    return np.where(t <= 1.0, small / (1.0 + small), 1.0 / (1.0 + 1.0 / np.maximum(t, 1.0)))
''',
    "sigmoid_minus": '''
def _sigmoid_minus(x, y):
    """sigmoid(x) - y, exact where both are near 1."""
    e = np.exp(-np.abs(x))
    return ((x >= 0) - y) - np.copysign(e / (1.0 + e), x + 0.0)
''',
    "expm1_quotient": '''
def _expm1_quotient(x):
    """(exp(x) - 1) / x, which is 1 at 0."""
    safe = np.where(x == 0, 1.0, x)
    return np.where(x == 0, 1.0, np.expm1(safe) / safe)
''',
    "expm1_quotient_slope": '''
def _expm1_quotient_slope(x):
    """The derivative of (exp(x) - 1) / x, which is 1/2 at 0."""
    with np.errstate(all="ignore"):
        near, series = np.clip(x, -1.0, 1.0), 0.0
        for k in range(20, -1, -1):
            series = series * near + (k + 1.0) / math.factorial(k + 2)
        return np.where(near == x, series, (np.exp(x) - np.expm1(x) / x) / x)
''',
    "exp_gap": '''
def _exp_gap(a, b):
    """exp(a) - exp(b), exact near a = b."""
    with np.errstate(all="ignore"):
        d = a - b
        near = np.clip(d, -1.0, 1.0)
        return np.where(near == d, np.exp(b) * np.expm1(near), np.exp(a) - np.exp(b))
''',
    "sigmoid_gap": '''
def _sigmoid_gap(a, b):
    """sigmoid(a) - sigmoid(b), exact near a = b."""
    d = np.abs(np.where(a == b, 0.0, a) - np.where(a == b, 0.0, b))
    size = _sigmoid(np.maximum(a, b)) * _sigmoid(-np.minimum(a, b)) * -np.expm1(-d)
    return np.where(a < b, -size, size)
''',
    "cos_gap": '''
def _cos_gap(a, b):
    """cos(a) - cos(b), exact near a = b and near b = -a."""
    with np.errstate(all="ignore"):
        near = (np.abs(a) < 8.0) & (np.abs(b) < 8.0) | (np.abs(a - b) < 0.5)
        return np.where(near, -2.0 * np.sin(0.5 * (a + b)) * np.sin(0.5 * (a - b)), np.cos(a) - np.cos(b))
''',
    "sin_gap": '''
def _sin_gap(a, b):
    """sin(a) - sin(b), exact near a = b."""
    with np.errstate(all="ignore"):
        near = np.abs(a - b) < 0.5
        return np.where(near, 2.0 * np.cos(0.5 * (a + b)) * np.sin(0.5 * (a - b)), np.sin(a) - np.sin(b))
''',
    "expm1_excess": '''
def _expm1_excess(x):
    """exp(x) - 1 - x, by its series near 0."""
    with np.errstate(all="ignore"):
        near, series = np.clip(x, -1.0, 1.0), 0.0
        for k in range(18, 1, -1):
            series = series * near + 1.0 / math.factorial(k)
        return np.where(near == x, near * near * series, np.expm1(x) - x)
''',
    "expm1_excess_quotient": '''
def _expm1_excess_quotient(x):
    """(exp(x) - 1 - x) / x**2, which is 1/2 at 0."""
    with np.errstate(all="ignore"):
        near, series = np.clip(x, -1.0, 1.0), 0.0
        for k in range(18, 1, -1):
            series = series * near + 1.0 / math.factorial(k)
        return np.where(near == x, series, (np.expm1(x) / x - 1.0) / x)
''',
    "sinc_slope": '''
def _sinc_slope(x):
    """The derivative of sin(x) / x, which is near -x / 3 at 0."""
    with np.errstate(all="ignore"):
        near, series = np.clip(x, -1.0, 1.0), 0.0
        for k in range(9, 0, -1):
            series = series * near * near + (-1.0) ** k * 2 * k / math.factorial(2 * k + 1)
        return np.where(near == x, series * near, (np.cos(x) - np.sin(x) / x) / x)
''',
    "cosc": '''
def _cosc(x):
    """(1 - cos(x)) / x**2, which is 1/2 at 0."""
    h = 0.5 * x
    safe = np.where(h == 0, 1.0, h)
    s = np.where(h == 0, 1.0, np.sin(safe) / safe)
    return 0.5 * s * s
''',
    "cosc_slope": '''
def _cosc_slope(x):
    """The derivative of (1 - cos(x)) / x**2, which is near -x / 12 at 0."""
    with np.errstate(all="ignore"):
        h = 0.5 * x
        near, series = np.clip(h, -1.0, 1.0), 0.0
        for k in range(10, 0, -1):
            series = series * near * near + (-1.0) ** k * 2 * k / math.factorial(2 * k + 1)
        slope = np.where(near == h, series * near, (np.cos(h) - np.sin(h) / h) / h)
        return 0.5 * np.where(h == 0, 1.0, np.sin(h) / h) * slope
''',
}
