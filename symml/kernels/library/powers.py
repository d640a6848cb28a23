"""Powers near one, means that overflow on the way, and what is left of count models near the truth."""

from __future__ import annotations

SOURCES: dict[str, str] = {
    "power_less_one": '''
def _power_less_one(x, y):
    """x**y - 1 for x > 0, exact near x**y = 1."""
    with np.errstate(all="ignore"):
        u = y * np.log(x)
        return np.where(np.abs(u) < 1.0, np.expm1(u), np.power(x, y) - 1.0)
''',
    "power1p_less_one": '''
def _power1p_less_one(x, y):
    """(1 + x)**y - 1 for x > -1, exact near x = 0 and y = 0."""
    with np.errstate(all="ignore"):
        u = y * np.log1p(x)
        return np.where((np.abs(u) < 1.0) | (np.abs(x) < 1.0), np.expm1(u), np.power(1.0 + x, y) - 1.0)
''',
    "box_cox": '''
def _box_cox(x, y):
    """(x**y - 1) / y for x > 0, which is log(x) at y = 0."""
    with np.errstate(all="ignore"):
        t = np.log(x)
        u = y * t
        safe = np.where(u == 0, 1.0, u)
        near = t * np.where(u == 0, 1.0, np.expm1(safe) / safe)
        return np.where(np.abs(u) < 1.0, near, (np.power(x, y) - 1.0) / y)
''',
    "box_cox1p": '''
def _box_cox1p(x, y):
    """((1 + x)**y - 1) / y for x > -1, which is log(1 + x) at y = 0."""
    with np.errstate(all="ignore"):
        t = np.log1p(x)
        u = y * t
        safe = np.where(u == 0, 1.0, u)
        near = t * np.where(u == 0, 1.0, np.expm1(safe) / safe)
        return np.where((np.abs(u) < 1.0) | (np.abs(x) < 1.0), near, (np.power(1.0 + x, y) - 1.0) / y)
''',
    "parallel": '''
def _parallel(x, y):
    """x * y / (x + y) for x, y > 0: the smaller one over a number between 1 and 2."""
    low = np.minimum(x, y)
    return low / (1.0 + low / np.maximum(x, y))
''',
    "log_cross_ratio": '''
def _log_cross_ratio(x, y, k):
    """log(x / y) - log((x + k) / (y + k)) for x, y, k > 0, exact near x = y and for large x and y."""
    with np.errstate(all="ignore"):
        d = (x - y) / y * (k / (x + k))
        near = np.where(d > -0.5, d, 0.0)
        return np.where(near == d, np.log1p(near), _log_quotient(x, y) - _log_quotient(x + k, y + k))
''',
    "negative_binomial_excess": '''
def _negative_binomial_excess(x, y, k):
    """x * log(x / y) - (x + k) * log((x + k) / (y + k)) >= 0 for x, y, k > 0, near 0 at x = y."""
    with np.errstate(all="ignore"):
        d, e = (x - y) / y * (k / (x + k)), (x - y) / (y + k)
        near, mild = np.where(np.abs(d) < 0.5, d, 0.0), np.maximum(e, -0.5)
        step = np.where(mild == e, np.log1p(mild), _log_quotient(x + k, y + k))
        close = d * k * e + x * _log1pmx(near) - k * np.where(mild == e, _log1pmx(mild), step - e)
        return np.where(near == d, close, x * _log_cross_ratio(x, y, k) - k * step)
''',
}
