"""Logarithms of sums, quotients and differences, and what is left of them near their zeros."""

from __future__ import annotations

SOURCES: dict[str, str] = {
    "logit": '''
def _logit(p):
    """log(p / (1 - p)), exact near p = 1/2 and at both ends."""
    with np.errstate(all="ignore"):
        ends = np.log(p) - np.where(p < 0.5, np.log1p(-p), np.log(1.0 - p))
        return np.where(np.abs(p - 0.5) < 0.25, np.log1p((2.0 * p - 1.0) / (1.0 - p)), ends)
''',
    "log_quotient": '''
def _log_quotient(x, y):
    """log(x / y) for x, y > 0, exact near x = y and without overflow."""
    with np.errstate(all="ignore"):
        q = x / y
        safe = (q > 1e-300) & (q < 1e300)
        far = np.where(safe, np.log(np.where(safe, q, 1.0)), np.log(x) - np.log(y))
        return np.where(np.abs(q - 1.0) < 0.5, np.log1p((x - y) / y), far)
''',
    "log_complement_quotient": '''
def _log_complement_quotient(x, y):
    """log((1 - x) / (1 - y)) for 0 < x, y < 1, exact near x = y and at both ends."""
    with np.errstate(all="ignore"):
        z = (y - x) / (1.0 - y)
        far = np.log1p(-x) - np.log1p(-y)
        return np.where(np.abs(z) < 0.5, np.log1p(z), far)
''',
    "log_near_one": '''
def _log_near_one(q, d):
    """log(q) for q > 0, from d = q - 1 where q is near 1."""
    with np.errstate(all="ignore"):
        near = np.clip(d, -0.5, 0.5)
        return np.where(near == d, np.log1p(near), np.log(q))
''',
    "log1pmx": '''
def _log1pmx(z):
    """log(1 + z) - z, which is near -z**2 / 2 at z = 0."""
    with np.errstate(all="ignore"):
        near = np.clip(z, -0.5, 1.0)
        s = near / (2.0 + near)
        t, series = s * s, 0.0
        for k in range(37, 1, -2):
            series = series * t + 1.0 / k
        return np.where(near == z, s * (2.0 * t * series - near), np.log1p(z) - z)
''',
    "log_excess": '''
def _log_excess(y):
    """y - 1 - log(y) >= 0 for y > 0, which is near (y - 1)**2 / 2 at y = 1."""
    with np.errstate(all="ignore"):
        return np.where(np.abs(y - 1.25) < 0.75, -_log1pmx(y - 1.0), (y - 1.0) - np.log(y))
''',
    "relative_excess": '''
def _relative_excess(x, y):
    """x * log(x / y) - x + y >= 0 for x, y > 0, near (x - y)**2 / (2 * x) at x = y."""
    with np.errstate(all="ignore"):
        z = (y - x) / x
        near = np.where(np.abs(z) < 0.5, z, 0.0)
        return np.where(near == z, -x * _log1pmx(near), x * _log_quotient(x, y) + (y - x))
''',
    "binary_kl": '''
def _binary_kl(x, y):
    """x * log(x / y) + (1 - x) * log((1 - x) / (1 - y)) for 0 < x, y < 1: two terms that are never negative."""
    with np.errstate(all="ignore"):
        z = (x - y) / (1.0 - x)
        near = np.where(np.abs(z) < 0.5, z, 0.0)
        rest = np.where(near == z, -_log1pmx(near), _log_complement_quotient(x, y) + z)
        return _relative_excess(x, y) + (1.0 - x) * rest
''',
    "log_mean_exp": '''
def _log_mean_exp(a, b):
    """log((exp(a) + exp(b)) / 2) without overflow, exact near 0."""
    with np.errstate(all="ignore"):
        d = np.abs(a - b)
        near = np.minimum(d, 1.0)
        far = np.maximum(a, b) + np.log1p(0.5 * np.expm1(-d))
        return np.where(near == d, 0.5 * a + 0.5 * b + _log_cosh(0.5 * near), far)
''',
    "softplus_difference": '''
def _softplus_difference(a, b):
    """log(1 + exp(a)) - log(1 + exp(b)), exact near a = b."""
    with np.errstate(all="ignore"):
        d = a - b
        near = np.clip(d, -1.0, 1.0)
        close = np.log1p(_sigmoid(b) * np.expm1(near))
        return np.where(near == d, close, _softplus(a) - _softplus(b))
''',
    "log_expm1": '''
def _log_expm1(x):
    """log(exp(x) - 1) for x > 0, without overflow."""
    with np.errstate(all="ignore"):
        near = np.minimum(x, 1.0)
        return np.where(x < 1.0, np.log(np.expm1(near)), x + np.log1p(-np.exp(-x)))
''',
    "log1mexp": '''
def _log1mexp(x):
    """log(1 - exp(x)) for x < 0, exact at both ends."""
    near = np.maximum(x, -0.5)
    far = np.minimum(x, -0.5)
    return np.where(x > -0.5, np.log(-np.expm1(near)), np.log1p(-np.exp(far)))
''',
    "log_cosh": '''
def _log_cosh(x):
    """log(cosh(x)) without overflow; near x**2 / 2 at 0."""
    a = np.abs(x)
    half = np.sinh(0.5 * np.minimum(a, 1.0))
    return np.where(a < 1.0, np.log1p(2.0 * half * half), a + np.log1p(np.exp(-2.0 * a)) - math.log(2.0))
''',
    "log1p_square": '''
def _log1p_square(x):
    """log(1 + x**2) without overflow."""
    a = np.abs(x)
    return np.where(a < 1e9, np.log1p(np.minimum(a, 1e9) ** 2), 2.0 * np.log(np.maximum(a, 1.0)))
''',
    "log1p_square_excess": '''
def _log1p_square_excess(x):
    """log(1 + x**2) - x**2 / (1 + x**2) >= 0, which is near x**4 / 2 at 0."""
    s = np.abs(x) / np.hypot(1.0, x)
    s = np.where(np.isinf(x), 1.0, s * s)
    return np.where(s < 0.5, -_log1pmx(-np.minimum(s, 0.5)), _log1p_square(x) - s)
''',
    "xlogy": '''
def _xlogy(x, y):
    """x * log(y), and 0 where x = 0."""
    return x * np.log(np.where(x == 0, 1.0, y))
''',
}
