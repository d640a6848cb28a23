"""``backprop``: the textbook equations of a network's backward pass, for its layers or for a layer that is any."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from symml.calculus.differentiate import derivative
from symml.calculus.directional import inner
from symml.calculus.simplify import simplify
from symml.expr.dims import Dim, as_dim, size
from symml.expr.nodes import Expr, Symbol, symbol_node
from symml.expr.walk import substitute
from symml.proof.networks.any_layer import any_layer
from symml.proof.networks.equations import Backprop, Equation
from symml.proof.networks.forms import Form
from symml.proof.networks.layers import Layer, read_layers
from symml.proof.networks.losses import Loss, find_loss
from symml.proof.networks.pulls import Delta, delta_of_layer, delta_of_output


def backprop(
    layers: str | Sequence[object] | None = None,
    *,
    loss: str = "",
    batch: bool | str = False,
    activation: str = "sigma",
    output: str = "softmax",
) -> Backprop:
    """The forward pass of a network and its backward pass, equation by equation.

    Args:
        layers: The width of the input, then each layer's width and function: ``"784, 128 relu, 10 softmax"``, or the
            same as a list; without it the equations of a layer ``l`` that stands for every layer of ``N``.
        loss: ``cross-entropy``, ``binary-cross-entropy``, ``squared`` or ``mse``, or a formula in the output ``a`` and
            the target ``y``; by default what goes with the output's function.
        batch: Rows are samples; a name is that of their number (``n`` by default).
        activation: Without ``layers``: the function of the hidden layers; any word is a function nobody knows.
        output: Without ``layers``: the function of the last layer.

    Returns:
        The equations, each verified against the engine's own gradient of the loss; ``kernel()`` computes them.

    Raises:
        SymmlError: The layers or the loss are not understood.
    """
    form = Form(as_dim(batch if isinstance(batch, str) else "n") if batch else None)
    if layers is None:
        return any_layer(form, find_loss(loss, output), activation, output)
    width, rows = read_layers(layers)
    chosen = find_loss(loss, rows[-1].activation)
    found = _Network(form, width, rows, chosen).equations()
    return _decided_for_all_widths(found, form, width, rows, chosen)


def _decided_for_all_widths(found: Backprop, form: Form, width: Dim, layers: Sequence[Layer], loss: Loss) -> Backprop:
    """The equations with the claims of the same network whose widths are letters: what holds for all holds for these.

    A width of one stays: an axis of one entry has rules of its own.
    """
    widths = [width, *(layer.width for layer in layers)]
    letters = [dim if dim == 1 or not isinstance(dim, int) else size(f"n_{k}") for k, dim in enumerate(widths)]
    if letters == widths:
        return found
    rows = [replace(layer, width=dim) for layer, dim in zip(layers, letters[1:], strict=True)]
    general = _Network(form, letters[0], rows, loss).equations()
    forward, backward = (
        tuple(replace(own, before=any_.before, after=any_.after) for own, any_ in zip(a, b, strict=True))
        for a, b in ((found.forward, general.forward), (found.backward, general.backward))
    )
    return replace(found, forward=forward, backward=backward)


@dataclass(frozen=True)
class _Names:
    """The symbols of one layer."""

    weights: Symbol
    bias: Symbol
    z: Symbol
    a: Symbol
    delta: Symbol


class _Network:
    """The layers with their symbols."""

    def __init__(self, form: Form, width: Dim, layers: Sequence[Layer], loss: Loss) -> None:
        self.form, self.layers, self.loss = form, layers, loss
        self.x = form.array("x", "", width)
        self.y = form.array("y", "", layers[-1].width, loss.target)
        inputs = [width, *(layer.width for layer in layers)]
        self.names = [self._names(str(k), inputs[k - 1], layer.width) for k, layer in enumerate(layers, 1)]

    def _names(self, mark: str, inputs: Dim, width: Dim) -> _Names:
        arrays = [self.form.array(letter, mark, width) for letter in ("z", "a", "delta")]
        bias = symbol_node("b" + mark, (width,))
        return _Names(self.form.weights(mark, inputs, width), bias, *arrays)

    def _input(self, k: int) -> Symbol:
        return self.names[k - 1].a if k else self.x

    def _affine(self, k: int, a: Expr) -> Expr:
        return self.form.affine(self.names[k].weights, self.names[k].bias, a)

    def _loss_from(self, k: int, z: Expr) -> Expr:
        """The loss as a function of the pre-activation of one layer."""
        for layer in range(k, len(self.layers) - 1):
            z = self._affine(layer + 1, self.layers[layer].apply(z))
        return self._loss_of(self.layers[-1].apply(z))

    def _loss_of(self, a: Expr) -> Expr:
        last = self.names[-1].a
        return substitute(self.form.averaged(self.loss.of(last, self.y)), {last: a})

    def equations(self) -> Backprop:
        """All lines, and the gradients written out."""
        values = self._deltas()
        backward: list[Equation] = []
        for k in range(len(self.layers) - 1, -1, -1):
            backward += [self._delta_line(k, values), *self._gradient_lines(k, values)]
        whole = self._whole()
        written = {row.of.name: self._written(row) for row in backward if row.name is None and row.of is not None}
        order = [name.name for row in self.names for name in (row.weights, row.bias)]
        widths = " → ".join(str(dim) for dim in [self.x.shape[-1], *(layer.width for layer in self.layers)])
        functions = ", ".join(layer.activation for layer in self.layers)
        title = f"backpropagation through {widths} ({functions}) with the {self.loss.name} loss"
        gradients = {name: written[name] for name in order}
        return Backprop(title, self._forward(), tuple(backward), whole, gradients, (self.form.layer_text(),))

    def _whole(self) -> Expr:
        return simplify(self._loss_from(0, self._affine(0, self.x)))

    def _forward(self) -> tuple[Equation, ...]:
        rows: list[Equation] = []
        for k, (layer, names) in enumerate(zip(self.layers, self.names, strict=True)):
            rows.append(self._definition("a layer", names.z, self._affine(k, self._input(k))))
            rows.append(self._definition("a layer", names.a, layer.apply(names.z)))
        label = symbol_node("L", ())
        return (*rows, self._definition("the loss", label, self.form.averaged(self.loss.of(self.names[-1].a, self.y))))

    def _definition(self, reason: str, name: Symbol, right: Expr) -> Equation:
        shown = simplify(right)
        return Equation(reason, name, None, shown, right, shown, self._book())

    # ---- backward ----------------------------------------------------------------------------------------------------
    def _deltas(self) -> list[tuple[Delta, Expr]]:
        """For each layer its delta as the line shows it, and as a function of the layer's pre-activation alone."""
        last = self.names[-1]
        shown = delta_of_output(self._loss_from(len(self.layers) - 1, last.z), last.z, self.layers[-1], last.a)
        rows = [(Delta(shown), substitute(shown, {last.a: self.layers[-1].apply(last.z)}))]
        for k in range(len(self.layers) - 2, -1, -1):
            names, layer, after = self.names[k], self.layers[k], self.names[k + 1]
            pulled = delta_of_layer(self._affine(k + 1, names.a), after.delta, names.a, names.z, layer)
            above = substitute(rows[0][1], {after.z: self._affine(k + 1, names.a)})
            value = substitute(substitute(pulled.whole, {after.delta: above}), {names.a: layer.apply(names.z)})
            rows.insert(0, (pulled, value))
        return rows

    def _delta_line(self, k: int, values: list[tuple[Delta, Expr]]) -> Equation:
        names = self.names[k]
        shown, value = values[k]
        engine = derivative(simplify(self._loss_from(k, names.z)), names.z)
        reason = "the output layer" if k == len(self.layers) - 1 else "delta recursion"
        return Equation(reason, names.delta, names.z, shown.whole, engine, value, self._book(), shown.factors)

    def _gradient_lines(self, k: int, values: list[tuple[Delta, Expr]]) -> list[Equation]:
        names, a = self.names[k], self._input(k)
        z = self._affine(k, a)
        whole = simplify(self._loss_from(k, z))
        rows = []
        for reason, of in (("the weights of a layer", names.weights), ("the bias of a layer", names.bias)):
            shown = simplify(derivative(inner(names.delta, z), of))
            after = substitute(shown, {names.delta: substitute(values[k][1], {names.z: z})})
            rows.append(Equation(reason, None, of, shown, derivative(whole, of), after, self._book()))
        return rows

    def _written(self, row: Equation) -> Expr:
        """A gradient in the input and the parameters alone."""
        found = row.after
        for k in range(len(self.layers) - 1, -1, -1):
            names = self.names[k]
            found = substitute(found, {names.a: self.layers[k].apply(self._affine(k, self._input(k)))})
        return simplify(found)

    def _book(self) -> dict[Expr, Expr]:
        """The symbols with the number of the layer above them, in brackets."""
        found: dict[Expr, Expr] = {}
        for k, names in enumerate(self.names, 1):
            for own in (names.weights, names.bias, names.z, names.a, names.delta):
                base = own.name.removesuffix(str(k))
                letter = "\\" + base if base.lower() == "delta" else base
                found[own] = symbol_node(f"{letter}^{{[{k}]}}", own.shape, own.domain)
        return found
