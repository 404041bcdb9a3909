"""The three trainings, on a few pictures: batches of the right form, losses that fall."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from facs.canonical import CROP_SIZE
from facs.faces.landmarks import INPUT_SIZE
from facs.network.two_stream import SpatialStream, StreamConfig
from facs.training.landmark_network import LandmarkNetwork
from facs.training.landmarks import LandmarkSource, batch_maker, landmark_loss, teach
from facs.training.rendered import read_rendered
from facs.training.streams import SEEN_SHARE, RealCrops, SpatialTask, central_crops, spatial_batches
from facs.training.unit_data import FLOW_STEP, WIDE, cut_rendered
from tests.faces.builders import texture
from tests.training.builders import COLUMNS, drawn_face, labels, write_faces

RATE = torch.full((3,), 0.5)

pytestmark = pytest.mark.usefixtures("same_weights")


def falls(network, batch, loss_of, steps, rate):
    """The loss of one batch before and after some steps on it."""
    optimiser = torch.optim.Adam(network.parameters(), rate)
    losses = []
    for _ in range(steps + 1):
        loss = loss_of(network, batch)
        losses.append(float(loss.detach()))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return losses[0], losses[-1]


def source(n=6):
    rng = np.random.default_rng(0)
    pictures, points = zip(*(drawn_face(rng) for _ in range(n)), strict=True)
    return LandmarkSource(lambda i: pictures[i], np.stack(points))


SCENES = [texture(192, seed=5), texture(150, seed=6)]


def test_a_landmark_batch_is_four_fifths_faces():
    batch = batch_maker(source(), None, SCENES, 10)(np.random.default_rng(0))
    assert batch.picture.shape == (10, INPUT_SIZE, INPUT_SIZE)
    assert batch.picture.dtype == torch.uint8
    assert batch.face.tolist() == [0, 1, 1, 1, 1] * 2
    inside = (batch.points[batch.face == 1].abs() < 0.6).float().mean()
    assert float(inside) > 0.95
    assert float(batch.covered.min()) >= 0 and float(batch.covered.max()) <= 1


def test_a_batch_depends_on_its_generator_alone():
    make = batch_maker(source(), source(3), SCENES, 5)
    one, two = (make(np.random.default_rng(3)) for _ in range(2))
    assert torch.equal(one.picture, two.picture) and torch.equal(one.points, two.points)


def test_the_landmark_network_begins_with_the_mean_face():
    network = LandmarkNetwork(width=4).eval()
    with torch.no_grad():
        points, face, covered = network(torch.zeros(2, 96, 96, dtype=torch.uint8))
    torch.testing.assert_close(points[0], network.mean, atol=0.05, rtol=0)
    assert points.shape == (2, 68, 2) and face.shape == covered.shape == (2,)


def test_the_landmark_network_learns_a_few_pictures():
    batch = batch_maker(source(), None, SCENES, 10)(np.random.default_rng(1))
    before, after = falls(LandmarkNetwork(width=4), batch, landmark_loss, 25, 3e-3)
    assert after < 0.75 * before


@torch.no_grad()
def test_points_of_what_is_no_face_cost_nothing():
    batch = batch_maker(source(), None, SCENES, 5)(np.random.default_rng(1))
    network = LandmarkNetwork(width=4).eval()
    before = float(landmark_loss(network, batch))
    batch.points[batch.face == 0] += 9
    assert float(landmark_loss(network, batch)) == pytest.approx(before)


def test_a_taught_face_comes_with_its_disagreement():
    picture = drawn_face(np.random.default_rng(0))[0]
    points, spread, sure = teach(LandmarkNetwork(width=4).eval(), picture, np.random.default_rng(0))
    assert points.shape == (68, 2) and np.isfinite(points).all()
    assert 0 < spread < 1 and np.isfinite(sure)


def crops(n=6):
    return np.stack([texture(WIDE, seed=k) for k in range(n)])


def real(n=4):
    votes = np.eye(8, dtype=np.float32)[np.arange(n) % 8]
    weak = np.full((n, 3), np.nan, np.float32)
    weak[:, 1:] = 0.9
    return RealCrops(crops(n), votes, weak, np.where(np.arange(n) == 1, 3, np.arange(n) == 2))


def test_faces_of_which_something_is_seen_are_drawn_more_often_than_the_rest():
    faces = real(8)
    faces.votes[:] = np.arange(8)[:, None]  # which face it is
    make = spatial_batches(crops(), labels(), COLUMNS, faces, (1, 800))
    drawn = make(np.random.default_rng(0)).votes[:, 0]
    for face, share in ((1, 3 / 4), (2, 1 / 4), (3, 0)):
        wanted = SEEN_SHARE * share + (1 - SEEN_SHARE) / 8
        assert float((drawn == face).float().mean()) == pytest.approx(wanted, abs=0.05)


def test_a_spatial_batch_is_rendered_faces_then_real_ones():
    make = spatial_batches(crops(), labels(), COLUMNS, real(), (5, 3))
    batch = make(np.random.default_rng(0))
    assert batch.crops.shape == (8, CROP_SIZE, CROP_SIZE) and batch.crops.dtype == torch.uint8
    assert batch.labels.shape == (5, 3)
    assert batch.votes.shape == (3, 8) and batch.weak.shape == (3, 3)


def test_without_real_faces_there_are_rendered_ones_alone():
    batch = spatial_batches(crops(), labels(), COLUMNS, None, (5, 3))(np.random.default_rng(0))
    assert batch.crops.shape[0] == 5 and len(batch.votes) == 0


def test_a_mirrored_face_has_mirrored_labels():
    left_half = np.zeros((1, WIDE, WIDE), np.uint8)
    left_half[:, :, : WIDE // 2] = 250
    only_left = np.float32([[0, 1, 0]])
    make = spatial_batches(left_half, only_left, COLUMNS, None, (40, 0))
    batch = make(np.random.default_rng(0))
    pictures = batch.crops.float()
    flipped = pictures[:, :, 70:].mean((1, 2)) > pictures[:, :, :42].mean((1, 2))
    swapped = batch.labels[:, 2] == 1
    assert 5 < int(swapped.sum()) < 35
    assert float((flipped == swapped).float().mean()) > 0.8  # covers and shades may deceive
    assert (batch.labels[~swapped] == torch.tensor([0.0, 1, 0])).all()


def test_a_mirrored_real_face_has_what_is_seen_of_it_in_the_mirror():
    faces = real(1)
    faces.weak[:] = np.float32([[0.5, 0.9, 0.1]])
    make = spatial_batches(crops(), labels(), COLUMNS, faces, (1, 40))
    weak = make(np.random.default_rng(0)).weak
    swapped = weak[:, 2] > 0.5
    assert 5 < int(swapped.sum()) < 35
    assert (weak[swapped] == torch.tensor([0.5, 0.1, 0.9])).all()


def test_the_middle_of_a_stored_crop_is_the_canonical_crop():
    stored = crops(2)
    edge = (WIDE - CROP_SIZE) // 2
    np.testing.assert_array_equal(central_crops(stored)[1], stored[1, edge:-edge, edge:-edge])


def test_the_spatial_stream_learns_a_few_pictures():
    batch = spatial_batches(crops(), labels(), COLUMNS, real(), (6, 3))(np.random.default_rng(0))
    task = SpatialTask(SpatialStream(StreamConfig(3, hidden=16, dropout=0.0)), RATE, COLUMNS)
    before, after = falls(task, batch, lambda net, b: net.loss(b), 8, 1e-3)
    assert after < 0.9 * before


def test_a_dimple_of_a_real_face_is_asked_of_the_side_that_scores_more():
    names = ("AU14_left", "AU14_right", "AU25")
    faces = real(1)
    faces.weak[:] = np.float32([[0.9, 0.9, 0.9]])
    batch = spatial_batches(crops(), labels(), names, faces, (1, 1))(np.random.default_rng(0))
    batch.labels[:] = torch.nan  # what is rendered costs nothing
    torch.manual_seed(0)
    task = SpatialTask(SpatialStream(StreamConfig(3, hidden=16, dropout=0.0)), RATE, names).eval()
    last = [p for p in task.stream.head.parameters() if p.shape == (3,)][-1]
    with torch.no_grad():
        last[:] = torch.tensor([5.0, -5.0, 0.0])
    task.loss(batch).backward()
    assert last.grad is not None
    assert last.grad[0] != 0 and last.grad[1] == 0 and last.grad[2] != 0


class Truth:
    """A landmarker that knows every answer: it is asked for frames in order."""

    def __init__(self, data):
        self.data = data
        self.at = {data.gray[i].tobytes(): i for i in range(len(data))}

    def __call__(self, gray, matrices):
        from facs.faces.landmarks import Located

        return [Located(self.data.landmarks[self.at[gray.tobytes()]], 0.9, 0.0)] * len(matrices)

    def follow(self, gray, before):
        return self(gray, before)


def test_frames_are_cut_as_the_product_cuts_them(tmp_path):
    from facs.canonical import align, warp
    from facs.crops.flow import farneback

    data = read_rendered([write_faces(tmp_path, stills=3, clips=2, frames=6)])
    stills, clips = cut_rendered(data, Truth(data))
    assert (len(stills), len(clips)) == (3, 12)
    assert stills.crops.shape == (3, WIDE, WIDE) and stills.flows.shape[0] == 0
    np.testing.assert_array_equal(clips.labels, data.labels[3:])
    one, two = (warp(data.gray[i], align(data.landmarks[i])) for i in (3, 4))
    expected = farneback(one, two) * 30
    stored = clips.flows[0].astype(np.float32) * FLOW_STEP
    np.testing.assert_allclose(stored, np.clip(expected, -2.65, 2.65), atol=FLOW_STEP)
    assert not clips.flows[5].any() and not clips.flows[11].any()  # the last of each clip
    middle = central_crops(clips.crops[:1])[0].astype(int)
    assert np.abs(middle - one).mean() < 12
