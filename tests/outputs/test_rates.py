"""The rate that a format states is that of the film while it runs, whatever its holes."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from facs.outputs.encoding import Encoder
from facs.outputs.rates import usual_rate
from facs.recording import Recording


def recorded(times, rate=None):
    return Recording("a.mp4", (64, 48), rate, np.asarray(times), ())


HOLE = [*(np.arange(36) / 24), *(3600 + np.arange(36) / 24)]


@pytest.mark.parametrize(
    ("times", "stated", "usual"),
    [
        (HOLE, Fraction(72, 3602), 24),
        (np.arange(50) / 25, Fraction(1000), 25),
        (np.arange(50) / 25, None, 25),
        (np.round(np.arange(50) * 1001 / 24000, 3), Fraction(24000, 1001), Fraction(24000, 1001)),
        ([0.0, 3600.0, 7200.0], Fraction(1, 3600), Fraction(1, 3600)),
        ([0.0, 3600.0, 7200.0], None, Fraction(1, 3600)),
        ([0.0], Fraction(25), 25),
        ([0.0], None, None),
        ([], None, None),
    ],
)
def test_the_usual_rate_is_that_between_neighbours(times, stated, usual):
    assert usual_rate(recorded(times, stated)) == usual


def test_the_last_picture_of_an_encoded_film_with_a_hole_is_as_long_as_the_others(tmp_path):
    import av

    path, recording = tmp_path / "a.mp4", recorded(HOLE, Fraction(72, 3602))
    with Encoder(path, usual_rate(recording)) as encoder:
        for time in HOLE:
            encoder.write(np.zeros((48, 64, 3), np.uint8), time)
    with av.open(str(path)) as container:
        assert container.duration / 1e6 == pytest.approx(HOLE[-1] + 1 / 24, abs=0.01)
