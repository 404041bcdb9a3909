"""The landmark network: 68 points from a loose crop, and whether there is a face at all."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from facs.canonical import align, canonical, warp
from facs.errors import ModelError
from facs.odds import FAR, sigmoid
from facs.sessions import open_session

__all__ = ["INPUT_MARGIN", "INPUT_SIZE", "Landmarker", "Located", "box_matrix", "shipped_path"]

INPUT_SIZE: Final = 96
"""Side of the network's picture in pixels."""

INPUT_MARGIN: Final = 1.3
"""How much wider than the canonical crop that picture is."""

SHIPPED: Final = "landmarks-1.onnx"

OUTPUTS: Final = ("points", "face", "covered")


@dataclass(frozen=True)
class Located:
    """What the network says of one crop.

    Parameters
    ----------
    landmarks : array, shape (68, 2), float32, pixels of the whole picture
    score : float, in [0, 1]
        How sure it is that this is a face.
    covered : float, in [0, 1]
        Which part of the face it believes to be hidden behind something.
    """

    landmarks: NDArray[np.float32]
    score: float
    covered: float


def box_matrix(box: NDArray[np.floating]) -> NDArray[np.float64]:
    """The similarity (2, 3) from a detector's box to the network's picture.

    Detectors box a face from the brows to the chin, about as wide as it is high;
    the mean face's landmarks are laid into that box.
    """
    x0, y0, x1, y1 = (float(v) for v in box)
    points = canonical(INPUT_SIZE, INPUT_MARGIN)
    low, high = points.min(0), points.max(0)
    scale = float((high - low).mean()) * 1.06 / max((x1 - x0 + y1 - y0) / 2, 1e-6)
    centre = (low + high) / 2
    shift = centre - scale * np.array([(x0 + x1) / 2, (y0 + y1) / 2 + 0.04 * (y1 - y0)])
    return np.array([[scale, 0, shift[0]], [0, scale, shift[1]]])


class Landmarker:
    """Runs the shipped landmark network, or another of the same form.

    Parameters
    ----------
    path : path, optional
        An ONNX file with input ``picture`` (n, 96, 96) uint8 and outputs ``points``
        (n, 68, 2) in widths of the picture from its centre, ``face`` (n,) and
        ``covered`` (n,) as logits. The shipped one if left out.
    threads : int
        Threads inside one inference.

    Raises
    ------
    ModelError
        If the file is absent, is no ONNX file, or holds another network.
    """

    def __init__(self, path: Path | str | None = None, threads: int = 1) -> None:
        where = Path(path) if path else shipped_path()
        self._session = _session(where, threads)
        names = {output.name for output in self._session.get_outputs()}
        if not names >= set(OUTPUTS):
            raise ModelError(
                f"wanted a landmark network with outputs {OUTPUTS}, {where} has {sorted(names)}"
            )

    def __call__(
        self, gray: NDArray[np.uint8], matrices: list[NDArray[np.float64]]
    ) -> list[Located]:
        """Locate one face per matrix (2, 3), each from picture pixels to the network's picture."""
        if not matrices:
            return []
        crops = np.stack([warp(gray, m, INPUT_SIZE) for m in matrices])
        points, face, covered = self._session.run(OUTPUTS, {"picture": crops})
        pixels = (np.asarray(points, np.float64) + 0.5) * INPUT_SIZE  # (n, 68, 2)
        return [
            Located(_to_picture(p, m), float(sigmoid(float(f), FAR)), float(sigmoid(float(c), FAR)))
            for p, m, f, c in zip(pixels, matrices, face, covered, strict=True)
        ]

    def from_box(self, gray: NDArray[np.uint8], box: NDArray[np.floating]) -> Located:
        """Locate the face in a detector's box, looking three times, each time straighter."""
        return self.straightened(gray, [box_matrix(box)])[0]

    def straightened(
        self, gray: NDArray[np.uint8], matrices: list[NDArray[np.float64]]
    ) -> list[Located]:
        """Locate one face per rough matrix (2, 3), looking three times, each time straighter."""
        located = self(gray, matrices)
        for _ in range(2):
            located = self.follow(gray, [one.landmarks for one in located])
        return located

    def follow(self, gray: NDArray[np.uint8], before: list[NDArray[np.float32]]) -> list[Located]:
        """Locate faces again, from their landmarks (68, 2) of a moment ago."""
        return self(gray, [align(points, INPUT_SIZE, INPUT_MARGIN) for points in before])


def shipped_path() -> Path:
    """Where the shipped landmark network lies."""
    return Path(str(resources.files("facs.weights") / SHIPPED))


_session = lru_cache(maxsize=4)(open_session)
"""Sessions are safe to share between threads, and opening one takes longer than using it."""


def _to_picture(points: NDArray[np.float64], matrix: NDArray[np.float64]) -> NDArray[np.float32]:
    """Points (68, 2) of the crop, in pixels of the picture that it was cut from."""
    linear = np.linalg.inv(matrix[:, :2])
    return np.asarray((points - matrix[:, 2]) @ linear.T, np.float32)
