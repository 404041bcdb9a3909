"""The adaptation experiment as a program: its data, its figures, its table, and that it goes on."""

from __future__ import annotations

import json
import sys
import types

import cv2
import numpy as np
import pytest

from facs.errors import InputError, MissingPackageError
from tests.training.builders import jpegs


def gray_faces(n, side=48):
    rng = np.random.default_rng(0)
    return rng.integers(0, 255, (n, side, side), dtype=np.uint8)


def write_faces_by_emotion(path, people=30):
    """Photographs: each person with every emotion of the three once, and one that is none."""
    emotions = ("neutral", "happiness", "surprise", "anger")
    names = [f"Person_{p:02d}_{k:04d}.jpg" for p in range(people) for k in range(4)]
    data, offsets = jpegs(gray_faces(len(names)))
    np.savez(
        path, jpeg=data, offsets=offsets, names=np.array(names),
        emotion=np.array(emotions * people),
    )  # fmt: skip
    return path


def shrunk(gray):
    return np.asarray(cv2.resize(gray, (64, 64)), np.uint8)


@pytest.fixture
def small(monkeypatch):
    """Shots of drawn faces instead of rendered ones, of both casts."""
    import adaptation_data
    from adaptation_render import Shots

    def drawn(assets, cache, cast, seed):
        n, each = cast.people * 24, 24
        labels, who = np.arange(n) % 4, np.repeat(np.arange(cast.people), each)
        pictures = np.repeat(gray_faces(n)[..., None], 3, axis=3)
        sitting = np.tile(np.repeat(np.arange(6), 4), cast.people)
        return Shots(pictures, labels, who, sitting)

    monkeypatch.setattr(adaptation_data, "rendered", drawn)


def test_children_are_asked_in_sittings_that_nothing_adapted_on(small, tmp_path):
    from adaptation_data import child_tasks

    tasks = child_tasks(tmp_path, tmp_path, 3, 2, 0, ("drawn", shrunk))
    assert [(t.target, t.experiment, t.people) for t in tasks] == [
        ("child 0", "many-to-one", 1),
        ("child 1", "many-to-one", 1),
        ("3 children", "many-to-many", 3),
        ("3 children, two classes", "smile and neutral", 3),
    ]
    assert [len(t.unlabelled) for t in tasks] == [16, 16, 48, 24]
    assert [len(t.asked) for t in tasks] == [8, 8, 24, 12]
    assert tasks[0].classes == tasks[0].taught == (0, 1, 2, 3)
    assert tasks[3].classes == tasks[3].taught == (0, 1)
    adapted = {face.tobytes() for face in tasks[2].unlabelled}
    assert not adapted & {face.tobytes() for face in tasks[2].asked.pictures}


def test_a_face_that_is_not_found_takes_its_label_with_it(small, tmp_path):
    from adaptation_data import source_of

    seen = iter(range(48))
    whole = source_of(tmp_path, tmp_path / "a", 2, 0, ("drawn", shrunk))
    some = source_of(
        tmp_path, tmp_path / "b", 2, 0, ("odd", lambda g: shrunk(g) if next(seen) % 2 else None)
    )
    assert len(whole) == 48 and len(some) == 24
    np.testing.assert_array_equal(some.labels, whole.labels[1::2])
    np.testing.assert_array_equal(some.pictures, whole.pictures[1::2])


def test_photographs_are_split_by_person_and_have_three_classes(tmp_path):
    from adaptation_data import photo_task

    from facs.training.real_faces import read_photos

    path = write_faces_by_emotion(tmp_path / "photos.npz")
    task = photo_task(path, tmp_path / "cache", ("drawn", shrunk))
    held_out = len(read_photos(path, "test")) // 4
    assert task.classes == (0, 1, 3) and task.people == held_out
    assert len(task.asked) == 3 * held_out and len(task.unlabelled) == 3 * (30 - held_out)
    assert task.lost == 0


def test_figures_are_those_that_can_be_counted():
    from adaptation_measure import figures

    labels = np.array([0, 0, 1, 1, 1, 1, 3, 3])
    guesses = np.array([0, 1, 1, 1, 1, 2, 3, 0])
    found = figures(0.7 * np.eye(4)[guesses] + 0.075, labels)
    assert found["accuracy"] == pytest.approx(5 / 8)
    assert found["class mean"] == pytest.approx((0.5 + 0.75 + 0.5) / 3, abs=1e-5)
    assert found["classes"] == ["neutral", "smile", "brows lifted"]
    assert found["confusion"][1] == [0, 3, 1, 0] and sum(found["confusion"][2]) == 0


def test_aucs_are_those_of_pairs_and_of_every_class_against_the_rest():
    from adaptation_measure import figures

    rng = np.random.default_rng(0)
    labels = np.repeat([0, 1, 2, 3], 50)
    perfect = figures(np.eye(4)[labels], labels)["AUC"]
    assert set(perfect.values()) == {1.0} and len(perfect) == 4
    chance = rng.dirichlet(np.ones(4), 200)
    assert all(abs(v - 0.5) < 0.1 for v in figures(chance, labels)["AUC"].values())


