"""A rendering job: which shards to make, and how each follows from its plan."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Final

import numpy as np

from facs.errors import InputError, OutputError

if TYPE_CHECKING:
    from facs.synthesis.clips import Studio

STILLS_PER_PERSON: Final = 4
STILLS_PER_SHARD: Final = 500
FRAMES_PER_SHARD: Final = 504
SMALLEST: Final = 32
_SUBJECTS_PER_SEED: Final = 10_000_000
_FIRST_CLIP_SUBJECT: Final = 5_000_000

Progress = Callable[[int, "int | None"], None]
"""Called with the frames that are done, and those in all."""

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


@dataclass(frozen=True)
class Job:
    """What to render, and where to.

    Parameters
    ----------
    assets : Path
        Folder of the assets, or a checkout of ICT-FaceKit (see `assets.load`).
    out : Path
        Folder of the shards; made where it is not there.
    stills, clips, frames : int
        How many stills, how many clips, and of how many frames each.
    seed : int
        Another seed, other people.
    size : int
        Side of the pictures in pixels.
    part : tuple of int
        (i, n): make every n-th shard only, from the i-th.

    Examples
    --------
    >>> Job(Path("assets"), Path("out"), stills=0, clips=0)
    Traceback (most recent call last):
        ...
    facs.errors.InputError: wanted some stills or clips, got none of either
    """

    assets: Path
    out: Path
    stills: int = 0
    clips: int = 28
    frames: int = 18
    seed: int = 0
    size: int = 160
    part: tuple[int, int] = (0, 1)

    def __post_init__(self) -> None:
        for name, least in (
            ("stills", 0), ("clips", 0), ("frames", 1), ("seed", 0), ("size", SMALLEST),
        ):  # fmt: skip
            value = getattr(self, name)
            if value < least:
                raise InputError(f"{name}: wanted at least {least}, got {value}")
        if not self.stills and not self.clips:
            raise InputError("wanted some stills or clips, got none of either")
        part, parts = self.part
        if not 0 <= part < parts:
            raise InputError(f"part: wanted 0 <= I < N, got {part}/{parts}")

    def plans(self) -> list[Plan]:
        """The shards of this part."""
        part, parts = self.part
        return plans(self.stills, self.clips, self.frames)[part::parts]


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


def render(job: Job, progress: Progress | None = None) -> list[Path]:
    """Make the shards that are not there yet, so that an interrupted job can be repeated.

    Returns
    -------
    list of Path
        All shards of the job, in the order of `Job.plans`.

    Raises
    ------
    InputError
        If the assets cannot be used.
    OutputError
        If the folder or a shard cannot be written.
    """
    from facs.synthesis.assets import load
    from facs.synthesis.clips import Studio

    found = job.plans()
    assets = load(job.assets)
    try:
        job.out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"wanted a folder {job.out}, the system says: {error}") from error
    studio = Studio(assets, job.size)
    total = sum(_frames(plan, job.frames) for plan in found)
    done = 0
    for plan in found:
        path = job.out / plan.name
        count = _frames(plan, job.frames)
        if not path.exists():
            start = perf_counter()
            tell = _after(progress, done, total)
            make_shard(studio, plan, job.seed, job.frames, path, tell)
            speed = count / (perf_counter() - start)
            log.info("%s: %d frames, %.1f per second", plan.name, count, speed)
        done += count
        _after(progress, done, total)(0)
    return [job.out / plan.name for plan in found]


def _frames(plan: Plan, frames: int) -> int:
    return plan.count * frames if plan.kind == "clips" else plan.count


def _after(progress: Progress | None, done: int, total: int) -> Callable[[int], None]:
    def tell(more: int) -> None:
        if progress is not None:
            progress(done + more, total)

    return tell


def make_shard(
    studio: Studio,
    plan: Plan,
    seed: int,
    frames: int,
    path: Path,
    tell: Callable[[int], None] = lambda _: None,
) -> int:
    """Render one shard and write it; returns how many frames it has.

    All of its content follows from `seed` and `plan`: subjects are numbered from
    ``seed * 10_000_000``, those of clips half-way to the next seed. `tell` hears how
    many frames are done.
    """
    from facs.synthesis.labels import columns
    from facs.synthesis.shards import Entry, pack, write_shard

    entries: list[Entry] = []
    base = seed * _SUBJECTS_PER_SEED
    for item in range(plan.first, plan.first + plan.count):
        tell(len(entries))
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
