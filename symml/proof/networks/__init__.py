"""A network given as a list of layers, and the textbook equations of its backward pass."""

from symml.proof.networks.backprop import backprop
from symml.proof.networks.equations import Backprop, Equation

__all__ = ["Backprop", "Equation", "backprop"]
