"""Formulas to print: written ones that touch every precedence, and random ones."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

SHAPES = (
    "X: n d, y: n, w: d, v: d, u: d, lam: positive, A: d d, B: d d, S: d d spd, Y: n k, "
    "x: positive, a: positive, b: unit, c: positive, x_1: d, y_hat: positive, loss: positive"
)
_SCALARS = """
-(a*log(b) + (1 - a)*log(1 - b)) | a - (b - c) | a - (-b) | -(-a) | (-a)*(-b) | a/(b/c) | (a/b)/c | a/(b*c) | a*(b/c)
(a/b)**2 | -a**2 | (-a)**2 | (-a)**3 | 2**x | 5*2**x | 5*2**x*3**a | x**(1/3) | x**(-1/2) | (a+b)**0.5 | (a*b)**2
exp(-x)**2 | exp(a+b)**2 | sqrt(x)**3 | (x**2)**2 | (x**a)**b | x**(a**b) | log(x)**2 | log(x)*a | a*log(x)*log(b)
log(x)/a | a/log(x) | log(x*a) | log(log(x)**2) | sin(x)**2 | sin(x)*cos(a) | cos(x)**2*a | tan(x)**2 | 1/sin(x)
tanh(x)**2 | tanh(x)**2*a | abs(x - a)**2 | abs(x - 2)*abs(a - 3) | norm(w) | norm(w)**2 | norm(w)**3 | sum(w**2)**2
norm(A) | norm(A)**2/2 | where(x > a, a, b) | where(x > a, a + 1, b)*c | where(x > a, a, b)**2 | where(x > a, a, b) + c
-where(x > a, a, b) | c - where(x > a, a, b) | maximum(x, a) - minimum(a, b)
sigmoid(x)**2 | sigmoid(-x)*(1-sigmoid(x))
logit(b) | exp(x)*exp(a) | exp(x/a) | 1/exp(x) | a/exp(x) | 1 - (1 - x) | a*(1 - (1 - x)) | a/b*c | a*b/c*x | -a/b
-(a+b)/c | (a+b)/(-c) | 1.5*x | 2/3*x | -1/3*(a+b) | 1/x**2 | a/x**2 | sqrt(a/b) | sqrt(a)/b | (a**2)**0.5
lgamma(x) | lgamma(x)**2 | a*lgamma(x) | a*lgamma(x)**2 | lgamma(x)*lgamma(a) | lgamma(x) - lgamma(a) | log(sigmoid(x))
log_sigmoid(x)**2 | log_sigmoid(x)*a | digamma(x)*a | gelu(x)/2 | erf(x/sqrt(2))/2 | pi*x | exp(1)*x | n*x | a**n
x**2*a**2 | 2*x**2*3 | (2*x)**2 | (x + 1)**2*(x - 1) | w@A@v*a | (w@v)**2 | (w@v)*(u@v) | (w@v)*(u@v)*a | trace(A@B)
trace(A)*trace(B) | trace(A)**2 | det(S)*2 | det(S)**2 | log(det(S)) | slogdet(S)[1]*a | slogdet(S)[1]**2 | y@y/n
w@(v*u) | sum(log(w**2)*v) | sum(exp(-(X@w))) | sum(abs(w)) | mean(y) | var(y) | max(w) | logsumexp(w)
X[0, 1]*a | w[0]*w[1] | x_1[0]*x_1[1] | x_1[0]**2 | y_hat*x | loss*x + y_hat | loss/y_hat**2 | 2*loss
logsumexp(w)*a | logsumexp(w)**2 | (a > b)*c | (x > a)*1.0 | a*b*c*x*lam/(a + b) | -(a - b)*(b - c) | -(a*b + c)/x
"""
_ARRAYS = """
-(X@w - y) | w**2 | (X@w)**2 | 1/w | 1/(X@w-y) | w/v | w/(v*u) | w/v/u | (w+v)/u | w*(v/u) | A.T@B.T | (A@B).T
(A+B).T | inv(S).T | inv(A).T | inv(A.T) | inv(A@B) | inv(S)@w | A@(B@w) | (A*B)@w | A*(B@A) | A@B*A | outer(w, v)
outer(w, v)@A | diag(w) | diag(A) | diag(w)@A | A@diag(w) | diag(w)@A@diag(v) | w*(A@v) | X - mean(X, axis=0)
sum(X, axis=0) | sum(X, axis=1) | max(X, axis=1) | softmax(Y, axis=1) | softmax(Y, axis=0) | logsumexp(Y, axis=1)
maximum(w, 0) | sign(w) | w*-1 | X.T@X/n + lam*eye(d) | inv(X.T@X + lam*eye(d))@X.T@y | (w*v)@A | A**2 | A@A | exp(A)
A**2@w | (a+b)*w | w/(a+b) | w/2 | -w/2 | (w+v)/2 | -(w+v) | -(w+v)/2 | -(w+v)*a | u - (w+v) | u - (w-v)*a | u-(w-v)/2
u-2*(w-v) | log(w**2)*v | log(S**2)@w | w[1:] - w[:-1] | w[::-1] | X[0] | X[:, 0] | 1 + A | 1 - A*A | A - eye(d)
(w@v)*X.T@y | X.T@((X@w > 0)*y) | where(X@w > y, y, 0) | diag(softmax(w)) - outer(softmax(w), softmax(w)) | softmax(w)
X.T@diag(sigmoid(X@w)*(1 - sigmoid(X@w)))@X/n | -X.T@(y*sigmoid(-y*(X@w)))/n + lam*w | w*log(x) | log(x)*w | A*log(x)
lgamma(x)*w | -log(x)*w | a*A@w/x | (y - X@w)*2/n | S@inv(A)@w | x_1*w | tanh(w)**2 | 1 - tanh(w)**2 | sin(w)**2*v
"""
CASES = [
    (source.strip(), SHAPES) for line in (_SCALARS + _ARRAYS).splitlines() for source in line.split(" | ") if source
]


# ---- random formulas -------------------------------------------------------------------------------------------------
def random_expressions(count: int) -> Iterator[tuple[str, str]]:
    """Formulas of the grammar below, the same on every run."""
    rng = Random(20)
    for _ in range(count):
        yield rng.choice([_scalar, _vector, _matrix])(rng, 4), SHAPES


def _scalar(rng: Random, depth: int) -> str:
    if depth == 0 or rng.random() < 0.15:
        return rng.choice(["a", "b", "x", "lam", "y_hat", "loss", "2", "3", "n", "w[0]", "1/2"])
    s, v, m = (lambda f=f: f(rng, depth - 1) for f in (_scalar, _vector, _matrix))
    return rng.choice(
        [
            lambda: f"({s()} + {s()})",
            lambda: f"({s()} - {s()})",
            lambda: f"({s()} * {s()})",
            lambda: f"({s()} / (1 + ({s()})**2))",
            lambda: f"(-{s()})",
            lambda: f"({s()})**{rng.choice([2, 3])}",
            lambda: f"{rng.choice(['sin', 'tanh', 'sigmoid', 'abs', 'relu', 'softplus', 'arctan'])}({s()})",
            lambda: f"log(1 + ({s()})**2)",
            lambda: f"sqrt(1 + ({s()})**2)",
            lambda: f"exp(-({s()})**2)",
            lambda: f"(({v()}) @ ({v()}))",
            lambda: f"trace({m()})",
            lambda: f"norm({v()})**2",
            lambda: f"sum({v()})",
            lambda: f"where({s()} > {s()}, {s()}, {s()})",
            lambda: f"maximum({s()}, {s()})",
            lambda: f"logsumexp({v()})",
        ]
    )()


def _vector(rng: Random, depth: int) -> str:
    if depth == 0 or rng.random() < 0.15:
        return rng.choice(["w", "v", "u", "x_1"])
    s, v, m = (lambda f=f: f(rng, depth - 1) for f in (_scalar, _vector, _matrix))
    return rng.choice(
        [
            lambda: f"({v()} + {v()})",
            lambda: f"({v()} - {v()})",
            lambda: f"({v()} * {v()})",
            lambda: f"({s()}) * ({v()})",
            lambda: f"({v()} / (1 + ({v()})**2))",
            lambda: f"(-{v()})",
            lambda: f"({v()})**2",
            lambda: f"{rng.choice(['tanh', 'sigmoid', 'abs', 'relu', 'sin'])}({v()})",
            lambda: f"(({m()}) @ ({v()}))",
            lambda: f"(({v()}) @ ({m()}))",
            lambda: f"softmax({v()})",
            lambda: f"(X.T @ (X @ ({v()}) - y))",
            lambda: f"maximum({v()}, 0)",
            lambda: f"sum({m()}, axis={rng.choice([0, 1])})",
        ]
    )()


def _matrix(rng: Random, depth: int) -> str:
    if depth == 0 or rng.random() < 0.15:
        return rng.choice(["A", "B", "S"])
    s, v, m = (lambda f=f: f(rng, depth - 1) for f in (_scalar, _vector, _matrix))
    return rng.choice(
        [
            lambda: f"({m()} + {m()})",
            lambda: f"({m()} - {m()})",
            lambda: f"({m()} * {m()})",
            lambda: f"({s()}) * ({m()})",
            lambda: f"(({m()}) @ ({m()}))",
            lambda: f"({m()}).T",
            lambda: f"(-{m()})",
            lambda: f"outer({v()}, {v()})",
            lambda: f"diag({v()})",
            lambda: f"(diag({v()}) @ ({m()}))",
            lambda: f"tanh({m()})",
            lambda: f"({m()})**2",
            lambda: f"({m()} + ({s()})*eye(d))",
            lambda: "inv(S)",
        ]
    )()
