"""Plausible mistakes at the doors of the library: each is one clear line that says what to do."""

from __future__ import annotations

import numpy as np
import pytest

import facs
from facs.batch import BatchOptions, BatchResult, run_batch
from facs.errors import FacsError, InputError, OutputError
from facs.events import find_events
from facs.faces.landmarks import shipped_path
from facs.network.weights import files_of
from facs.outputs import annotations, dialects, event_tables, overlay, plots, report, tables
from facs.outputs.plan import OutputPlan
from facs.units import as_unit
from facs.video import Frame, open_video
from facs.video.reading import _find_source
from tests.builders import make_person, make_recording

PICTURE = np.zeros((48, 64, 3), np.uint8)


class Tensor:
    """What PyTorch, Pillow and others give: no array of NumPy, but soon one."""

    def __array__(self, *_, **__):
        return PICTURE

    def __iter__(self):
        return iter([PICTURE])


# frames


@pytest.mark.parametrize("rate", [None, 25])
@pytest.mark.parametrize("pictures", [[PICTURE] * 3, ["1.png", "2.png"]])
@pytest.mark.parametrize("kind", [list, iter])
def test_pictures_one_by_one_are_told_what_is_wanted(pictures, kind, rate):
    with pytest.raises(InputError, match=r"np\.stack\(pictures\) and rate=.*their folder"):
        next(open_video(kind(pictures), rate=rate))


def test_what_is_nearly_an_array_is_told_how_to_become_one():
    with pytest.raises(InputError, match=r"got Tensor: give np\.asarray"):
        open_video(Tensor(), rate=25)


def test_a_number_of_numpy_is_that_of_a_camera(monkeypatch):
    opened = []
    monkeypatch.setattr("facs.video.reading.CameraSource", opened.append)
    for number in (7, np.int64(7), np.uint8(7)):
        _find_source(number, None, 1)
    assert opened == [7, 7, 7]
    assert all(type(number) is int for number in opened)
    with pytest.raises(InputError, match="wanted a path, an array, a camera number"):
        open_video(np.float32(7))


def test_frames_have_their_own_times():
    with pytest.raises(InputError, match="each Frame has its own time"):
        open_video([Frame(0, 0.0, PICTURE)], rate=25)


def test_no_frame_is_lost_by_looking_at_the_first():
    with open_video([Frame(i, i / 5, PICTURE) for i in range(3)]) as video:
        assert [frame.index for frame in video] == [0, 1, 2]


def test_a_wrong_frame_further_on_is_named_too():
    with open_video([Frame(0, 0.0, PICTURE), PICTURE]) as video:
        next(video)
        with pytest.raises(InputError, match=r"got \(48, 64, 3\) uint8"):
            next(video)


# events


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"on": 50}, r"a probability from 0 to 1 for on, got 50"),
        ({"on": -1}, "for on, got -1"),
        ({"on": "0.5"}, "for on, got '0.5'"),
        ({"off": float("nan")}, "for off, got nan"),
        ({"min_peak": 2}, "for min_peak, got 2"),
        ({"min_duration": -1}, "min_duration in seconds, 0 or more, got -1"),
        ({"min_duration": float("nan")}, "got nan"),
        ({"min_duration": float("inf")}, "got inf"),
        ({"min_duration": "0.2"}, "got '0.2'"),
    ],
)
def test_limits_of_events_that_are_none(wrong, message):
    with pytest.raises(InputError, match=message):
        make_person([[0.1, 0.1, 0.9]]).events(12, **wrong)


def test_limits_of_events_may_be_numbers_of_numpy_and_of_intensities():
    person = make_person([[0.1, 0.1, 0.9]])
    assert len(person.events(12, on=np.float32(0.5), off=np.float64(0), min_duration=0)) == 1
    assert len(find_events("AU12", [0.0], [4.0], on=3, off=2)) == 1
    with pytest.raises(InputError, match="a number of 0 or more for on, got nan"):
        find_events("AU12", [0.0], [4.0], on=float("nan"))


# analyses


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"detector": None}, "wanted a detector of .*, got None"),
        ({"motion": "no"}, "motion=True or False, got 'no'"),
        ({"options": {"stop": 1}}, r"got dict: give the fields themselves, as analyze\("),
        ({"model": 11}, "wanted a model of .* or the path of an ONNX file, got 11"),
    ],
)
def test_arguments_of_an_analysis_of_another_kind(wrong, message):
    with pytest.raises(InputError, match=message):
        facs.analyze(np.stack([PICTURE]), rate=25, **wrong)


@pytest.mark.parametrize("motion", [True, np.True_, 1])
def test_motion_may_be_what_is_true_elsewhere(motion):
    assert facs.AnalyzeOptions(motion=motion).motion is True
    assert facs.AnalyzeOptions(motion=not motion).motion is False


def test_a_model_of_another_kind():
    with pytest.raises(InputError, match="got 11"):
        files_of(11)


