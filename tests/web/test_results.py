"""Real analyses in processes of their own: what comes of them, and what cannot hurt."""

from __future__ import annotations

import csv
import json
import shutil
import struct
import subprocess
import threading
import time
import zlib
from io import BytesIO, StringIO
from pathlib import Path

import av
import numpy as np
import pytest

import facs
from facs.arrays import LANDMARKS
from facs.errors import InputError
from facs.events import SURER, after_holes, find_events, least_peak
from facs.web import process
from facs.web.downloads import DOWNLOADS
from facs.web.process import WorkFailed, work
from facs.web.why import write_why
from tests.web.conftest import EXAMPLE, MP4, wait_for


@pytest.fixture(scope="module")
def done(real, clip):
    """The job of the clip, and the recording that this very process makes of it."""
    job = real.submitted("../My <b>smile</b>.mp4", clip.read_bytes())
    assert real.over(job)["state"] == "done"
    return job, facs.analyze(clip)


def get(real, job, what, **more):
    answer = real.client.get(f"/api/jobs/{job}/{what}", **more)
    assert answer.status_code == 200, answer.text
    return answer


# The result


def test_the_result_says_who_was_found_and_with_which_units(real, done):
    job, recording = done
    result = get(real, job, "result").json()
    assert result["source"] == "b>.mp4"
    assert (result["frames"], result["size"]) == (len(recording), [320, 240])
    assert [unit["unit"] for unit in result["model"]["units"]] == [
        str(unit) for unit in recording.model.units
    ]
    [person] = result["people"]
    assert person["scored"] == int(recording.people[0].seen.sum()) == 30


def test_the_top_five_are_those_that_were_shown_longest(real, done):
    job, recording = done
    [person] = get(real, job, "result").json()["people"]
    top = person["top"]
    assert len(top) == 5 and "AU12" in [row["unit"] for row in top]
    seconds = [row["seconds"] for row in top]
    assert seconds == sorted(seconds, reverse=True)
    for row in top:
        assert row["events"] == len(recording.people[0].events(row["unit"]))
        assert row["peak"] == pytest.approx(np.nanmax(recording.people[0][row["unit"]]), abs=1e-5)


def test_arrays_are_the_numbers_of_the_recording(real, done):
    job, recording = done
    times = np.frombuffer(get(real, job, "times").content, "<f8")
    np.testing.assert_array_equal(times, recording.times)
    person = recording.people[0]
    shapes = get(real, job, "result").json()["people"][0]["shapes"]
    for name, shape in shapes.items():
        kind = "u1" if name == "reasons" else "<f4"
        array = np.frombuffer(get(real, job, f"people/0/{name}").content, kind).reshape(shape)
        np.testing.assert_allclose(array, getattr(person, name), rtol=1e-4, atol=1e-4)
    assert shapes["landmarks"] == [30, LANDMARKS, 2]


def test_a_person_or_an_array_that_is_not_there_is_not_found(real, done):
    job, _ = done
    assert real.client.get(f"/api/jobs/{job}/people/9/boxes").status_code == 404
    assert real.client.get(f"/api/jobs/{job}/people/0/upload").status_code == 422
    assert real.client.get(f"/api/jobs/{job}/people/..%2fx/boxes").status_code in (404, 422)


def test_the_copy_for_the_browser_shows_every_frame_at_its_time(real, done):
    job, recording = done
    answer = get(real, job, "playback")
    assert answer.headers["content-type"] == "video/mp4"
    with av.open(BytesIO(answer.content)) as container:
        times = [frame.time for frame in container.decode(video=0)]
    np.testing.assert_allclose(times, recording.times - recording.times[0], atol=1e-4)
    part = real.client.get(f"/api/jobs/{job}/playback", headers={"range": "bytes=0-99"})
    assert (part.status_code, len(part.content)) == (206, 100)


# Files


