"""Problems of textbooks, with their variables as declared; what they give is compared with SciPy's minimizers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Case:
    """A problem as a user types it.

    Attributes:
        f: The objective.
        over: The variables.
        subject: Constraints.
        shapes: Declarations.
        sense: ``min`` or ``max``.
        claim: The solution of a textbook for the first variable; empty where it has no formula.
        dual: The first line of the dual in print, behind the colon; empty where there is no dual in closed form.
    """

    f: str
    over: str
    subject: tuple[str, ...]
    shapes: str
    sense: str = "min"
    claim: str = ""
    dual: str = ""


SVM = "X: n d, w: d, y: n sign, b:, xi: n, C: positive"
MARKOWITZ = "w: n, S: n n spd, mu: n, r:"
TRANSPORT = "P: n m positive, C: n m, a: n positive, b: m positive, e: positive"
CASES = {
    "soft margin": Case(
        "dot(w,w)/2 + C*sum(xi)",
        "w, b, xi",
        ("alpha: y*(X@w+b) >= 1 - xi", "beta: xi >= 0"),
        SVM,
        dual="𝟏ᵀ α - ‖Xᵀ(α ⊙ y)‖²/2",
    ),
    "nu margin": Case(
        "dot(w,w)/2 - nu0*rho + sum(xi)/n",
        "w, b, xi, rho",
        ("alpha: y*(X@w+b) >= rho - xi", "beta: xi >= 0", "delta: rho >= 0"),
        "X: n d, w: d, y: n sign, b:, xi: n, rho:, nu0: positive",
        dual="-‖Xᵀ(α ⊙ y)‖²/2",
    ),
    "squared slack": Case(
        "dot(w,w)/2 + C*sum(xi**2)/2",
        "w, b, xi",
        ("alpha: y*(X@w+b) >= 1 - xi",),
        SVM,
        dual="𝟏ᵀ α - ‖α‖²/(2 C) - ‖Xᵀ(α ⊙ y)‖²/2",
    ),
    "support vector regression": Case(
        "dot(w,w)/2 + C*sum(xi + zeta)",
        "w, b, xi, zeta",
        ("a: y - X@w - b <= eps + xi", "c: X@w + b - y <= eps + zeta", "xi >= 0", "zeta >= 0"),
        "X: n d, w: d, y: n, b:, xi: n, zeta: n, C: positive, eps: positive",
        dual="aᵀ y - ‖Xᵀ(a - c)‖²/2 - ε 𝟏ᵀ a - cᵀ y - ε 𝟏ᵀ c",
    ),
    "one class": Case(
        "dot(w,w)/2 - rho + sum(xi)/(v*n)",
        "w, rho, xi",
        ("alpha: X@w >= rho - xi", "beta: xi >= 0"),
        "X: n d, w: d, rho:, xi: n, v: positive",
        dual="-‖Xᵀ α‖²/2",
    ),
    "smallest ball": Case(
        "R + C*sum(xi)",
        "R, c, xi",
        ("alpha: sum((X - c)**2, axis=1) <= R + xi", "beta: xi >= 0"),
        "X: n d, c: d, R:, xi: n, C: positive",
        dual="αᵀ X⊙² 𝟏 - ‖Xᵀ α‖²",
    ),
    "least squares machine": Case(
        "dot(w,w)/2 + g*sum(e**2)/2",
        "w, b, e",
        ("alpha: y - X@w - b == e",),
        "X: n d, w: d, y: n, b:, e: n, g: positive",
        dual="αᵀ y - ‖α‖²/(2 g) - ‖Xᵀ α‖²/2",
    ),
    "constrained least squares": Case(
        "sum((A@x - b)**2)/2",
        "x",
        ("C@x == d0",),
        "A: N n, x: n, b: N, C: p n, d0: p",
        claim="inv(A.T@A)@(A.T@b - C.T@inv(C@inv(A.T@A)@C.T)@(C@inv(A.T@A)@A.T@b - d0))",
        dual="‖b‖²/2 - ‖A(Aᵀ A)⁻¹(Aᵀ b - Cᵀ ν)‖²/2 - νᵀ d₀",
    ),
    "quadratic program": Case(
        "x@P@x/2 + q@x",
        "x",
        ("A@x == b",),
        "P: n n spd, q: n, x: n, A: m n, b: m",
        claim="-inv(P)@(q - A.T@inv(A@inv(P)@A.T)@(A@inv(P)@q + b))",
        dual="-νᵀ b - (Aᵀ ν + q)ᵀ P⁻¹(Aᵀ ν + q)/2",
    ),
    "weighted least norm": Case(
        "x@W@x/2",
        "x",
        ("A@x == b",),
        "W: n n spd, x: n, A: m n, b: m",
        claim="inv(W)@A.T@inv(A@inv(W)@A.T)@b",
        dual="-νᵀ A W⁻¹ Aᵀ ν/2 - νᵀ b",
    ),
    "moments": Case(
        "-sum(p*log(p))",
        "p",
        ("sum(p) == 1", "F@p == mu"),
        "p: k positive, F: m k, mu: m",
        "max",
        dual="logsumexp(-Fᵀ ν₂) + ν₂ᵀ μ",
    ),
    "softmax with a temperature": Case(
        "p@z - T*sum(p*log(p))",
        "p",
        ("sum(p) == 1",),
        "p: k positive, z: k, T: positive",
        "max",
        "softmax(z/T)",
        "T logsumexp(z/T)",
    ),
    "Gibbs distribution": Case(
        "p@c + T*sum(p*log(p/q))",
        "p",
        ("sum(p) == 1",),
        "p: k positive, q: k positive, c: k, T: positive",
        claim="softmax(log(q) - c/T)",
        dual="-T logsumexp(log(q) - c/T)",
    ),
    "minimum variance": Case(
        "w@S@w/2", "w", ("sum(w) == 1",), MARKOWITZ, claim="inv(S)@ones(n)/sum(inv(S))", dual="1/(2 𝟏ᵀ S⁻¹ 𝟏)"
    ),
    "mean and variance": Case(
        "w@S@w/2",
        "w",
        ("mu@w == r", "sum(w) == 1"),
        MARKOWITZ,
        claim="solve(S, array([mu, ones(n)]).T)"
        "@solve(array([mu, ones(n)])@solve(S, array([mu, ones(n)]).T), array([r, 1]))",
    ),
    "least squares in a ball": Case(
        "sum((x - z)**2)/2",
        "x",
        ("sum((x-c)**2) <= r**2",),
        "x: n, z: n, c: n, r: positive",
        claim="where(norm(z - c) <= r, z, c + r*(z - c)/norm(z - c))",
    ),
    "least squares in a ball by its norm": Case(
        "sum((x - z)**2)/2",
        "x",
        ("norm(x) <= r",),
        "x: n, z: n, r: positive",
        claim="where(norm(z) <= r, z, r*z/norm(z))",
    ),
    "half space": Case(
        "sum((x - z)**2)/2", "x", ("a@x <= b",), "x: n, z: n, a: n, b:", claim="z - relu(a@z - b)*a/(a@a)"
    ),
    "hyperplane": Case(
        "sum((x - z)**2)/2",
        "x",
        ("a@x == b",),
        "x: n, z: n, a: n, b:",
        claim="z - (a@z - b)*a/(a@a)",
        dual="(aᵀ z - b)²/(2 ‖a‖²)",
    ),
    "affine set": Case(
        "sum((x - z)**2)/2",
        "x",
        ("A@x == b",),
        "x: n, z: n, A: m n, b: m",
        claim="z - A.T@inv(A@A.T)@(A@z - b)",
        dual="νᵀ A z - ‖Aᵀ ν‖²/2 - νᵀ b",
    ),
    "box": Case("sum((x - z)**2)/2", "x", ("x >= -1", "x <= 1"), "x: n, z: n", claim="clip(z, -1, 1)"),
    "orthant": Case("sum((x - z)**2)/2", "x", ("x >= 0",), "x: n, z: n", claim="relu(z)", dual="-‖λ‖²/2 - λᵀ z"),
    "signs": Case("g@x", "x", ("x >= -1", "x <= 1"), "x: n, g: n", claim="-sign(g)"),
    "soft threshold": Case("(x - z)**2/2 + t*abs(x)", "x", (), "x:, z:, t: positive", claim="sign(z)*relu(abs(z) - t)"),
    "elastic net": Case(
        "sum((x - z)**2)/2 + t*sum(abs(x)) + r*sum(x**2)/2",
        "x",
        (),
        "x: n, z: n, t: positive, r: positive",
        claim="sign(z)*relu(abs(z) - t)/(1 + r)",
    ),
    "group lasso": Case(
        "sum((x - z)**2)/2 + t*norm(x)", "x", (), "x: n, z: n, t: positive", claim="relu(1 - t/norm(z))*z"
    ),
    "steepest step": Case("g@s", "s", ("norm(s) <= D",), "s: n, g: n, D: positive", claim="-D*g/norm(g)"),
    "natural step": Case(
        "g@s",
        "s",
        ("s@F@s/2 <= r",),
        "s: n, g: n, F: n n spd, r: positive",
        "max",
        "sqrt(2*r/(g@inv(F)@g))*inv(F)@g",
        "gᵀ F⁻¹ g/(2 λ) + λ r",
    ),
    "trust region": Case(
        "g@s + s@B@s/2",
        "s",
        ("s@s <= D**2",),
        "s: n, g: n, B: n n symmetric, D: positive",
        dual="-λ D² - gᵀ(B + 2 λ I)⁻¹ g/2",
    ),
    "principal component": Case("w@S@w", "w", ("w@w == 1",), "w: d, S: d d symmetric", "max", dual="ν"),
    "generalized eigenvector": Case("w@A@w", "w", ("w@B@w == 1",), "w: d, A: d d symmetric, B: d d spd", "min"),
    "discriminant": Case(
        "(w@m)**2", "w", ("w@S@w == 1",), "w: d, m: d, S: d d spd", "max", "inv(S)@m/sqrt(m@inv(S)@m)", "ν"
    ),
    "discriminant direction": Case(
        "w@m", "w", ("w@S@w == 1",), "w: d, m: d, S: d d spd", "max", "inv(S)@m/sqrt(m@inv(S)@m)"
    ),
    "canonical pair": Case(
        "a@M@b",
        "a, b",
        ("a@A@a == 1", "b@B@b == 1"),
        "a: p, b: q, M: p q, A: p p spd, B: q q spd",
        "max",
        dual="ν₁ + ν₂",
    ),
    "transport": Case(
        "sum(P*C)",
        "P",
        ("sum(P, axis=1) == a", "sum(P, axis=0) == b", "P >= 0"),
        "P: n m, C: n m, a: n positive, b: m positive",
        dual="-ν₁ᵀ a - ν₂ᵀ b",
    ),
    "logistic regression": Case(
        "sum(softplus(-u)) + t*w@w/2",
        "w, u",
        ("u == y*(X@w)",),
        "X: n d, w: d, y: n sign, u: n, t: positive",
        dual="(ν - 𝟏)ᵀ log(𝟏 - ν) - νᵀ log(ν) - ‖Xᵀ(ν ⊙ y)‖²/(2 t)",
    ),
    "linear program": Case("c@x", "x", ("A@x == b", "x >= 0"), "c: n, x: n, A: m n, b: m", dual="-νᵀ b"),
    "matrix game": Case("v", "v, p", ("A.T@p >= v", "sum(p) == 1", "p >= 0"), "v:, p: n, A: n m", "max", dual="ν"),
    "basis pursuit": Case("sum(abs(x))", "x", ("A@x == b",), "x: n, A: m n, b: m", dual="-νᵀ b"),
    "barrier": Case("c@x - t*sum(log(x))", "x", ("A@x == b",), "c: n, x: n positive, A: m n, b: m, t: positive"),
    "categorical": Case("c@log(p)", "p", ("sum(p) == 1",), "c: k positive, p: k positive", "max", "c/sum(c)"),
    "design": Case(
        "-logdet(S)",
        "S",
        ("trace(S@A) == d",),
        "S: d d spd, A: d d spd",
        claim="inv(A)",
        dual="log det(A) + d log(ν) + d - ν d",
    ),
    "determinant on a trace": Case("logdet(S)", "S", ("trace(S) == 1",), "S: d d spd", "max", "eye(d)/d"),
    "precision": Case("logdet(T) - trace(S@T)", "T", (), "T: d d spd, S: d d spd", "max", "inv(S)", "-log det(S) - d"),
}
