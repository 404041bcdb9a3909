"""What is seen in a real face, and what voters see in it, weighed together.

A single picture does not tell a movement from a shape at rest: the reader of the lists
(`facs.training.seen_units`) called brows lowered in two of five faces that voters call neutral, and
lip corners lowered as often in those as in sad ones. A coder has the neutral frame of the same
person beside; here the voters stand for it. Odds of what is seen are multiplied by how much
likelier, or less likely, the voters' emotion makes the unit (`facs.training.weak_labels`): wholly
where they see none, by the root of it for an emotion, since many sad faces lower no lip corner.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from facs.training.real_faces import EMOTIONS
from facs.training.seen_units import MAYBE, PLAIN
from facs.training.weak_labels import ABSENT, POSSIBLE, columns_with, likely, logit, moved_by

__all__ = ["seen_and_voted"]

Floats = NDArray[np.float32]

AT_REST: Final = (14, 16, 18, 28)
"""Units of which the votes say only that a neutral face shows none."""

PRIOR: Final = 0.15
"""Chance of a unit of which votes say nothing; what they make less likely speaks against it."""

AN_EMOTION: Final = 0.5
"""Share of their evidence that votes for an emotion have; votes for none have all of it."""


def seen_and_voted(seen: Floats, votes: Floats, columns: tuple[str, ...]) -> Floats:
    """Targets (n, columns) in (0, 1) of what is seen, moved by votes (n, 8); NaN stays unknown.

    Units that take no coder to see (`seen_units.PLAIN`) stay as they are seen. What is absent never
    becomes possible (`weak_labels.POSSIBLE`) by votes alone, what may be shown
    (`seen_units.MAYBE`) does.

    Examples
    --------
    >>> seen = np.float32([[0.7, 0.7], [0.7, 0.7]])  # slight: lip corners lowered, lips part
    >>> votes = np.eye(8, dtype=np.float32)[[EMOTIONS.index("neutral"), EMOTIONS.index("sadness")]]
    >>> seen_and_voted(seen, votes, ("AU15_left", "AU25")).round(2)
    array([[0.29, 0.7 ],
           [0.89, 0.7 ]], dtype=float32)
    """
    evidence = _evidence(columns)
    moved = moved_by(seen, votes @ evidence)
    moved = np.where(seen >= np.float32(MAYBE), moved, np.minimum(moved, POSSIBLE))
    return np.where(np.any(evidence != 0, axis=0), moved, seen).astype(np.float32)


def _evidence(columns: tuple[str, ...]) -> Floats:
    """Of each emotion for each column, (8, columns), in logits; 0 says nothing."""
    table = likely()
    table["neutral"] = dict.fromkeys(AT_REST, ABSENT) | table["neutral"]
    evidence = np.zeros((len(EMOTIONS), len(columns)), np.float32)
    for row, emotion in enumerate(EMOTIONS):
        share = 1.0 if emotion == "neutral" else AN_EMOTION
        for unit in table[emotion].keys() - PLAIN:
            moves = logit(table[emotion][unit]) - logit(PRIOR)
            evidence[row, columns_with(unit, columns)] = share * moves
    return evidence
