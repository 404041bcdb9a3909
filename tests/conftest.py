"""Builders of synthetic inputs with known answers, shared by the tests of every stage."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

Image = NDArray[np.uint8]
TICKS = 30_000  # per second: whole numbers of ticks for 24, 25, 30 and 30000/1001 frames/s


def gray_steps(n: int, size: tuple[int, int] = (64, 48), step: int = 10) -> list[Image]:
    """Plain pictures of (width, height): the level of picture i is ``20 + step * i``."""
    width, height = size
    return [np.full((height, width, 3), 20 + step * i, np.uint8) for i in range(n)]


def step_of(image: Image, step: int = 10) -> int:
    """Tell which picture of `gray_steps` this is, also after lossy compression."""
    return round((float(image.mean()) - 20) / step)


def four_corners(size: tuple[int, int] = (64, 48)) -> Image:
    """Red above left, green above right, blue below left, white below right."""
    width, height = size
    image = np.zeros((height, width, 3), np.uint8)
    top, left = slice(None, height // 2), slice(None, width // 2)
    bottom, right = slice(height // 2, None), slice(width // 2, None)
    image[top, left] = 255, 0, 0
    image[top, right] = 0, 255, 0
    image[bottom, left] = 0, 0, 255
    image[bottom, right] = 255, 255, 255
    return image


def corner_colors(image: Image) -> str:
    """Name the corners' colors, row by row: ``"rg/bw"`` for `four_corners` as it is made."""
    colors = {(1, 0, 0): "r", (0, 1, 0): "g", (0, 0, 1): "b", (1, 1, 1): "w", (0, 0, 0): "k"}
    y, x = image.shape[0] // 4, image.shape[1] // 4
    bright = image > 127
    named = [colors.get(tuple(map(int, bright[j, i])), "?") for j in (y, -y) for i in (x, -x)]
    return "{}{}/{}{}".format(*named)


@pytest.fixture
def facs(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """Run the command in this process; its status, and what it said on both channels."""
    from facs import cli

    def run(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["facs", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capfd.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return run


@pytest.fixture
def write_video(tmp_path: Path) -> Callable[..., Path]:
    """Write a video and return its path; a relative name lands in the test's own folder."""

    def write(
        path: str | Path,
        frames: Iterable[Image],
        times: Sequence[float] | None = None,
        rate: float | Fraction = 30,
        codec: str = "libx264",
        rotation: float = 0,
        mirror: bool = False,
        pixels: str | None = None,
        options: dict[str, str] | None = None,
        container_options: dict[str, str] | None = None,
        ticks: int = TICKS,
    ) -> Path:
        """Encode `frames`, shown at `times` (s, in whole `ticks`) or at a constant `rate`.

        `rotation` is the turn in degrees, counter-clockwise, and `mirror` the flip
        from left to right after it, that a player is asked to apply.
        """
        import av

        target = tmp_path / path
        with av.open(str(target), "w", container_options=container_options or {}) as container:
            stream = None
            for index, image in enumerate(frames):
                if stream is None:
                    rate = Fraction(rate).limit_denominator(1001)
                    stream = container.add_stream(codec, rate=rate, options=options or {})
                    stream.height, stream.width = image.shape[:2]
                    stream.pix_fmt = pixels or stream.codec.video_formats[0].name
                    if times is not None:
                        stream.codec_context.time_base = Fraction(1, ticks)
                    if rotation or mirror:
                        stream.set_display_rotation(rotation, hflip=mirror)
                frame = av.VideoFrame.from_ndarray(image, format="rgb24")
                if times is not None:
                    frame.pts, frame.time_base = round(times[index] * ticks), Fraction(1, ticks)
                container.mux(stream.encode(frame))
            if stream is not None:
                container.mux(stream.encode())
        return target

    return write
