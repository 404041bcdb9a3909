"""The parts of a batch: which videos, what they are called, the manifest, the lock."""

from __future__ import annotations

import json
from pathlib import Path, PurePath

import psutil
import pytest

from facs.batch.lock import PRIVATE, locked
from facs.batch.manifest import NAME, Entry, Manifest, read_manifest
from facs.batch.options import BatchOptions
from facs.batch.sources import Source, find_sources, named
from facs.errors import InputError, OutputError
from facs.pipeline import AnalyzeOptions

# Sources


@pytest.fixture
def films(tmp_path):
    folder = tmp_path / "films"
    for place in ("a/x.mp4", "b/x.MP4", "b/.hidden.mp4", "b/notes.txt", ".trash/y.mp4", "z.mkv"):
        path = folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"film")
    return folder


def places(*arguments, leave_out=()):
    return [s.place.as_posix() for s in find_sources(arguments, set(leave_out))]


def test_a_folder_is_searched_with_its_folders(films):
    assert places(films) == ["a/x.mp4", "b/x.MP4", "z.mkv"]


def test_what_is_left_out_is_not_found(films):
    assert places(films, leave_out=[films / "a", films / "z.mkv"]) == ["b/x.MP4"]


def test_videos_that_are_named_keep_the_folders_in_which_they_differ(films):
    assert places(films / "a/x.mp4", films / "b/x.MP4") == ["a/x.mp4", "b/x.MP4"]
    assert places(films / "a/x.mp4") == ["x.mp4"]
    assert places(films / "a", films / "b") == ["a/x.mp4", "b/x.MP4"]


def test_a_video_that_is_named_twice_is_one(films):
    assert places(films, films / "a/x.mp4", films / "b/../a/x.mp4") == places(films)


def test_a_file_that_is_named_is_taken_whatever_it_is_called_or_absent(films):
    assert places(films / "a/x", films / "a/absent.mp4") == ["absent.mp4", "x"]


def test_a_list_names_paths_from_its_own_folder(films, monkeypatch):
    (films / "list.txt").write_text(f"a/x.mp4\n\n  {films / 'z.mkv'}  \n\u05d0.mp4\n")
    monkeypatch.chdir("/")
    assert places(films / "list.txt") == ["a/x.mp4", "z.mkv", "\u05d0.mp4"]


def test_a_list_may_begin_with_a_byte_order_mark(films):
    (films / "list.txt").write_bytes(b"\xef\xbb\xbfa/x.mp4\r\nz.mkv\r\n")
    assert places(films / "list.txt") == ["a/x.mp4", "z.mkv"]


def test_folders_behind_links_are_searched_once(films, tmp_path):
    (tmp_path / "day1").mkdir()
    (tmp_path / "day1/y.mp4").touch()
    (films / "a/day1").symlink_to(tmp_path / "day1")
    (films / "b/again").symlink_to(films / "a/day1")
    assert places(films) == ["a/day1/y.mp4", "a/x.mp4", "b/x.MP4", "z.mkv"]


def test_links_that_go_round_end_and_a_film_keeps_the_name_that_it_has_without_them(films):
    (films / "a/up").symlink_to(films)
    (films / "a/0").symlink_to(films / "b")
    assert places(films) == ["a/x.mp4", "b/x.MP4", "z.mkv"]


def test_what_is_left_out_is_not_found_through_a_link_either(films, tmp_path):
    (tmp_path / "link").symlink_to(films)
    assert places(tmp_path / "link", leave_out=[films / "z.mkv"]) == ["a/x.mp4", "b/x.MP4"]
    assert places(films, leave_out=[tmp_path / "link/z.mkv"]) == ["a/x.mp4", "b/x.MP4"]


def test_a_link_is_called_what_it_is_called(films):
    (films / "a/link.mp4").symlink_to(films / "z.mkv")
    assert places(films / "a") == ["link.mp4", "x.mp4"]


