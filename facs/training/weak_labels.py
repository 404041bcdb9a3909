"""Weak unit labels for real faces: how likely a unit is where voters agree on an emotion.

What nobody disputes is nearly certain: nine voters in ten who see a happy face have seen
lip corners pulled. The rest is what coders found in posed pictures of each emotion (Du, Tao and
Martinez, "Compound facial expressions of emotion", 2014, table 1: always, or by a
share of people), a quarter less, since pictures from the web are less posed. What an emotion
leaves open stays unknown (NaN).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from facs.training.real_faces import EMOTIONS
from facs.units import split_column

__all__ = [
    "ABSENT",
    "AGREEMENT",
    "POSSIBLE",
    "columns_with",
    "likely",
    "logit",
    "mouth_targets",
    "moved_by",
    "weak_targets",
]

AGREEMENT: Final = 0.8
ABSENT: Final = 0.03

POSSIBLE: Final = 0.15
"""A target above this says that the unit may well be there."""

LESS_POSED: Final = 0.75

LEAST: Final = 0.02
SUREST: Final = 0.97
"""Bounds of a target that evidence has moved: no other sight of a real face is surer."""

Likely = Mapping[int, float]
Floats = NDArray[np.float32]

CERTAIN: Final[Mapping[str, Likely]] = {
    "happiness": {12: 0.9},
    "surprise": {1: 0.9, 2: 0.9},
    "anger": {4: 0.9},
}
POSED: Final[Mapping[str, Likely]] = {
    "surprise": {5: 0.66, 26: 0.9},
    "anger": {7: 0.9, 24: 0.9, 17: 0.52, 23: 0.29, 10: 0.26},
    "sadness": {4: 0.9, 15: 0.9, 1: 0.6, 17: 0.67},
    "fear": {1: 0.9, 4: 0.9, 20: 0.9, 2: 0.57, 5: 0.63},
    "disgust": {9: 0.9, 10: 0.9, 17: 0.9, 4: 0.31, 24: 0.26},
}
NOT_SHOWN: Final[Mapping[str, tuple[int, ...]]] = {
    "happiness": (4, 9, 10, 15, 17, 20, 23, 24),
    "surprise": (4, 7, 9, 10, 12, 15, 17, 20, 23, 24),
    "sadness": (2, 5, 9, 10, 12, 20, 26),
    "anger": (1, 2, 12, 20, 26),
    "disgust": (1, 2, 5, 12, 20, 26),
    "fear": (9, 12, 15, 17, 24),
    "neutral": (1, 2, 4, 5, 7, 9, 10, 12, 15, 17, 20, 23, 24, 26),
}
"""Units that the same table has for other emotions and not for this one, without those that
people add to it all the same (lids that tighten and a jaw that drops in laughter, a nose that
wrinkles in anger).

