"""Gamma functions and the differences in which their logarithms cancel."""

from __future__ import annotations

SOURCES: dict[str, str] = {
    "gamma": '''
def _gamma(x):
    """The gamma function."""

    def one(v):
        try:
            return math.gamma(v)
        except OverflowError:
            return math.inf
        except ValueError:
            return math.nan

    return np.vectorize(one, otypes=[float])(x)[()]
''',
    "stirling": '''
def _stirling(x):
    """log(gamma(x)) - (x - 1/2) * log(x) + x - log(2 * pi) / 2 for x >= 10."""
    t = 1.0 / x
    u = t * t
    far = 1 / 1188 - u * (691 / 360360 - u * (1 / 156 - u * 3617 / 122400))
    return t * (1 / 12 - u * (1 / 360 - u * (1 / 1260 - u * (1 / 1680 - u * far))))
''',
    "lgamma1p": '''
def _lgamma1p(z):
    """log(gamma(1 + z)) for 0 <= z <= 1; the zeros at both ends are exact."""
    top = (3.3258223716786868e-06, 0.0011811971234923142, 0.031203449356020596, 0.2690315218221242,
           1.0250454536255216, 1.9070133299007221, 1.6968868174657559, 0.5772156649015329)
    bottom = (0.00032006335153940624, 0.013985119511431285, 0.18218067319974898, 1.035604680673802,
              2.9660361462661937, 4.464134073023279, 3.364666456721415, 1.0)
    return z * (z - 1.0) * _ratio(z, top, bottom)
''',
    "lgamma": '''
def _lgamma(x):
    """The logarithm of the gamma function for x > 0: a rational function near the zeros, Stirling's series far out."""
    with np.errstate(all="ignore"):
        y, product = np.clip(x, 0.0, 10.0), 1.0
        for _ in range(8):
            large = y > 2.0
            product = product * np.where(large, y - 1.0, 1.0)
            y = np.where(large, y - 1.0, y)
        small = y < 1.0
        near = np.where(small, _lgamma1p(y) - np.log(y), _lgamma1p(y - 1.0)) + np.log(product)
        v = np.maximum(x, 10.0)
        far = (v - 0.5) * (np.log(v) - 1.0) + (0.5 * math.log(2.0 * math.pi) - 0.5) + _stirling(v)
        return np.where(x < 10.0, near, np.where(x == np.inf, np.inf, far))
''',
    "lgamma_half_step": '''
def _lgamma_half_step(x):
    """log(gamma(x + 1/2) / gamma(x)) - log(x) / 2 for x > 0, which is near -1 / (8 * x)."""
    with np.errstate(all="ignore"):
        v, total = np.asarray(x), 0.0
        for _ in range(16):
            small = v < 16.0
            total = total - np.where(small, 0.5 * np.log1p(0.25 / v / (v + 1.0)), 0.0)
            v = np.where(small, v + 1.0, v)
        t = 1.0 / v
        u = t * t
        series = 31 / 18432 - u * (691 / 180224 - u * 5461 / 425984)
        series = 1 / 8 - u * (1 / 192 - u * (1 / 640 - u * (17 / 14336 - u * series)))
        return total - t * series
''',
    "digamma_half_step": '''
def _digamma_half_step(x):
    """psi(x + 1/2) - psi(x) - 1 / (2 * x) for x > 0, which is near 1 / (8 * x**2)."""
    with np.errstate(all="ignore"):
        v, total = np.asarray(x), 0.0
        for _ in range(16):
            small = v < 16.0
            total = total + np.where(small, 0.5 / v / (v + 1.0) / (2.0 * v + 1.0), 0.0)
            v = np.where(small, v + 1.0, v)
        t = 1.0 / v
        u = t * t
        series = 31 / 2048 - u * (691 / 16384 - u * (5461 / 32768 - u * 929569 / 1048576))
        series = 1 / 8 - u * (1 / 64 - u * (1 / 128 - u * (17 / 2048 - u * series)))
        return total + u * series
''',
    "log_beta": '''
def _log_beta(x, y):
    """log(gamma(x) * gamma(y) / gamma(x + y)) for x, y > 0; large parts cancel before they are computed."""
    with np.errstate(all="ignore"):
        a, b = np.minimum(x, y), np.maximum(x, y)
        small = _lgamma(a) + _lgamma(b) - _lgamma(a + b)
        v, w, q = np.maximum(b, 10.0), np.maximum(a, 10.0), a / b
        rest = _stirling(v) - _stirling(a + v)
        middle = _lgamma(a) + b * -_log1pmx(q) + 0.5 * np.log1p(q) - a * np.log(a + b) + rest
        large = (a - 0.5) * np.log(q / (1.0 + q)) - b * np.log1p(q) - 0.5 * np.log(b)
        large = large + 0.5 * math.log(2.0 * math.pi) + rest + _stirling(w)
        return np.where(b < 10.0, small, np.where(a < 10.0, middle, large))
''',
    "digamma": '''
def _digamma(x):
    """The derivative of log(gamma(x)) for x > 0: recurrence up to 10, then the asymptotic series."""
    x, shift = np.where(np.asarray(x) > 0, x, np.nan), 0.0
    for _ in range(10):
        small = x < 10.0
        shift = shift - np.where(small, 1.0 / x, 0.0)
        x = np.where(small, x + 1.0, x)
    t = 1.0 / x
    u = t * t
    series = u * (1 / 12 - u * (1 / 120 - u * (1 / 252 - u * (1 / 240 - u * (1 / 132 - u * 691 / 32760)))))
    return shift + np.log(x) - 0.5 * t - series
''',
    "digamma_step": '''
def _digamma_step(x, y):
    """psi(x + y) - psi(x) for x, y > 0: every term is positive."""
    with np.errstate(all="ignore"):
        v, total = np.asarray(x), 0.0
        for _ in range(16):
            small = v < 16.0
            total = total + np.where(small, y / (v + y) / v, 0.0)
            v = np.where(small, v + 1.0, v)
        p, q = 1.0 / v, 1.0 / (v + y)
        u, w = p * p, q * q
        # p**(2k) - q**(2k) = (p - q) * (p + q) * h for the complete homogeneous h of u and w.
        h, power, series = 1.0, 1.0, 0.0
        for c in (1 / 12, -1 / 120, 1 / 252, -1 / 240, 1 / 132, -691 / 32760, 1 / 12):
            series = series + c * h
            power = power * u
            h = h * w + power
        return total + np.log1p(y * p) + y * p * q * (0.5 + (p + q) * series)
''',
    "polygamma": '''
def _polygamma(m, x):
    """The derivative of order m + 1 >= 1 of log(gamma(x)) for x > 0: recurrence up to 20, then a series."""
    bernoulli = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510)

    def one(m, v):
        if m == 0:
            return float(_digamma(v))
        if not v > 0:
            return math.nan
        m, total = int(m), 0.0
        while v < 20.0:
            total += math.factorial(m) / v ** (m + 1)
            v += 1.0
        total += math.factorial(m - 1) / v**m + math.factorial(m) / (2.0 * v ** (m + 1))
        for k, b in enumerate(bernoulli, 1):
            total += b * math.factorial(2 * k + m - 1) / (math.factorial(2 * k) * v ** (2 * k + m))
        return (-1.0) ** (m + 1) * total

    return np.vectorize(one, otypes=[float])(m, x)[()]
''',
}