def test_no_videos_at_all_are_an_error(tmp_path):
    (tmp_path / "picture.jpg").touch()
    with pytest.raises(InputError, match="found none in"):
        find_sources([tmp_path], set())
    (tmp_path / "list.txt").touch()
    with pytest.raises(InputError, match="an empty list"):
        find_sources([tmp_path / "list.txt"], set())


# Names


def names(*places, known=None, out="out", **options):
    chosen = BatchOptions(**options)
    sources = [Source(Path("/films", place), PurePath(place)) for place in places]
    known = {f"/films/{place}": name for place, name in (known or {}).items()}
    return list(named(sources, known, lambda n: chosen.plan(Path(out), n).files).values())


def test_results_are_called_like_their_videos():
    assert names("a/x.mp4", "b/x.mp4", "y.mov") == ["a/x", "b/x", "y"]


def test_two_kinds_of_one_name_keep_their_suffix():
    assert names("x.mov", "x.mp4", "y.mp4") == ["x.mov", "x.mp4", "y"]


def test_a_name_that_was_given_stays():
    assert names("x.mov", "x.mp4", known={"x.mp4": "x"}) == ["x", "x.mov"]
    assert names("x.mov", known={"x.mp4": "x"}) == ["x.mov"]


def test_results_of_one_video_are_not_those_of_another():
    assert names("x.events.mp4", "x.mp4", events=True) == ["x.events", "x.mp4"]
    assert names("x.events.mp4", "x.mp4") == ["x.events", "x"]
    assert names("x.mp4", "x_events.mp4", formats=("bids", "json")) == ["x", "x_events.mp4"]


def test_no_result_falls_on_a_film():
    films = ("x.mp4", "x.overlay.mp4")
    assert names(*films, overlay=True) == ["x", "x.overlay"]  # in another folder
    assert names(*films, out="/films", overlay=True) == ["x.mp4", "x.overlay"]
    assert names("x.mp4", "X.Overlay.mp4", out="/films", overlay=True) == ["x.mp4", "X.Overlay"]


def test_not_even_by_a_name_that_was_given_before():
    known = {"x.mp4": "x", "x.overlay.mp4": "x.overlay"}
    found = names(*known, known=known, out="/films", overlay=True)
    assert found == ["x.mp4", "x.overlay"]


def test_no_result_falls_on_a_film_by_way_of_a_link(tmp_path):
    (tmp_path / "films").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "films")
    sources = [Source(tmp_path / "films" / n, PurePath(n)) for n in ("x.mp4", "x.overlay.mp4")]
    plan = BatchOptions(overlay=True).plan
    found = named(sources, {}, lambda name: plan(tmp_path / "link", name).files)
    assert list(found.values()) == ["x.mp4", "x.overlay"]


def test_large_and_small_letters_are_one_to_some_disks():
    assert names("X.mp4", "x.mp4") == ["X", "x.mp4"]


def test_in_the_end_there_is_a_number():
    assert names("x.mov", "x.mp4", known={"other.mp4": "x.mov"}) == ["x.mov (2)", "x.mp4"]


# The manifest


def entry(name, status="done", **facts):
    return Entry(f"/films/{name}.mp4", name, status, **facts)


def test_the_last_line_about_a_video_counts(tmp_path):
    manifest = Manifest(tmp_path)
    for one in (entry("b", "failed", error="no"), entry("a"), entry("b", frames=7)):
        manifest.add(one)
    assert len((tmp_path / NAME).read_text().splitlines()) == 3
    assert read_manifest(tmp_path) == [entry("b", frames=7), entry("a")]
    manifest.tidy()
    assert read_manifest(tmp_path) == [entry("a"), entry("b", frames=7)]


