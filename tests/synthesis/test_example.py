"""The example video and the truth about it belong together."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


@pytest.fixture(scope="module")
def truth() -> np.ndarray:
    return np.genfromtxt(EXAMPLES / "synthetic_face.csv", delimiter=",", names=True)


def test_every_frame_of_the_example_has_its_truth(truth: np.ndarray) -> None:
    with av.open(str(EXAMPLES / "synthetic_face.mp4")) as video:
        stream = video.streams.video[0]
        times = [frame.time for frame in video.decode(stream)]
        assert (stream.width, stream.height) == (640, 480)
    assert times == pytest.approx(truth["time"], abs=1e-3)


def test_the_example_winks_with_the_left_eye_and_raises_the_right_brow(truth: np.ndarray) -> None:
    wink = (truth["AU43_left"] > 0.5) & (truth["AU43_right"] < 0.1)
    brow = (truth["AU2_right"] > 0.5) & (truth["AU2_left"] < 0.1)
    assert wink.sum() > 10 and brow.sum() > 10
    assert truth["time"][wink].max() < truth["time"][brow].min()
