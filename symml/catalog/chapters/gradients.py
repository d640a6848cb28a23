"""Gradients, Hessians and the chain rule through networks.

A gradient has the shape of its variable; a Jacobian has the axes of the function first, then those of the variable, so
that the chain rule is a product of Jacobians from left to right.

Main results: ``layer_weight_grad``, ``chain_rule_deriv``, ``jacobian_chain_jacobian``, ``two_layer_grad``.
Notation: ``W b`` are weights and biases, ``x`` an input, ``v`` a point, ``f g`` undefined functions.
References: cheatsheet 2, calculus; cheatsheet 7, chain rule in deep learning.
"""

from symml.catalog import by
from symml.catalog.declare import Chain, algorithm, at_most, deriv, identity, inequality, let, prime, tight
from symml.catalog.domains import Function, Matrix, Positive, Real, Symmetric, Vector
from symml.expr.build import array, diag, dot, mean, norm, outer, sum
from symml.expr.functions import cos, power, sigmoid, sin, tanh
from symml.expr.nodes import ONE, ZERO, extent


# ---- gradients and Hessians ------------------------------------------------------------------------------------------
@identity(source="cheatsheet 2.14 and 2.15", tags="gradient partial derivatives example")
def gradient_example_grad(v: Vector["2"]) -> Chain:
    """The gradient of x^2 y + y^3 collects both partial derivatives, (2xy, x^2 + 3y^2)."""
    x, y = v[0], v[1]
    yield deriv(v[0] ** 2 * v[1] + v[1] ** 3, v)
    yield by.power_rule, array([2 * x * y, x**2 + 3 * y**2])


@identity(source="cheatsheet 2.18 and 2.19", tags="hessian second derivatives example")
def hessian_example_hessian(v: Vector["2"]) -> Chain:
    """The Hessian of x^2 + xy + y^2 is constant: [[2, 1], [1, 2]]."""
    yield deriv(array([2 * v[0] + v[1], v[0] + 2 * v[1]]), v)
    yield by.linearity, array([[2, 1], [1, 2]])


@identity(source="cheatsheet 2.18", tags="hessian symmetric quadratic form")
def quadratic_form_hessian(x: Vector["d"], A: Matrix["d", "d"]) -> Chain:
    """The Hessian of a quadratic form is symmetric, whether or not its matrix is.

    Second partial derivatives commute where they are continuous.
    """
    yield deriv((A + A.T) @ x, x)
    yield by.linearity, A.T + A


@inequality(source="cheatsheet 2.16", tags="gradient steepest ascent direction")
def steepest_ascent_le(g: Vector["d"], u: Vector["d"]) -> Chain:
    """Steepest ascent: no direction u climbs faster than the gradient g itself, in the Euclidean metric.

    The squared slope along u is at most the squared length of g times that of u.
    """
    yield dot(g, u) ** 2
    yield by.algebra, dot(g, g) * dot(u, u) - sum((outer(g, u) - outer(u, g)) ** 2) / 2
    yield by.squares, at_most(dot(g, g) * dot(u, u))
    yield tight(u, g)


@identity(source="cheatsheet 2.16", tags="gradient level set orthogonal tangent")
def level_set_eq_zero(t: Real, a: Positive, b: Positive) -> Chain:
    """The gradient is orthogonal to level sets; here along an ellipse x^2/a^2 + y^2/b^2 = 1."""
    yield dot(array([2 * cos(t) / a, 2 * sin(t) / b]), array([-a * sin(t), b * cos(t)]))
    yield by.cancellation, ZERO


@algorithm(source="cheatsheet 2.17 and 8.1", tags="gradient descent update step")
def gradient_descent_update(theta: Vector["d"], g: Vector["d"], alpha: Positive) -> Chain:
    """Gradient descent moves against the gradient g of the loss at theta."""
    yield theta, theta - alpha * g


@identity(source="cheatsheet 2.20", tags="second derivative test hessian definite minimum")
def second_order_decomposition(g: Vector["d"], H: Symmetric["d", "d"], x: Vector["d"], h: Vector["d"]) -> Chain:
    """A quadratic changes by its slope and half the Hessian's form, exactly.

    Where the slope is zero the form's sign decides: positive definite is a minimum; semidefinite decides nothing.
    """
    yield dot(g, x + h) + dot(x + h, H @ (x + h)) / 2 - dot(g, x) - dot(x, H @ x) / 2
    yield by.linearity, dot(g + H @ x, h) + dot(h, H @ h) / 2


@identity(source="cheatsheet 2.20", tags="second derivative test inconclusive semidefinite")
def quartic_hessian(x: Real) -> Chain:
    """x^4 has curvature 12 x^2, zero at its minimum: a semidefinite Hessian decides nothing."""
    yield deriv(deriv(x**4, x), x)
    yield by.power_rule, deriv(4 * x**3, x)
    yield by.power_rule, 12 * x**2


@identity(source="cheatsheet 2.21", tags="gradient descent quadratic contraction example")
def descent_on_square_update(x: Real) -> Chain:
    """On x^2 with step 0.1 each step of gradient descent keeps 0.8 of the distance."""
    yield x - ONE / 10 * deriv(x**2, x)
    yield by.power_rule, x - ONE / 10 * 2 * x
    yield by.algebra, 4 * x / 5


@identity(source="cheatsheet 2.21", tags="gradient descent quadratic closed form")
def descent_on_square_eq(k: Positive) -> Chain:
    """Started at 10, the k-th iterate is 10 times 0.8^k: the next one is 0.8 times it."""
    r = 4 * ONE / 5
    yield r * (10 * power(r, k))
    yield by.exponential, 10 * power(r, k + 1)


