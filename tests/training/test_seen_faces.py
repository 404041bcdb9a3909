"""Real faces of the PublicTest choose calibration and thresholds beside rendered ones."""

from __future__ import annotations

import numpy as np
import pytest

from facs.errors import InputError
from facs.faces.landmarks import Landmarker
from facs.network.two_stream import SpatialStream, StreamConfig, TemporalStream
from facs.training.measure import Streams
from facs.training.seen_faces import SeenFaces, read_seen_faces
from facs.training.unit_run import UnitRun
from tests.training.builders import COLUMNS, write_fer, write_seen


@pytest.fixture
def fer(tmp_path):
    return write_fer(tmp_path / "fer2013.npz")


def test_listed_faces_have_presence_and_the_rest_is_unknown(tmp_path, fer, landmarks, monkeypatch):
    monkeypatch.setattr("facs.training.unit_data.locate_filling", _anywhere)
    listed = write_seen(tmp_path / "check.csv", "fer2013:1,9 12,12,,", "fer2013:4,9,,9,")
    faces = read_seen_faces(fer, listed, COLUMNS, Landmarker(landmarks))
    known = np.float32([[0, 1, 1], [1, np.nan, np.nan]])
    np.testing.assert_array_equal(faces.presence, known)
    assert len(faces.crops) == 2


def test_what_votes_deny_and_what_may_be_choose_nothing(tmp_path, fer, landmarks, monkeypatch):
    monkeypatch.setattr("facs.training.unit_data.locate_filling", _anywhere)
    archive = dict(np.load(fer))
    archive["ferplus_votes"][[1, 4]] = np.eye(10, dtype=np.uint8)[[0, 1]] * 10  # neutral, happy
    np.savez(fer, **archive)
    lines = ("fer2013:1,9 shut,,9,17", "fer2013:4,9 shut,,9,17")  # slightly 9, maybe 17
    listed = write_seen(tmp_path / "check.csv", *lines)
    faces = read_seen_faces(fer, listed, ("AU9", "AU17"), Landmarker(landmarks))
    np.testing.assert_array_equal(faces.presence, np.float32([[np.nan, np.nan], [1, np.nan]]))


def _anywhere(gray, landmarker):
    from tests.faces.builders import landmarks_at

    return landmarks_at(4, 4, 40).astype(np.float32)


def test_a_picture_that_teaches_is_refused(tmp_path, fer, landmarks):
    listed = write_seen(tmp_path / "check.csv", "fer2013:0,12,12,,")
    with pytest.raises(InputError, match=r"wanted pictures of the PublicTest .* got fer2013:0"):
        read_seen_faces(fer, listed, COLUMNS, Landmarker(landmarks))


def test_a_picture_stands_for_a_face_that_is_held_still():
    config = StreamConfig(len(COLUMNS), slots=4)
    networks = Streams(SpatialStream(config).eval(), TemporalStream(config).eval(), COLUMNS, 4)
    networks = networks.kept(("AU9",))
    crops = np.random.default_rng(0).integers(0, 256, (3, 112, 112), np.uint8)
    faces = SeenFaces(crops, np.float32([[0, 1, 1]] * 3), COLUMNS)
    scored = faces.scored(networks)
    assert scored.spatial.shape == scored.temporal.shape == scored.presence.shape == (3, 1)
    assert (scored.temporal == scored.temporal[0]).all() and (scored.presence == 0).all()


def test_a_list_without_its_archive_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"wanted fer2013\.npz beside a list for thresholds"):
        UnitRun((tmp_path,), (tmp_path,), tmp_path, "x", check=tmp_path / "check.csv")
