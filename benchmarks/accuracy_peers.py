"""What SciPy and JAX offer for the formulas of the accuracy exam; a formula that they lack is left out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Functions = dict[str, Callable[..., Any]]


def scipy_functions() -> Functions:
    from scipy import special as s
    from scipy import stats as st

    return {
        "sigmoid": s.expit,
        "sigmoid_slope": lambda x: s.expit(x) * s.expit(-x),
        "softplus": lambda x: np.logaddexp(0, x),
        "log_sigmoid": s.log_expit,
        "logsumexp2": np.logaddexp,
        "softmax3": lambda x, y: s.softmax(np.stack([x, y, 0 * x]), axis=0)[0],
        "binary_kl": lambda x, y: s.rel_entr(x, y) + s.rel_entr(1 - x, 1 - y),
        "binary_entropy": lambda x: s.entr(x) + s.entr(1 - x),
        "x_log_y": s.xlogy,
        "gelu": lambda x: x * s.ndtr(x),
        "gelu_slope": lambda x: s.ndtr(x) + x * st.norm.pdf(x),
        "normal_logpdf": lambda x, y: st.norm.logpdf(x, scale=y),
        "normal_logcdf": s.log_ndtr,
        "inverse_mills": lambda x: np.exp(st.norm.logpdf(x) - s.log_ndtr(x)),
        "huber": lambda x: s.huber(1, x),
        "pseudo_huber": lambda x: s.pseudo_huber(1, x),
        "tanh_slope": lambda x: 1 / np.cosh(x) ** 2,
        "expm1_over_x": s.exprel,
        "silu": lambda x: x * s.expit(x),
        "logit": s.logit,
        "arctanh": np.arctanh,
        "student_logpdf": lambda x, y: st.t.logpdf(x, y),
        "hypot": np.hypot,
        "log_beta": s.betaln,
    }


def jax_functions() -> Functions:
    import jax
    import jax.numpy as jnp
    from jax.scipy import special as s
    from jax.scipy import stats as st

    jax.config.update("jax_enable_x64", True)
    n = jax.nn

    def slope(f: Callable[..., Any]) -> Callable[..., Any]:
        return jax.vmap(jax.grad(f))

    found = {
        "sigmoid": n.sigmoid,
        "sigmoid_slope": slope(n.sigmoid),
        "softplus": n.softplus,
        "log_sigmoid": n.log_sigmoid,
        "logsumexp2": jnp.logaddexp,
        "softmax3": lambda x, y: n.softmax(jnp.stack([x, y, 0 * x]), axis=0)[0],
        "bce_logits": lambda x, y: n.softplus(x) - x * y,
        "bce_logits_slope": slope(lambda x, y: n.softplus(x) - x * y),
        "binary_kl": lambda x, y: s.rel_entr(x, y) + s.rel_entr(1 - x, 1 - y),
        "binary_entropy": lambda x: s.entr(x) + s.entr(1 - x),
        "x_log_y": s.xlogy,
        "gelu": lambda x: n.gelu(x, approximate=False),
        "gelu_slope": slope(lambda x: n.gelu(x, approximate=False)),
        "normal_logpdf": lambda x, y: st.norm.logpdf(x, scale=y),
        "normal_logcdf": st.norm.logcdf,
        "inverse_mills": slope(st.norm.logcdf),
        "tanh_slope": slope(jnp.tanh),
        "mish": n.mish,
        "silu": n.silu,
        "silu_slope": slope(n.silu),
        "logit": s.logit,
        "arctanh": jnp.arctanh,
        "student_logpdf": lambda x, y: st.t.logpdf(x, y),
        "hypot": jnp.hypot,
        "focal": lambda x: -(n.sigmoid(-x) ** 2) * n.log_sigmoid(x),
        "log_beta": s.betaln,
    }
    return {name: _on_numpy(function) for name, function in found.items()}


def _on_numpy(function: Callable[..., Any]) -> Callable[..., Any]:
    import jax.numpy as jnp

    return lambda *columns: np.asarray(function(*map(jnp.asarray, columns)))
