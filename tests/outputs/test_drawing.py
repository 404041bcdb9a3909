from __future__ import annotations

import numpy as np
import pytest

from facs.errors import InputError
from facs.outputs.drawing import PALETTE, PAPER, colour_of, draw_overlay
from facs.outputs.views import Bar, PersonView
from facs.units import ActionUnit


def make_view(track=0, reason="", probability=0.9, **changes):
    facts = {
        "track": track,
        "reason": reason,
        "bars": (Bar(ActionUnit.AU12, probability, "E", 0.5),),
        "box": np.float32([300, 200, 420, 320]),
        "landmarks": np.full((68, 2), [360, 260], np.float32),
        "pose": np.zeros(3, np.float32),
    }
    return PersonView(**facts | changes)


def gray(width=640, height=480):
    return np.full((height, width, 3), 128, np.uint8)


def count(picture, colour):
    return int((picture == colour).all(axis=2).sum())


def test_without_people_the_picture_is_as_it_was():
    picture = draw_overlay(gray(), ())
    assert (picture[:480, :640] == 128).all()
    assert (picture[:, 640:] == PAPER).all()


def test_the_picture_of_the_caller_is_not_drawn_on():
    image = gray()
    draw_overlay(image, [make_view()])
    assert (image == 128).all()


@pytest.mark.parametrize(("width", "height"), [(256, 256), (641, 361), (33, 400), (640, 10)])
def test_the_sheet_has_even_sides_that_depend_on_the_picture_alone(width, height):
    alone = draw_overlay(gray(width, height), ())
    many = draw_overlay(gray(width, height), [make_view(i) for i in range(9)], "caption")
    assert alone.shape == many.shape
    assert alone.shape[0] % 2 == alone.shape[1] % 2 == 0
    assert alone.shape[1] >= 640


def test_a_box_is_drawn_where_the_face_is():
    picture = draw_overlay(gray(), [make_view(track=1)])
    assert tuple(picture[260, 300]) == tuple(picture[260, 420]) == colour_of(1)
    assert tuple(picture[260, 290]) == (128, 128, 128)


def test_on_a_small_picture_everything_is_enlarged_together():
    box = np.float32([50, 50, 200, 200])
    picture = draw_overlay(gray(256, 256), [make_view(box=box)])
    assert tuple(picture[round(125 * 2.5), round(50 * 2.5)]) == colour_of(0)


def test_people_have_different_colours():
    assert len({colour_of(track) for track in range(len(PALETTE))}) == len(PALETTE)


def test_a_bar_is_as_long_as_its_probability():
    def length(probability):
        panel = draw_overlay(gray(), [make_view(probability=probability)])[:, 640:]
        rows = (panel == colour_of(0)).all(axis=2).sum(axis=1)
        return int(rows.max())

    assert length(0.6) == pytest.approx(0.6 * 232, abs=3)
    assert length(1.0) == pytest.approx(232, abs=3)


def test_a_bar_below_its_threshold_is_gray():
    def coloured(probability):
        view = make_view(probability=probability)
        return count(draw_overlay(gray(), [view])[:, 640:], colour_of(0))

    assert coloured(0.9) > 3 * coloured(0.4)


def test_a_probability_that_was_not_seen_has_no_bar():
    def panel(probability):
        return draw_overlay(gray(), [make_view(probability=probability)])[:, 640:]

    np.testing.assert_array_equal(panel(float("nan")), panel(0.0))
    assert (panel(float("nan")) != panel(0.1)).any()


def test_a_face_that_was_not_found_is_not_drawn():
    nowhere = make_view(box=np.full(4, np.nan), bars=(), reason="no_face")
    assert (draw_overlay(gray(), [nowhere])[:480, :640] == 128).all()


def test_a_reason_is_written_beside_the_number_and_in_the_panel():
    plain = draw_overlay(gray(), [make_view(bars=())])
    dark = draw_overlay(gray(), [make_view(bars=(), reason="dark")])
    assert count(dark[:, :640], colour_of(0)) > count(plain[:, :640], colour_of(0)) + 500
    assert (plain[:, 640:] != dark[:, 640:]).any()


def test_a_face_at_the_edge_stays_inside_the_picture():
    outside = np.float32([560, -40, 700, 90])
    picture = draw_overlay(gray(), [make_view(box=outside, bars=())])
    panel = draw_overlay(gray(), [make_view(bars=())])[:, 640:]
    np.testing.assert_array_equal(picture[:, 640:], panel)


def test_where_room_is_short_the_strongest_units_are_kept():
    weak, strong = Bar(ActionUnit.AU1, 0.1, "", 0.5), Bar(ActionUnit.AU12, 0.9, "E", 0.5)
    unseen = Bar(ActionUnit.AU2, float("nan"), "?", 0.5)
    all_three = [make_view(track, bars=(weak, unseen, strong)) for track in range(8)]
    one = [make_view(track, bars=(strong,)) for track in range(8)]
    np.testing.assert_array_equal(draw_overlay(gray(), all_three), draw_overlay(gray(), one))


def test_a_crowd_fits_in_the_panel():
    crowd = [make_view(track) for track in range(40)]
    picture = draw_overlay(gray(), crowd)
    assert (picture[-4:, 640:] == PAPER).all()  # nothing is cut off by the lower edge


@pytest.mark.parametrize(
    "image", [np.zeros((4, 4)), np.zeros((4, 4, 3)), np.zeros((0, 4, 3), "u1")]
)
def test_other_arrays_are_refused(image):
    with pytest.raises(InputError, match="wanted an image"):
        draw_overlay(image, ())
