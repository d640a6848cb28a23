"""Functions that NumPy lacks, as source that is pasted into a kernel: stable, and silent where they saturate."""

from __future__ import annotations

HELPERS: dict[str, str] = {
    "sigmoid": '''
def sigmoid(x):
    """1 / (1 + exp(-x)) without overflow."""
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1.0, e) / (1.0 + e)
''',
    "log_sigmoid": '''
def log_sigmoid(x):
    """log(sigmoid(x))."""
    return np.minimum(x, 0.0) - np.log1p(np.exp(-np.abs(x)))
''',
    "softplus": '''
def softplus(x):
    """log(1 + exp(x))."""
    return np.maximum(x, 0.0) + np.log1p(np.exp(-np.abs(x)))
''',
    "logit": '''
def logit(p):
    """log(p / (1 - p))."""
    return np.log(p) - np.log1p(-p)
''',
    "relu": '''
def relu(x):
    """max(x, 0)."""
    return np.maximum(x, 0.0)
''',
    "leaky_relu": '''
def leaky_relu(x, slope):
    """x where x > 0, else slope * x."""
    return np.where(x > 0, x, slope * x)
''',
    "elu": '''
def elu(x, alpha):
    """x where x > 0, else alpha * (exp(x) - 1)."""
    return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0.0)))
''',
    "silu": '''
def silu(x):
    """x * sigmoid(x)."""
    return x * sigmoid(x)
''',
    "mish": '''
def mish(x):
    """x * tanh(softplus(x))."""
    return x * np.tanh(softplus(x))
''',
    "erf": '''
def erf(x):
    """The error function."""
    return np.vectorize(math.erf, otypes=[float])(x)
''',
    "erfc": '''
def erfc(x):
    """The complementary error function."""
    return np.vectorize(math.erfc, otypes=[float])(x)
''',
    "normal_cdf": '''
def normal_cdf(x):
    """The distribution function of the standard normal."""
    return 0.5 * erfc(-x / math.sqrt(2.0))
''',
    "normal_pdf": '''
def normal_pdf(x):
    """The density of the standard normal."""
    return np.exp(-0.5 * x * x) / math.sqrt(2.0 * math.pi)
''',
    "gelu": '''
def gelu(x):
    """x * normal_cdf(x)."""
    return x * normal_cdf(x)
''',
    "gamma": '''
def gamma(x):
    """The gamma function."""
    return np.vectorize(math.gamma, otypes=[float])(x)
''',
    "lgamma": '''
def lgamma(x):
    """The logarithm of the gamma function."""
    return np.vectorize(math.lgamma, otypes=[float])(x)
''',
    "digamma": '''
def digamma(x):
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
def polygamma(m, x):
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
def xlogy(x, y):
    """x * log(y), and 0 where x = 0."""
    return x * np.log(np.where(x == 0, 1.0, y))
''',
    "softmax": '''
def softmax(x, axis):
    """exp(x) / sum(exp(x)) along axis, shifted by the largest entry."""
    e = np.exp(x - np.max(x, axis=axis, keepdims=True))
    return e / np.sum(e, axis=axis, keepdims=True)
''',
    "log_softmax": '''
def log_softmax(x, axis):
    """log(softmax(x)) along axis."""
    z = x - np.max(x, axis=axis, keepdims=True)
    return z - np.log(np.sum(np.exp(z), axis=axis, keepdims=True))
''',
    "logsumexp": '''
def logsumexp(x, axis):
    """log(sum(exp(x))) along axis, shifted by the largest entry."""
    top = np.max(x, axis=axis, keepdims=True)
    return np.squeeze(top, axis=axis) + np.log(np.sum(np.exp(x - top), axis=axis))
''',
    "placed": '''
def placed(x, axis, size, start, step):
    """x inside zeros: its entries along axis go to start, start + step, ..."""
    x = np.moveaxis(x, axis, 0)
    out = np.zeros((size, *x.shape[1:]))
    out[start + step * np.arange(len(x))] = x
    return np.moveaxis(out, 0, axis)
''',
}
NEEDS: dict[str, tuple[str, ...]] = {
    "silu": ("sigmoid",),
    "mish": ("softplus",),
    "normal_cdf": ("erfc",),
    "gelu": ("erfc", "normal_cdf"),
}


def source_of(used: set[str]) -> str:
    """The source of the helpers that are used, with those they need, in the order of the table."""
    wanted = set(used) | {inner for name in used for inner in NEEDS.get(name, ())}
    return "\n\n".join(text.strip() + "\n" for name, text in HELPERS.items() if name in wanted)
