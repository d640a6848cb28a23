"""The language: dims, domains, a closed set of nodes, and the functions that build them."""

# Operators, builders and nodes need one another; starting from the operators, each finds the others complete.
from symml.expr import operators as operators
