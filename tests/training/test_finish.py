"""What calibrates a model is scored as the model scores that ships."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from facs.network.two_stream import SpatialStream, StreamConfig, TemporalStream
from facs.training.cut_sets import CutFaces, Split
from facs.training.finish import finish
from facs.training.measure import Streams
from facs.training.recipe import Evidence, Recipe
from facs.training.seen_faces import SeenFaces
from facs.training.streams import central_crops
from facs.training.unit_data import WIDE
from facs.units import ActionUnit

COLUMNS = ("AU25", "AU26", "AU27")


def faces(n=12, columns=COLUMNS):
    rng = np.random.default_rng(0)
    return CutFaces(
        rng.integers(0, 256, (n, WIDE, WIDE), np.uint8),
        rng.choice(np.float32([0, 1]), (n, len(columns))),
        columns,
        np.zeros((n, 2, 112, 112), np.int8),
        np.arange(n),
        np.zeros(n, np.int64),
        np.arange(n) / 30,
        np.full(n, "young"),
    )


def some_streams(columns):
    with torch.random.fork_rng():
        torch.manual_seed(0)
        config = StreamConfig(len(columns), hidden=16, slots=4)
        return Streams(SpatialStream(config), TemporalStream(config), columns, 4)


@pytest.fixture
def calibrated_by(monkeypatch, tmp_path):
    """Runs `finish` up to calibration; what that is given."""

    def run(streams, shown, evidence, real=None):
        given = {}

        def stop(recipe, units, seen, validation, real):
            given.update(units=units, seen=seen, real=real)
            raise KeyboardInterrupt

        monkeypatch.setattr("facs.training.finish.spec_of", stop)
        both = Split(shown, shown, np.arange(2, 8))
        with pytest.raises(KeyboardInterrupt):
            finish(Recipe("some", slots=4, evidence=evidence), streams, both, both, tmp_path, real)
        return given

    return run


def test_a_jaw_is_calibrated_as_it_ships_where_a_stretched_mouth_does_not(calibrated_by):
    streams = some_streams(COLUMNS)
    for stream in (streams.spatial, streams.temporal):
        with torch.no_grad():
            stream.head.scores.bias.copy_(torch.tensor([2.0, 4.0, 3.0]))
    anything = Evidence(min_auc=0.0, min_f1=0.0, doubted=frozenset({ActionUnit.AU27}))
    crops = central_crops(faces().crops)
    real = SeenFaces(crops, faces().labels, COLUMNS)
    given = calibrated_by(streams, faces(), anything, real)
    ships = Streams(streams.spatial, streams.temporal, COLUMNS[:2], 4)
    assert given["units"] == (ActionUnit.AU25, ActionUnit.AU26)
    wanted = ships.spatial_scores(crops)
    assert wanted[:, 1].min() > 2
    np.testing.assert_allclose(given["seen"].pictures, wanted, atol=1e-5)
    np.testing.assert_allclose(given["real"].spatial, wanted, atol=1e-5)
    np.testing.assert_array_equal(given["real"].presence, faces().labels[:, :2])


def test_gaze_behind_shut_lids_calibrates_nothing(calibrated_by):
    columns = ("AU43_left", "AU43_right", "AU63")
    shown = faces(columns=columns)
    shown.labels[:2] = [[1, 1, 1], [0, 0, 1]]
    anything = Evidence(min_auc=0.0, min_f1=0.0)
    seen = calibrated_by(some_streams(columns), shown, anything)["seen"]
    shut = shown.labels[:, :2].min(1) == 1
    np.testing.assert_array_equal(np.isnan(seen.picture_labels[:, 2]), shut)
    np.testing.assert_array_equal(np.isnan(seen.labels[:, 2]), shut[2:8])
    assert not np.isnan(seen.picture_labels[:, :2]).any()
