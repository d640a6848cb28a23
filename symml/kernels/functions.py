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
    """log(_sigmoid(x))."""
    return np.minimum(x, 0.0) - np.log1p(np.exp(-np.abs(x)))
''',
    "softplus": '''
def _softplus(x):
    """log(1 + exp(x))."""
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
    """x * _sigmoid(x)."""
    return x * _sigmoid(x)
''',
    "mish": '''
def _mish(x):
    """x * tanh(_softplus(x))."""
    return x * np.tanh(_softplus(x))
''',
    "erf": '''
def _erf(x):
    """The error function."""
    return np.vectorize(math.erf, otypes=[float])(x)
''',
    "erfc": '''
def _erfc(x):
    """The complementary error function."""
    return np.vectorize(math.erfc, otypes=[float])(x)
''',
    "normal_cdf": '''
def _normal_cdf(x):
    """The distribution function of the standard normal."""
    return 0.5 * _erfc(-x / math.sqrt(2.0))
''',
    "normal_pdf": '''
def _normal_pdf(x):
    """The density of the standard normal."""
    return np.exp(-0.5 * x * x) / math.sqrt(2.0 * math.pi)
''',
    "gelu": '''
def _gelu(x):
    """x * _normal_cdf(x)."""
    return x * _normal_cdf(x)
''',
    "gamma": '''
def _gamma(x):
    """The gamma function."""
    return np.vectorize(math.gamma, otypes=[float])(x)
''',
    "lgamma": '''
def _lgamma(x):
    """The logarithm of the gamma function."""
    return np.vectorize(math.lgamma, otypes=[float])(x)
''',
    "digamma": '''
def _digamma(x):
    """The derivative of lgamma, for x > 0: recurrence up to 10, then the asymptotic series."""
    x, shift = np.asarray(x, float), 0.0
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
    """The m-th derivative of digamma, m >= 1, for x > 0: recurrence up to 20, then the asymptotic series."""
    m, x, total = int(np.max(m)), np.asarray(x, float), 0.0
    for _ in range(20):
        small = x < 20.0
        total = total + np.where(small, math.factorial(m) / x ** (m + 1), 0.0)
        x = np.where(small, x + 1.0, x)
    total = total + math.factorial(m - 1) / x**m + math.factorial(m) / (2.0 * x ** (m + 1))
    for k, b in enumerate((1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510), 1):
        total = total + b * math.factorial(2 * k + m - 1) / (math.factorial(2 * k) * x ** (2 * k + m))
    return (-1.0) ** (m + 1) * total
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
    """log(_softmax(x)) along axis."""
    z = x - np.max(x, axis=axis, keepdims=True)
    return z - np.log(np.sum(np.exp(z), axis=axis, keepdims=True))
''',
    "logsumexp": '''
def _logsumexp(x, axis):
    """log(sum(exp(x))) along axis, shifted by the largest entry."""
    top = np.max(x, axis=axis, keepdims=True)
    return np.squeeze(top, axis=axis) + np.log(np.sum(np.exp(x - top), axis=axis))
''',
}
NEEDS: dict[str, tuple[str, ...]] = {
    "silu": ("sigmoid",),
    "mish": ("softplus",),
    "normal_cdf": ("erfc",),
    "gelu": ("erfc", "normal_cdf"),
}


def source_of(used: Iterable[str]) -> list[str]:
    """The source of the helpers that are used and of those they need, in the order of the table."""
    wanted = set(used) | {inner for name in used for inner in NEEDS.get(name, ())}
    return [text.strip() for name, text in HELPERS.items() if name in wanted]
