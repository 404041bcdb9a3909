"""Render labelled faces into shards: ``python -m facs.synthesis --out DIR --assets DIR``."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Final

import numpy as np

from facs.errors import FacsError, InputError

if TYPE_CHECKING:
    from facs.synthesis.clips import Studio

STILLS_PER_PERSON: Final = 4
STILLS_PER_SHARD: Final = 500
FRAMES_PER_SHARD: Final = 504
_SUBJECTS_PER_SEED: Final = 10_000_000
_FIRST_CLIP_SUBJECT: Final = 5_000_000

log = logging.getLogger("facs.synthesis")


@dataclass(frozen=True)
class Plan:
    """What one shard holds; its content follows from the plan alone."""

    kind: str
    number: int
    first: int
    count: int

    @property
    def name(self) -> str:
        """File name."""
        return f"{self.kind}_{self.number:05d}.npz"


def plans(stills: int, clips: int, frames: int) -> list[Plan]:
    """Shards of stills and of clips, interleaved so that any beginning has the right mix.

    Examples
    --------
    >>> [plan.name for plan in plans(1000, 30, 18)]
    ['clips_00000.npz', 'stills_00000.npz', 'stills_00001.npz', 'clips_00001.npz']
    """
    per_shard = {"stills": STILLS_PER_SHARD, "clips": max(1, FRAMES_PER_SHARD // frames)}
    found: list[tuple[float, Plan]] = []
    for kind, total in (("clips", clips), ("stills", stills)):
        step = per_shard[kind]
        for number, first in enumerate(range(0, total, step)):
            plan = Plan(kind, number, first, min(step, total - first))
            found.append((plan.first / total, plan))
    return [plan for _, plan in sorted(found, key=lambda pair: pair[0])]


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit status.

    Shards that exist already are kept, so an interrupted run can be repeated.
    """
    options = _parser().parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", stream=sys.stderr)
    try:
        _render(options)
    except FacsError as error:
        log.error("%s", error)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="facs.synthesis", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder of the shards")
    parser.add_argument("--assets", type=Path, required=True, help="folder of the assets")
    parser.add_argument("--stills", type=int, default=1000)
    parser.add_argument("--clips", type=int, default=28)
    parser.add_argument("--frames", type=int, default=18, help="frames of a clip")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--size", type=int, default=160, help="pixels of a side")
    parser.add_argument(
        "--part", default="0/1", metavar="I/N", help="make every N-th shard only, from the I-th"
    )
    return parser


def _render(options: argparse.Namespace) -> None:
    from facs.synthesis.assets import load
    from facs.synthesis.clips import Studio

    part, parts = _part(options.part)
    options.out.mkdir(parents=True, exist_ok=True)
    studio = Studio(load(options.assets), options.size)
    for plan in plans(options.stills, options.clips, options.frames)[part::parts]:
        path = options.out / plan.name
        if path.exists():
            continue
        start = perf_counter()
        n = make_shard(studio, plan, options.seed, options.frames, path)
        log.info("%s: %d frames, %.1f per second", plan.name, n, n / (perf_counter() - start))


def make_shard(studio: Studio, plan: Plan, seed: int, frames: int, path: Path) -> int:
    """Render one shard and write it; returns how many frames it has.

    All of its content follows from `seed` and `plan`: subjects are numbered from
    ``seed * 10_000_000``, those of clips half-way to the next seed.
    """
    from facs.synthesis.labels import columns
    from facs.synthesis.shards import Entry, pack, write_shard

    entries: list[Entry] = []
    base = seed * _SUBJECTS_PER_SEED
    for item in range(plan.first, plan.first + plan.count):
        if plan.kind == "clips":
            rng = np.random.default_rng([seed, 1, item])
            person = studio.person(rng)
            subject = base + _FIRST_CLIP_SUBJECT + item
            for sample in studio.clip(person, frames, rng):
                entries.append(Entry(sample, person, subject, base + item))
        elif item % STILLS_PER_PERSON == 0:
            rng = np.random.default_rng([seed, 0, item])
            person = studio.person(rng)
            subject = base + item // STILLS_PER_PERSON
            left = plan.first + plan.count - item
            for _ in range(min(STILLS_PER_PERSON, left)):
                entries.append(Entry(studio.still(person, rng), person, subject, -1))
    write_shard(path, pack(entries, columns()))
    return len(entries)


def _part(text: str) -> tuple[int, int]:
    try:
        part, parts = (int(number) for number in text.split("/"))
    except ValueError:
        raise InputError(f"--part: wanted I/N such as 0/2, got {text!r}") from None
    if not 0 <= part < parts:
        raise InputError(f"--part: wanted 0 <= I < N, got {text!r}")
    return part, parts


if __name__ == "__main__":
    sys.exit(main())
