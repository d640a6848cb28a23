"""The command line: every command is one module, loaded when it is called."""

from symml.cli.app import main

__all__ = ["main"]
