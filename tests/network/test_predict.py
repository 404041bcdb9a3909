from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from facs.crops.clips import FaceClip
from facs.errors import ModelError
from facs.network.backends import TorchStream
from facs.network.predict import TwoStreamModel
from facs.network.spec import Calibration
from tests.network.builders import (
    SIZE,
    FixedStream,
    random_clips,
    tiny_spec,
    tiny_streams,
)

PLAIN = Calibration.identity(5)
SPEC = tiny_spec(spatial=PLAIN, fused=PLAIN)
MOTION = replace(SPEC, stream="temporal")


def sigmoid(x):
    return 1 / (1 + np.exp(-np.asarray(x, float)))


def fixed_model(spatial=(0, 0, 0, 0, 0), temporal=None, spec=SPEC):
    motion = None
    if temporal is not None:
        motion = FixedStream(replace(spec, stream="temporal"), temporal)
    return TwoStreamModel(FixedStream(spec, spatial), motion)


def torch_model(motion=True):
    spatial, temporal = tiny_streams()
    spec = tiny_spec()
    moving = TorchStream(temporal, replace(spec, stream="temporal")) if motion else None
    return TwoStreamModel(TorchStream(spatial, spec), moving)


def joined(parts):
    names = vars(parts[0])
    return {name: np.concatenate([getattr(p, name) for p in parts]) for name in names}


def test_a_unit_is_its_stronger_side():
    scores = fixed_model((-1, 2, 0.5, 3, -4))(random_clips(2))
    np.testing.assert_allclose(scores.probability, [sigmoid([2, 0.5, 3])] * 2, rtol=1e-5)
    np.testing.assert_allclose(scores.left, [sigmoid([-1, 3])] * 2, rtol=1e-5)
    np.testing.assert_allclose(scores.right, [sigmoid([2, -4])] * 2, rtol=1e-5)


def test_intensity_is_the_sum_over_the_letters():
    scores = fixed_model((-1, 2, 0.5, 3, -4))(random_clips(1))
    np.testing.assert_allclose(
        scores.intensity[0],
        [sigmoid(x - np.arange(5)).sum() for x in (2, 0.5, 3)],
        rtol=1e-5,
    )
    np.testing.assert_allclose(scores.right_intensity[0, 1], sigmoid(-4 - np.arange(5)).sum(), 1e-5)


def test_without_flow_the_spatial_stream_speaks_alone():
    model = fixed_model((1,) * 5, (-9,) * 5)
    still, moving = random_clips(1, moving=False), random_clips(1)
    alone = model(still)
    assert alone.fused.tolist() == [False]
    np.testing.assert_allclose(alone.probability, sigmoid(1), rtol=1e-5)
    assert model(moving).fused.tolist() == [True]
    assert (model(moving).probability < alone.probability).all()


def test_fusion_weighs_each_column():
    spec = replace(SPEC, fusion=(0.0, 0.25, 0.5, 0.75, 1.0))
    scores = fixed_model((2,) * 5, (-2,) * 5, spec)(random_clips(1))
    np.testing.assert_allclose(scores.left[0], sigmoid([2, -1]), rtol=1e-5)
    np.testing.assert_allclose(scores.right[0], sigmoid([1, -2]), rtol=1e-5)
    np.testing.assert_allclose(scores.probability[0, 1], sigmoid(0), rtol=1e-5)


def test_the_fused_score_has_its_own_calibration():
    shifted = Calibration((1.0,) * 5, ((1.0, 2.0, 3.0, 4.0, 5.0),) * 5)
    model = fixed_model((0,) * 5, (0,) * 5, replace(SPEC, fused=shifted))
    clips = random_clips(2, moving=[True, False])
    np.testing.assert_allclose(model(clips).probability[:, 0], sigmoid([-1, 0]), rtol=1e-5)


def test_only_clips_with_flow_reach_the_temporal_stream():
    spatial, temporal = FixedStream(SPEC, [0] * 5), FixedStream(MOTION, [0] * 5)
    flags = [True, False, True, False, False]
    scores = TwoStreamModel(spatial, temporal)(random_clips(5, moving=flags))
    assert scores.fused.tolist() == flags
    assert (spatial.batches, temporal.batches) == ([5], [2])


def test_a_model_without_a_temporal_stream_scores_stills():
    model = fixed_model()
    assert not model.uses_motion
    assert model(random_clips(3)).fused.tolist() == [False] * 3


def test_no_clips_have_no_scores():
    scores = fixed_model(temporal=(0,) * 5)([])
    assert scores.probability.shape == (0, 3)
    assert scores.left.shape == (0, 2)
    assert scores.fused.shape == (0,)


def test_one_clip_at_a_time_gives_what_sixteen_at_once_give():
    model = torch_model()
    clips = random_clips(16, moving=[i % 3 != 0 for i in range(16)])
    together, apart = joined([model(clips)]), joined([model([clip]) for clip in clips])
    for name in together:
        np.testing.assert_allclose(apart[name], together[name], atol=1e-5, err_msg=name)


def test_the_networks_under_test_tell_clips_apart():
    probability = torch_model()(random_clips(16)).probability
    assert (probability.std(0) > 0.05).all()


def test_the_order_of_clips_is_kept():
    model = torch_model()
    clips = random_clips(6, moving=[True, False, True, True, False, True])
    backwards = model(clips[::-1])
    np.testing.assert_allclose(backwards.probability[::-1], model(clips).probability, atol=1e-5)
    assert backwards.fused.tolist() == [True, False, True, True, False, True][::-1]


@pytest.mark.parametrize("sizes", [(64,), (SIZE, 64)])
def test_crops_of_another_size_are_refused(sizes):
    clips = [FaceClip(0, i, i / 30, np.zeros((s, s), np.uint8), None) for i, s in enumerate(sizes)]
    with pytest.raises(ModelError, match="112 px, got"):
        torch_model(motion=False)(clips)


def test_a_window_of_another_length_is_refused():
    clip = FaceClip(0, 0, 0.0, np.zeros((SIZE, SIZE), np.uint8), np.zeros((8, SIZE, SIZE), "f4"))
    with pytest.raises(ModelError, match="20"):
        torch_model()([clip])


@pytest.mark.parametrize(
    ("spatial", "temporal"),
    [
        (MOTION, None),
        (SPEC, SPEC),
        (SPEC, replace(MOTION, name="other")),
        (SPEC, replace(MOTION, version="9")),
        (SPEC, replace(MOTION, slots=4)),
    ],
)
def test_streams_that_do_not_belong_together_are_refused(spatial, temporal):
    motion = None if temporal is None else FixedStream(temporal, [0] * 5)
    with pytest.raises(ModelError, match="wanted"):
        TwoStreamModel(FixedStream(spatial, [0] * 5), motion)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"fusion": (0.5,) * 5}, "fusion"),
        ({"on": (0.6,) * 3}, "on"),
        ({"training": "other faces"}, "training"),
        ({"licence": "GPL"}, "licence"),
        ({"fused": Calibration((2.0,) * 5, PLAIN.cuts)}, "fused"),
    ],
)
def test_a_stream_of_another_run_is_refused_and_what_differs_is_named(change, word):
    streams = FixedStream(SPEC, (0,) * 5), FixedStream(replace(MOTION, **change), (0,) * 5)
    with pytest.raises(ModelError, match=f"differ in stream, {word}|differ in .*{word}.*"):
        TwoStreamModel(*streams)
