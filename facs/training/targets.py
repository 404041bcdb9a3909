"""What the streams are asked for, where it is not what the mesh says."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["FAR_DOWN", "eyes_in_doubt", "gaze_that_shows", "jaw_as_far"]

Floats = NDArray[np.float32]

FAR_DOWN: Final = 0.7
"""Intensity of AU64 from which lids that follow the eyes cover most of them."""

SHUT: Final = 0.75
"""Intensity of AU43 on both sides from which lids hide the irises."""

GAZE: Final = ("AU61", "AU62", "AU63", "AU64")


def jaw_as_far(labels: Floats, columns: tuple[str, ...]) -> Floats:
    """Labels in which a stretched mouth (AU27) is a dropped jaw (AU26) too.

    A jaw that opens is one movement: a unit that came and went on its way would be hard to learn.
    `facs.network.jaw` tells the two apart again.

    Examples
    --------
    >>> jaw_as_far(np.array([[0.5, 0.0], [0.0, 0.4]], np.float32), ("AU26", "AU27"))
    array([[0.5, 0. ],
           [1. , 0.4]], dtype=float32)
    """
    if not {"AU26", "AU27"} <= set(columns):
        return labels
    out: Floats = labels.copy()
    out[labels[:, columns.index("AU27")] > 0, columns.index("AU26")] = 1
    return out


def eyes_in_doubt(labels: Floats, columns: tuple[str, ...]) -> Floats:
    """Labels in which nothing is said of what a picture of eyes does not show.

    Eyes that look far down look shut: taught as open, they made the lids of real people who
    sleep or blink look like those of people who read. Gaze behind shut lids is not known
    (`gaze_that_shows`).

    Examples
    --------
    >>> labels = np.array([[0.0, 0.9], [0.0, 0.2], [1.0, 0.9]], np.float32)
    >>> eyes_in_doubt(labels, ("AU43", "AU64"))
    array([[nan, 0.9],
           [0. , 0.2],
           [1. , nan]], dtype=float32)
    """
    out = gaze_that_shows(labels, columns)
    if "AU64" in columns:
        down = labels[:, columns.index("AU64")] > FAR_DOWN
        for i in _lids(columns):
            out[down & (labels[:, i] < 0.5), i] = np.nan
    return out


def gaze_that_shows(labels: Floats, columns: tuple[str, ...]) -> Floats:
    """Labels in which gaze behind shut lids is not known: nobody sees where such eyes look.

    Examples
    --------
    >>> gaze_that_shows(np.array([[0.0, 0.9], [1.0, 0.9]], np.float32), ("AU43", "AU64"))
    array([[0. , 0.9],
           [1. , nan]], dtype=float32)
    """
    gaze = [i for i, name in enumerate(columns) if name in GAZE]
    lids = _lids(columns)
    out: Floats = labels.copy()
    if lids:
        shut = labels[:, lids].min(1) > SHUT
        out[np.ix_(shut, gaze)] = np.nan
    return out


def _lids(columns: tuple[str, ...]) -> list[int]:
    return [i for i, name in enumerate(columns) if name.startswith("AU43")]
