"""What a run that makes the action unit model is asked."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from facs.errors import InputError
from facs.network.spec import STREAMS
from facs.training.recipe import Evidence

__all__ = ["UnitRun", "is_checkpoint"]


@dataclass(frozen=True)
class UnitRun:
    """Where the data lie, and how long to learn from them.

    `start` is what this run begins with: the spatial checkpoint of an earlier run (``.pt``), or
    models, by name or path, with the mean of whose files both streams begin; `keep` is the share of
    it that stays in the spatial and in the temporal stream to the end (`facs.training.begin`).
    `teacher` is a spatial stream that says what it sees in real faces (`facs.training.teacher`),
    `seen` a list of what real pictures are seen to show (`facs.training.seen_units`), `check` one
    of FER2013's PublicTest, for calibration and thresholds (`facs.training.seen_faces`).
    `coded` are data sets that people coded, by name and folder (`read_coded`): they teach the
    spatial stream beside the rendered pictures, and the weights are then bound by their terms.
    A run with `streams` of one name only trains that stream and stops there: two processes
    can train the two at once, and a third run with both finishes from their checkpoints.
    """

    rendered: tuple[Path, ...]
    test: tuple[Path, ...]
    out: Path
    name: str
    landmarks: Path | None = None
    fer: Path | None = None
    photos: Path | None = None
    coded: tuple[tuple[str, Path], ...] = ()
    steps: tuple[int, int] = (3000, 2000)
    batch: tuple[int, int, int] = (128, 64, 96)
    rates: tuple[float, float] = (1.5e-3, 1.5e-3)
    slots: int = 10
    slot_seconds: float = 1 / 30
    dropout: float = 0.5
    evidence: Evidence = field(default_factory=Evidence)
    seed: int = 0
    device: str = "cpu"
    start: tuple[str | Path, ...] = ()
    keep: tuple[float, float] = (0.0, 0.0)
    teacher: Path | None = None
    seen: Path | None = None
    check: Path | None = None
    streams: tuple[str, ...] = STREAMS

    def __post_init__(self) -> None:
        """Refuse what no run can do."""
        if not self.streams or not set(self.streams) <= set(STREAMS):
            raise InputError(f"wanted streams of {STREAMS}, got {self.streams}")
        if self.slot_seconds != 1 / 30:
            raise InputError(
                f"wanted slot_seconds 1/30, as rendered clips are timed, got {self.slot_seconds}"
            )
        if not all(0 <= share <= 1 for share in self.keep):
            raise InputError(f"wanted shares to keep in [0, 1], got {self.keep}")
        if any(self.keep) and not self.start:
            raise InputError("wanted a start of which to keep something, got a share alone")
        if len(self.start) > 1 and any(map(is_checkpoint, self.start)):
            raise InputError(f"wanted one checkpoint to begin with, or models, got {self.start}")
        if self.keep[1] and is_checkpoint(self.start[0]):
            raise InputError(
                f"wanted a model of whose temporal stream a share stays, got {self.start[0]}, "
                f"a checkpoint of the spatial one"
            )
        if self.check is not None and self.fer is None:
            raise InputError("wanted fer2013.npz beside a list for thresholds, got only the list")


def is_checkpoint(start: str | Path) -> bool:
    """Whether a run begins with a checkpoint, which also has what only training needs."""
    return Path(start).suffix == ".pt"
