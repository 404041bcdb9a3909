"""What lies where a result is to go is replaced only if it is a result itself."""

from __future__ import annotations

import re
from pathlib import Path

import av
import numpy as np
import pytest

from facs.errors import OutputError
from facs.files import keep_sources
from facs.outputs.annotations import write_eaf
from facs.outputs.ours import _SIGNS, is_ours
from facs.outputs.overlay import write_overlay
from facs.outputs.plan import FORMATS, OutputPlan
from tests.builders import make_recording
from tests.conftest import gray_steps
from tests.outputs.builders import nobody, two_people

KINDS = (*FORMATS, "events", "overlay", "plot")


@pytest.fixture(autouse=True)
def _packages():
    for name in ("pyarrow", "pympi", "matplotlib"):
        pytest.importorskip(name)


def plan_of(folder, kind):
    also = {name: kind == name for name in ("events", "overlay", "plot")}
    return OutputPlan(folder, "talk", (kind,) if kind in FORMATS else (), **also)


def test_every_kind_is_known():
    assert {*KINDS, "sidecar"} == set(_SIGNS)


@pytest.mark.parametrize("recording", [two_people, nobody])
@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "overlay"])
def test_results_of_an_earlier_run_are_replaced(tmp_path, kind, recording):
    plan = plan_of(tmp_path, kind)
    for _ in range(2):
        plan.check("talk.mp4")
        list(plan.write(recording(), "talk.mp4"))
    assert all(is_ours(*pair) for pair in plan._kinds())


def test_an_overlay_of_an_earlier_run_is_replaced(tmp_path, write_video):
    film = write_video("talk.mp4", gray_steps(3, (96, 64)), rate=25)
    plan = plan_of(tmp_path, "overlay")
    recording = make_recording(people=(), times=np.arange(3) / 25)
    for _ in range(2):
        plan.check(film)
        list(plan.write(recording, film))


@pytest.mark.parametrize("name", ["talk.mp4", "10:30.mp4"])  # FFmpeg takes 10: for a protocol
def test_an_overlay_of_an_earlier_version_is_replaced(tmp_path, monkeypatch, write_video, name):
    monkeypatch.chdir(tmp_path)
    film = write_video("talk.mp4", gray_steps(3, (96, 64)), rate=25).rename(name)
    path = Path(f"{film.stem}.overlay.mp4")
    write_overlay(make_recording(people=(), times=np.arange(3) / 25), film, path)
    assert is_ours("overlay", path)
    path.write_bytes(path.read_bytes().replace(b"\xa9cmt", b"free"))  # nobody is named
    with av.open(f"file:{path}") as container:
        assert "comment" not in container.metadata
    assert is_ours("overlay", path)
    assert not is_ours("overlay", film)


def test_a_timeline_of_an_earlier_version_is_replaced(tmp_path):
    plan = plan_of(tmp_path, "plot")
    list(plan.write(two_people(), "talk.mp4"))
    path = plan.paths["plot"]
    content = path.read_bytes().replace(b"Software\0facs ", b"Software\0Matplotlib ")
    path.write_bytes(content[:16] + (640).to_bytes(4, "big") + content[20:])
    assert not is_ours("plot", path)
    path.write_bytes(content)
    plan.check("talk.mp4")


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("boris", b"Observation id\tDescription\n1\n"),
        ("boris", b"Description\n" + b"x" * 200_000),
        ("sidecar", b'{"GeneratedBy": ["me"]}'),
        ("sidecar", b'{"GeneratedBy": null}'),
        ("overlay", b"#EXTM3U\nhttp://127.0.0.1:9/a.ts\n"),
    ],
)
def test_files_of_others_with_our_names_are_no_error(tmp_path, kind, content):
    (tmp_path / "talk").write_bytes(content)
    assert not is_ours(kind, tmp_path / "talk")


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_result_is_not_replaced(tmp_path, kind):
    plan = plan_of(tmp_path, kind)
    path = plan.paths[kind]
    path.write_text("onset,offset,code\n1.0,2.5,12C\n")
    with pytest.raises(OutputError, match=rf"{path.name} is there already.* --out"):
        plan.check("talk.mp4")
    assert path.read_text() == "onset,offset,code\n1.0,2.5,12C\n"