def test_every_format_can_be_downloaded(real, done, tmp_path):
    job, recording = done
    for one in real.client.get("/api/limits").json()["downloads"]:
        answer = get(real, job, f"files/{one['format']}")
        assert len(answer.content) > 100, one
        disposition = answer.headers["content-disposition"]
        assert disposition.startswith('attachment; filename="b_'), disposition
    assert {one.format for one in DOWNLOADS} == {
        one["format"] for one in real.client.get("/api/limits").json()["downloads"]
    }
    (tmp_path / "a.facs").write_bytes(get(real, job, "files/facs").content)
    assert facs.load(tmp_path / "a.facs").people[0].units == recording.model.units
    eaf = get(real, job, "files/eaf").text
    assert 'RELATIVE_MEDIA_URL="./b&gt;.mp4"' in eaf
    with av.open(BytesIO(get(real, job, "files/overlay").content)) as container:
        assert sum(1 for _ in container.decode(video=0)) == 30


def events(text, unit):
    return [row for row in csv.DictReader(StringIO(text)) if row["label"] == unit]


def test_files_are_by_the_thresholds_that_are_asked_for(real, done):
    job, recording = done
    person = recording.people[0]
    unit, on = next(  # one that was never shown, and a threshold at which it was
        (str(unit), round(float(np.nanmax(person[unit])) / 4, 3))
        for unit in person.units
        if not person.events(unit) and np.nanmax(person[unit]) > 0.01
    )
    assert events(get(real, job, "files/events").text, unit) == []
    found = events(get(real, job, "files/events", params={"on": [f"{unit}:{on}"]}).text, unit)
    wanted = [event.onset for event in person.events(unit, on=on, min_peak=least_peak(on))]
    assert wanted and [float(row["onset"]) for row in found] == pytest.approx(wanted, abs=1e-6)
    kept = [p.name for p in (real.folder / job / "files").glob("events-*")]
    assert len(kept) == 1  # of all thresholds that were tried, the last


@pytest.mark.parametrize(
    ("what", "code"),
    [
        ("files/exe", 404),
        ("files/..%2fupload", 404),
        ("files/csv?on=AU12", 422),
        ("files/csv?on=AU12:2", 422),
        ("files/csv?on=AU99:0.5", 422),
        ("files/csv?on=AU12:0.5;rm", 422),
    ],
)
def test_a_file_that_cannot_be_is_refused(real, done, what, code):
    assert real.client.get(f"/api/jobs/{done[0]}/{what}").status_code == code


def test_a_file_that_is_being_written_ends_with_its_result(real, clip):
    job = real.submitted("a.mp4", clip.read_bytes())
    real.over(job)
    answers = []
    ask = threading.Thread(
        target=lambda: answers.append(real.client.get(f"/api/jobs/{job}/files/overlay"))
    )
    ask.start()
    wait_for(lambda: (real.folder / job / "files").exists())
    assert real.client.delete(f"/api/jobs/{job}").status_code == 204
    ask.join()
    assert answers[0].status_code == 404 and not (real.folder / job).exists()


# Why


def test_why_a_unit_was_seen_is_a_picture_that_is_made_once(real, done):
    job, _ = done
    answer = get(real, job, "people/0/frames/25/why/AU12")
    assert answer.headers["content-type"] == "image/png" and answer.content[:4] == b"\x89PNG"
    began = time.monotonic()
    assert get(real, job, "people/0/frames/25/why/AU12").content == answer.content
    assert time.monotonic() - began < 1
    other = get(real, job, "people/0/frames/25/why/AU2")
    assert other.content != answer.content
    kept = [p.name for p in (real.folder / job / "files").glob("why-*")]
    assert kept == ["why-AU2.0.25"]


