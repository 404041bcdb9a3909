"""What is seen in a real face, and what voters see in it, weighed together.

A single picture does not tell a movement from a shape at rest: the reader of the lists
(`facs.training.seen_units`) called brows lowered in two of five faces that voters call neutral, and
lip corners lowered as often in those as in sad ones. A coder has the neutral frame of the same
person beside; here the voters stand for it. Odds of what is seen are multiplied by how much
likelier, or less likely, the voters' emotion makes the unit.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from facs.training.real_faces import EMOTIONS
from facs.training.seen_units import PLAIN
from facs.training.weak_labels import ABSENT, POSSIBLE, likely

__all__ = ["seen_and_voted"]

Floats = NDArray[np.float32]

AT_REST: Final = (14, 16, 18, 28)
"""Units of which the votes say only that a neutral face shows none."""

SPEAKS_FOR: Final = 0.5
"""Share of the evidence of votes that speaks for a unit: many sad faces lower no lip corner."""

LOWEST, HIGHEST = 0.02, 0.97


def seen_and_voted(seen: Floats, votes: Floats, columns: tuple[str, ...]) -> Floats:
    """Targets (n, columns) in (0, 1) of what is seen, moved by votes (n, 8); NaN stays unknown.

    Units that take no coder to see (`seen_units.PLAIN`) stay as they are seen.

    Examples
    --------
    >>> seen = np.float32([[0.7, 0.7], [0.7, 0.7]])  # slight: lip corners lowered, lips part
    >>> votes = np.eye(8, dtype=np.float32)[[EMOTIONS.index("neutral"), EMOTIONS.index("sadness")]]
    >>> seen_and_voted(seen, votes, ("AU15_left", "AU25")).round(2).tolist()
    [[0.28999999165534973, 0.699999988079071], [0.8899999856948853, 0.699999988079071]]
    """
    moved = 1 / (1 + np.exp(-_logit(seen) - votes @ _evidence(columns)))
    weighed = np.any(_evidence(columns) != 0, axis=0)
    return np.where(weighed, np.clip(moved, LOWEST, HIGHEST), seen).astype(np.float32)


def _evidence(columns: tuple[str, ...]) -> Floats:
    """Of each emotion for each column, (8, columns), in logits; 0 says nothing."""
    table = likely()
    table["neutral"] = dict.fromkeys(AT_REST, ABSENT) | table["neutral"]
    evidence = np.zeros((len(EMOTIONS), len(columns)), np.float32)
    for row, emotion in enumerate(EMOTIONS):
        for unit, chance in table[emotion].items():
            moves = float(_logit(np.float32(chance)) - _logit(np.float32(POSSIBLE)))
            which = [name.partition("_")[0] == f"AU{unit}" for name in columns]
            if unit not in PLAIN:
                evidence[row, which] = moves * (SPEAKS_FOR if moves > 0 else 1)
    return evidence


def _logit(chance: Floats | np.float32) -> Floats:
    return np.asarray(np.log(chance / (1 - chance)), np.float32)
