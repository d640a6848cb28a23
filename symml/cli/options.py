"""Options that several commands share."""

from __future__ import annotations

from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="Print JSON with a versioned schema.")]
Expression = Annotated[str, typer.Argument(help="An expression (NumPy, LaTeX or Unicode): 'mean((y - X@w)**2)'.")]
Let = Annotated[
    list[str] | None, typer.Option(help=r"A definition that the formula uses: 'L = \frac1n\|Xw-y\|_2^2' (repeatable).")
]
Wrt = Annotated[str, typer.Option(help="The variable to differentiate by.")]
Shapes = Annotated[
    str, typer.Option(help="Declarations: 'X: n d, w: d, lam: positive' (name, dims, domain), separated by commas.")
]
Profile = Annotated[
    str, typer.Option(help="What is taken for granted: cs229, bishop, deeplearningbook, default; else symml.toml's.")
]
Infer = Annotated[
    bool, typer.Option("--infer", help="Infer the shapes that are not declared, and say what was assumed.")
]
Over = Annotated[str, typer.Option(help="The variables over which the objective is optimized: 'w, b'.")]
Subject = Annotated[
    list[str] | None,
    typer.Option("--subject", "-s", help="A constraint: 'y*(X@w + b) >= 1'; 'alpha: x >= 0' names its multiplier."),
]
Maximize = Annotated[bool, typer.Option("--max", help="Maximize; the default is to minimize.")]
Steps = Annotated[
    bool, typer.Option("--steps", help="Show every step with its reason; '--steps brief' leaves the algebra out.")
]
Brief = Annotated[bool, typer.Option("--brief", help="The same as '--steps brief'.")]
Style = Annotated[
    str, typer.Option(help="How the steps are told: backprop, differentials or index.", show_default="backprop")
]
