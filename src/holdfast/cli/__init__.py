"""The command line: ``holdfast new``, ``check``, ``learn``, ``show``, ``demo`` and ``import``."""

import os

# One thread a process, set before numpy loads: studies run side by side, and more threads only get in their way.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

from holdfast.cli.app import app, main  # noqa: E402

__all__ = ["app", "main"]
