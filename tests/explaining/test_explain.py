"""Maps of the example's moments: on the right place, of this model, of this face."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

import facs
from facs.errors import InputError, ModelError
from facs.explaining.explanation import METHODS
from facs.explaining.opened import open_stream
from facs.network.weights import DEFAULT, shipped
from tests.explaining.conftest import (
    BROWS,
    EXAMPLE,
    EYES_CLOSED,
    SMILE,
    WINK,
    alike,
    boxes,
    lies_on,
    mean_inside,
)
from tests.test_package import fresh

TORCH = ("gradient", "gradcam")


DONE = {}


def explained(recording, unit, time, **how):
    """An explanation, made once for all tests that ask for the same."""
    how = {"method": "differences", "check": False} | how
    if "video" in how:
        return facs.explain(recording, unit, time=time, **how)
    asked = (unit, time, *sorted(how.items()))
    if asked not in DONE:
        DONE[asked] = facs.explain(recording, unit, time=time, video=EXAMPLE, **how)
    return DONE[asked]


# On the right place


@pytest.mark.parametrize("method", ["differences", "gradient"])  # occlusion: on both, facs-10
def test_a_smile_is_seen_on_the_mouth_more_than_on_the_brows(recording, method):
    found = explained(recording, "AU12", SMILE, method=method)  # Grad-CAM: on the brows, facs-7
    on = lies_on(recording, found)
    assert on["mouth"] > 1.25 * on["brows"]  # half as much again until facs-7
    assert (found.side, found.method, found.map.max()) == ("both", method, 1)
    assert found.score > 0.9


def test_raised_brows_are_seen_on_the_brows_more_than_on_the_mouth(recording):
    """Differences lie on both since facs-8, gradients since facs-12: the documentation says so."""
    on = lies_on(recording, explained(recording, "AU2", BROWS, method="occlusion"))
    assert on["brows"] > 2 * on["mouth"]


@pytest.mark.parametrize("method", ["differences", "gradient"])
def test_closed_eyes_are_seen_on_the_eyes(recording, method):
    on = lies_on(recording, explained(recording, "AU43", EYES_CLOSED, method=method))
    assert on["eyes"] > 1.5 * max(on["brows"], on["mouth"])


@pytest.mark.parametrize("method", ["differences", "gradient"])
def test_a_wink_is_of_one_side_and_seen_there(recording, method):
    found = explained(recording, "AU43", WINK, method=method)
    x0, y0, x1, y1 = boxes(recording, found)["eyes"]
    middle = (x0 + x1) / 2  # the subject's left is at the right
    left = mean_inside(found.map, (middle + 3, y0, x1, y1))
    right = mean_inside(found.map, (x0, y0, middle - 3, y1))
    assert found.side == "left" and left > 1.5 * right


def test_the_map_lies_on_the_brows_of_the_frame(recording):
    found = explained(recording, "AU2", BROWS, method="occlusion")
    placed = found.in_frame()
    assert placed.shape == (480, 640) and placed.min() >= 0 and 0.8 < placed.max() <= 1
    (person,) = recording.people
    row = int(np.argmin(np.abs(recording.times - found.time)))
    brows, mouth = person.landmarks[row, 17:27], person.landmarks[row, 48:]
    inside = [mean_inside(placed, (*p.min(0), *p.max(0))) for p in (brows, mouth)]
    assert inside[0] > 1.5 * inside[1]
    assert placed[:60].max() == 0 and placed[:, :120].max() == 0  # above and beside her


# Of this model and of this face


@pytest.mark.parametrize("stream", ["spatial", "temporal"])
def test_a_face_without_content_has_a_flat_occlusion_map(stream):
    network = open_stream(DEFAULT, stream)
    shape, kind = ((112, 112), np.uint8) if stream == "spatial" else ((20, 112, 112), np.float32)
    seen = np.full(shape, 128 if stream == "spatial" else 0, kind)
    raw, hidden = network.mapper("occlusion", seen)(seen, [0, 1])
    assert raw.max() == 0
    np.testing.assert_array_equal(hidden, seen)


@pytest.mark.parametrize("method", METHODS)
def test_the_check_compares_with_a_face_without_content(recording, method):
    """Gradients are not flat there: how alike the maps are is said instead."""
    found = explained(recording, "AU12", SMILE, method=method, check=True)
    if method == "occlusion":
        assert np.isnan(found.blank)
    else:
        assert -1 <= found.blank < 0.7


@pytest.fixture(scope="module")
def random_head(tmp_path_factory):
    """The model with dense layers that have learned nothing: the trunk is what it was."""
    rng = np.random.default_rng(0)
    model = onnx.load(shipped()[DEFAULT].spatial)
    for tensor in model.graph.initializer:
        if ".head." in tensor.name and tensor.name.endswith("weight_half"):
            learned = numpy_helper.to_array(tensor).astype(np.float32)
            noise = rng.normal(0, learned.std(), learned.shape).astype(np.float16)
            tensor.CopyFrom(numpy_helper.from_array(noise, tensor.name))
    path = tmp_path_factory.mktemp("random") / "random-spatial.onnx"
    path.write_bytes(model.SerializeToString())
    return path


@pytest.mark.parametrize("method", METHODS)
def test_a_head_that_learned_nothing_gives_another_map(recording, random_head, method):
    """Adebayo and others (2018): a map that stays explains the picture, not the model.

    Plain gradients nearly stay, and the documents say so.
    """
    learned = explained(recording, "AU12", SMILE, side="both", method=method)
    random = explained(recording, "AU12", SMILE, side="both", method=method, model=random_head)
    assert alike(learned, learned) == pytest.approx(1)
    assert alike(learned, random) < (0.95 if method == "gradient" else 0.85)


def test_differences_are_the_gradient_without_torch(recording):
    for unit, time in (("AU12", SMILE), ("AU2", BROWS), ("AU43", EYES_CLOSED)):
        one, other = (
            explained(recording, unit, time, method=m) for m in ("differences", "gradient")
        )
        assert alike(one, other) > 0.7
        assert one.score == other.score


def test_hiding_the_place_that_matters_lowers_the_odds_by_a_third(recording):
    found = explained(recording, "AU12", SMILE, method="occlusion")
    odds, hidden = (p / (1 - p) for p in (found.score, found.hidden))
    assert hidden < odds * 2 / 3


def test_the_motion_around_a_moment_can_be_explained_too(recording):
    found = explained(recording, "AU12", 1.0, stream="temporal", method="occlusion")
    assert found.stream == "temporal" and found.map.max() == 1
    (person,) = recording.people
    fused = float(person["AU12"][int(np.argmin(np.abs(recording.times - found.time)))])
    assert found.score == pytest.approx(fused, abs=1e-3)


@pytest.mark.parametrize("stream", ["spatial", "temporal"])
def test_the_network_in_torch_says_what_the_file_says(recording, stream):
    """Else nothing is explained: `rebuild` compares, and refuses."""
    found = explained(recording, "AU12", 1.0, stream=stream, method="gradient")
    assert found.map.max() == 1


# How it is asked for


def test_the_moment_is_by_default_the_one_with_most_of_the_unit(recording):
    found = facs.explain(recording, 12, video=EXAMPLE, method="occlusion", check=False)
    (person,) = recording.people
    assert found.time == recording.times[int(np.nanargmax(person["AU12"]))]


def test_a_picture_is_analysed_first(recording):
    with facs.open_video(EXAMPLE, start=SMILE, stop=SMILE + 0.02) as video:
        image = next(iter(video)).image
    found = facs.explain(image, "AU12", method="occlusion", check=False)
    assert found.time == 0 and found.size == (640, 480) and found.score > 0.9
    with pytest.raises(InputError, match=r"motion at 0\.000 s is not known"):
        facs.explain(image, "AU12", stream="temporal", check=False)


def test_eight_bits_can_be_explained_but_have_no_gradient(recording):
    found = explained(recording, "AU2", BROWS, model=f"{DEFAULT}-int8", method="occlusion")
    on = lies_on(recording, found)
    assert on["brows"] > 1.25 * on["mouth"]
    with pytest.raises(ModelError, match="choose the method differences or occlusion"):
        explained(recording, "AU12", SMILE, model=f"{DEFAULT}-int8", method="gradient")


def test_what_cannot_be_explained_is_refused_in_words(recording):
    with pytest.raises(InputError, match="is not in this folder: pass video="):
        facs.explain(recording, "AU12")
    with pytest.raises(InputError, match="wanted method of"):
        explained(recording, "AU12", SMILE, method="magic")
    with pytest.raises(InputError, match="wanted a person of this recording"):
        explained(recording, "AU12", SMILE, person=7)
    with pytest.raises(InputError, match="AU9 has no sides"):
        explained(recording, "AU9", SMILE, side="left")
    with pytest.raises(InputError, match="no AU30 in"):
        explained(recording, "AU30", SMILE)
    with pytest.raises(InputError, match="wanted the source of the recording"):
        explained(recording, "AU12", SMILE, video=np.zeros((3, 480, 640, 3), np.uint8))


def test_a_face_that_was_not_scored_is_not_explained(recording):
    dark = facs.analyze(np.zeros((2, 96, 128, 3), np.uint8), rate=25)
    with pytest.raises(InputError, match="nobody was found in array, so there is nothing"):
        facs.explain(dark, "AU12", video=np.zeros((2, 96, 128, 3), np.uint8))


@pytest.mark.parametrize("time", [-2.0, 100.0])
def test_a_time_outside_of_a_recording_is_refused(recording, time):
    said = rf"wanted a time within 0\.00 to \d\.\d\d s, got {time:g} s"
    with pytest.raises(InputError, match=said):
        explained(recording, "AU12", time)


@pytest.mark.parametrize(("time", "said"), [(99, "the last is at 0.13 s"), (-9, "count from 0")])
def test_a_time_at_which_there_is_no_film_is_told_from_a_film_with_nobody(time, said):
    film = np.zeros((5, 96, 128, 3), np.uint8)
    with pytest.raises(InputError, match=f"wanted a time .* got {time} s: .*{said}"):
        facs.explain(film, "AU12", time=time)


def test_asking_for_differences_loads_no_torch():
    program = (
        "import json, sys; import facs; "
        f"facs.explain({str(EXAMPLE)!r}, 'AU12', time=1.4, method='occlusion', check=False); "
        "print(json.dumps('torch' in sys.modules))"
    )
    assert fresh(program) is False