def test_a_recording_is_no_person():
    with pytest.raises(InputError, match=r"recording\.people\[0\], got Recording"):
        facs.find_baseline(make_recording())


def test_a_rule_is_read_by_parse():
    with pytest.raises(InputError, match=r"Gesture\.parse\('x', '43 >= 0.6 for 300 ms'\)"):
        facs.Gesture("x", "43 >= 0.6 for 300 ms")


WRITERS = [
    *(tables.write_csv, tables.write_events_csv, tables.write_parquet, tables.write_json),
    *(annotations.write_eaf, annotations.write_srt, annotations.write_vtt),
    *(dialects.write_openface_csv, dialects.write_feat_csv),
    *(event_tables.write_boris, event_tables.write_bids),
    *(plots.plot_timeline, report.write_report),
    lambda recording, path: overlay.write_overlay(recording, "talk.mp4", path),
]


@pytest.mark.parametrize("write", WRITERS)
def test_a_person_is_no_recording(write, tmp_path):
    with pytest.raises(InputError, match="wanted a recording, got Person: give the recording"):
        write(make_person([[0.1, 0.1, 0.9]]), tmp_path / "a.mp4")
    assert list(tmp_path.iterdir()) == []


# batches


def test_one_source_of_a_batch_is_no_list_of_letters(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "films").mkdir()
    if not shipped_path().exists():
        pytest.skip("the weights are not there yet")
    with pytest.raises(FacsError, match=r"found none in .*films: files"):
        run_batch("films", tmp_path / "out")


def test_one_format_is_no_list_of_letters(tmp_path):
    assert BatchOptions(formats="csv") == BatchOptions(formats=("csv",))
    assert OutputPlan(tmp_path, "talk", "csv").paths == {"csv": tmp_path / "talk.csv"}


# what is named wrongly


@pytest.mark.parametrize(
    ("unit", "message"),
    [
        ("AU45", "AU45 is not measured; closed eyes are AU43; units are 1 2 4 .* 64"),
        (46, "AU46 is not measured; an eye that is closed is a side of AU43"),
        ("21", "AU21 is not measured; units are"),
        ("AUx", "wanted an action unit such as .* got 'AUx'"),
        (-1, "wanted an action unit such as .* got -1"),
    ],
)
def test_a_unit_that_nothing_measures_is_not_called_misspelt(unit, message):
    with pytest.raises(InputError, match=message):
        as_unit(unit)


def test_a_person_says_what_to_ask_for_in_place_of_a_unit():
    with pytest.raises(InputError, match="no AU45 in this recording; closed eyes are AU43; its "):
        make_person([[0.1, 0.1, 0.9]])["AU45"]


def test_a_unit_without_sides_has_none():
    person = make_person([[0.1, 0.1, 0.9]])
    alone = next(unit for unit in person.units if unit not in person.sided)
    message = f"{alone} has no sides here; units with two sides are: AU6 AU12"
    with pytest.raises(InputError, match=message):
        person.side(alone, "left")
    with pytest.raises(InputError, match=message):
        person.side_intensity(alone, "right")
    with pytest.raises(InputError, match="no 1 in this recording"):
        person.side(1, "left")


@pytest.mark.parametrize(
    "source", ["https://example.com/a.mp4", "rtsp://camera/1", "file:///a.mp4"]
)
def test_addresses_are_not_read(source, tmp_path):
    with pytest.raises(InputError, match=rf"addresses are not read: download {source} first"):
        open_video(source)
    with pytest.raises(InputError, match="addresses are not read"):
        run_batch([source], tmp_path / "out")


def test_a_list_of_addresses_is_not_read(tmp_path):
    (tmp_path / "list.txt").write_text("a.mp4\nhttps://example.com/b.mp4\n")
    with pytest.raises(InputError, match=r"download https://example\.com/b\.mp4 first"):
        run_batch([tmp_path / "list.txt"], tmp_path / "out")


def test_what_was_analysed_already_is_not_called_a_broken_film(tmp_path):
    make_recording().save(tmp_path / "talk.facs")
    with pytest.raises(FacsError, match=r"talk\.facs: a recording, .*: facs report"):
        open_video(tmp_path / "talk.facs")
    (tmp_path / "talk.rows").write_bytes(b"rows")
    with pytest.raises(FacsError, match="facs recover"):
        open_video(tmp_path / "talk.rows")


def test_a_journal_does_not_take_the_file_of_others_for_rows(tmp_path):
    (tmp_path / "notes.txt").write_text("dear diary")
    with pytest.raises(OutputError, match="is there already and holds no rows"):
        facs.analyze(np.stack([PICTURE]), rate=25, journal=tmp_path / "notes.txt")
    assert (tmp_path / "notes.txt").read_text() == "dear diary"


def test_one_video_is_one():
    assert repr(BatchResult(1, ())).startswith("<1 video: ")
    assert repr(BatchResult(0, ())).startswith("<0 videos: ")
