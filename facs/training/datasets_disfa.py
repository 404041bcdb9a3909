"""DISFA and DISFA+: the intensity of twelve units in every frame.

Mavadati, Mahoor, Bartlett, Trinh and Cohn, "DISFA: a spontaneous facial action intensity
database" (2013); Mavadati, Sanger and Mahoor, "Extended DISFA dataset" (2016).
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from facs.errors import InputError
from facs.training.datasets import CodedSet, FrameAt, joined
from facs.training.datasets_codes import letters_set, numbers, text_of
from facs.units import ActionUnit

__all__ = ["read_disfa", "read_disfa_plus"]

Series = dict[str, float]
"""Intensity by frame: a number from 1 as text, or the name of a picture."""

UNITS: Final = tuple(ActionUnit(n) for n in (1, 2, 4, 5, 6, 9, 12, 15, 17, 20, 25, 26))


def read_disfa(folder: Path, camera: str = "left") -> CodedSet:
    """Read DISFA: ``ActionUnit_Labels/SN001/SN001_au1.txt`` with lines ``frame,intensity``.

    Parameters
    ----------
    camera : str
        ``"left"`` or ``"right"``: whose videos are used, found by names such as
        ``LeftVideoSN001_comp.avi`` anywhere below `folder`.

    Raises
    ------
    InputError
        If labels or a video are missing, or a line is not to be read.
    """
    if camera not in ("left", "right"):
        raise InputError(f"wanted camera 'left' or 'right', got {camera!r}")
    labels = _required(folder / "ActionUnit_Labels", "DISFA")
    videos = {path.name.lower(): path for path in sorted(folder.rglob("*.avi"))}
    people = sorted(path for path in labels.iterdir() if path.is_dir())
    if not people:
        raise InputError(f"wanted folders such as SN001 in {labels}, got none")
    return joined([_person(person, camera, videos) for person in people])


def _required(folder: Path, name: str) -> Path:
    if not folder.is_dir():
        raise InputError(f"wanted the folder {folder.name} of {name} in {folder.parent}, got none")
    return folder


def _person(folder: Path, camera: str, videos: dict[str, Path]) -> CodedSet:
    subject = folder.name
    series = {unit: _read_commas(folder, subject, unit) for unit in UNITS}
    beginning = f"{camera}video{subject}".lower()
    video = next((path for name, path in videos.items() if name.startswith(beginning)), None)
    if video is None:
        wanted = f"{camera.capitalize()}Video{subject}_comp.avi"
        raise InputError(f"wanted the video {wanted} of DISFA, got none")
    frames, letters = _aligned(folder, series)
    places = [FrameAt(video, int(frame) - 1) for frame in frames]
    return letters_set("DISFA", UNITS, places, letters, subject=subject, clip=video.stem)


def _read_commas(folder: Path, subject: str, unit: ActionUnit) -> Series:
    path = folder / f"{subject}_au{int(unit)}.txt"
    return {str(int(row[0])): row[1] for row in numbers(path, 2, ",")}


def _aligned(
    folder: Path, series: dict[ActionUnit, Series]
) -> tuple[list[str], NDArray[np.float32]]:
    """Frames, and their intensities (n, U); all units must speak of the same frames."""
    frames = list(next(iter(series.values())))
    for unit, values in series.items():
        if list(values) != frames:
            raise InputError(
                f"wanted the same frames for all units in {folder}, got {len(values)} "
                f"for {unit} and {len(frames)} for {next(iter(series))}"
            )
    letters = np.array([list(values.values()) for values in series.values()], np.float32).T
    wrong = ~np.isin(letters, range(6))
    if wrong.any():
        raise InputError(f"wanted intensities from 0 to 5 in {folder}, got {letters[wrong][0]:g}")
    return frames, letters


_LINE: Final = re.compile(r"(\S+\.(?:jpg|jpeg|png))[\s,]+(\d+)", re.IGNORECASE)


def read_disfa_plus(folder: Path) -> CodedSet:
    """Read DISFA+: ``Labels/SN001/A1_AU1_TrailNo_1/AU1.txt`` with lines ``000.jpg 0``.

    Lines before the first that names a picture are a heading. Pictures lie in the folder of
    the same name below ``Images``.

    Raises
    ------
    InputError
        If labels or a picture are missing, or a line is not to be read.
    """
    labels = _required(folder / "Labels", "DISFA+")
    pictures = _required(folder / "Images", "DISFA+")
    trials = sorted({path.parent for path in labels.rglob("AU*.txt")})
    if not trials:
        raise InputError(f"wanted SN001/A1_AU1_TrailNo_1/AU1.txt in {labels}, got none")
    return joined([_trial(labels, pictures, trial) for trial in trials])


def _trial(labels: Path, pictures: Path, trial: Path) -> CodedSet:
    series = {unit: _read_pictures(trial / f"AU{int(unit)}.txt") for unit in UNITS}
    names, letters = _aligned(trial, series)
    place = trial.relative_to(labels)
    frames = [FrameAt(pictures / place / name) for name in names]
    missing = [frame.path for frame in frames if not frame.path.is_file()]
    if missing:
        raise InputError(f"wanted the picture {missing[0]} of DISFA+, got none")
    subject = place.parts[0]
    return letters_set("DISFA+", UNITS, frames, letters, subject=subject, clip=place.as_posix())


def _read_pictures(path: Path) -> Series:
    lines = [line.strip() for line in text_of(path).splitlines() if line.strip()]
    found = [_LINE.fullmatch(line) for line in lines]
    first = next((i for i, match in enumerate(found) if match), len(found))
    series: Series = {}
    for line, match in zip(lines[first:], found[first:], strict=True):
        if match is None:
            raise InputError(f"wanted a picture and an intensity in {path}, got {line!r}")
        series[match[1]] = float(match[2])
    return series
