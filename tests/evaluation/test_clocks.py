"""Tables whose times are of another unit are refused, and not compared to nothing."""

from __future__ import annotations

import numpy as np
import pytest

from facs.errors import InputError
from facs.evaluation.align import align
from tests.evaluation.builders import labels_of, predictions_of

FRAMES = 500
SHOWN = np.arange(FRAMES)[:, None] % 50 < 10


def tables(of_labels, of_predictions):
    """Labels and predictions of the same frames, with times."""
    labels = labels_of(SHOWN, time=np.asarray(of_labels, float))
    return predictions_of(SHOWN * 0.9, time=np.asarray(of_predictions, float)), labels


def test_milliseconds_beside_seconds_are_refused_whoever_has_them():
    seconds = np.arange(FRAMES) / 25
    for pair, name in (
        ((1000 * seconds, seconds), "labels.csv"),
        ((seconds, 1000 * seconds), "predictions.csv"),
    ):
        with pytest.raises(InputError, match=f"are the times of {name} milliseconds"):
            align(*tables(*pair))


def test_milliseconds_of_another_rate_are_refused_too():
    with pytest.raises(InputError, match=r"are the times of labels.csv milliseconds"):
        align(*tables(np.arange(FRAMES) * 1000 / 30, np.arange(FRAMES) / 25))


def test_a_picture_every_few_seconds_is_slow_and_in_seconds():
    """Numbered one by one; the whole lasts as long."""
    labels = labels_of(SHOWN[:4], time=np.array([0.0, 5.0, 10.0, 15.0]))
    predictions = predictions_of(SHOWN * 0.9, time=np.arange(FRAMES) / 25)
    aligned = align(predictions, labels)
    assert aligned.known.all()


def test_predictions_that_would_each_stand_for_a_crowd_are_refused():
    predictions = predictions_of([[0.9], [0.1]], time=np.array([0.0, 10.0]))
    with pytest.raises(InputError, match=r"got 2 rows of predictions.csv for 376 of labels.csv"):
        align(predictions, labels_of(SHOWN, time=np.arange(FRAMES) / 25))
