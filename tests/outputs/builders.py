"""A recording with two people, sides, gaps and a rate that changes, as exporters meet them."""

from __future__ import annotations

from typing import Any

import numpy as np

from facs.person import REASONS
from facs.recording import Recording
from tests.builders import NAN, make_person, make_recording

TIMES = (0.0, 0.04, 0.08, 0.2, 0.24, 0.28, 0.32)
TURNED = REASONS.index("turned_away")


def two_people(**changes: Any) -> Recording:
    """Person 0 smiles twice, the second time on the left; person 4 is mostly elsewhere.

    Person 0: AU12 in frames 1-2 (both sides), and in frame 6 (left only); frame 4 cannot be
    scored. Person 4: AU6 and AU12 in frame 5, seen from frame 4 on.
    """
    low = [0.1, 0.1, 0.1]
    first = make_person(
        [low, [0.1, 0.1, 0.9], [0.1, 0.1, 0.7], low, [NAN] * 3, low, [0.1, 0.1, 0.8]],
        times=TIMES,
        reasons=[0, 0, 0, 0, TURNED, 0, 0],
        right=[[0.1, 0.1], [0.1, 0.9], [0.1, 0.6], [0.1, 0.1], [NAN] * 2, [0.1, 0.1], [0.1, 0.2]],
    )
    second = make_person(
        [[NAN] * 3] * 4 + [low, [0.8, 0.1, 0.75], low],
        times=TIMES,
        track=4,
    )
    return make_recording(first, second, **changes)


def nobody(**changes: Any) -> Recording:
    """Seven frames without anybody."""
    return make_recording(people=(), times=np.array(TIMES), **changes)


def with_a_hole():
    """AU12 in every frame but the last, which nobody could see; a minute without frames."""
    times = (0.0, 0.04, 0.08, 60.08, 60.12, 60.16)
    return make_person([[0.1, 0.1, 0.9]] * 5 + [[NAN] * 3], times=times)
