"""A picture as a video of one frame, and a folder of pictures as a video."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Final

import numpy as np

from facs.errors import UnreadableVideoError, VideoError
from facs.video.frame import Image, check_size
from facs.video.headers import (
    DECODED,
    PICTURE,
    ends_properly,
    holds_several,
    is_film,
    kind_of,
    size_of,
)
from facs.video.opencv import quiet_opencv
from facs.video.paths import printable, require_readable
from facs.video.source import FILM_SUFFIXES, Shot, Source, as_rate

__all__ = ["FolderSource", "PictureSource", "is_picture"]

SUFFIXES: Final = frozenset(
    {".jpg", ".jpeg", ".jpe", ".png", ".bmp", ".tif", ".tiff", ".webp", ".jp2", ".ppm", ".pgm"}
)
MOVING_SUFFIXES: Final = frozenset({".mjpg", ".mjpeg", ".apng"})
"""Files that begin like one picture and hold many."""

MOST_NAMED: Final = 3
"""Entries of a folder that are left out by name; the others are counted."""

FIRST_OF_SEVERAL: Final = "the first of several pictures is read"


def is_picture(path: Path) -> bool:
    """Whether the file is a single picture, by its first bytes and then by its name."""
    suffix = path.suffix.lower()
    begin = _first_bytes(path)
    if suffix in MOVING_SUFFIXES or is_film(begin):
        return False
    return suffix in SUFFIXES or kind_of(begin) in PICTURE


def _first_bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(16)
    except OSError as error:
        raise UnreadableVideoError(f"{printable(path)}: {error.strerror}") from None


class PictureSource(Source):
    """One picture, at time 0."""

    def __init__(self, path: Path) -> None:
        self.name = printable(path)
        self._image, several = _read_picture(path)
        if several:
            self.notes = (FIRST_OF_SEVERAL,)
        self.size = (self._image.shape[1], self._image.shape[0])
        self.frames_expected = 1

    def __iter__(self) -> Iterator[Shot]:
        yield Shot(0, 0.0, lambda: self._image)


class FolderSource(Source):
    """The pictures of a folder in natural order, one every ``1 / rate`` seconds.

    A picture that cannot be read is left out; the others keep their times.
    """

    def __init__(self, folder: Path, rate: float | Fraction | None) -> None:
        self.name = printable(folder)
        self.rate = as_rate(rate)
        self._paths, left_out = _pictures_in(folder)
        self.notes = _named(left_out)
        self.frames_expected = len(self._paths)
        self._problems: list[str] = []
        self._several = False
        self.size = self._first_size()

    def _first_size(self) -> tuple[int, int]:
        for path in self._paths:
            try:
                height, width = _read_picture(path)[0].shape[:2]
            except VideoError:
                continue
            return width, height
        raise UnreadableVideoError(
            f"{self.name}: no picture in this folder can be decoded ({len(self._paths)} tried)"
        )

    def __iter__(self) -> Iterator[Shot]:
        assert self.rate is not None
        read = 0
        for index, path in enumerate(self._paths):
            time = float(index / self.rate)
            try:
                image, several = _read_picture(path)
            except VideoError as error:
                self._report(f"{error} (at {time:.3f} s, {read} read before it)")
                continue
            if several and not self._several:
                self._several = True
                self.notes += (f"{printable(path)}: {FIRST_OF_SEVERAL}",)
            read += 1
            yield Shot(index, time, lambda i=image: i)  # type: ignore[misc]

    def _report(self, problem: str) -> None:
        self._problems.append(problem)
        more = len(self._problems) - 1
        self.damage = self._problems[0] + (f"; and {more} more" if more else "")


def _pictures_in(folder: Path) -> tuple[list[Path], list[Path]]:
    """The pictures of a folder, and everything else in it, each in natural order."""
    try:
        names = [path for path in folder.iterdir() if not path.name.startswith(".")]
    except OSError as error:
        raise UnreadableVideoError(f"{printable(folder)}: {error.strerror}") from None
    pictures = [path for path in names if path.suffix.lower() in SUFFIXES and path.is_file()]
    others = set(names).difference(pictures)
    films = sum(path.suffix.lower() in FILM_SUFFIXES for path in others)
    if films > len(pictures):
        raise UnreadableVideoError(
            f"{printable(folder)} is a folder of films ({films}): give one of them, or the "
            "folder to `facs batch`"
        )
    if not pictures:
        raise UnreadableVideoError(
            f"{printable(folder)} is a folder without pictures ({len(names)} other entries): "
            "give a video, or a folder of .png or .jpg files"
        )
    return sorted(pictures, key=_natural), sorted(others, key=_natural)


def _named(left_out: list[Path]) -> tuple[str, ...]:
    """Say what is in a folder of pictures and none of them, if there is something."""
    if not left_out:
        return ()
    names = ", ".join(printable(path) for path in left_out[:MOST_NAMED])
    more = len(left_out) - MOST_NAMED
    return (f"left out, not pictures: {names}" + (f" and {more} more" if more > 0 else ""),)


def _natural(path: Path) -> tuple[list[str | int], str]:
    """Sort key by which ``2.png`` comes before ``10.png``."""
    parts = re.split(r"(\d+)", path.name.casefold())
    return [int(part) if odd % 2 else part for odd, part in enumerate(parts)], path.name


def _read_picture(path: Path) -> tuple[Image, bool]:
    """Decode a picture, upright and in RGB, and say whether its file holds others as well."""
    name = printable(path)
    require_readable(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UnreadableVideoError(f"{name}: {error.strerror}") from None
    size = size_of(data) if kind_of(data) in DECODED else None
    if size:
        check_size(name, *size)
    if not ends_properly(data):  # some decoders would fill the rest with gray
        raise UnreadableVideoError(f"{name}: the picture is cut short")
    image = _decode(data) if size else None
    if image is None:
        raise UnreadableVideoError(f"{name}: not a picture that can be decoded")
    check_size(name, image.shape[1], image.shape[0])
    return image, holds_several(data)


def _decode(data: bytes) -> Image | None:
    import cv2

    try:  # IMREAD_COLOR also applies the EXIF orientation, drops alpha and gives 8 bits
        with quiet_opencv():
            bgr = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error:
        return None
    return (
        None if bgr is None else np.ascontiguousarray(bgr[..., ::-1]).astype(np.uint8, copy=False)
    )