@pytest.mark.parametrize("kind", [kind for kind in FORMATS if kind != "eaf"])
def test_a_result_that_was_cut_short_is_replaced(tmp_path, kind):
    plan = plan_of(tmp_path, kind)
    list(plan.write(two_people(), "talk.mp4"))
    path = plan.paths[kind]
    content = path.read_bytes()
    path.write_bytes(content[: max(400, content.rfind(b"\n", 0, len(content) // 2))])
    plan.check("talk.mp4")


def test_a_file_without_content_is_replaced(tmp_path):
    (tmp_path / "talk.eaf").touch()
    plan_of(tmp_path, "eaf").check("talk.mp4")


def test_annotations_of_a_coder_stay(tmp_path):
    from pympi import Eaf

    coder = Eaf(author="Anna")
    coder.add_tier("AU12")
    coder.add_annotation("AU12", 100, 900, "12C")
    coder.to_file(tmp_path / "talk.eaf")
    with pytest.raises(OutputError, match=r"talk\.eaf is there already"):
        plan_of(tmp_path, "eaf").check("talk.mp4")


def test_annotations_that_somebody_corrected_stay(tmp_path):
    from pympi import Eaf

    path = tmp_path / "talk.eaf"
    write_eaf(two_people(), path)
    plan_of(tmp_path, "eaf").check("talk.mp4")
    text = path.read_text()
    path.write_text(text.replace("L12", "R12", 1))
    assert path.read_text() != text
    with pytest.raises(OutputError, match=r"talk\.eaf is there already"):
        plan_of(tmp_path, "eaf").check("talk.mp4")
    path.write_text(text)
    again = Eaf(path)
    again.add_tier("person0_AU1")
    again.to_file(path)
    with pytest.raises(OutputError, match=r"talk\.eaf is there already"):
        plan_of(tmp_path, "eaf").check("talk.mp4")


def test_annotations_of_an_earlier_version_that_were_saved_by_elan_stay(tmp_path):
    path = tmp_path / "talk.eaf"
    write_eaf(two_people(), path)
    path.write_text(re.sub(r"<PROPERTY NAME=.facs.*", "", path.read_text()))
    assert is_ours("eaf", path)
    name = '<PROPERTY NAME="URN">urn:nl-mpi-tools-elan-eaf:2c1f</PROPERTY>'  # as ELAN adds it
    path.write_text(path.read_text().replace("</HEADER>", f"{name}</HEADER>"))
    assert "URN" in path.read_text()
    with pytest.raises(OutputError, match=r"talk\.eaf is there already"):
        plan_of(tmp_path, "eaf").check("talk.mp4")


def test_subtitles_of_what_is_said_stay(tmp_path):
    path = tmp_path / "talk.srt"
    ours = "1\n00:00:00,100 --> 00:00:00,900\nLip Corner Puller (L12C)\n"
    path.write_text(ours)
    assert is_ours("srt", path)
    path.write_text(ours + "\n2\n00:00:01,000 --> 00:00:02,000\nGood morning!\n")
    assert not is_ours("srt", path)


def test_tables_of_openface_and_of_py_feat_themselves_stay(tmp_path):
    path = tmp_path / "talk.csv"
    begin = "frame, face_id, timestamp, confidence, success, "
    path.write_text(f"{begin}gaze_0_x, pose_Tx, AU01_r, AU01_c, AU28_c\n")
    assert not is_ours("openface", path)
    path.write_text(f"{begin}pose_Tx, AU01_r, AU01_c, AU28_c\n")
    assert not is_ours("openface", path)
    path.write_text("frame,FaceRectX,AU01,anger,input,approx_time,Identity\n")
    assert not is_ours("feat", path)


def test_the_explanation_of_somebody_elses_events_stays(tmp_path):
    plan = plan_of(tmp_path, "bids")
    (tmp_path / "talk_events.json").write_text('{"onset": {"Description": "mine"}}')
    with pytest.raises(OutputError, match=r"talk_events.json is there already"):
        plan.check("talk.mp4")


# sources


def test_a_source_is_known_through_links(tmp_path):
    film = tmp_path / "talk.mp4"
    film.touch()
    (tmp_path / "link.mp4").symlink_to(film)
    for target, source in [("talk.mp4", "link.mp4"), ("link.mp4", "talk.mp4")]:
        with pytest.raises(OutputError, match="replace its own source"):
            keep_sources(tmp_path / target, tmp_path / source)
    keep_sources(tmp_path / "other.mp4", film, None, 0)


def test_an_overlay_does_not_replace_its_film(tmp_path, write_video):
    film = write_video("talk.mp4", gray_steps(3, (96, 64)), rate=25)
    before = film.read_bytes()
    with pytest.raises(OutputError, match="replace its own source"):
        write_overlay(make_recording(people=(), times=np.arange(3) / 25), film, film)
    assert film.read_bytes() == before
