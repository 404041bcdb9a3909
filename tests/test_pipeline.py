"""`analyze`, with a small random model, and stand-ins for the detector and the landmark network."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import numpy as np
import pytest

from facs import pipeline
from facs.errors import InputError, ModelError, NoFramesError, VideoError, VideoNotFoundError
from facs.faces.landmarks import shipped_path
from facs.network.weights import load_model, shipped
from facs.pipeline import AnalyzeOptions, Stopwatch, analyze
from facs.recovery import recover
from facs.video import Frame
from tests.faces.builders import blob_tracker, scene
from tests.network.builders import UNITS, model_files

EXAMPLE = Path(__file__).resolve().parents[1] / "examples/synthetic_face.mp4"
SHAPE = (180, 240)
RATE = 30


@pytest.fixture(autouse=True)
def _bright_squares_are_faces(monkeypatch):
    def tracker(options):
        return blob_tracker(max_people=options.max_people)

    monkeypatch.setattr(pipeline, "_tracker", tracker)


@pytest.fixture
def model(tmp_path_factory):
    return load_model(model_files(tmp_path_factory))


def moving_square(n, gap=()):
    """Pictures (n, H, W, 3) of a square that drifts; none in the frames of `gap`."""
    return np.stack([scene(*[] if i in gap else [(20 + i, 30, 110)]) for i in range(n)])


def frames_of(pictures):
    return [Frame(i, i / RATE, picture) for i, picture in enumerate(pictures)]


def assert_close(one, other, atol):
    assert len(one.people) == len(other.people)
    np.testing.assert_array_equal(one.times, other.times)
    for a, b in zip(one.people, other.people, strict=True):
        np.testing.assert_array_equal(a.streams, b.streams)
        np.testing.assert_array_equal(a.reasons, b.reasons)
        for name in ("probability", "left", "right", "landmarks", "boxes", "pose", "quality"):
            np.testing.assert_allclose(
                getattr(a, name), getattr(b, name), atol=atol, equal_nan=True, err_msg=name
            )
        np.testing.assert_allclose(a.intensities, b.intensities, atol=5 * atol, equal_nan=True)


def test_every_frame_has_a_row(model):
    recording = analyze(moving_square(16), rate=RATE, model=model)
    assert len(recording) == 16
    np.testing.assert_allclose(recording.times, np.arange(16) / RATE)
    (person,) = recording.people
    assert person.units == UNITS
    assert person.probability.shape == (16, 3)
    assert np.isfinite(person.probability).all()


def test_both_streams_speak_where_the_window_is_full(model):
    (person,) = analyze(moving_square(16), rate=RATE, model=model).people
    assert person.streams.tolist() == [1] * 5 + [2] * 6 + [1] * 5


def test_one_clip_at_a_time_gives_what_sixteen_at_once_give(model):
    pictures = moving_square(14)
    one, many = (analyze(pictures, rate=RATE, model=model, batch=b) for b in (1, 16))
    assert_close(one, many, 1e-5)


def test_a_stream_of_frames_gives_what_the_whole_file_gives(model, write_video):
    path = write_video("film.mp4", moving_square(14), rate=RATE)
    from facs.video import open_video

    with open_video(path) as video:
        streamed = analyze((frame for frame in video), model=model)
    assert_close(streamed, analyze(path, model=model), 1e-5)


def test_a_second_run_is_the_same_to_the_last_bit(model):
    pictures = moving_square(12, gap=(7,))
    assert analyze(pictures, rate=RATE, model=model) == analyze(pictures, rate=RATE, model=model)


def test_a_single_picture_is_scored_from_the_picture_alone(model):
    recording = analyze(moving_square(1)[0], model=model)
    (person,) = recording.people
    assert person.streams.tolist() == [1]
    assert np.isfinite(person["AU12"]).all()


def test_without_motion_every_frame_is_scored_from_its_picture(model, tmp_path_factory):
    (person,) = analyze(moving_square(12), rate=RATE, model=model, motion=False).people
    assert person.streams.tolist() == [1] * 12
    still = load_model(model_files(tmp_path_factory), motion=False)
    (alone,) = analyze(moving_square(12), rate=RATE, model=still).people
    np.testing.assert_array_equal(alone.probability, person.probability)


def test_scores_with_motion_are_steady_unless_they_shall_not_be(model):
    pictures = np.random.default_rng(0).integers(0, 60, (16, *SHAPE, 3), np.uint8)
    pictures += moving_square(16) // 2
    steady, plain, stills = (
        analyze(pictures, rate=RATE, model=model, **how).people[0]
        for how in ({}, {"steady": False}, {"motion": False})
    )
    moving = plain.streams == 2
    np.testing.assert_array_equal(steady.streams, plain.streams)
    np.testing.assert_array_equal(steady.probability[~moving], stills.probability[~moving])

    def flicker(person):
        return np.abs(np.diff(person.probability[moving], axis=0)).mean()

    assert flicker(steady) < 0.8 * flicker(plain)


def test_a_frame_without_the_face_is_nan_with_a_reason(model):
    (person,) = analyze(moving_square(9, gap=(4,)), rate=RATE, model=model).people
    assert [person.reason(i) for i in range(9)] == [""] * 4 + ["no_face"] + [""] * 4
    assert np.isnan(person.probability[4]).all() and np.isnan(person.landmarks[4]).all()
    assert person.streams[4] == 0
    assert np.isfinite(np.delete(person.probability, 4, 0)).all()


def test_a_face_that_cannot_be_scored_keeps_its_place_and_says_why(model):
    (person,) = analyze(scene((20, 30, 36)), model=model).people
    assert person.reason(0) == "too_small"
    assert np.isnan(person.probability).all() and np.isfinite(person.landmarks).all()
    assert person.quality.tolist() == [0]


def test_nobody_in_the_video_is_no_error(model):
    recording = analyze(np.zeros((4, *SHAPE, 3), np.uint8), rate=RATE, model=model)
    assert (len(recording), recording.people) == (4, ())


def test_two_people_are_two_rows_of_numbers(model):
    picture = scene((5, 30, 100), (130, 60, 100))
    recording = analyze(np.stack([picture] * 4), rate=RATE, model=model)
    assert [person.track for person in recording.people] == [0, 1]
    one, two = recording.people
    assert (one.boxes[:, 0] != two.boxes[:, 0]).all()
    assert not np.allclose(one.probability, two.probability, atol=1e-3)
    (only,) = analyze(picture, model=model, max_people=1).people
    assert only.track == 0


def test_only_the_wanted_seconds_are_analysed(model):
    recording = analyze(moving_square(12), rate=RATE, model=model, start=0.1, stop=0.2)
    np.testing.assert_allclose(recording.times, [0.1, 4 / 30, 5 / 30])


def test_no_more_frames_are_taken_than_the_window_and_the_batch_want(model):
    pictures = moving_square(40)
    batch, window = 4, 6
    taken, scored, ahead = 0, 0, []

    def source():
        nonlocal taken
        for frame in frames_of(pictures):
            taken += 1
            yield frame

    class Watched:
        spec, uses_motion = model.spec, True

        def __call__(self, clips):
            nonlocal scored
            ahead.append(taken - scored)
            scored += len(clips)
            return model(clips)

    analyze(source(), model=Watched(), batch=batch)
    assert scored == 40
    assert max(ahead) <= batch + window


def test_no_decoded_frame_is_kept(model):
    import weakref

    alive = []

    def source():
        for i in range(20):
            image = scene((20 + i, 30, 110))
            alive.append(weakref.ref(image))
            yield Frame(i, i / RATE, image)
            del image
            assert sum(ref() is not None for ref in alive) <= 2

    analyze(source(), model=model)
    assert len(alive) == 20


def test_progress_counts_every_frame(model):
    calls = []
    analyze(moving_square(5), rate=RATE, model=model, progress=lambda *call: calls.append(call))
    assert calls == [(i, 5) for i in range(1, 6)]


def test_a_stopwatch_knows_every_stage(model):
    watch = Stopwatch()
    analyze(moving_square(8), rate=RATE, model=model, stopwatch=watch)
    assert set(watch.seconds) == {"decode", "faces", "crops", "network"}
    assert all(seconds >= 0 for seconds in watch.seconds.values())


class Camera:
    """Answers like cv2.VideoCapture: four pictures, in BGR."""

    def __init__(self):
        self.left = list(moving_square(4))

    def read(self):
        return (True, self.left.pop()[..., ::-1]) if self.left else (False, None)


@pytest.mark.parametrize("source", [Camera, lambda: frames_of(moving_square(4))])
def test_a_camera_and_frames_have_the_size_of_their_first_picture(model, source, tmp_path):
    recording = analyze(source(), model=model, journal=tmp_path / "rows")
    assert recording.size == SHAPE[::-1]
    assert recover(tmp_path / "rows").size == SHAPE[::-1]


def test_rows_of_a_camera_that_broke_off_have_their_size_too(model, tmp_path):
    def unplugged(count, expected):
        raise OSError("unplugged")

    with pytest.raises(OSError, match="unplugged"):
        analyze(Camera(), model=model, journal=tmp_path / "rows", progress=unplugged)
    assert recover(tmp_path / "rows").size == SHAPE[::-1]


@pytest.mark.parametrize("threads", [1, 2])
def test_who_interrupts_while_a_frame_is_decoded_gets_what_interrupted(model, threads):
    decoding = threading.Event()

    def slow():
        for frame in frames_of(moving_square(8)):
            if frame.index == 2:
                decoding.set()
                time.sleep(0.3)
            yield frame

    def interrupt(count, expected):
        if count == 2:
            assert threads == 1 or decoding.wait(timeout=20)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        analyze(slow(), model=model, threads=threads, progress=interrupt)


def test_the_recording_says_which_model_made_it(model):
    about = analyze(scene(), model=model).model
    assert (about.name, about.version, about.licence) == ("tiny", "0.1", "MIT")
    assert about.sha256 == model.sha256
    assert about.units == UNITS


def test_an_unknown_option_is_refused_with_the_known_ones(model):
    with pytest.raises(InputError, match=r"max_people.*'people'"):
        analyze(scene(), model=model, people=3)


@pytest.mark.parametrize("name", ["max_people", "batch", "threads"])
@pytest.mark.parametrize("count", [0, -3])
def test_counts_below_one_are_refused(name, count):
    with pytest.raises(InputError, match=f"{name} >= 1, got {count}"):
        AnalyzeOptions(**{name: count})


@pytest.mark.parametrize("name", ["max_people", "batch", "threads"])
def test_counts_of_numpy_are_whole_numbers(model, name):
    recording = analyze(moving_square(2), rate=RATE, model=model, **{name: np.int64(2)})
    assert len(recording.people) == 1
    assert type(getattr(AnalyzeOptions(**{name: np.int64(2)}), name)) is int


@pytest.mark.parametrize("count", ["3", 2.5])
def test_counts_that_are_no_whole_numbers_are_refused(count):
    with pytest.raises(InputError, match="wanted a whole number for max_people, got"):
        AnalyzeOptions(max_people=count)


def test_options_come_as_an_object_or_as_words(model):
    pictures = moving_square(6)
    options = AnalyzeOptions(rate=RATE, motion=False)
    assert analyze(pictures, model=model, options=options) == analyze(
        pictures, model=model, rate=RATE, motion=False
    )


def test_an_absent_file_and_an_absent_model_are_refused(model, tmp_path):
    with pytest.raises(VideoNotFoundError):
        analyze(tmp_path / "absent.mp4", model=model)
    with pytest.raises(ModelError, match="wanted a model"):
        analyze(scene(), model="facs-99")


def test_the_tracker_has_the_options_that_were_asked_for(monkeypatch, tmp_path_factory):
    monkeypatch.undo()
    if not shipped_path().exists():
        pytest.skip("the landmark network is not there yet")
    tracker = pipeline._tracker(AnalyzeOptions(max_people=2))
    assert tracker.options.max_people == 2
    with pytest.raises(InputError, match="haar"):
        pipeline._tracker(AnalyzeOptions(detector="eye"))


@pytest.mark.skipif(not shipped_path().exists(), reason="the landmark network is not there yet")
def test_the_face_of_the_example_is_found_in_every_frame(model, monkeypatch):
    monkeypatch.undo()
    recording = analyze(EXAMPLE, model=model, stop=0.5)
    assert len(recording) == 15
    (person,) = recording.people
    assert person.seen.all()
    assert (person.score > 0.7).all()
    assert np.abs(person.pose).max() < 20
    assert person.streams.tolist() == [1] * 5 + [2] * 5 + [1] * 5
    steps = np.hypot(*np.diff(person.landmarks, axis=0).reshape(-1, 2).T)
    assert np.median(steps) < 0.01 * np.ptp(person.landmarks[0, :, 0])


@pytest.mark.skipif(
    not (shipped() and shipped_path().exists()), reason="no weights are in facs/weights yet"
)
def test_the_shipped_model_sees_the_examples_smile(monkeypatch):
    monkeypatch.undo()
    (person,) = analyze(EXAMPLE, stop=2.2).people
    resting, smiling = person.times < 0.7, (person.times > 1.2) & (person.times < 1.7)
    assert person["AU12"][smiling].mean() > person["AU12"][resting].mean() + 0.3


# no frames


def test_no_source_of_frames_is_no_recording():
    with pytest.raises(VideoError, match="wanted pictures, got none"):
        analyze([])
    with pytest.raises(VideoError, match="wanted pictures, got none"):
        analyze(iter(()))


def test_a_span_without_frames_is_refused_and_leaves_no_rows(tmp_path):
    film = np.zeros((3, 96, 128, 3), np.uint8)
    with pytest.raises(NoFramesError, match=r"the last is at 0\.08 s"):
        analyze(film, rate=25, start=7, journal=tmp_path / "film.rows")
    with pytest.raises(InputError, match="wanted stop after 0 seconds, got -2"):
        analyze(film, rate=25, stop=-2)
    assert list(tmp_path.iterdir()) == []
