"""Where nobody is found, a film that is dark or bright is named."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from facs import analyze
from facs.faces.track import FaceTracker
from facs.video import open_video

EXAMPLE = Path(__file__).resolve().parents[2] / "examples/synthetic_face.mp4"


def example(n=4):
    with open_video(EXAMPLE, stop=n / 30) as video:
        return np.stack([frame.image for frame in video])


@pytest.mark.parametrize(("level", "word"), [(3, "dark"), (240, "very bright")])
def test_a_film_without_enough_or_with_too_much_light_is_named(level, word):
    recording = analyze(np.full((3, 96, 128, 3), level, np.uint8), rate=25)
    assert recording.notes == (f"nobody was found, and it is {word}: mean light {level} of 255",)


def test_an_empty_room_is_not_unusual():
    noise = np.random.default_rng(0).integers(60, 160, (3, 96, 128, 3)).astype(np.uint8)
    assert analyze(noise, rate=25).notes == ()


def test_a_film_with_somebody_in_it_is_not_looked_into():
    tracker = FaceTracker()
    gray = example(1)[0][..., 1].copy()
    assert len(tracker.update(gray, 0.0)) == 1
    tracker.update(np.zeros_like(gray), 1.0)
    assert tracker.why_nobody() == ()
