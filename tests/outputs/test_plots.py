from __future__ import annotations

import sys
from xml.etree import ElementTree

import numpy as np
import pytest

from facs.errors import InputError, MissingPackageError, OutputError
from facs.outputs.plots import plot_timeline, strip
from facs.outputs.spans import unscored_spans
from facs.person import REASONS
from tests.builders import NAN, make_person, make_recording

ABSENT = [NAN, NAN, NAN]
DARK = REASONS.index("dark")


@pytest.fixture(autouse=True)
def _matplotlib():
    pytest.importorskip("matplotlib")


def words_in(path):
    """The text of an SVG whose letters are drawn: matplotlib leaves it in comments."""
    return path.read_text()


def rows_of_picture(path):
    """Height of a PNG in pixels."""
    return int.from_bytes(path.read_bytes()[20:24], "big")


def test_png_svg_and_pdf_are_chosen_by_the_name(tmp_path):
    for name in ("a.png", "a.svg", "a.PDF"):
        plot_timeline(make_recording(), tmp_path / name)
    assert (tmp_path / "a.png").read_bytes()[1:4] == b"PNG"
    assert ElementTree.parse(tmp_path / "a.svg").getroot().tag.endswith("svg")
    assert (tmp_path / "a.PDF").read_bytes()[:4] == b"%PDF"


def test_units_that_never_reach_their_threshold_are_left_out(tmp_path):
    plot_timeline(make_recording(), tmp_path / "a.svg")
    text = words_in(tmp_path / "a.svg")
    assert "Lip Corner Puller" in text
    assert "Nose Wrinkler" not in text


def test_units_can_be_chosen(tmp_path):
    plot_timeline(make_recording(), tmp_path / "a.svg", units=["AU9"])
    text = words_in(tmp_path / "a.svg")
    assert "Nose Wrinkler" in text
    assert "Lip Corner Puller" not in text


def test_a_unit_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(InputError, match="no AU1 in this recording"):
        plot_timeline(make_recording(), tmp_path / "a.png", units=[1])


def test_unscored_spans_are_named(tmp_path):
    person = make_person([[0.1, 0.1, 0.9]] * 5 + [ABSENT] * 5, reasons=[0] * 5 + [DARK] * 5)
    plot_timeline(make_recording(person), tmp_path / "a.svg")
    assert "too dark" in words_in(tmp_path / "a.svg")


def test_an_unscored_span_ends_where_the_next_frame_begins():
    scores = [[0.1, 0.1, 0.1], ABSENT, ABSENT, [0.1, 0.1, 0.1], ABSENT]
    person = make_person(scores, reasons=[0, 1, DARK, 0, 0])
    assert [(round(a, 6), round(b, 6), words) for a, b, words in unscored_spans(person)] == [
        (0.1, 0.2, "not seen"),
        (0.2, 0.3, "too dark"),
        (0.4, 0.5, "not scored"),
    ]


def test_a_short_event_is_not_lost_in_a_long_video():
    scores = np.full((20_000, 3), 0.1)
    scores[12_345] = 0.9
    scores[500:700] = NAN
    person = make_person(scores)
    shown = strip(person.times, person["AU12"])
    assert np.nanmax(shown) == np.float32(0.9)
    assert np.nanargmax(shown) == 12_345 * len(shown) // 20_000
    assert np.isnan(shown).mean() == 200 / 20_000


def test_frames_are_shown_until_the_next():
    person = make_person([[0.1, 0.1, 0.2], [0.1, 0.1, 0.4]], times=[0.0, 3.0])
    shown = strip(person.times, person["AU12"])
    np.testing.assert_array_equal(np.unique(shown), np.float32([0.2, 0.4]))
    assert (shown == np.float32(0.2)).mean() == 0.5


@pytest.mark.parametrize(
    "changes", [{"people": ()}, {"people": (), "times": []}, {"source": "a $x$ \u6f22 \u05d0.mp4"}]
)
def test_there_is_always_a_picture(tmp_path, changes):
    plot_timeline(make_recording(**changes), tmp_path / "a.png")
    assert rows_of_picture(tmp_path / "a.png") > 100


def test_a_recording_of_a_picture_can_be_drawn(tmp_path):
    plot_timeline(make_recording(make_person()), tmp_path / "a.png")
    assert rows_of_picture(tmp_path / "a.png") > 100


def test_people_are_below_each_other(tmp_path):
    plot_timeline(make_recording(make_person()), tmp_path / "one.png")
    plot_timeline(make_recording(make_person(), make_person(track=1)), tmp_path / "two.png")
    assert rows_of_picture(tmp_path / "two.png") > rows_of_picture(tmp_path / "one.png") + 50


def test_drawing_leaves_pyplot_alone(tmp_path):
    before = "matplotlib.pyplot" in sys.modules
    plot_timeline(make_recording(), tmp_path / "a.png")
    assert ("matplotlib.pyplot" in sys.modules) == before


def test_other_endings_are_refused(tmp_path):
    with pytest.raises(InputError, match=r"ends in .png, .svg, .pdf"):
        plot_timeline(make_recording(), tmp_path / "a.txt")


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(OutputError, match="create the folder first"):
        plot_timeline(make_recording(), tmp_path / "no" / "a.png")


def test_without_matplotlib_the_error_names_the_extra(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(MissingPackageError, match=r"facs\[plots\]"):
        plot_timeline(make_recording(), tmp_path / "a.png")
