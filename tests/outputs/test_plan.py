"""Every format by its name, and that none is ever half written."""

from __future__ import annotations

import resource
from contextlib import contextmanager

import numpy as np
import pytest

from facs.errors import MissingPackageError, OutputError
from facs.outputs import plan as plans
from facs.outputs.plan import FORMATS, OutputPlan
from tests.builders import make_person, make_recording
from tests.outputs.builders import two_people


@pytest.fixture(autouse=True)
def _packages():
    for name in ("pyarrow", "pympi"):
        pytest.importorskip(name)


def long_recording():
    """Forty seconds in which one unit comes and goes, and is lost now and then."""
    wave = np.sin(np.arange(1200) / 4) / 2 + 0.5
    scores = np.stack([wave, wave, wave], axis=1)
    scores[::100] = np.nan
    return make_recording(make_person(scores))


def test_every_format_has_its_file(tmp_path):
    plan = OutputPlan(tmp_path, "talk", tuple(FORMATS), events=True)
    plan.check("talk.mp4")
    written = list(plan.write(two_people(), "talk.mp4"))
    assert sorted(path.name for path in written) == [
        *("talk.boris.tsv", "talk.csv", "talk.eaf"),
        *("talk.events.csv", "talk.facs", "talk.feat.csv", "talk.json", "talk.openface.csv"),
        *("talk.parquet", "talk.srt", "talk.vtt", "talk_events.tsv"),
    ]
    assert {path.name for path in tmp_path.iterdir()} == {path.name for path in written} | {
        "talk_events.json"
    }


def test_elan_is_told_where_the_source_is(tmp_path):
    (tmp_path / "results").mkdir()
    plan = OutputPlan(tmp_path / "results", "talk", ("eaf",))
    list(plan.write(two_people(), tmp_path / "films" / "talk.mp4"))
    assert '"../films/talk.mp4"' in (tmp_path / "results" / "talk.eaf").read_text()


@contextmanager
def full_disk(room):
    """No file may grow beyond `room` bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("name", FORMATS)
def test_a_disk_that_fills_leaves_what_was_there(tmp_path, name):
    plan = OutputPlan(tmp_path, "talk", (name,))
    target = plan.paths[name]
    target.write_text("as it was")
    with pytest.raises(OutputError), full_disk(room=100):
        list(plan.write(long_recording(), "talk.mp4"))
    assert [path.name for path in tmp_path.iterdir()] == [target.name]
    assert target.read_text() == "as it was"


@pytest.mark.parametrize(
    ("name", "package", "extra"),
    [("parquet", "pyarrow", "tables"), ("eaf", "pympi", "annotations")],
)
def test_a_missing_package_is_known_before_the_work(tmp_path, monkeypatch, name, package, extra):
    monkeypatch.setattr(plans, "find_spec", lambda module: None if module == package else module)
    with pytest.raises(MissingPackageError, match=rf"facs\[{extra}\]"):
        OutputPlan(tmp_path, "talk", (name,)).check("talk.mp4")
    OutputPlan(tmp_path, "talk", ("csv",)).check("talk.mp4")


def test_files_that_are_staged_end_up_where_the_others_do(tmp_path):
    places = [tmp_path / name for name in ("direct", "staged", "staging")]
    for place in places:
        place.mkdir()
    direct, staged, staging = places
    for plan in (
        OutputPlan(direct, "talk", tuple(FORMATS), events=True),
        OutputPlan(staged, "talk", tuple(FORMATS), events=True, staging=staging),
    ):
        assert list(plan.write(two_people(), "talk.mp4")) == list(plan.paths.values())
    assert sorted(p.name for p in direct.iterdir()) == sorted(p.name for p in staged.iterdir())
    assert sorted(plan.files) == sorted(staged.iterdir())
    assert list(staging.iterdir()) == []
    for path in direct.iterdir():
        if path.suffix != ".eaf":  # it has the date
            assert path.read_bytes() == (staged / path.name).read_bytes()