Only units that some emotion shows stand here. A unit that real faces were only ever said not
to show would teach the network that real skin excludes it: in such a run eyes that were
shut scored high on rendered faces and low on real ones."""

LIPS_PART: Final = 0.6
LIPS_MET: Final = 0.06
JAW_DROPS: Final = 0.8
JAW_RESTS: Final = 0.2
MOUTH_STRETCHED: Final = 1.3
"""Centimetres between the lips, as the landmark network finds them. Of 3,400 rendered faces that
look to the camera, 9 in 10 show AU26 or AU27 beyond 0.8 and 1 in 25 below 0.2; AU27, 8 in 10
beyond 1.3; AU25, 8 in 10 beyond 0.6. The network finds some open mouths shut, so that its word
counts less where voters see surprise, and for shut lips only where they see no emotion."""

BY_THE_GAP: Final = 0.9
BY_THE_WIDE_GAP: Final = 0.8
HARDLY: Final = 0.05


def likely() -> dict[str, dict[int, float]]:
    """For each emotion, how likely each unit is."""
    table: dict[str, dict[int, float]] = {emotion: {} for emotion in EMOTIONS}
    for emotion, units in NOT_SHOWN.items():
        table[emotion].update(dict.fromkeys(units, ABSENT))
    for emotion, chances in POSED.items():
        table[emotion].update({unit: LESS_POSED * chance for unit, chance in chances.items()})
    for emotion, chances in CERTAIN.items():
        table[emotion].update(chances)
    return table


def weak_targets(votes: NDArray[np.float32], columns: tuple[str, ...]) -> NDArray[np.float32]:
    """Targets (n, columns) of presence in (0, 1), NaN where unknown, from votes (n, 8).

    Examples
    --------
    >>> happy = np.eye(8, dtype=np.float32)[[1]]
    >>> weak_targets(happy, ("AU4_left", "AU6_left", "AU12_left"))
    array([[0.03,  nan, 0.9 ]], dtype=float32)
    """
    targets = np.full((len(votes), len(columns)), np.nan, np.float32)
    for emotion, units in likely().items():
        agreed = votes[:, EMOTIONS.index(emotion)] >= AGREEMENT
        for number, chance in units.items():
            targets[np.ix_(agreed, columns_with(number, columns))] = chance
    return targets


def columns_with(number: int, columns: tuple[str, ...]) -> NDArray[np.bool_]:
    """Which columns are of a unit, by its FACS number: the unit itself, or a side of it."""
    return np.array([split_column(name)[0] == f"AU{number}" for name in columns], bool)


def logit(chance: Floats | float) -> Floats:
    """Logarithm of the odds of chances in (0, 1)."""
    return np.asarray(np.log(chance / (1 - chance)), np.float32)


def moved_by(targets: Floats | float, evidence: Floats) -> Floats:
    """Targets in (0, 1) whose log odds are moved by evidence, within `LEAST` and `SUREST`."""
    moved = 1 / (1 + np.exp(-logit(targets) - evidence))
    return np.asarray(np.clip(moved, LEAST, SUREST), np.float32)


def mouth_targets(
    gaps: NDArray[np.float32], votes: NDArray[np.float32], columns: tuple[str, ...]
) -> NDArray[np.float32]:
    """Targets (n, columns) of AU25, AU26 and AU27 from the gap between the lips, NaN elsewhere.

    Real lips that meet have a dark line between them, which rendered ones lack: such faces teach
    that shut mouths are shut. Lips that are far apart say AU25, and AU26 where nobody laughs:
    laughter parts them as far as a jaw that drops.

    Parameters
    ----------
    gaps : array, shape (n,)
        Centimetres, see `unit_data.lip_gap`.
    votes : array, shape (n, 8)

    Examples
    --------
    >>> calm = np.eye(8, dtype=np.float32)[[0, 0, 1, 0]]
    >>> gaps = np.array([0.0, 0.3, 1.0, 1.0], np.float32)
    >>> mouth_targets(gaps, calm, ("AU25", "AU26", "AU27"))
    array([[0.03, 0.03, 0.03],
           [ nan,  nan,  nan],
           [0.9 ,  nan,  nan],
           [0.9 , 0.9 ,  nan]], dtype=float32)
    """
    targets = np.full((len(gaps), len(columns)), np.nan, np.float32)
    happy, surprised, afraid = (
        votes[:, EMOTIONS.index(name)] for name in ("happiness", "surprise", "fear")
    )
    grave = happy < 0.5
    rests = (gaps < JAW_RESTS) & (surprised < 0.2) & (afraid < 0.2)
    shut = (gaps < LIPS_MET) & (votes[:, EMOTIONS.index("neutral")] >= AGREEMENT)
    for name, which, target in (
        ("AU26", rests, HARDLY),
        ("AU27", rests, HARDLY),
        ("AU25", shut, ABSENT),
        ("AU26", shut, ABSENT),
        ("AU27", shut, ABSENT),
        ("AU25", gaps > LIPS_PART, BY_THE_GAP),
        ("AU26", grave & (gaps > JAW_DROPS), BY_THE_GAP),
        ("AU27", grave & (gaps > MOUTH_STRETCHED), BY_THE_WIDE_GAP),
    ):
        if name in columns:
            targets[which, columns.index(name)] = target
    return targets
