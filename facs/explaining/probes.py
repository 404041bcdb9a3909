"""Maps by asking a stream again and again, with the face changed a little: no torch, any precision.

`differences` is the gradient by finite differences; `occlusion` is of Zeiler and Fergus,
"Visualizing and understanding convolutional networks" (2014), with a soft window.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from facs.crops.mask import ellipse
from facs.network.backends import Stream

__all__ = ["differences", "occlusion"]

Floats = NDArray[np.float32]
Picture = NDArray[Any]

BATCH: Final = 64

BUMP: Final = 2.0 / 112
"""Sigma of the bump by which a place becomes lighter and darker, as a share of the crop's width."""

NUDGE: Final = 16.0
"""Grey levels of that bump: much less than an edge, much more than the rounding to whole levels."""

FASTER: Final = 0.5
"""Share by which motion becomes faster and slower."""

WINDOW: Final = 8.0 / 112
"""Sigma of the window that hides a place: as large as an eye."""

BLUR: Final = 10.0 / 112
"""Sigma of what the window shows instead: the face without any feature."""


def differences(stream: Stream, seen: Picture, columns: Sequence[int]) -> Floats:
    """How much the mean score of columns changes when a place becomes lighter or darker.

    Parameters
    ----------
    stream : Stream
    seen : array, shape (S, S) uint8, or (2 * slots, S, S) float32
        A crop, or a stack of flows: of those a place becomes faster or slower.
    columns : sequence of int

    Returns
    -------
    array, shape (S, S), float32, >= 0
    """
    windows = _windows(seen.shape[-1], spacing=2 * BUMP, sigma=BUMP)
    up = _scores(stream, (_nudged(seen, w, 1) for w in windows), columns)
    down = _scores(stream, (_nudged(seen, w, -1) for w in windows), columns)
    return _painted(windows, np.abs(up - down))


def occlusion(stream: Stream, seen: Picture, columns: Sequence[int]) -> tuple[Floats, Picture]:
    """How far the mean score of columns falls when a place is hidden.

    A hidden place of a crop is blurred until no feature is left; of flows it is still.

    Returns
    -------
    array, shape (S, S), float32, >= 0
    array, as `seen`
        With the place hidden that matters most; `seen` itself where none matters.
    """
    windows = _windows(seen.shape[-1], spacing=0.9 * WINDOW, sigma=WINDOW)
    instead = _featureless(seen)

    def hidden(window: Floats) -> Picture:
        return _mixed(seen, instead, window)

    before = float(stream(seen[None])[0, list(columns)].mean())
    fall = np.maximum(before - _scores(stream, map(hidden, windows), columns), 0)
    worst = hidden(windows[int(fall.argmax())]) if fall.max() > 0 else seen
    return _painted(windows, fall), worst


def _windows(size: int, spacing: float, sigma: float) -> Floats:
    """Bumps (n, S, S) whose centres lie on a grid inside the ellipse, 1 at their centres."""
    step = spacing * size
    centres = np.arange(step / 2, size, step)
    pixels = np.arange(size) + 0.5
    along = np.exp(-(((pixels - centres[:, None]) / (sigma * size)) ** 2) / 2)  # (c, S)
    inside = ellipse(size) > 0
    return np.asarray(
        [
            np.outer(along[j], along[i])
            for j, y in enumerate(centres)
            for i, x in enumerate(centres)
            if inside[int(y), int(x)]
        ],
        np.float32,
    )


def _painted(windows: Floats, weights: Floats) -> Floats:
    """Each place has the mean of the weights of the windows around it."""
    total = np.tensordot(weights, windows, 1)
    size = windows.shape[-1]
    return np.asarray(total / np.maximum(windows.sum(0), 1e-3) * ellipse(size), np.float32)


def _scores(stream: Stream, pictures: Iterator[Picture], columns: Sequence[int]) -> Floats:
    """Mean score of columns for each picture, shape (n,)."""
    found, waiting = [], []
    for picture in pictures:
        waiting.append(picture)
        if len(waiting) == BATCH:
            found.append(stream(np.stack(waiting)))
            waiting = []
    if waiting:
        found.append(stream(np.stack(waiting)))
    return np.asarray(np.concatenate(found)[:, list(columns)].mean(1), np.float32)


def _nudged(seen: Picture, window: Floats, sign: int) -> Picture:
    if seen.ndim == 3:
        return np.asarray(seen * (1 + sign * FASTER * window), np.float32)
    return _whole_levels(seen + sign * NUDGE * window)


def _featureless(seen: Picture) -> Floats:
    import cv2

    if seen.ndim == 3:
        return np.zeros_like(seen, np.float32)
    return np.asarray(
        cv2.GaussianBlur(seen.astype(np.float32), (0, 0), BLUR * len(seen)), np.float32
    )


def _mixed(seen: Picture, instead: Floats, window: Floats) -> Picture:
    mixed = seen * (1 - window) + instead * window
    return np.asarray(mixed, np.float32) if seen.ndim == 3 else _whole_levels(mixed)


def _whole_levels(values: NDArray[np.floating]) -> NDArray[np.uint8]:
    return np.asarray(np.clip(np.rint(values), 0, 255), np.uint8)
