"""The equations of a layer ``l`` that stands for every layer of a network with ``N``."""

from __future__ import annotations

from symml.calculus.differentiate import derivative
from symml.calculus.directional import inner
from symml.calculus.simplify import simplify
from symml.expr.dims import size
from symml.expr.nodes import Expr, Symbol, symbol_node
from symml.expr.walk import substitute
from symml.proof.networks.equations import Backprop, Equation
from symml.proof.networks.forms import Form
from symml.proof.networks.layers import Layer
from symml.proof.networks.losses import Loss
from symml.proof.networks.pulls import delta_of_layer, delta_of_output

_NOTE = "each line holds for every l: the loss depends on z of layer l only through z of layer l + 1"


def any_layer(form: Form, loss: Loss, activation: str, output: str) -> Backprop:
    """The delta recursion and the gradients for a symbolic layer, the output's delta from the loss."""
    if activation == "sigma" and output == "sigmoid":
        activation = "phi"  # the logistic function is spelled with a sigma, too
    hidden, last = Layer(size("n_l"), activation), Layer(size("n_N"), output)
    title = f"backpropagation through N layers with the {loss.name} loss"
    forward, deltas = _output(form, loss, last)
    middle, backward = _hidden(form, hidden)
    return Backprop(
        title, (*middle, *forward), (*deltas, *backward), None, {}, (form.layer_text(), "N layers; " + _NOTE)
    )


def _marked(form: Form, letter: str, mark: str, width: str) -> Symbol:
    """``z^{[l]}``, in upper case for a batch."""
    shape = form.array(letter, "", size(width)).shape
    name = letter if form.samples is None else letter[:1].upper() + letter[1:]
    base = "\\" + name if name.lower() == "delta" else name
    return symbol_node(f"{base}^{{[{mark}]}}", shape)


def _definition(reason: str, name: Symbol, right: Expr) -> Equation:
    shown = simplify(right)
    return Equation(reason, name, None, shown, right, shown)


def _output(form: Form, loss: Loss, last: Layer) -> tuple[list[Equation], list[Equation]]:
    z, a, delta = (_marked(form, letter, "N", "n_N") for letter in ("z", "a", "delta"))
    y = form.array("y", "", size("n_N"), loss.target)
    of_output = form.averaged(loss.of(a, y))
    whole = substitute(of_output, {a: last.apply(z)})
    shown = delta_of_output(whole, z, last, a)
    value = substitute(shown, {a: last.apply(z)})
    forward = [
        _definition("a layer", a, last.apply(z)),
        _definition("the loss", symbol_node("L", ()), of_output),
    ]
    return forward, [Equation("the output layer", delta, z, shown, derivative(simplify(whole), z), value)]


def _hidden(form: Form, layer: Layer) -> tuple[list[Equation], list[Equation]]:
    z, a, delta = (_marked(form, letter, "l", "n_l") for letter in ("z", "a", "delta"))
    before, after = _marked(form, "a", "l-1", "n_p"), _marked(form, "delta", "l+1", "n_q")
    weights = form.weights("^{[l]}", size("n_p"), size("n_l"))
    bias = symbol_node("b^{[l]}", (size("n_l"),))
    next_weights = form.weights("^{[l+1]}", size("n_l"), size("n_q"))
    next_z = form.affine(next_weights, symbol_node("b^{[l+1]}", (size("n_q"),)), a)
    own = form.affine(weights, bias, before)
    forward = [_definition("a layer", z, own), _definition("a layer", a, layer.apply(z))]
    shown = delta_of_layer(next_z, after, a, z, layer)
    through = substitute(next_z, {a: layer.apply(z)})
    value = substitute(shown.whole, {a: layer.apply(z)})
    raw = derivative(inner(after, through), z)
    rows = [Equation("delta recursion", delta, z, shown.whole, raw, value, factors=shown.factors)]
    for reason, of in (("the weights of a layer", weights), ("the bias of a layer", bias)):
        raw = derivative(inner(delta, own), of)
        rows.append(Equation(reason, None, of, simplify(raw), raw, simplify(raw)))
    return forward, rows
