"""Functions that NumPy lacks, as source that is pasted into a kernel: stable, and silent where they saturate."""

from __future__ import annotations

from collections.abc import Iterable

HELPERS: dict[str, str] = {
    "sigmoid": '''
def _sigmoid(x):
    """1 / (1 + exp(-x)) without overflow."""
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1.0, e) / (1.0 + e)
''',
    "log_sigmoid": '''
def _log_sigmoid(x):
    """log(1 / (1 + exp(-x))) without overflow."""
    return np.minimum(x, 0.0) - np.log1p(np.exp(-np.abs(x)))
''',
    "softplus": '''
def _softplus(x):
    """log(1 + exp(x)) without overflow."""
    return np.maximum(x, 0.0) + np.log1p(np.exp(-np.abs(x)))
''',
    "logit": '''
def _logit(p):
    """log(p / (1 - p))."""
    return np.log(p) - np.log1p(-p)
''',
    "relu": '''
def _relu(x):
    """max(x, 0)."""
    return np.maximum(x, 0.0)
''',
    "leaky_relu": '''
def _leaky_relu(x, slope):
    """x where x > 0, else slope * x."""
    return np.where(x > 0, x, slope * x)
''',
    "elu": '''
def _elu(x, alpha):
    """x where x > 0, else alpha * (exp(x) - 1)."""
    return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0.0)))
''',
    "silu": '''
def _silu(x):
    """x / (1 + exp(-x))."""
    return x * _sigmoid(x)
''',
    "mish": '''
def _mish(x):
    """x * tanh(log(1 + exp(x)))."""
    return x * np.tanh(_softplus(x))
''',
    "sech": '''
def _sech(x):
    """1 / cosh(x) without overflow."""
    e = np.exp(-np.abs(x))
    return 2.0 * e / (1.0 + e * e)
''',
    "log1mexp": '''
def _log1mexp(x):
    """log(1 - exp(x)) for x < 0, exact at both ends."""
    near = np.maximum(x, -0.5)
    far = np.minimum(x, -0.5)
    return np.where(x > -0.5, np.log(-np.expm1(near)), np.log1p(-np.exp(far)))
''',
    "erf": '''
def _erf(x):
    """The error function."""
    return np.vectorize(math.erf, otypes=[float])(x)[()]
''',
    "erfc": '''
def _erfc(x):
    """The complementary error function, 1 - erf(x) without cancellation."""
    return np.vectorize(math.erfc, otypes=[float])(x)[()]
''',
    "normal_cdf": '''
def _normal_cdf(x):
    """The distribution function of the standard normal."""
    return 0.5 * _erfc(-x / math.sqrt(2.0))
''',
    "log_normal_cdf": '''
def _log_normal_cdf(x):
    """The logarithm of the standard normal's distribution function; a series where that underflows."""
    middle = np.log1p(-0.5 * _erfc(np.clip(x, -1.0, None) / math.sqrt(2.0)))
    left = np.log(0.5 * _erfc(-np.clip(x, -30.0, -1.0) / math.sqrt(2.0)))
    z = np.minimum(x, -30.0)
    t = 1.0 / (z * z)
    series = t * (-1.0 + t * (3.0 + t * (-15.0 + t * (105.0 - 945.0 * t))))
    tail = -0.5 * z * z - np.log(-z) - 0.5 * math.log(2.0 * math.pi) + np.log1p(series)
    return np.where(x < -30.0, tail, np.where(x < -1.0, left, middle))
''',
    "normal_pdf": '''
def _normal_pdf(x):
    """The density of the standard normal."""
    return np.exp(-0.5 * x * x) / math.sqrt(2.0 * math.pi)
''',
    "normal_hazard": '''
def _normal_hazard(x):
    """The standard normal's density over its distribution function; a series where both underflow."""
    z = np.minimum(x, -30.0)
    t = 1.0 / (z * z)
    tail = -z / (1.0 + t * (-1.0 + t * (3.0 + t * (-15.0 + t * (105.0 - 945.0 * t)))))
    near = np.maximum(x, -30.0)
    return np.where(x < -30.0, tail, _normal_pdf(near) / _normal_cdf(near))
''',
    "gelu": '''
def _gelu(x):
    """x times the standard normal's distribution function."""
    return x * _normal_cdf(x)
''',
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
    "lgamma": '''
def _lgamma(x):
    """The logarithm of the gamma function's absolute value."""

    def one(v):
        try:
            return math.lgamma(v)
        except (OverflowError, ValueError):
            return math.inf

    return np.vectorize(one, otypes=[float])(x)[()]
''',
    "digamma": '''
def _digamma(x):
    """The derivative of log(gamma(x)) for x > 0: recurrence up to 10, then the asymptotic series."""
    x, shift = np.where(np.asarray(x) > 0, x, np.nan), 0.0
    for _ in range(10):
        small = x < 10.0
        shift = shift - np.where(small, 1.0 / x, 0.0)
        x = np.where(small, x + 1.0, x)
    t = 1.0 / (x * x)
    series = t * (1 / 12 - t * (1 / 120 - t * (1 / 252 - t * (1 / 240 - t * (1 / 132 - t * 691 / 32760)))))
    return shift + np.log(x) - 0.5 / x - series
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
    "xlogy": '''
def _xlogy(x, y):
    """x * log(y), and 0 where x = 0."""
    return x * np.log(np.where(x == 0, 1.0, y))
''',
    "softmax": '''
def _softmax(x, axis):
    """exp(x) / sum(exp(x)) along axis, shifted by the largest entry."""
    e = np.exp(x - np.max(x, axis=axis, keepdims=True))
    return e / np.sum(e, axis=axis, keepdims=True)
''',
    "log_softmax": '''
def _log_softmax(x, axis):
    """log(softmax(x)) along axis, shifted by the largest entry."""
    z = x - np.max(x, axis=axis, keepdims=True)
    return z - np.log(np.sum(np.exp(z), axis=axis, keepdims=True))
''',
    "logsumexp": '''
def _logsumexp(x, axis):
    """log(sum(exp(x))) along axis, shifted by the largest entry."""
    top = np.max(x, axis=axis, keepdims=True)
    top = np.where(np.isfinite(top), top, 0.0)
    return np.squeeze(top, axis=axis) + np.log(np.sum(np.exp(x - top), axis=axis))
''',
}
NEEDS: dict[str, tuple[str, ...]] = {
    "silu": ("sigmoid",),
    "mish": ("softplus",),
    "normal_cdf": ("erfc",),
    "log_normal_cdf": ("erfc",),
    "normal_hazard": ("erfc", "normal_cdf", "normal_pdf"),
    "gelu": ("erfc", "normal_cdf"),
    "polygamma": ("digamma",),
}


def source_of(used: Iterable[str]) -> list[str]:
    """The source of the helpers that are used and of those they need, in the order of the table."""
    wanted = set(used) | {inner for name in used for inner in NEEDS.get(name, ())}
    return [text.strip() for name, text in HELPERS.items() if name in wanted]
