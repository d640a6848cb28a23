"""A scalar kernel as the objective of ``scipy.optimize.minimize``: named parameters in one vector and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from symml.calculus.differentiate import gradient, jacobian
from symml.errors import ShapeError, SymmlError
from symml.expr import build
from symml.expr.arithmetic import full
from symml.expr.dims import dim_names, dim_value
from symml.expr.nodes import Expr, Symbol, show_shape, symbol_node
from symml.expr.walk import depends_on

if TYPE_CHECKING:
    from symml.kernels.kernel import Kernel

Vector = Any


class Objective:
    """A loss with its gradient and Hessian as functions of one vector.

    The value and the gradient of one point are computed together, once.

    Attributes:
        parameters: The names of the parameters, in the order in which they are packed.
        shapes: The shape of each parameter.
        size: The length of the vector.
    """

    def __init__(self, kernel: Kernel, parameters: Sequence[str], data: Mapping[str, Any]) -> None:
        (loss,) = kernel.expressions
        by_name = {kernel.argument_of(symbol): symbol for symbol in kernel.symbols}
        self.parameters = tuple(parameters)
        self._loss, self._wrt = loss, [by_name[name] for name in self.parameters]
        self._data = dict(data)
        sizes = kernel.sizes_of(data)
        self.shapes = {name: _shape(name, by_name[name], sizes) for name in self.parameters}
        self.size = sum(prod(shape) for shape in self.shapes.values())
        self._gradients = [gradient(loss, symbol) for symbol in self._wrt]
        self._kernel = kernel.sibling([loss, *self._gradients], "value_and_gradient")
        self._second: Kernel | None = None
        self._product: Kernel | None = None
        self._last: tuple[bytes, Any, Vector] | None = None

    # ---- one vector and back -----------------------------------------------------------------------------------------
    def pack(self, **values: Any) -> Vector:
        """The parameters in one vector.

        Raises:
            ShapeError: A parameter does not have its shape.
            SymmlError: A parameter is missing or unknown.
        """
        _check_names(values, self.parameters, "pack")
        parts = []
        for name, shape in self.shapes.items():
            array = np.asarray(values[name], float)
            if array.shape != shape:
                raise ShapeError(f"{name} has shape {show_shape(array.shape)}; it is {show_shape(shape)} here")
            parts.append(array.ravel())
        return np.concatenate(parts) if parts else np.zeros(0)

    def unpack(self, vector: Vector) -> dict[str, Any]:
        """The parameters by name; arrays are views of the vector, scalars are numbers."""
        vector = np.asarray(vector, float)
        if vector.shape != (self.size,):
            raise ShapeError(f"the vector has shape {show_shape(vector.shape)}; the parameters need ({self.size},)")
        found: dict[str, Any] = {}
        start = 0
        for name, shape in self.shapes.items():
            stop = start + prod(shape)
            found[name] = vector[start:stop].reshape(shape) if shape else float(vector[start])
            start = stop
        return found

    # ---- what minimize asks for --------------------------------------------------------------------------------------
    def fun(self, vector: Vector) -> float:
        """The loss."""
        return float(self._evaluated(vector)[0])

    def jac(self, vector: Vector) -> Vector:
        """The gradient as a vector."""
        return self._evaluated(vector)[1].copy()

    def hess(self, vector: Vector) -> Vector:
        """The Hessian as a matrix."""
        if self._second is None:
            self._second = self._sibling([_block(g, b) for g in self._gradients for b in self._wrt], "hessian")
        blocks = iter(_tuple(self._second.call_known({**self.unpack(vector), **self._data})))
        lengths = [prod(shape) for shape in self.shapes.values()]
        return np.block([[np.reshape(next(blocks), (a, b)) for b in lengths] for a in lengths])

    def hessp(self, vector: Vector, direction: Vector) -> Vector:
        """The Hessian times a direction, without the Hessian."""
        if self._product is None:
            self._product = self._sibling(self._directional(), "hessian_product")
        along = {self._direction(name): value for name, value in self.unpack(direction).items()}
        parts = _tuple(self._product.call_known({**self.unpack(vector), **along, **self._data}))
        return np.concatenate([np.ravel(part) for part in parts])

    def _directional(self) -> list[Expr]:
        slopes: list[Expr] = []
        for name, symbol, g in zip(self.parameters, self._wrt, self._gradients, strict=True):
            slopes.append(build.sum(g * symbol_node(self._direction(name), symbol.shape)))
        total = slopes[0]
        for slope in slopes[1:]:
            total = total + slope
        return [_block(total, symbol) for symbol in self._wrt]

    def _direction(self, name: str) -> str:
        taken = {*self.parameters, *self._data}
        return next(c for c in (f"{name}_dot", *(f"{name}_dot{k}" for k in range(99))) if c not in taken)

    def _sibling(self, roots: Sequence[Expr], name: str) -> Kernel:
        return self._kernel.sibling(roots, name)

    def _evaluated(self, vector: Vector) -> tuple[Any, Vector]:
        vector = np.asarray(vector, float)
        key = vector.tobytes()
        if self._last is None or self._last[0] != key:
            value, *parts = self._kernel.call_known({**self.unpack(vector), **self._data})
            self._last = key, value, np.concatenate([np.ravel(part) for part in parts])
        return self._last[1], self._last[2]

    def __repr__(self) -> str:
        named = ", ".join(f"{name} {show_shape(shape)}" for name, shape in self.shapes.items())
        return f"Objective of {named}: fun, jac, hess, hessp, pack, unpack"


def objective(kernel: Kernel, parameters: Sequence[str], data: Mapping[str, Any]) -> Objective:
    """The kernel as an objective; see ``Kernel.scipy``."""
    if len(kernel.expressions) != 1 or kernel.expressions[0].shape:
        raise ShapeError("only a scalar can be minimized", cure="make the kernel of one scalar loss")
    names = [name for name in kernel.shapes if name not in data]
    wanted = list(parameters) or names
    for name in [*wanted, *data]:
        if name not in kernel.arguments:
            raise SymmlError(
                f"{kernel.name} has no argument {name}", cure=f"its arguments are: {', '.join(kernel.arguments)}"
            )
    missing = [name for name in kernel.arguments if name not in wanted and name not in data]
    if missing:
        raise SymmlError(f"no data for {', '.join(missing)}", cure="give each as a parameter or with its value")
    both = [name for name in wanted if name in data]
    if both:
        raise SymmlError(f"{both[0]} is a parameter and data", cure="name it once")
    return Objective(kernel, wanted, data)


def _block(root: Expr, wrt: Symbol) -> Expr:
    """The derivative, zero where the variable does not occur."""
    if wrt not in depends_on(root, wrt):
        return full(0, (*root.shape, *wrt.shape))
    return jacobian(root, wrt)


def _shape(name: str, symbol: Symbol, sizes: Mapping[str, int]) -> tuple[int, ...]:
    unknown = {dim for axis in symbol.shape for dim in dim_names(axis)} - set(sizes)
    if unknown:
        raise ShapeError(
            f"the shape {show_shape(symbol.shape)} of {name} does not follow from the data",
            cure=f"give {', '.join(f'{u}=...' for u in sorted(unknown))}",
        )
    return tuple(dim_value(dim, sizes) for dim in symbol.shape)


def _tuple(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)


def _check_names(values: Mapping[str, Any], parameters: Sequence[str], what: str) -> None:
    for name in values:
        if name not in parameters:
            raise SymmlError(f"{what}: no parameter {name}", cure=f"the parameters are: {', '.join(parameters)}")
    missing = [name for name in parameters if name not in values]
    if missing:
        raise SymmlError(f"{what} misses {', '.join(missing)}")
