"""The command line: ``holdfast new``, ``check``, ``learn``, ``show``, ``demo`` and ``import``."""

from holdfast.cli.app import app, main

__all__ = ["app", "main"]