def test_the_picture_is_the_one_that_the_library_draws(real, done, clip):
    import cv2

    from facs.explaining.drawing import draw_crop

    job, recording = done
    data = get(real, job, "people/0/frames/20/why/AU12").content
    found = facs.explain(
        recording, "AU12", time=float(recording.times[20]), video=clip, check=False
    )
    shown = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)[:, :, ::-1]
    assert np.abs(shown.astype(int) - draw_crop(found)).mean() < 1


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("people/0/frames/99/why/AU12", "wanted a row below 30"),
        ("people/0/frames/-1/why/AU12", "wanted a row and a person from 0"),
        ("people/7/frames/3/why/AU12", "wanted a person of this recording"),
        ("people/0/frames/3/why/AU30", "no AU30"),
        ("people/0/frames/3/why/..", None),
        ("people/0/frames/3/why/x%2f..%2f..%2fupload", None),
        ("people/0/frames/3/why/smile", "wanted a unit such as AU12"),
        ("people/0/frames/x/why/AU12", ""),
    ],
)
def test_a_question_without_an_answer_is_refused_in_words(real, done, what, words):
    answer = real.client.get(f"/api/jobs/{done[0]}/{what}")
    if words is None:
        assert answer.status_code in (404, 422)
    else:
        assert answer.status_code == 422 and words in answer.text


def test_a_result_of_another_model_is_not_explained_by_this_one(tmp_path):
    from tests.builders import make_recording

    question = {"person": 0, "row": 0, "unit": "AU12"}
    with pytest.raises(InputError, match="measured by another model"):
        write_why(make_recording(), EXAMPLE, question, None, tmp_path)


# What is no face, no video, or a trap


def test_a_video_without_a_face_is_a_result_with_nobody_in_it(real, write_video):
    path = write_video("wall.mp4", [np.full((96, 128, 3), 90, np.uint8)] * 4)
    job = real.submitted("wall.mp4", path.read_bytes())
    status = real.over(job)
    assert (status["state"], status["people"], status["message"]) == ("done", 0, "")
    assert get(real, job, "result").json()["people"] == []
    assert "Nobody was found" in get(real, job, "files/report").text


def test_a_picture_is_shown_as_one(real):
    import cv2

    from tests.web.conftest import frames_of_example

    _, data = cv2.imencode(".png", frames_of_example(30, 31)[0][:, :, ::-1])
    job = real.submitted("face.png", data.tobytes())
    assert real.over(job)["people"] == 1
    assert get(real, job, "result").json()["playback"] == "playback.jpg"
    answer = get(real, job, "playback")
    assert answer.headers["content-type"] == "image/jpeg" and answer.content[:2] == b"\xff\xd8"


def png(width, height, rows=0):
    """A PNG that says it is so large, and holds `rows` rows of nothing."""

    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    packed = zlib.compressobj(9)
    data = b"".join(packed.compress(bytes(1 + 3 * width)) for _ in range(rows)) + packed.flush()
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", data) + chunk(b"IEND", b"") + bytes(400)


def failed(real, name, data):
    job = real.submitted(name, data)
    status = real.over(job)
    assert status["state"] == "failed", status
    assert not (real.folder / job).exists()
    return status["message"]


def test_a_picture_that_says_it_is_huge_is_refused(real):
    assert "60000" in failed(real, "bomb.png", png(60_000, 60_000))


def test_what_begins_like_a_video_and_is_none_says_so(real):
    assert failed(real, "a.mp4", MP4).startswith("not a video")
    assert real.submit("b.mp4", EXAMPLE.read_bytes()[:20_000]).status_code == 202


async def last_of(order):
    async for message in work(order):
        last = message
    return last


def run(**order):
    """Let a worker do something; the last that it says."""
    import asyncio

    return asyncio.run(last_of({"memory": 4 * 2**30, "model": None, "name": "a"} | order))


@pytest.fixture
def folder(tmp_path, clip):
    (tmp_path / "upload").write_bytes(clip.read_bytes())
    return tmp_path


