"""Gaze of real faces that teach, from the dark of their eyes and from an earlier network.

Neither is sure: an iris is a pixel or two wide in the smallest pictures, and a network that learned
gaze from rendered eyes alone meets real lashes and lids. They err differently, so both together
are the evidence.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from facs.training.weak_labels import moved_by

__all__ = ["gaze_targets"]

Floats = NDArray[np.float32]

DIRECTIONS: Final = (("AU61", "AU62"), ("AU63", "AU64"))
"""Left and right, up and down: columns of `irises.iris_offset` that are positive and negative."""

AHEAD: Final = 0.12
"""Target of a face whose eyes lie in the middle: just under what `weak_labels.POSSIBLE` says may be
shown."""

EVIDENCE: Final = 2.0
"""Logits for each usual distance from the middle, where both say the same."""

USUAL: Final = 68.3
"""Percentile of distances from the middle that counts as one: a standard deviation where they are
normal. From three of them on, more says no more."""

FARTHEST: Final = 3.0


def gaze_targets(
    offsets: NDArray[np.floating], scores: Floats | None, columns: tuple[str, ...]
) -> Floats:
    """Targets (n, columns) in (0, 1) of AU61 to AU64, NaN elsewhere and where eyes are not seen.

    Parameters
    ----------
    offsets : array, shape (n, 2)
        `irises.iris_offset` of each face.
    scores : array, shape (n, columns), or None
        What a teacher says (`teacher.scores_of`).
    columns : tuple of str

    Examples
    --------
    >>> offsets = np.array([[-0.1, 0.0], [0.0, 0.0], [0.1, 0.0], [np.nan, 0.0]])
    >>> gaze_targets(offsets, None, ("AU61", "AU62")).round(2)
    array([[0.02, 0.5 ],
           [0.12, 0.12],
           [0.5 , 0.02],
           [ nan,  nan]], dtype=float32)
    """
    targets = np.full((len(offsets), len(columns)), np.nan, np.float32)
    for axis, (one, other) in enumerate(DIRECTIONS):
        if not {one, other} <= set(columns):
            continue
        places = columns.index(one), columns.index(other)
        evidence = [_usual(offsets[:, axis])]
        if scores is not None and not np.isnan(scores[:, places]).any():
            evidence.append(_usual(scores[:, places[0]] - scores[:, places[1]]))
        turned = EVIDENCE * np.mean(evidence, axis=0, dtype=np.float32)
        targets[:, places[0]] = moved_by(AHEAD, turned)
        targets[:, places[1]] = moved_by(AHEAD, -turned)
    return targets


def _usual(values: NDArray[np.floating]) -> Floats:
    """Distances from the median, in usual ones."""
    if np.isnan(values).all():
        return np.asarray(values, np.float32)
    apart = values - np.nanmedian(values)
    usual = np.nanpercentile(np.abs(apart), USUAL)
    return np.asarray(np.clip(apart / max(usual, 1e-6), -FARTHEST, FARTHEST), np.float32)
