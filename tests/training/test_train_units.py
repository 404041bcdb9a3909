"""The whole run that makes a model, on drawn faces."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest
import torch

from facs.errors import InputError
from facs.network.weights import load_model
from facs.synthesis.shards import read_shard, write_shard
from facs.training.recipe import Evidence, Recipe
from facs.training.teacher import scorer_of
from facs.training.train_units import train_units, training_data
from facs.training.unit_run import UnitRun
from facs.units import ActionUnit
from tests.faces.builders import landmarks_at
from tests.network.builders import random_clips, random_crops
from tests.training.builders import COLUMNS, write_faces, write_fer
from tests.training.coded_builders import write_ck

ANYTHING = Evidence(min_auc=0.0, min_f1=0.0)


@pytest.fixture(scope="module")
def trained(tmp_path_factory, landmarks):
    """Where a run left its files, and its report: the streams apart, then both to the end."""
    folder = tmp_path_factory.mktemp("run")
    train = write_faces(folder / "train", stills=32, clips=2, step=4)
    test = write_faces(folder / "test", stills=16, clips=2, seed=1)
    options = UnitRun(
        (train,), (test,), folder / "out", "small", landmarks,
        steps=(2, 2), batch=(4, 2, 4), evidence=ANYTHING,
    )  # fmt: skip
    for stream in ("temporal", "spatial"):
        assert train_units(replace(options, streams=(stream,))) == {"mean": {}}
        assert (options.out / f"{stream}.pt").exists()
    return options.out, train_units(options)


def test_the_whole_run_leaves_files_that_analyse(trained):
    out, report = trained
    assert (out / "report.json").read_text() == json.dumps(report, indent=1)
    clips = random_clips(6)
    scores = []
    for name in ("small", "small-int8"):
        model = load_model(out / f"{name}-spatial.onnx")
        assert model.uses_motion and model.spec.name == name
        assert set(report["units"]) == {str(u) for u in model.spec.units} <= {"AU9", "AU12"}
        scores.append(model(clips))
        assert scores[-1].fused.all()
    np.testing.assert_allclose(scores[0].probability, scores[1].probability, atol=0.05)
    assert len(report["files"]) == 4 and list(out.glob("*.whole")) == []


def test_the_model_of_a_run_sees_a_mirrored_face_with_its_sides_swapped(trained):
    model = load_model(trained[0] / "small-spatial.onnx", motion=False)
    clips = random_clips(4)
    turned = [replace(c, crop=c.crop[:, ::-1].copy(), flow=None) for c in clips]
    ours, mirrored = model(clips), model(turned)
    np.testing.assert_allclose(ours.left, mirrored.right, atol=1e-5)
    np.testing.assert_allclose(ours.probability, mirrored.probability, atol=1e-5)


def test_a_unit_that_is_left_out_does_not_ship_whatever_its_figures(tmp_path, landmarks, trained):
    out, report = trained
    shutil.copytree(out, tmp_path / "out")
    data = out.parent
    options = UnitRun(
        (data / "train",), (data / "test",), tmp_path / "out", "small", landmarks, steps=(2, 2),
        batch=(4, 2, 4), evidence=replace(ANYTHING, doubted=frozenset({ActionUnit.AU12})),
    )  # fmt: skip
    assert set(report["units"]) == {"AU9", "AU12"}
    assert set(train_units(options)["units"]) == {"AU9"}


def test_real_faces_choose_calibration_and_thresholds_too(
    tmp_path, landmarks, trained, monkeypatch
):
    def anywhere(gray, landmarker):
        return landmarks_at(4, 4, 40).astype(np.float32)

    monkeypatch.setattr("facs.training.unit_data.locate_filling", anywhere)
    out, _ = trained
    shutil.copytree(out, tmp_path / "out")
    listed = tmp_path / "check.csv"
    lines = [f"fer2013:{row},9 12,{'9 12' if row == 1 else ''},," for row in (1, 4, 7)]
    listed.write_text("\n".join(["picture,looked,shown,slight,unsure", *lines]) + "\n")
    options = UnitRun(
        (out.parent / "train",), (out.parent / "test",), tmp_path / "out", "small", landmarks,
        fer=write_fer(tmp_path / "fer2013.npz"), steps=(2, 2), batch=(4, 2, 4), evidence=ANYTHING,
        check=listed,
    )  # fmt: skip
    train_units(options)
    without, with_them = (
        load_model(folder / "small-spatial.onnx").spec for folder in (out, tmp_path / "out")
    )
    assert with_them.spatial.cuts != without.spatial.cuts
    assert with_them.fused.cuts != without.fused.cuts


def test_a_file_says_whether_real_faces_were_read():
    assert "no certified coder" in Recipe("some", seen=True).training
    assert "no certified coder" not in Recipe("some").training


def test_a_run_that_begins_with_a_model_stays_near_it_and_one_from_nothing_does_not(
    tmp_path, landmarks, trained
):
    start = trained[0] / "small-spatial.onnx"
    rendered = write_faces(tmp_path / "train", stills=32, clips=2, step=4)
    test = write_faces(tmp_path / "test", stills=2, clips=0, seed=1)
    crops = random_crops(6)
    wanted = scorer_of(start, COLUMNS)(crops)

    def away(begin):
        options = UnitRun(
            (rendered,), (test,), tmp_path / str(len(begin)), "next", landmarks,
            steps=(1, 1), batch=(16, 2, 4), rates=(1e-6, 1e-6), start=begin, streams=("spatial",),
        )  # fmt: skip
        train_units(options)
        return np.nanmax(np.abs(scorer_of(options.out / "spatial.pt", COLUMNS)(crops) - wanted))

    assert away((start,)) < 0.2 * away(())


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"keep": (0.5, 0.0)}, "wanted a start of which to keep something"),
        ({"start": ("facs",), "keep": (0.0, 2.0)}, r"wanted shares to keep in \[0, 1\]"),
        ({"start": ("a.pt", "facs")}, "wanted one checkpoint to begin with, or models"),
        ({"start": ("a.pt",), "keep": (0.5, 0.5)}, "wanted a model of whose temporal stream"),
    ],
)
def test_what_no_run_can_begin_with_is_refused(tmp_path, asked, said):
    with pytest.raises(InputError, match=said):
        UnitRun((tmp_path,), (tmp_path,), tmp_path, "x", **asked)


def test_a_run_that_keeps_all_of_its_start_says_what_the_start_says(tmp_path, landmarks, trained):
    start = trained[0] / "small-spatial.onnx"
    folder = trained[0].parent
    options = UnitRun(
        (folder / "train",), (folder / "test",), tmp_path, "next", landmarks, steps=(3, 1),
        batch=(16, 2, 4), rates=(1e-2, 1e-3), evidence=ANYTHING, start=(start,), keep=(1.0, 0.5),
    )  # fmt: skip
    train_units(options)
    crops = random_crops(6)
    began = scorer_of(start, COLUMNS)(crops)
    learned, kept = (
        np.nanmax(np.abs(scorer_of(tmp_path / name, COLUMNS)(crops) - began))
        for name in ("spatial.pt", "next-spatial.onnx")
    )
    assert kept < 0.2 * learned


def test_coded_faces_teach_and_are_named(tmp_path, landmarks):
    rendered = write_faces(tmp_path / "train", stills=32, clips=2, step=4)
    write_ck(tmp_path / "ck+")
    options = UnitRun((rendered,), (rendered,), tmp_path / "out", "small", landmarks)
    alone, _ = training_data(options)
    with_coded, _ = training_data(replace(options, coded=(("ck+", tmp_path / "ck+"),)))
    added = with_coded.stills.where(with_coded.stills.group == "ck+")
    assert len(added) == len(with_coded.stills) - len(alone.stills) > 0
    assert 0 < (added.labels > 0).mean() < 1
    recipe = Recipe("small", coded=("ck+",))
    assert "ck+" in recipe.training and "ck+" in recipe.licence
    assert Recipe("small").licence == "MIT"


def test_nobody_who_calibrates_teaches(tmp_path, landmarks):
    rendered = write_faces(tmp_path / "train", stills=32, clips=20, step=4)
    options = UnitRun((rendered,), (rendered,), tmp_path / "out", "small", landmarks)
    train, validation = training_data(options)
    moving = np.unique(train.clips.subject[train.windows])
    assert len(moving) > 1 and len(validation.windows) > 0
    calibrating = np.r_[validation.stills.subject, validation.clips.subject]
    assert not np.isin(np.r_[train.stills.subject, moving], calibrating).any()
    # and nobody is lost: each clip's windows belong to one of the two
    both = np.r_[moving, np.unique(validation.clips.subject)]
    assert sorted(both) == sorted(np.unique(train.clips.subject))


def test_a_rare_unit_needs_a_multiple_of_what_guessing_finds():
    rng = np.random.default_rng(0)
    rare = rng.random(4000) < 0.03
    score = np.clip(0.35 + 0.12 * rare + rng.normal(0, 0.1, 4000), 0, 1).astype(np.float32)
    assert Evidence().enough(score, rare)
    assert not Evidence(min_lift=9.0).enough(score, rare)  # 0.25 is then what counts
    assert not Evidence().enough(rng.random(4000).astype(np.float32), rare)
    assert not Evidence().enough(score, np.zeros(4000, bool))


def test_a_run_begins_with_a_checkpoint_of_an_accelerator_that_is_not_there(
    tmp_path, landmarks, trained, monkeypatch
):
    saved = torch.load(trained[0] / "spatial.pt", weights_only=True)
    with monkeypatch.context() as there:
        there.setattr("torch.serialization.location_tag", lambda storage: "cuda:0")
        torch.save({"mean": saved["mean"]}, tmp_path / "start.pt")
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    rendered = write_faces(tmp_path / "train", stills=4, clips=0)
    options = UnitRun(
        (rendered,), (), tmp_path / "out", "next", landmarks, steps=(1, 1), batch=(4, 2, 4),
        start=(tmp_path / "start.pt",), streams=("spatial",),
    )  # fmt: skip
    train_units(options)
    assert (tmp_path / "out/spatial.pt").exists()


@pytest.mark.parametrize("stream", ["spatial", "temporal"])
def test_a_unit_that_nobody_can_see_spoils_no_other(tmp_path, landmarks, stream):
    folder = write_faces(tmp_path / "train", stills=8, clips=2)
    (path,) = folder.iterdir()
    shard = read_shard(path)
    shard.hidden[:, COLUMNS.index("AU9")] = True
    write_shard(path, shard)
    options = UnitRun(
        (folder,), (), tmp_path / "out", "small", landmarks, steps=(1, 1), batch=(4, 2, 4),
        streams=(stream,),
    )  # fmt: skip
    train_units(options)
    mean = torch.load(tmp_path / f"out/{stream}.pt", weights_only=True)["mean"]
    assert all(bool(torch.isfinite(value).all()) for value in mean.values())


def test_a_window_of_other_slots_than_rendered_clips_have_is_refused(tmp_path):
    with pytest.raises(InputError, match="wanted slot_seconds 1/30"):
        UnitRun((tmp_path,), (tmp_path,), tmp_path, "small", slot_seconds=1 / 25)


def test_the_first_weights_of_a_stream_do_not_depend_on_what_was_trained_before(
    tmp_path, landmarks, monkeypatch
):
    monkeypatch.setattr("facs.training.train_units.finish", lambda *given: {})
    train = write_faces(tmp_path / "train", stills=32, clips=2, step=4)
    test = write_faces(tmp_path / "test", stills=2, clips=2, seed=1)
    both = UnitRun(
        (train,), (test,), tmp_path / "both", "small", landmarks, steps=(1, 1), batch=(4, 2, 4)
    )
    train_units(both)
    train_units(replace(both, out=tmp_path / "alone", streams=("temporal",)))
    one, other = (
        torch.load(tmp_path / folder / "temporal.pt", weights_only=True)["mean"]
        for folder in ("both", "alone")
    )
    assert all(torch.equal(value, other[name]) for name, value in one.items())


def test_a_stream_that_there_is_not_is_refused(tmp_path):
    with pytest.raises(InputError, match="spatial"):
        UnitRun((tmp_path,), (tmp_path,), tmp_path, "small", streams=("audio",))


def test_what_would_be_missing_after_the_training_is_said_before_it(tmp_path, landmarks):
    full = write_faces(tmp_path / "full", stills=32, clips=2, seed=1)
    stills = write_faces(tmp_path / "stills", stills=32, clips=0)
    clips = write_faces(tmp_path / "clips", stills=0, clips=2)
    for train, test, said in (
        (clips, full, "wanted stills of rendered people"),
        (stills, full, "wanted clips of rendered people"),
        (full, tmp_path / "nothing", "wanted rendered shards of other people"),
    ):
        options = UnitRun((train,), (test,), tmp_path / "out", "small", landmarks)
        with pytest.raises(InputError, match=said):
            train_units(options)
    assert not list((tmp_path / "out").glob("*.pt"))


@pytest.mark.parametrize("streams", [("spatial", "temporal"), ("temporal",)])
def test_people_who_teach_are_not_measured(tmp_path, streams):
    train = write_faces(tmp_path / "train", stills=3, clips=2, step=4)
    same = write_faces(tmp_path / "test", stills=0, clips=2)  # subjects 0 and 1
    options = UnitRun(
        (train,), (same,), tmp_path / "out", "small", steps=(1, 1), batch=(4, 2, 4), streams=streams
    )
    with pytest.raises(InputError, match=r"wanted other people .* got 1 who are"):
        train_units(options)
    assert not (tmp_path / "out/cut").exists()


def test_folders_of_one_name_teach_and_measure_with_their_own_people(
    tmp_path, landmarks, monkeypatch
):
    train = write_faces(tmp_path / "train/shards", stills=32, clips=2, step=4)
    test = write_faces(tmp_path / "test/shards", stills=2, clips=2, seed=1)
    measured = []
    monkeypatch.setattr(
        "facs.training.train_units.finish", lambda *given: measured.append(given[3]) or {}
    )
    options = UnitRun(
        (train,), (test,), tmp_path / "out", "small", landmarks, steps=(1, 1), batch=(4, 2, 4)
    )
    train_units(options)
    assert len(measured[0].stills) == 2
    assert min(measured[0].stills.subject) >= 10_000_000
