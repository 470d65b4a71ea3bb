"""Opinion groups: the reference's published groups, hidden votes, sparse votes, speed, ten million votes, asking least.

    python -m benchmarks voices [--only published hidden sparse speed many replay] [--seeds 10] [--peer PYTHON]

The public conversations are read from ../shared/data. ``--peer`` is a Python that has red-dwarf installed; without it
the speed table holds ours alone.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from holdfast.involve.classes import adjusted_rand, opinion_groups
from holdfast.involve.reference import reference
from voices_data import FOLDER, PUBLIC, public, simulated
from voices_held_out import losses
from voices_replay import WAYS, late_comers

Options = argparse.Namespace


def published(_: Options) -> None:
    """Adjusted Rand index with the published groups; a comparison, since those carry the server's history."""
    print("conversation | published k | ours k | adjusted Rand | the published k forced")
    for name in PUBLIC:
        told = public(name)
        k = int(told.group.max()) + 1
        line = []
        for forced in (None, k):
            ours = reference(told.votes, moderated_out=told.out, k=forced)
            both = (told.group >= 0) & (ours.group >= 0)
            line.append((ours.k, adjusted_rand(told.group[both], ours.group[both])))
        print(f"{name} | {k} | {line[0][0]} | {line[0][1]:.2f} | {line[1][1]:.2f}")


def hidden(options: Options) -> None:
    """Log loss on a tenth of the votes, hidden; the same votes for each way, over seeds."""
    print("conversation | seeds | nothing but the statement | the reference's groups | latent classes | k")
    for name in PUBLIC:
        told = public(name)
        seeds = options.seeds if len(told.votes) < 6_000 else max(1, options.seeds // 3)
        each = [losses(told.votes, seed, told.out) for seed in range(seeds)]
        mean = {way: float(np.mean([one[way] for one in each])) for way in each[0]}
        full = opinion_groups(told.votes)
        print(
            f"{name} | {seeds} | {mean['nothing']:.3f} | {mean['reference']:.3f} | {mean['classes']:.3f} | "
            f"{full.k}, stability {full.stability.mean:.2f}",
            flush=True,
        )


def sparse(_: Options) -> None:
    """Four true groups, 10,000 people, 500 statements."""
    print("votes each | habits | latent classes: k, adjusted Rand, stability | reference: k, adjusted Rand")
    for each, habits in ((40, False), (40, True), (130, True)):
        votes, truth = simulated(each=each, habits=habits)
        ours, theirs = opinion_groups(votes), reference(votes)
        both = theirs.group >= 0
        print(
            f"{each} | {'differ' if habits else 'alike'} | {ours.k}, {adjusted_rand(ours.assigned, truth):.2f}, "
            f"{ours.stability.mean:.2f} | {theirs.k}, {adjusted_rand(theirs.group[both], truth[both]):.2f}",
            flush=True,
        )


def speed(options: Options) -> None:
    """From columns of votes to groups, their number, statistics and (classes) stability; each in its own process."""
    print("people × statements, votes | way | processor s | clock s | peak MB")
    for people, statements, each in ((10_000, 500, 40), (10_000, 500, 130)):
        votes, _ = simulated(people, statements, each)
        _timed(votes.who, votes.what, votes.vote, f"{people:,} × {statements}, {len(votes):,}", options.peer)


def many(options: Options) -> None:
    """Ten million votes."""
    print("people × statements, votes | way | processor s | clock s | peak MB")
    rng = np.random.default_rng(0)
    people, statements, n = 200_000, 1_000, 10_000_000
    side, leaning = rng.integers(0, 3, people), rng.normal(0, 1, (3, statements))
    who, what = rng.integers(0, people, n, np.int32), rng.integers(0, statements, n, np.int32)
    agree = rng.random(n, np.float32) < 1 / (1 + np.exp(-leaning[side[who], what]))
    vote = np.where(rng.random(n, np.float32) < 0.15, 0, np.where(agree, 1, -1)).astype(np.int8)
    _timed(who, what, vote, f"{people:,} × {statements:,}, {n:,}", None)


def _timed(who: object, what: object, vote: object, label: str, peer: str | None) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "votes.npz"
        np.savez(path, who=np.asarray(who), what=np.asarray(what), vote=np.asarray(vote))
        for way in ("reference", "classes", *(("red-dwarf",) if peer else ())):
            python = peer if way == "red-dwarf" and peer else sys.executable
            script = str(Path(__file__).parent / "voices_speed.py")
            done = subprocess.run([python, script, str(path), way], capture_output=True, text=True, check=True)
            told = json.loads(done.stdout.splitlines()[-1])
            print(
                f"{label} | {way} | {told['processor']:.2f} | {told['clock']:.2f} | {told['megabytes']:.0f}", flush=True
            )


def replay(options: Options) -> None:
    """Late comers placed from a few votes, against where all their votes place them."""
    print("conversation | votes each | adjusted Rand: " + ", ".join(WAYS) + " | error of agreement: the same")
    for name in PUBLIC:
        told = public(name)
        k = opinion_groups(told.votes).k
        seeds = range(options.seeds if len(told.votes) < 6_000 else max(1, options.seeds // 3))
        for each in (3, 5, 10, 15):
            found = [[late_comers(told.votes, told.order, k, way, each, seed) for seed in seeds] for way in WAYS]
            alike = ", ".join(f"{np.mean([one.likeness for one in way]):.2f}" for way in found)
            error = ", ".join(f"{np.mean([one.error for one in way]):.3f}" for way in found)
            print(f"{name} | {each} | {alike} | {error}", flush=True)


SECTIONS: dict[str, Callable[[Options], None]] = {
    "published": published,
    "hidden": hidden,
    "sparse": sparse,
    "speed": speed,
    "many": many,
    "replay": replay,
}
NEED_DATA = ("published", "hidden", "replay")


def main() -> None:
    """Print the tables asked for, or all of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", choices=list(SECTIONS), default=list(SECTIONS))
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--peer")
    options = parser.parse_args()
    for name in options.only:
        print(f"\n{name}: {SECTIONS[name].__doc__}")
        if name in NEED_DATA and not FOLDER.is_dir():
            print("left out: ../shared/data is absent")
            continue
        SECTIONS[name](options)


if __name__ == "__main__":
    main()
