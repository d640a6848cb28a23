"""Activation functions and their relatives that overflow, cancel or saturate when written as they stand."""

from __future__ import annotations

SOURCES: dict[str, str] = {
    "sigmoid": '''
def _sigmoid(x):
    """1 / (1 + exp(-x)) without overflow."""
    e = np.exp(-np.abs(x))
    return np.maximum(e, x >= 0) / (1.0 + e)
''',
    "sigmoid_slope": '''
def _sigmoid_slope(x):
    """sigmoid(x) * sigmoid(-x), the derivative of sigmoid."""
    e = np.exp(-np.abs(x))
    t = 1.0 + e
    return e / (t * t)
''',
    "log_sigmoid": '''
def _log_sigmoid(x):
    """log(1 / (1 + exp(-x))) without overflow."""
    return np.minimum(x, 0.0) - np.log1p(np.exp(-np.abs(x)))
''',
    "cross_entropy": '''
def _cross_entropy(x, y):
    """-y * log(sigmoid(x)) - (1 - y) * log(sigmoid(-x)): a sum of terms that are never negative."""
    far = (1.0 - y) * np.maximum(x, 0.0) - y * np.minimum(x, 0.0)
    return far + np.log1p(np.exp(-np.abs(x)))
''',
    "softplus": '''
def _softplus(x):
    """log(1 + exp(x)) without overflow."""
    return np.maximum(x, 0.0) + np.log1p(np.exp(-np.abs(x)))
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
}
