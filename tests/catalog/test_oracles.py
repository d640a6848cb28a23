"""The book against SciPy, scikit-learn and JAX, and entries against each other."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.special
import scipy.stats

from symml.catalog.book import entry
from symml.kernels import kernel

RNG = np.random.default_rng(7)
Y, Q = RNG.normal(size=12), RNG.normal(size=12)
TRUTH, CALLED = RNG.integers(0, 2, 40), RNG.integers(0, 2, 40)
P, R = RNG.dirichlet(np.ones(5)), RNG.dirichlet(np.ones(5))


def value(id: str, **arguments: Any) -> Any:
    """The right side of an entry, or what a definition defines."""
    function = kernel(entry(id).rhs)
    return function(**{name: arguments[name] for name in function.arguments})


def counts() -> dict[str, float]:
    pairs = {"tp": (1, 1), "fp": (0, 1), "fn": (1, 0), "tn": (0, 0)}
    return {name: float(np.sum((t == TRUTH) & (c == CALLED))) for name, (t, c) in pairs.items()}


# ---- scikit-learn ----------------------------------------------------------------------------------------------------
METRICS: list[tuple[str, str, dict[str, Any]]] = [
    ("metrics.accuracy_def", "accuracy_score", {}),
    ("metrics.precision_def", "precision_score", {}),
    ("metrics.recall_def", "recall_score", {}),
    ("metrics.f1_eq_counts", "f1_score", {}),
    ("metrics.fbeta_eq_counts", "fbeta_score", {"beta": 2.0}),
    ("metrics.kappa_eq_counts", "cohen_kappa_score", {}),
    ("metrics.balanced_accuracy_eq", "balanced_accuracy_score", {}),
    ("metrics.jaccard_eq_f1", "jaccard_score", {}),
]
REGRESSION = [
    ("metrics.mae_def", "mean_absolute_error"),
    ("metrics.mse_def", "mean_squared_error"),
    ("metrics.rmse_def", "root_mean_squared_error"),
    ("metrics.r_squared_def", "r2_score"),
]


@pytest.mark.parametrize(("id", "name", "more"), METRICS)
def test_a_metric_of_counts_is_that_of_scikit_learn(id: str, name: str, more: dict[str, Any]) -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    assert value(id, **counts(), **more) == pytest.approx(getattr(metrics, name)(TRUTH, CALLED, **more), rel=1e-12)


def test_the_squared_correlation_of_decisions_is_that_of_scikit_learn() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    expected = metrics.matthews_corrcoef(TRUTH, CALLED) ** 2
    assert value("metrics.mcc_eq_rates", **counts()) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(("id", "name"), REGRESSION)
def test_a_metric_of_regression_is_that_of_scikit_learn(id: str, name: str) -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    assert value(id, y=Y, q=Q) == pytest.approx(getattr(metrics, name)(Y, Q), rel=1e-12)


def test_rankings_and_percentages_are_those_of_scikit_learn() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    scores = np.round(RNG.normal(size=40), 1)
    auc = value("metrics.auc_def", s=scores[TRUTH == 1], t=scores[TRUTH == 0])
    assert auc == pytest.approx(metrics.roc_auc_score(TRUTH, scores), rel=1e-12)
    percent = 100 * metrics.mean_absolute_percentage_error(Y, Q)
    assert value("metrics.mape_def", y=Y, q=Q) == pytest.approx(percent, rel=1e-12)


def test_scalings_are_those_of_scikit_learn() -> None:
    preprocessing = pytest.importorskip("sklearn.preprocessing")
    X = RNG.normal(size=(5, 1))
    names = {"minmax": "MinMaxScaler", "zscore": "StandardScaler", "robust": "RobustScaler"}
    for name, scaler in names.items():
        expected = getattr(preprocessing, scaler)().fit_transform(X)[:, 0]
        np.testing.assert_allclose(value(f"distances.{name}_def", x=X[:, 0]), expected, rtol=1e-12)
    rows = RNG.normal(size=(4, 3))
    np.testing.assert_allclose(value("distances.row_l2_def", X=rows), preprocessing.normalize(rows), rtol=1e-12)


def test_losses_and_kernels_are_those_of_scikit_learn() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    pairwise = pytest.importorskip("sklearn.metrics.pairwise")
    z, y = RNG.normal(size=9), RNG.integers(0, 2, 9)
    losses = [value("losses.bce_logits_stable", z=a, y=b) for a, b in zip(z, y, strict=True)]
    assert np.mean(losses) == pytest.approx(metrics.log_loss(y, scipy.special.expit(z)), rel=1e-12)
    a, b = RNG.normal(size=(2, 1, 4))
    assert value("distances.rbf_kernel_eq", x=a[0], y=b[0], g=0.3) == pytest.approx(
        float(pairwise.rbf_kernel(a, b, gamma=0.3)[0, 0]), rel=1e-12
    )
    assert value("distances.cosine_distance_def", x=a[0], y=b[0]) == pytest.approx(
        float(pairwise.cosine_distances(a, b)[0, 0]), rel=1e-12
    )


# ---- SciPy -----------------------------------------------------------------------------------------------------------
def test_tests_are_those_of_scipy() -> None:
    x, y = RNG.normal(size=8), RNG.normal(size=11)
    student = value("hypothesis_tests.two_sample_t_def", x=x, y=y)
    assert student == pytest.approx(scipy.stats.ttest_ind(x, y).statistic, rel=1e-12)
    welch = value("hypothesis_tests.welch_t_def", x=x, y=y)
    assert welch == pytest.approx(scipy.stats.ttest_ind(x, y, equal_var=False).statistic, rel=1e-12)
    assert value("hypothesis_tests.two_sample_f_eq_t", x=x, y=y) == pytest.approx(
        scipy.stats.f_oneway(x, y).statistic, rel=1e-12
    )
    table = {"a": 30.0, "b": 20.0, "c": 10.0, "d": 40.0}
    rows = np.array([*table.values()]).reshape(2, 2)
    for id, correction in (("chi_square_eq", False), ("yates_chi_square_eq", True)):
        expected = scipy.stats.chi2_contingency(rows, correction=correction).statistic
        assert value(f"hypothesis_tests.{id}", **table) == pytest.approx(expected, rel=1e-12)
    assert value("hypothesis_tests.two_sided_p_value_def", z=1.3) == pytest.approx(2 * scipy.stats.norm.sf(1.3))
    assert value("statistics.pearson_def", x=Y, y=Q) == pytest.approx(scipy.stats.pearsonr(Y, Q).statistic, rel=1e-12)


DENSITIES: list[tuple[str, Callable[..., Any], dict[str, float]]] = [
    ("distributions.normal_def", lambda x, mu, sigma: scipy.stats.norm.pdf(x, mu, sigma), {"mu": 0.3, "sigma": 1.7}),
    ("distributions.exponential_def", lambda x, lam: scipy.stats.expon.pdf(x, scale=1 / lam), {"lam": 1.4}),
    ("families.gamma_def", lambda x, a, lam: scipy.stats.gamma.pdf(x, a, scale=1 / lam), {"a": 2.3, "lam": 0.7}),
    ("families.beta_def", lambda x, a, b: scipy.stats.beta.pdf(x, a, b), {"a": 2.3, "b": 0.7}),
]


@pytest.mark.parametrize(("id", "oracle", "parameters"), DENSITIES)
def test_a_density_is_that_of_scipy(id: str, oracle: Callable[..., Any], parameters: dict[str, float]) -> None:
    assert value(id, x=0.4, **parameters) == pytest.approx(oracle(0.4, **parameters), rel=1e-12)


def test_moments_entropies_and_probabilities_are_those_of_scipy() -> None:
    stats = scipy.stats
    gamma, beta = stats.gamma(2.3, scale=1 / 0.7), stats.beta(2.3, 0.7)
    alpha = np.array([0.7, 1.9, 3.2])
    cases = [
        (value("families.gamma_mean", a=2.3, lam=0.7), gamma.mean()),
        (value("families.gamma_var", a=2.3, lam=0.7), gamma.var()),
        (value("families.gamma_entropy", a=2.3, lam=0.7), gamma.entropy()),
        (value("families.beta_mean", a=2.3, b=0.7), beta.mean()),
        (value("families.beta_var", a=2.3, b=0.7), beta.var()),
        (value("families.dirichlet_entropy", alpha=alpha), stats.dirichlet(alpha).entropy()),
        (value("families.laplace_entropy", b=1.3), stats.laplace(scale=1.3).entropy()),
        (value("families.laplace_var", b=1.3), stats.laplace(scale=1.3).var()),
        (value("families.negative_binomial_def", k=3.0, r=2.5, q=0.4), stats.nbinom.pmf(3, 2.5, 0.6)),
        (value("families.negative_binomial_mean", r=2.5, q=0.4), stats.nbinom.mean(2.5, 0.6)),
        (value("families.geometric_var", q=0.4), stats.nbinom.var(1, 0.6)),
        (value("gaussians.normal_entropy", sigma=1.7), stats.norm(scale=1.7).entropy()),
        (value("distributions.binomial_def", k=3.0, n=7.0, p=0.4), stats.binom.pmf(3, 7, 0.4)),
        (value("distributions.binomial_var", n=7.0, p=0.4), stats.binom.var(7, 0.4)),
        (value("distributions.poisson_def", k=3.0, lam=2.2), stats.poisson.pmf(3, 2.2)),
        (value("information.kl_def", p=P, q=R), stats.entropy(P, R)),
        (value("information.entropy_def", p=P), stats.entropy(P)),
    ]
    for ours, theirs in cases:
        assert ours == pytest.approx(float(theirs), rel=1e-11)
    np.testing.assert_allclose(
        value("families.dirichlet_var", alpha=alpha), scipy.stats.dirichlet(alpha).cov(), rtol=1e-11
    )


def test_the_multivariate_normal_density_is_that_of_scipy() -> None:
    A = RNG.normal(size=(3, 3))
    S, x, mu = A @ A.T + np.eye(3), RNG.normal(size=3), RNG.normal(size=3)
    expected = scipy.stats.multivariate_normal(mu, S).logpdf(x)
    assert value("gaussians.multivariate_normal_def", x=x, mu=mu, S=S) == pytest.approx(expected, rel=1e-12)


# ---- JAX -------------------------------------------------------------------------------------------------------------
A35, X43, W4, Y3 = RNG.normal(size=(3, 5)), RNG.normal(size=(4, 3)), RNG.normal(size=4), RNG.normal(size=3)
SCALAR = {
    "sigmoid": lambda j, x: j.nn.sigmoid(x),
    "tanh": lambda j, x: j.numpy.tanh(x),
    "softplus": lambda j, x: j.nn.softplus(x),
    "silu": lambda j, x: j.nn.silu(x),
    "gelu": lambda j, x: j.nn.gelu(x, approximate=False),
    "mish": lambda j, x: j.nn.mish(x),
    "relu": lambda j, x: j.nn.relu(x),
    "softsign": lambda j, x: j.nn.soft_sign(x),
    "squared_relu": lambda j, x: j.nn.relu(x) ** 2,
    "log_sigmoid": lambda j, x: j.nn.log_sigmoid(x),
}


@pytest.mark.parametrize("name", SCALAR)
def test_an_activation_has_the_slope_that_jax_finds(name: str) -> None:
    jax = pytest.importorskip("jax")
    with jax.enable_x64(True):
        for x in (-3.7, -0.4, 0.9, 5.3):
            expected = jax.grad(lambda x: SCALAR[name](jax, x))(x)
            assert value(f"activations.{name}_deriv", x=x) == pytest.approx(float(expected), rel=1e-12)


Case = tuple[str, str, dict[str, Any], Callable[..., Any]]
C4, G4, Z4 = RNG.normal(size=4), RNG.normal(size=4), RNG.normal(size=4)
HOT = np.eye(4)[2]
SPD = X43.T @ X43 + np.eye(3)


def _normalized(x: Any, eps: float) -> Any:
    return (x - x.mean()) / (x.var() + eps) ** 0.5


GRADIENTS: list[Case] = [
    ("activations.softmax_jacobian", "z", {"z": Z4}, lambda j, z: j.nn.softmax(z)),
    ("activations.logsumexp_grad", "z", {"z": Z4}, lambda j, z: j.nn.logsumexp(z)),
    ("losses.softmax_ce_grad", "z", {"z": Z4, "y": HOT}, lambda j, z, y: -y @ j.nn.log_softmax(z)),
    ("losses.mse_grad", "w", {"X": X43.T, "w": W4, "y": Y3}, lambda j, X, w, y: ((X @ w - y) ** 2).mean()),
    (
        "losses.logistic_grad",
        "w",
        {"X": X43.T, "w": W4, "y": np.array([1.0, -1, 1])},
        lambda j, X, w, y: j.nn.softplus(-y * (X @ w)).sum(),
    ),
    ("losses.huber_deriv", "r", {"r": 2.1, "delta": 1.3}, lambda j, r, delta: delta * (abs(r) - delta / 2)),
    (
        "losses.focal_grad",
        "z",
        {"z": 0.7, "gamma": 2.0},
        lambda j, z, gamma: -((1 - j.nn.sigmoid(z)) ** gamma) * j.nn.log_sigmoid(z),
    ),
    (
        "losses.dice_grad",
        "p",
        {"p": P, "y": R, "c": 1.0},
        lambda j, p, y, c: 1 - (2 * p @ y + c) / (p.sum() + y.sum() + c),
    ),
    (
        "losses.cosine_grad",
        "x",
        {"x": C4, "y": G4},
        lambda j, x, y: x @ y / j.numpy.linalg.norm(x) / j.numpy.linalg.norm(y),
    ),
    (
        "networks.batchnorm_grad",
        "x",
        {"x": Z4, "c": C4, "gamma": 0.7, "eps": 0.1},
        lambda j, x, c, gamma, eps: c @ (gamma * _normalized(x, eps)),
    ),
    (
        "networks.layernorm_grad",
        "x",
        {"x": Z4, "c": C4, "g": G4, "eps": 0.1},
        lambda j, x, c, g, eps: c @ (g * _normalized(x, eps)),
    ),
    (
        "networks.rmsnorm_grad",
        "x",
        {"x": Z4, "c": C4, "eps": 0.1},
        lambda j, x, c, eps: c @ x / ((x**2).mean() + eps) ** 0.5,
    ),
    (
        "networks.attention_grad",
        "s",
        {"s": Z4, "V": X43, "c": Y3},
        lambda j, s, V, c: c @ (j.nn.softmax(s) @ V),
    ),
    ("generative.policy_grad", "z", {"z": Z4, "r": C4}, lambda j, z, r: j.nn.softmax(z) @ r),
    ("differentiation_rules.det_grad", "A", {"A": SPD}, lambda j, A: j.numpy.linalg.det(A)),
    (
        "gaussians.evidence_grad",
        "K",
        {"K": SPD, "y": Y3},
        lambda j, K, y: -(y @ j.numpy.linalg.solve(K, y) + j.numpy.linalg.slogdet(K)[1]) / 2,
    ),
    (
        "families.dirichlet_log_mean",
        "alpha",
        {"alpha": np.exp(Z4)},
        lambda j, alpha: j.scipy.special.gammaln(alpha).sum() - j.scipy.special.gammaln(alpha.sum()),
    ),
    (
        "exponential_families.wishart_scale_grad",
        "S",
        {"S": SPD, "X": 2 * np.eye(3), "n": 5.0},
        lambda j, S, X, n: -n / 2 * j.numpy.linalg.slogdet(S)[1] - j.numpy.trace(j.numpy.linalg.solve(S, X)) / 2,
    ),
]


@pytest.mark.parametrize(("id", "wrt", "arguments", "function"), GRADIENTS, ids=[row[0] for row in GRADIENTS])
def test_a_gradient_is_the_one_that_jax_finds(
    id: str, wrt: str, arguments: dict[str, Any], function: Callable[..., Any]
) -> None:
    jax = pytest.importorskip("jax")
    names = [*arguments]
    with jax.enable_x64(True):
        jacobian = jax.jacrev(lambda *a: function(jax, **dict(zip(names, a, strict=True))), argnums=names.index(wrt))
        expected = jacobian(*(jax.numpy.asarray(v, float) for v in arguments.values()))
        np.testing.assert_allclose(value(id, **arguments), np.asarray(expected), rtol=1e-9, atol=1e-12)


# ---- entries against each other --------------------------------------------------------------------------------------
def test_divergence_is_cross_entropy_less_entropy() -> None:
    kl, cross = value("information.kl_def", p=P, q=R), value("information.cross_entropy_def", p=P, q=R)
    assert kl == pytest.approx(cross - value("information.entropy_def", p=P), rel=1e-12)
    assert value("information.cross_entropy_decomposition", p=P, q=R) == pytest.approx(kl, rel=1e-12)


def test_binary_cross_entropy_is_the_categorical_one_of_two_classes() -> None:
    for z, y in ((1.3, 0), (-0.4, 1)):
        two = value("losses.bce_logits_stable", z=z, y=y)
        assert value("networks.bce_eq_two_class_cce", z=z, y=y) == pytest.approx(two, rel=1e-12)


def test_the_sigmoid_is_a_hyperbolic_tangent() -> None:
    for x in (-2.3, 0.6):
        tanh = value("activations.tanh_eq_sigmoid", x=x)
        assert tanh == pytest.approx(2 * scipy.special.expit(2 * x) - 1, rel=1e-12)
        slope = value("activations.tanh_deriv", x=x)
        assert slope == pytest.approx(4 * value("activations.sigmoid_deriv", x=2 * x), rel=1e-12)


def test_precision_recall_and_f_scores_agree() -> None:
    c = counts()
    precision, recall = value("metrics.precision_def", **c), value("metrics.recall_def", **c)
    assert value("metrics.f1_eq_harmonic", P=precision, R=recall) == pytest.approx(value("metrics.f1_eq_counts", **c))
    assert value("metrics.fbeta_eq_counts", beta=1.0, **c) == pytest.approx(value("metrics.f1_eq_counts", **c))
    assert value("metrics.precision_eq_bayes", **c) == pytest.approx(precision)


def test_covariance_and_correlation_agree_and_variance_is_the_same_three_ways() -> None:
    covariance = value("statistics.covariance_def", x=Y, y=Q)
    assert value("statistics.covariance_eq_product", x=Y, y=Q) == pytest.approx(covariance, rel=1e-12)
    assert value("statistics.pearson_def", x=Y, y=Q) == pytest.approx(covariance / (Y.std() * Q.std()), rel=1e-12)
    variances = [value(f"statistics.{name}", x=Y) for name in ("var_decomposition", "var_eq_pairs")]
    assert variances == pytest.approx([Y.var()] * 2, rel=1e-12)
    assert value("statistics.bessel_var", x=Y) == pytest.approx(Y.var(ddof=1), rel=1e-12)
