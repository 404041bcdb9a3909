"""What every source of frames offers to `Video`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import numpy as np

from facs.errors import InputError
from facs.video.frame import Image

__all__ = ["DEFAULT_RATE", "FILM_KINDS", "FILM_SUFFIXES", "Shot", "Source", "as_rate"]

DEFAULT_RATE: Final = Fraction(30)
"""Frames per second of pictures that carry no time of their own."""

FILM_KINDS: Final = (
    "3gp apng asf avi divx dv f4v flv gif h264 h265 hevc m2ts m4v mjpeg mjpg "
    "mkv mov mp4 mpeg mpg mts mxf ogv qt ts vob webm wmv y4m"
)
FILM_SUFFIXES: Final = frozenset(f".{kind}" for kind in FILM_KINDS.split())
"""Names of files in a folder that are taken for videos."""


@dataclass(frozen=True)
class Shot:
    """A decoded frame that is not yet an RGB array: skipped frames never become one.

    `time` is in seconds as the source says it, or None where it says nothing.
    """

    index: int
    time: float | None
    picture: Callable[[], Image]


class Source(ABC):
    """A place that frames come from; `close` may be called more than once."""

    name: str
    rate: Fraction | None = None
    size: tuple[int, int] | None = None
    frames_expected: int | None = None
    damage: str | None = None
    notes: tuple[str, ...] = ()

    @abstractmethod
    def __iter__(self) -> Iterator[Shot]:
        """Yield the shots in the order of showing."""

    def close(self) -> None:  # noqa: B027  nothing is open in most sources
        """Let go of files and devices."""


def as_rate(rate: float | Fraction | None) -> Fraction:
    """Frames per second as a fraction; None is `DEFAULT_RATE`.

    Examples
    --------
    >>> as_rate(29.97), as_rate(None)
    (Fraction(2997, 100), Fraction(30, 1))
    """
    if rate is None:
        return DEFAULT_RATE
    if isinstance(rate, bool) or not isinstance(rate, (int, float, Fraction, np.number)):
        raise InputError(f"wanted a rate in frames per second, got {type(rate).__name__}")
    if not 0 < rate < float("inf"):
        raise InputError(f"wanted a rate above 0 frames per second, got {rate}")
    exact = Fraction(rate if isinstance(rate, Fraction) else float(rate))
    return exact.limit_denominator(1001) if exact >= 1 else 1 / (1 / exact).limit_denominator(1001)