def test_results_of_earlier_runs_are_not_forgotten(tmp_path):
    manifest = Manifest(tmp_path)
    manifest.add(entry("a", outputs={"a.csv": 1, "a.overlay.mp4": 2}))
    manifest.add(entry("a", "failed"))
    manifest.add(entry("a", outputs={"a.csv": 3}))
    (kept,) = read_manifest(tmp_path)
    assert (kept.outputs, kept.earlier) == ({"a.csv": 3}, {"a.overlay.mp4": 2})


def test_half_a_line_is_what_a_killed_process_leaves_behind(tmp_path):
    Manifest(tmp_path).add(entry("a"))
    whole = (tmp_path / NAME).read_text()
    for length in range(1, len(whole)):
        (tmp_path / NAME).write_text(whole + whole[:length])
        manifest = Manifest(tmp_path)
        manifest.add(entry("b"))
        assert read_manifest(tmp_path) == [entry("a"), entry("b")]


def test_any_file_name_is_kept(tmp_path):
    strange = Entry("/films/\udc80 \n\u202e\u05d0.mp4", "\udc80 \n\u202e\u05d0", "done")
    Manifest(tmp_path).add(strange)
    assert read_manifest(tmp_path) == [strange]


@pytest.mark.parametrize(
    "line",
    [
        "[]",
        "7",
        "{}",
        "nonsense",
        "[" * 100_000,
        '{"source": "/x", "name": "x", "status": "perhaps"}',
        '{"source": "/x", "name": ["x"], "status": "done"}',
        '{"source": "/x", "name": "../x", "status": "done"}',
        '{"source": "/x", "name": "/x", "status": "done"}',
        '{"source": "/x", "name": "", "status": "done"}',
    ],
)
def test_lines_of_another_form_are_not_believed(tmp_path, line):
    (tmp_path / NAME).write_text(f"{line}\n{entry('a').line()}\n")
    assert read_manifest(tmp_path) == [entry("a")]
    with pytest.raises(InputError, match="wanted"):
        Entry.from_line(line)


def test_words_of_a_later_version_are_left_out():
    data = json.loads(entry("a").line()) | {"mood": "good"}
    assert Entry.from_line(json.dumps(data)) == entry("a")


def test_there_may_be_no_manifest(tmp_path):
    assert read_manifest(tmp_path) == []


# The lock


def test_one_batch_at_a_time(tmp_path):
    with locked(tmp_path), pytest.raises(OutputError, match="another batch"), locked(tmp_path):
        pass
    with locked(tmp_path):
        assert (tmp_path / PRIVATE / "lock").exists()


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="cannot write to"), locked(tmp_path / "file/out"):
        pass


def test_a_lock_leaves_no_file_open(tmp_path):
    before = psutil.Process().num_fds()
    with locked(tmp_path):
        pass
    assert psutil.Process().num_fds() == before


# Options


def test_options_that_no_batch_can_have_are_refused():
    with pytest.raises(InputError, match="jobs >= 1, got 0"):
        BatchOptions(jobs=0)
    with pytest.raises(InputError, match="patience > 0"):
        BatchOptions(patience=0)
    with pytest.raises(InputError, match="no rate"):
        BatchOptions(analyze=AnalyzeOptions(rate=30))
    with pytest.raises(InputError, match="'xlsx'"):
        BatchOptions(formats=("xlsx",))


def test_what_results_depend_on_is_told_and_nothing_else():
    how = BatchOptions().how({"m": "1"})
    for same in (BatchOptions(jobs=4), BatchOptions(analyze=AnalyzeOptions(batch=4, threads=2))):
        assert same.how({"m": "1"}) == how
    for other in (
        BatchOptions(events=True),
        BatchOptions(formats=("csv", "facs")),
        BatchOptions(analyze=AnalyzeOptions(stop=2.0)),
        BatchOptions(analyze=AnalyzeOptions(motion=False)),
    ):
        assert other.how({"m": "1"}) != how
    assert BatchOptions().how({"m": "2"}) != how
    assert json.loads(json.dumps(how)) == how
