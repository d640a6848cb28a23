"""Functions along an axis, shifted by the largest entry."""

from __future__ import annotations

SOURCES: dict[str, str] = {
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
