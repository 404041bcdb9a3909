"""Contact sheets of what two systems disagree about: a row of five frames for every event."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from closure_clips import Clip
from numpy.typing import NDArray
from sheets import TILE, tile, write_sheet

from facs.canonical import align
from facs.events import Event
from facs.video import open_video

__all__ = ["Disagreement", "rows_of_faces", "write_disagreements"]

AROUND = 0.3
"""Seconds before an onset and after an offset that are shown."""

ROWS = 12
"""Of a sheet."""

Picture = NDArray[np.uint8]


@dataclass(frozen=True)
class Disagreement:
    """An event that only one of the two has."""

    clip: Clip
    closure: str
    event: Event

    @property
    def rows(self) -> list[int]:
        """Frames to show: before, onset, apex, offset, after."""
        e = self.event
        moments = (e.onset - AROUND, e.onset, e.apex, e.offset, e.offset + AROUND)
        return [int(np.argmin(np.abs(self.clip.times - moment))) for moment in moments]


def write_disagreements(folder: Path, name: str, found: Sequence[Disagreement]) -> None:
    """Write sheets `name`_0.png, `name`_1.png, ..."""
    lines = rows_of_faces(found, _words)
    halves = [a + b for a, b in zip(lines[::2], [*lines[1::2], []], strict=False)]
    for page, start in enumerate(range(0, len(halves), ROWS)):
        write_sheet(folder / f"{name}_{page}.png", halves[start : start + ROWS])


def rows_of_faces(
    found: Sequence[Disagreement], words: Callable[[Disagreement, int], list[str]]
) -> list[list[Picture]]:
    """For each event its faces, with words on them, and a border on those in the event."""
    faces: dict[tuple[Path, int], Picture] = {}
    for clip in {id(d.clip): d.clip for d in found}.values():
        wanted = {row for d in found if d.clip is clip for row in d.rows}
        faces |= {(clip.path, row): face for row, face in _faces(clip, wanted).items()}
    return [[_tile(d, row, faces, words(d, row)) for row in d.rows] for d in found]


def _words(found: Disagreement, row: int) -> list[str]:
    clip = found.clip
    ours, peer = clip.ours[found.closure][row], clip.peer[found.closure][row]
    return [f"{clip.path.stem[-14:]} {clip.times[row]:.2f}", f"ours {ours:.2f} peer {peer:.2f}"]


def _tile(
    found: Disagreement, row: int, faces: dict[tuple[Path, int], Picture], words: list[str]
) -> Picture:
    clip = found.clip
    inside = found.event.onset <= clip.times[row] <= found.event.offset
    black = np.zeros((TILE, TILE, 3), np.uint8)
    face = faces.get((clip.path, row), black)
    return tile(face, words, (255, 80, 80) if inside else None)


def _faces(clip: Clip, wanted: set[int]) -> dict[int, Picture]:
    """The face in each wanted frame, upright."""
    found = {}
    with open_video(clip.path) as video:
        for row, frame in enumerate(video):
            landmarks = clip.person.landmarks[row]
            if row in wanted and not np.isnan(landmarks).any():
                matrix = align(landmarks, TILE, 1.2)
                face = cv2.warpAffine(frame.image, matrix, (TILE, TILE), flags=cv2.INTER_AREA)
                found[row] = np.asarray(face, np.uint8)
    return found
