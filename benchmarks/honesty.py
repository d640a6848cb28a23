"""Correct derivatives of installed packages: none may be refuted; real defects are listed with their evidence.

Run it with ``python -m benchmarks.honesty``. Packages that are not installed are left out.
"""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np

from symml.errors import SymmlError
from symml.proof.derivative_claims import check_hessian
from symml.proof.gradient_check import check_gradient
from symml.proof.verdict import Verdict

BAD = ("refuted", "disagrees", "true_if")
UNIT_LINKS = ("Logit", "CLogLog", "LogLog", "LogC", "Cauchy", "Probit")
LINKS = (*UNIT_LINKS, "Log", "Identity", "InversePower", "InverseSquared", "Sqrt")
NORMS = ("LeastSquares", "HuberT", "RamsayE", "AndrewWave", "TrimmedMean", "Hampel", "TukeyBiweight")
TRANSFORMS = ("TransfClayton", "TransfFrank", "TransfGumbel", "TransfIndep")


@dataclass(frozen=True)
class Claim:
    """A function of a package and its derivative."""

    family: str
    name: str
    function: Callable[..., Any]
    slope: Callable[..., Any]
    wrt: str
    shapes: str
    check: Callable[..., Verdict] = check_gradient


def scipy_claims() -> Iterator[Claim]:
    from scipy.optimize import rosen, rosen_der, rosen_hess

    for n in (2, 3, 4, 5):
        yield Claim("scipy rosen", f"rosen_der, n={n}", rosen, rosen_der, "x", f"x: {n}")
        yield Claim("scipy rosen", f"rosen_hess, n={n}", rosen, rosen_hess, "x", f"x: {n}", check_hessian)


def link_claims() -> Iterator[Claim]:
    from statsmodels.genmod.families import links

    for name in LINKS:
        link = getattr(links, name)()
        shapes = "p: unit" if name in UNIT_LINKS else "p: positive"
        yield Claim("statsmodels links", f"{name}.deriv", link.__call__, link.deriv, "p", shapes)
        yield Claim("statsmodels links", f"{name}.deriv2", link.deriv, link.deriv2, "p", shapes)
        yield Claim("statsmodels links", f"{name}.inverse_deriv", link.inverse, link.inverse_deriv, "z", "z: positive")
        second = link.inverse_deriv2
        yield Claim("statsmodels links", f"{name}.inverse_deriv2", link.inverse_deriv, second, "z", "z: positive")


def variance_claims() -> Iterator[Claim]:
    from statsmodels.genmod.families import varfuncs

    for name in ("constant", "mu", "mu_squared", "mu_cubed", "binary", "nbinom"):
        row = getattr(varfuncs, name)
        yield Claim("statsmodels variances", f"{name}.deriv", row.__call__, row.deriv, "mu", "mu: n unit")


def norm_claims() -> Iterator[Claim]:
    from statsmodels.robust import norms

    for name in NORMS:
        norm = getattr(norms, name)()
        yield Claim("statsmodels norms", f"{name}.psi", norm.rho, norm.psi, "z", "z: n")
        yield Claim("statsmodels norms", f"{name}.psi_deriv", norm.psi, norm.psi_deriv, "z", "z: n")


def copula_claims() -> Iterator[Claim]:
    from statsmodels.distributions.copula import transforms

    pairs = (
        ("evaluate", "deriv"),
        ("deriv", "deriv2"),
        ("inverse", "deriv_inverse"),
        ("deriv_inverse", "deriv2_inverse"),
    )
    for name in TRANSFORMS:
        row = getattr(transforms, name)()
        for function, slope in pairs:
            if hasattr(row, function) and hasattr(row, slope):
                wrt = "phi" if "inverse" in function else "t"
                shapes = f"{wrt}: unit, theta: positive"
                claim = (getattr(row, function), getattr(row, slope), wrt, shapes)
                yield Claim("statsmodels copulas", f"{name}.{slope}", *claim)


def discrete_claims() -> Iterator[Claim]:
    from statsmodels.discrete import discrete_model as models

    rng = np.random.default_rng(0)
    X = np.round(rng.normal(size=(6, 3)), 3)
    rows = {"Logit": rng.integers(0, 2, 6), "Probit": rng.integers(0, 2, 6), "Poisson": rng.integers(0, 5, 6)}
    for name, y in rows.items():
        model = getattr(models, name)(y, X)
        wrt, shapes = "params", "params: 3"
        yield Claim("statsmodels discrete", f"{name}.score", model.loglike, model.score, wrt, shapes)
        yield Claim("statsmodels discrete", f"{name}.hessian", model.score, model.hessian, wrt, shapes)


def kernel_claims() -> Iterator[Claim]:
    from sklearn.gaussian_process import kernels

    makers: dict[str, Callable[[float], Any]] = {
        "RBF": lambda v: kernels.RBF(v),
        "Matern 3/2": lambda v: kernels.Matern(v, nu=1.5),
        "Matern 5/2": lambda v: kernels.Matern(v, nu=2.5),
        "ConstantKernel": lambda v: kernels.ConstantKernel(v),
        "WhiteKernel": lambda v: kernels.WhiteKernel(v),
        "DotProduct": lambda v: kernels.DotProduct(v),
    }
    for name, make in makers.items():

        def value(theta: Any, X: Any, make: Any = make) -> Any:
            return make(float(theta))(X)

        def slope(theta: Any, X: Any, make: Any = make) -> Any:
            return make(float(theta))(X, eval_gradient=True)[1][:, :, 0]

        yield Claim("scikit-learn kernels", name, value, slope, "theta", "theta: positive, X: n d")


SOURCES = (
    scipy_claims,
    link_claims,
    variance_claims,
    norm_claims,
    copula_claims,
    discrete_claims,
    kernel_claims,
)


def main() -> None:
    warnings.simplefilter("ignore")
    counts: dict[str, Counter[str]] = {}
    found: list[str] = []
    for source in SOURCES:
        try:
            claims = list(source())
        except ImportError:
            print(f"left out, the package is not installed: {source.__name__}")
            continue
        for claim in claims:
            start = perf_counter()
            try:
                verdict = claim.check(claim.function, claim.slope, wrt=claim.wrt, shapes=claim.shapes)
                outcome, said = verdict.verdict, verdict.reason
                kind = verdict.diagnosis.kind if verdict.diagnosis else ""
                witness = str(verdict.counterexample)
            except SymmlError as error:
                outcome, said, kind, witness = "error", error.what, "", ""
            counts.setdefault(claim.family, Counter())[outcome] += 1
            if outcome in (*BAD, "error", "not_understood", "undecided"):
                seconds = perf_counter() - start
                found.append(
                    f"{claim.family}: {claim.name}: {outcome} ({seconds:.1f} s) {kind} {said[:90]} {witness[:120]}"
                )
    columns = sorted({outcome for row in counts.values() for outcome in row})
    print("| corpus | " + " | ".join(columns) + " |")
    print("|---|" + "---|" * len(columns))
    for family, row in counts.items():
        print(f"| {family} | " + " | ".join(str(row[column] or "") for column in columns) + " |")
    print("\n".join(found))


if __name__ == "__main__":
    main()
