"""symml derives, prints, computes and verifies the mathematics of machine learning.

Everything is loaded when it is first asked for, so importing symml is quick and needs neither NumPy nor SymPy.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from symml.catalog.book import entries as entries
    from symml.catalog.book import entry as entry
    from symml.catalog.search import find as find
    from symml.documents.audit import audit as audit
    from symml.errors import SymmlError as SymmlError
    from symml.expr.build import matrix as matrix
    from symml.expr.build import scalar as scalar
    from symml.expr.build import symbol as symbol
    from symml.expr.build import vector as vector
    from symml.expr.dims import dims as dims
    from symml.expr.sympy_bridge import from_sympy as from_sympy
    from symml.expr.sympy_bridge import to_sympy as to_sympy
    from symml.faces import grad as grad
    from symml.faces import hessian as hessian
    from symml.faces import hvp as hvp
    from symml.faces import jacobian as jacobian
    from symml.faces import jvp as jvp
    from symml.faces import kernel as kernel
    from symml.faces import read_numpy as read_numpy
    from symml.faces import simplify as simplify
    from symml.faces import vjp as vjp
    from symml.optimize.convexity import convexity as convexity
    from symml.optimize.critical import classify as classify
    from symml.optimize.critical import critical_points as critical_points
    from symml.optimize.dual import dual as dual
    from symml.optimize.inference.family import family as family
    from symml.optimize.inference.likelihood import mle as mle
    from symml.optimize.inference.posterior import posterior as posterior
    from symml.optimize.kkt import kkt as kkt
    from symml.optimize.kkt import lagrangian as lagrangian
    from symml.optimize.updates import update as update
    from symml.proof.backward_passes import check_backward as check_backward
    from symml.proof.custom_rules import check_custom_rule as check_custom_rule
    from symml.proof.derivative_claims import check_hessian as check_hessian
    from symml.proof.derivative_claims import check_hvp as check_hvp
    from symml.proof.derivative_claims import check_objective as check_objective
    from symml.proof.derive import derive as derive
    from symml.proof.expectation import expectation as expectation
    from symml.proof.fisher import fisher as fisher
    from symml.proof.gradient_check import check_gradient as check_gradient
    from symml.proof.networks.backprop import backprop as backprop
    from symml.proof.verify import verify as verify
    from symml.read.latex import read_latex as read_latex
    from symml.read.latex import read_text as read_text
    from symml.read.trace import trace as trace

__version__ = "0.1.0"

_HOME = {
    "SymmlError": "errors",
    "audit": "documents.audit",
    "backprop": "proof.networks.backprop",
    "check_backward": "proof.backward_passes",
    "check_custom_rule": "proof.custom_rules",
    "check_gradient": "proof.gradient_check",
    "check_hessian": "proof.derivative_claims",
    "check_hvp": "proof.derivative_claims",
    "check_objective": "proof.derivative_claims",
    "derive": "proof.derive",
    "classify": "optimize.critical",
    "convexity": "optimize.convexity",
    "critical_points": "optimize.critical",
    "dims": "expr.dims",
    "dual": "optimize.dual",
    "entries": "catalog.book",
    "entry": "catalog.book",
    "expectation": "proof.expectation",
    "family": "optimize.inference.family",
    "mle": "optimize.inference.likelihood",
    "posterior": "optimize.inference.posterior",
    "find": "catalog.search",
    "fisher": "proof.fisher",
    "from_sympy": "expr.sympy_bridge",
    "grad": "faces",
    "hessian": "faces",
    "hvp": "faces",
    "jacobian": "faces",
    "jvp": "faces",
    "kernel": "faces",
    "kkt": "optimize.kkt",
    "lagrangian": "optimize.kkt",
    "matrix": "expr.build",
    "read_numpy": "faces",
    "read_latex": "read.latex",
    "read_text": "read.latex",
    "scalar": "expr.build",
    "simplify": "faces",
    "symbol": "expr.build",
    "to_sympy": "expr.sympy_bridge",
    "trace": "read.trace",
    "update": "optimize.updates",
    "vector": "expr.build",
    "vjp": "faces",
    "verify": "proof.verify",
}
__all__ = [*_HOME, "__version__"]


def __getattr__(name: str) -> object:
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module 'symml' has no attribute {name!r}")
    module, _, attribute = home.partition(":")
    return getattr(import_module(f"symml.{module}"), attribute or name)


def __dir__() -> list[str]:
    return sorted(__all__)
