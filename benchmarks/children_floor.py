"""What needs no network: a linear classifier of edge histograms, a floor for the three protocols.

Dalal and Triggs, "Histograms of oriented gradients for human detection" (2005); ridge regression
to one column for each class. A network below it is not trained to its end.
"""

from __future__ import annotations

import time
from typing import Final

import numpy as np
from children_data import People
from fer_data import CLASSES, SIDE
from numpy.typing import NDArray

__all__ = ["fit_floor"]

STRENGTH: Final = 30.0
"""Of the penalty; the first that was tried."""

Floats = NDArray[np.float32]


def fit_floor(taught: People, tested: tuple[People, ...]) -> tuple[list[Floats], int, float]:
    """Scores (n, 7) of each group that is tested, numbers that are learned, CPU seconds."""
    from sklearn.linear_model import Ridge

    before = time.process_time()
    wanted = np.eye(len(CLASSES))[taught.faces.labels]
    machine = Ridge(alpha=STRENGTH).fit(_edges(taught), wanted)
    spent = time.process_time() - before
    scores = [np.asarray(machine.predict(_edges(people)), np.float32) for people in tested]
    return scores, int(machine.coef_.size + machine.intercept_.size), spent


def _edges(people: People) -> Floats:
    """Nine directions in cells of 8 px, blocks of two by two cells: (n, 900)."""
    import cv2

    make = cv2.HOGDescriptor((SIDE, SIDE), (16, 16), (8, 8), (8, 8), 9)
    return np.stack([np.ravel(make.compute(picture)) for picture in people.faces.pictures])