def test_a_video_that_is_too_long_is_refused_at_once(folder):
    with pytest.raises(WorkFailed, match=r"at most 0\.01 minutes, got 0\.0.*--max-minutes"):
        run(do="analyse", folder=str(folder), max_seconds=0.6, max_pixels=10**6)


def test_a_picture_with_too_many_pixels_is_refused(folder):
    with pytest.raises(WorkFailed, match="megapixels, got 320 x 240"):
        run(do="analyse", folder=str(folder), max_seconds=60, max_pixels=1000)


def test_a_video_that_hides_its_length_is_cut_and_says_so(folder):
    with (
        av.open(str(folder / "upload")) as source,
        av.open(
            str(folder / "endless.mkv"), "w", format="matroska", options={"live": "1"}
        ) as target,
    ):
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)
    (folder / "endless.mkv").rename(folder / "upload")
    run(do="analyse", folder=str(folder), max_seconds=0.5, max_pixels=10**6)
    summary = json.loads((folder / "summary.json").read_text())
    assert summary["frames"] == 16
    assert summary["notes"] == ["the video is longer: only its first 1 s were analysed"]


def test_a_worker_that_takes_too_much_memory_ends_alone(folder):
    with pytest.raises(WorkFailed, match="memory"):
        run(do="analyse", folder=str(folder), max_seconds=60, max_pixels=10**6, memory=300_000_000)


def test_a_worker_that_says_nothing_is_ended(folder, monkeypatch):
    monkeypatch.setattr(process, "SILENCE", 0.01)
    with pytest.raises(WorkFailed, match="said nothing"):
        run(do="analyse", folder=str(folder), max_seconds=60, max_pixels=10**6)


def test_the_page_knows_how_sure_an_event_must_be():
    script = (Path(facs.__file__).parent / "web/static/events.js").read_text(encoding="utf-8")
    assert f"const SURER = {SURER:g};" in script


EVENTS_OF = """
import { afterHoles, findEvents } from "./events.mjs";
let said = "";
for await (const part of process.stdin) said += part;
const films = JSON.parse(said).map(({ times, values }) => {
  const holes = afterHoles(Float64Array.from(times));
  const value = (row) => values[row] ?? NaN;
  return { holes, events: findEvents(times.length, value, 0.6, 0.3, 0.7, holes) };
});
console.log(JSON.stringify(films));
"""


def film_with_holes(seed, n):
    random = np.random.default_rng(seed)
    values = np.where(random.random(n) < 0.05, np.nan, random.random(n))
    pauses = random.choice(
        [0.04, 0.05, 0.2, 0.25, 0.3, 60.0], n, p=[0.4, 0.4, 0.05, 0.05, 0.05, 0.05]
    )
    return np.cumsum(pauses), values


def test_the_page_finds_the_events_that_find_events_finds_over_holes_too(tmp_path):
    if (node := shutil.which("node")) is None:
        pytest.skip("node is not installed")
    shutil.copy(Path(facs.__file__).parent / "web/static/events.js", tmp_path / "events.mjs")
    (tmp_path / "said.mjs").write_text(EVENTS_OF)
    films = [film_with_holes(seed, n) for seed, n in enumerate((0, 1, 2, 300, 301))]
    told = json.dumps(
        [
            {"times": times.tolist(), "values": [None if v != v else v for v in values.tolist()]}
            for times, values in films
        ]
    )
    said = subprocess.run([node, tmp_path / "said.mjs"], input=told, capture_output=True, text=True)
    assert said.returncode == 0, said.stderr
    for (times, values), theirs in zip(films, json.loads(said.stdout), strict=True):
        assert theirs["holes"] == after_holes(times).tolist()
        events = find_events("x", times, values, on=0.6, off=0.3, min_peak=0.7)
        rows = [times.searchsorted([e.onset, e.apex, e.offset]).tolist() for e in events]
        assert [[e["first"], e["apex"], e["last"]] for e in theirs["events"]] == rows
    assert sum(map(sum, (after_holes(times) for times, _ in films))) > 20
