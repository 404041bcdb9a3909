"""Weak unit labels for real faces: what voters' agreement on an emotion makes all but certain.

Only prototypes that nobody disputes are used (EMFACS as tabulated by Friesen and
Ekman, 1983): nine voters in ten who see a happy face have seen lip corners pulled. What an
emotion leaves open stays unknown (NaN).
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from facs.training.real_faces import EMOTIONS

__all__ = ["weak_targets"]

AGREEMENT: Final = 0.8
PRESENT: Final = 0.9
ABSENT: Final = 0.03

SHOWN: Final[dict[str, tuple[int, ...]]] = {
    "happiness": (12,),
    "surprise": (1, 2),
    "anger": (4,),
}
NOT_SHOWN: Final[dict[str, tuple[int, ...]]] = {
    "happiness": (4,),
    "surprise": (12,),
    "sadness": (12,),
    "anger": (12, 1, 2),
    "neutral": (1, 2, 4, 12),
}
"""Only units that some emotion shows stand here. A unit that real faces were only ever said not
to show would teach the network that real skin excludes it: in such a run eyes that were
shut scored high on rendered faces and low on real ones."""


def weak_targets(votes: NDArray[np.float32], columns: tuple[str, ...]) -> NDArray[np.float32]:
    """Targets (n, columns) of presence in (0, 1), NaN where unknown, from votes (n, 8).

    Examples
    --------
    >>> happy = np.eye(8, dtype=np.float32)[[1]]
    >>> weak_targets(happy, ("AU4_left", "AU6_left", "AU12_left"))
    array([[0.03,  nan, 0.9 ]], dtype=float32)
    """
    targets = np.full((len(votes), len(columns)), np.nan, np.float32)
    for table, value in ((NOT_SHOWN, ABSENT), (SHOWN, PRESENT)):
        for emotion, numbers in table.items():
            agreed = votes[:, EMOTIONS.index(emotion)] >= AGREEMENT
            names = {f"AU{n}{side}" for n in numbers for side in ("", "_left", "_right")}
            which = np.array([name in names for name in columns], bool)
            targets[np.ix_(agreed, which)] = value
    return targets