def row(method, target, seed, mean, experiment="many-to-one"):
    from adaptation_render import CLASSES

    aucs = dict.fromkeys(("OvO, macro", "OvO, weighted", "OvR, macro", "OvR, weighted"), 0.75)
    course = {"loss": [1.0], "source_right": [0.6], "target_right": [0.5], "cpu": 2.0}
    return {
        "method": method, "experiment": experiment, "target": target, "seed": seed,
        "classes": list(CLASSES), "class mean": mean, "accuracy": mean, "AUC": aucs,
        "confusion": np.diag([5, 5, 5, 5]).tolist(), "course": course, "people": 1,
        "adapted on": 9, "faces": 20, "lost": 0,
    }  # fmt: skip


def rows_of_two_methods():
    found = []
    for seed in range(3):
        for child, base in (("child 0", 0.4), ("child 1", 0.6)):
            found.append(row("source-only", child, seed, base + 0.01 * seed))
            found.append(row("ADDA", child, seed, base + 0.05 + 0.02 * seed))
    return found


def test_the_auc_of_two_classes_is_one_figure():
    from adaptation_measure import figures

    probabilities = np.array(
        [[0.9, 0.1, 0, 0], [0.4, 0.6, 0, 0], [0.5, 0.5, 0, 0], [0.2, 0.8, 0, 0]]
    )
    found = figures(probabilities, np.array([0, 0, 1, 1]))
    assert set(found["AUC"].values()) == {0.75}  # three of four pairs are in order


def test_a_method_is_compared_with_source_only_of_the_same_seed():
    from adaptation_tables import summary

    only, adda = summary(rows_of_two_methods())
    assert only["class mean"] == [51.0, 1.0] and only["never worse"] is None
    assert adda["against"] == [6.0, 1.0] and adda["never worse"] == "met"
    low, high = adda["interval"]
    assert low == pytest.approx(6 - 4.303 / 3**0.5, abs=0.01)
    assert high == pytest.approx(6 + 4.303 / 3**0.5, abs=0.01)
    assert (only["goal"], adda["goal"]) == ("not met", "met")


def test_the_table_says_what_is_met_and_what_is_not():
    from adaptation_tables import markdown, summary

    rows = rows_of_two_methods()
    settings = {"faces": "facs", "source steps": 6, "steps": 4, "batch": 8}
    found = {"data": "drawn faces", "settings": settings, "rows": rows, "summary": summary(rows)}
    text = markdown(found, [("a.png", "a picture")])
    line = next(line for line in text.splitlines() if line.startswith("| many-to-one | 4 | ADDA"))
    assert "| 48.0 | 57.0 ± 2.0 |" in line and "| +6.0 ± 1.0 |" in line and "| met | met |" in line
    assert "| many-to-one | child 1 | 1 | 9 | 20 | 0 | 61.0 ± 1.0 |" in text
    assert "![a picture](a.png)" in text and "all seeds: 0, 1, 2" in text


def words(tmp_path, *more):
    path = tmp_path / "photos.npz"
    if not path.exists():
        write_faces_by_emotion(path)
    fixed = ["--assets", tmp_path, "--photos", path, "--cache", tmp_path / "cache"]
    fixed += ["--out", tmp_path / "results" / "adaptation.md", "--adults", 2, "--children", 2]
    fixed += ["--alone", 1, "--source-steps", 2, "--steps", 2, "--batch", 8]
    return [str(word) for word in (*fixed, *more)]


def test_the_program_writes_everything_and_goes_on_where_it_stopped(small, tmp_path, monkeypatch):
    import adaptation
    import adaptation_runs

    monkeypatch.setattr(adaptation, "cutter", lambda *_: shrunk)
    few = ("--methods", "source-only", "ADDA", "--seeds")
    assert adaptation.main(words(tmp_path, *few, 0)) == 0
    out = tmp_path / "results"
    first = json.loads((out / "adaptation.json").read_text())
    assert [(r["method"], r["target"]) for r in first["rows"]] == [
        (method, target)
        for target in ("2 children", "photographs", "child 0", "2 children, two classes")
        for method in ("source-only", "ADDA")
    ]
    assert {p.name for p in out.iterdir()} == {
        "adaptation.md", "adaptation.json", "adaptation_confusion.png", "adaptation_domains.png",
    }  # fmt: skip
    seen = []
    train = adaptation_runs.train

    def noted(make, source, target, options):
        seen.append((len(target), options.seed))
        return train(make, source, target, options)

    monkeypatch.setattr(adaptation_runs, "train", noted)
    assert adaptation.main(words(tmp_path, *few, 0)) == 0 and seen == []
    assert adaptation.main(words(tmp_path, "--methods", "source-only", "--seeds", 0, 1)) == 0
    # the source, and on, with two classes and with all; nobody's pictures
    assert seen == [(0, 1001), (0, 1)] * 2
    assert adaptation.main(words(tmp_path, "--steps", 3, *few, 0)) == 0
    # another setting: the source twice for each set of classes, ADDA on four targets
    assert len(seen) == 4 + 4 + 4
    text = (out / "adaptation.md").read_text()
    assert "| to photographs | 3 | ADDA | 47.5 |" in text