# ---- the chain rule --------------------------------------------------------------------------------------------------
@identity(source="cheatsheet 2.10 and 7.23", tags="rule chain composition")
def chain_rule_deriv(x: Real, f: Function, g: Function) -> Chain:
    """The slope of a composition is the outer slope at the inner value, times the inner slope."""
    yield deriv(f(g(x)), x)
    yield by.chain_rule, prime(f)(g(x)) * prime(g)(x)


@identity(source="cheatsheet 7.23", tags="rule chain inverse function")
def second_chain_deriv(x: Real, f: Function, g: Function) -> Chain:
    """The second slope of a composition has a term for the curvature of each part."""
    yield deriv(prime(f)(g(x)) * prime(g)(x), x)
    yield by.product_rule, prime(prime(f))(g(x)) * prime(g)(x) ** 2 + prime(f)(g(x)) * prime(prime(g))(x)


@identity(source="cheatsheet 7.24", tags="rule chain jacobian product layout")
def jacobian_chain_jacobian(A: Matrix["m", "k"], B: Matrix["k", "n"], x: Vector["n"]) -> Chain:
    """Jacobians multiply from left to right when rows belong to the function (numerator layout)."""
    y = let(y=tanh(B @ x))
    yield deriv(A @ y, x)
    yield by.chain_rule, A @ diag(1 - y**2) @ B


@identity(source="cheatsheet 7.24", tags="rule chain vector jacobian product backprop")
def vector_jacobian_grad(c: Vector["k"], B: Matrix["k", "n"], x: Vector["n"]) -> Chain:
    """Backpropagation multiplies a gradient from the left by each Jacobian; the Jacobians are never built."""
    y = let(y=tanh(B @ x))
    yield deriv(dot(c, y), x)
    yield by.chain_rule, B.T @ (c * (1 - y**2))


@identity(source="cheatsheet 2.11 and 2.12", tags="backprop layer weight gradient outer product")
def layer_weight_grad(W: Matrix["m", "n"], b: Vector["m"], x: Vector["n"]) -> Chain:
    """For the loss sum((Wx + b)^2) the weight gradient is an outer product: twice the output by the input.

    The loss must be a number: the sum of squares, not the vector of squares.
    """
    yield deriv(sum((W @ x + b) ** 2), W)
    yield by.chain_rule, outer(2 * (W @ x + b), x)


@identity(source="cheatsheet 2.13", tags="backprop layer bias gradient")
def layer_bias_grad(W: Matrix["m", "n"], b: Vector["m"], x: Vector["n"]) -> Chain:
    """The bias gradient of that layer is twice its output."""
    yield deriv(sum((W @ x + b) ** 2), b)
    yield by.chain_rule, 2 * (W @ x + b)


@identity(source="cheatsheet 2.13", tags="backprop layer input gradient transpose")
def layer_input_grad(W: Matrix["m", "n"], b: Vector["m"], x: Vector["n"]) -> Chain:
    """The input gradient goes back through the transposed weights."""
    yield deriv(sum((W @ x + b) ** 2), x)
    yield by.chain_rule, 2 * W.T @ (W @ x + b)


@identity(source="goodfellow2016", tags="backprop layer batch weight gradient")
def batch_layer_grad(W: Matrix["d", "k"], X: Matrix["n", "d"], G: Matrix["n", "k"]) -> Chain:
    """For a batch in rows, Y = XW, the weight gradient is X' times the output gradient."""
    yield deriv(sum(G * (X @ W)), W)
    yield by.linearity, X.T @ G


@identity(source="cheatsheet 7.25", tags="backprop network two layers hidden gradient")
def two_layer_grad(V: Matrix["k", "m"], W: Matrix["m", "n"], x: Vector["n"], c: Vector["k"]) -> Chain:
    """Through two layers the first weight gradient is ((V'c) * tanh'(z)) x', with Hadamard and outer products.

    The product of five factors in the notes stands for this; it is no chain of matrix products.
    """
    z = let(z=W @ x)
    yield deriv(dot(c, V @ tanh(z)), W)
    yield by.chain_rule, outer(V.T @ c * (1 - tanh(z) ** 2), x)


@identity(source="cheatsheet 7.25", tags="backprop network sigmoid hidden gradient")
def hidden_sigmoid_grad(V: Matrix["k", "m"], W: Matrix["m", "n"], x: Vector["n"], y: Vector["k"]) -> Chain:
    """With a squared error on top, the output error goes back through V' and the sigmoid's slope."""
    a = let(a=sigmoid(W @ x))
    e = let(e=V @ a - y)
    yield deriv(dot(e, e) / 2, W)
    yield by.chain_rule, outer(V.T @ e * (a * (1 - a)), x)


@identity(source="petersen2012", tags="gradient norm unit vector")
def norm_grad(x: Vector["d"]) -> Chain:
    """The gradient of the norm is the unit vector, away from zero."""
    yield deriv(norm(x), x)
    yield by.chain_rule, x / norm(x)


@identity(source="petersen2012", tags="gradient residual least squares")
def residual_norm_grad(A: Matrix["n", "d"], x: Vector["d"], b: Vector["n"]) -> Chain:
    """The gradient of half the squared residual is A' times the residual."""
    yield deriv(dot(A @ x - b, A @ x - b) / 2, x)
    yield by.chain_rule, A.T @ (A @ x - b)


@identity(source="petersen2012", tags="gradient mean variance")
def variance_grad(x: Vector["n"]) -> Chain:
    """The gradient of the variance is twice the centered values over n: the mean's own slope drops out."""
    n = extent(x.shape[0])
    yield deriv(mean((x - mean(x)) ** 2), x)
    yield by.chain_rule, 2 / n * (x - mean(x))
