"""Options that several commands share."""

from __future__ import annotations

from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="Print JSON with a versioned schema.")]
Expression = Annotated[str, typer.Argument(help="An expression in NumPy syntax, such as 'mean((y - X@w)**2)'.")]
Wrt = Annotated[str, typer.Option(help="The variable to differentiate by.")]
Shapes = Annotated[
    str, typer.Option(help="Declarations: 'X: n d, w: d, lam: positive' (name, dims, domain), separated by commas.")
]