def test_what_is_wrong_is_one_line(small, tmp_path, capsys):
    import adaptation

    for more, said in (
        (["--methods", "smile"], "wanted methods of"),
        (["--faces", "eyes"], "wanted faces of"),
        (["--landmarks", "nowhere.onnx"], "wanted a model file"),
    ):
        assert adaptation.main(words(tmp_path, *more)) == 2
        message = capsys.readouterr().err.strip()
        assert said in message and "\n" not in message


class _Box:
    def __init__(self, side):
        self.side = side

    def area(self):
        return self.side**2


def dlib_of(found):
    """A module with dlib's names, which notes what it is asked for."""
    module = types.ModuleType("dlib")
    module.get_frontal_face_detector = lambda: lambda image, times: found
    module.shape_predictor = lambda path: lambda image, box: ("points of", box)
    module.asked = []

    def chip(image, shape, size, padding):
        module.asked.append((image.shape, shape, padding))
        return np.full((size, size, 3), 9, np.uint8)

    module.get_face_chip = chip
    return module


def test_dlib_finds_and_aligns_where_it_is_given_its_points(tmp_path, monkeypatch):
    from adaptation_faces import cut, cutter

    small_box, large_box = _Box(10), _Box(30)
    module = dlib_of([small_box, large_box])
    monkeypatch.setitem(sys.modules, "dlib", module)
    points = tmp_path / "points.dat"
    points.write_bytes(b"")
    faces, rows = cut(gray_faces(2), cutter("dlib", points))
    assert faces.shape == (2, 64, 64) and (faces == 9).all() and rows.tolist() == [0, 1]
    assert module.asked[0] == ((48, 48, 3), ("points of", large_box), 0.25)
    monkeypatch.setitem(sys.modules, "dlib", dlib_of([]))
    assert len(cut(gray_faces(2), cutter("dlib", points))[0]) == 0
    with pytest.raises(InputError, match="shape predictor"):
        cutter("dlib", tmp_path / "nothing.dat")


def test_without_dlib_the_error_names_the_extra(tmp_path, monkeypatch):
    from adaptation_faces import cutter

    monkeypatch.setitem(sys.modules, "dlib", None)
    for points in (None, tmp_path):
        with pytest.raises(MissingPackageError, match=r"facs\[dlib\]"):
            cutter("dlib", points)


def test_the_librarys_own_way_cuts_brows_and_mouth_and_finds_nobody_in_a_wall():
    from adaptation_faces import MARGIN, SIDE, cutter

    from facs.canonical import canonical

    assert cutter("facs")(np.full((64, 64), 90, np.uint8)) is None
    points = canonical(SIDE, MARGIN)
    assert points[17:27, 1].min() > 4  # brows can rise by a centimetre
    assert points[48:, 1].max() < SIDE - 8  # the jaw can drop


def test_the_page_of_documents_has_the_claims_beside_what_was_measured(tmp_path):
    from seeds_page import page

    text = page(tmp_path)
    claim = "| ADDA, students to a student, four classes (table 2) | 48.0 |  |"
    assert f"{claim} many-to-one |  | not measured yet |" in text
    rows = [found | {"command": "python a.py"} for found in rows_of_two_methods()]
    for found in rows:
        found["confusion"] = [[5, 0, 0, 0], [4, 1, 0, 0], [0, 0, 5, 0], [0, 0, 0, 5]]
    settings = {"source steps": 6, "steps": 4}
    written = {"data": "drawn faces", "settings": settings, "rows": rows}
    (tmp_path / "adaptation.json").write_text(json.dumps(written))
    text = page(tmp_path)
    assert "Data of ours: drawn faces." in text and "| 0, 1, 2 | `python a.py` |" in text
    assert (
        f"{claim} many-to-one, 4 classes | ADDA | 57.0 ± 2.0 | 52.0 to 62.0 | met | met |" in text
    )
    line = next(x for x in text.splitlines() if f"{claim} many-to-one, 4 classes | source" in x)
    assert "51.0 ± 1.0 | 48.5 to 53.5 | not met |" in line
    assert "below the goal: smile is found in 20 %; 10 steps of a small network" in line
    assert "students to children, three classes | 47.5 | 37.5 | to photographs |" in text


def test_a_figure_above_the_document_and_the_goal_needs_no_reason():
    from seeds_adaptation import reason

    line = {
        "experiment": "many-to-one", "class mean": [60.0, 1.0],
        "class mean interval": [58.0, 62.0], "found": {"smile": 60.0},
    }  # fmt: skip
    settings = {"source steps": 6, "steps": 4}
    assert reason(line, settings) == ""
    worse = line | {"class mean": [40.0, 9.0], "class mean interval": [30.0, 50.0]}
    assert reason(worse, settings).startswith("below the document, within the interval: smile")
