"""From films to a model: what is accepted, what is refused, and what the files say then."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from facs.adapting.adapt import adapt_to
from facs.adapting.comparison import Change, Comparison
from facs.adapting.files import ADAPTED_KEY, origin_of
from facs.errors import InputError, MissingPackageError, ModelError, OutputError
from facs.files import sha256_of
from facs.network.weights import files_of, load_model
from tests.adapting.builders import footage, light_model, lights

MOVES = (3.0, 8.0, 13.0, 18.0, 23.0, 28.0, 33.0, 41.0, 43.0, 53.0, 57.0)


@pytest.fixture
def model(tmp_path):
    return light_model(tmp_path)


def adapted(model, *films, **options):
    return adapt_to(films, files_of(model), **options)


def test_a_rest_that_is_called_a_movement_no_longer_is_one(model):
    film = footage(model, lights(rest=1.0, moves=MOVES))
    done = adapted(model, film)
    assert done.chosen is not None, done.reason
    before, after = film.person, film.scored(done.chosen.spec)
    rest = film.resting
    assert (before.probability[rest] >= 0.5).all()
    assert (after.probability[rest] < 0.5).all()
    assert len(after.events(12)) == len(MOVES)
    assert len(before.events(12)) == 1, "she was never at rest"


def test_thresholds_and_what_rests_low_stay(model):
    film = footage(model, lights(rest=-3.0, moves=MOVES, high=6.0))
    done = adapted(model, film)
    assert done.chosen is None
    assert done.reason == "rest: nothing became much better"
    spec = done.trials[0].spec
    assert (spec.on, spec.off, spec.spatial) == (done.spec.on, done.spec.off, done.spec.spatial)
    with pytest.raises(InputError, match="the old one stays"):
        done.save(model.with_name("child.onnx"))


def test_a_model_that_loses_movements_is_refused(model, monkeypatch):
    """A rest that was misjudged by four logits takes the movements with it."""
    import facs.adapting.trying as trying

    def too_far(spec, films, scores):
        cuts = tuple(tuple(cut + 5.0 for cut in row) for row in spec.spatial.cuts)
        high = replace(spec.spatial, cuts=cuts)
        return replace(spec, spatial=high, fused=high)

    monkeypatch.setattr(trying, "shifted", too_far)
    done = adapted(model, footage(model, lights(rest=-1.0, moves=MOVES)))
    assert done.chosen is None
    assert "clear movements seen, pictures fell from 1.000 to 0.000" in done.reason
    assert "units that lost most movements, pictures rose from 0.000 to 3.000" in done.reason


def test_labels_that_speak_against_it_keep_the_old_model(model, tmp_path):
    """She holds a weak movement for most of the film, and only labels can say so."""
    film = footage(model, lights(rest=1.0, moves=MOVES, high=4.0))
    rows = [f"{frame},{int(frame < 560)}" for frame in range(0, 600, 20)]
    (tmp_path / "labels.csv").write_text("frame,AU12\n" + "\n".join(rows), encoding="utf-8")
    done = adapted(model, film, labels=tmp_path / "labels.csv")
    assert done.chosen is None
    assert "F1 of labelled units, pictures fell from" in done.reason


def test_labels_that_agree_are_part_of_the_report(model, tmp_path):
    logits = lights(rest=1.0, moves=MOVES)
    rows = [f"{frame},{int(logits[frame] > 2)}" for frame in range(5, 600, 5)]
    (tmp_path / "labels.csv").write_text("frame,AU12\n" + "\n".join(rows), encoding="utf-8")
    done = adapted(model, footage(model, logits), labels=tmp_path / "labels.csv")
    found = {c.what: c for c in done.chosen.comparison.changes}["F1 of labelled units, pictures"]
    assert found.before < 0.5 and found.after == 1.0


def test_labels_of_another_film_are_refused(model, tmp_path):
    (tmp_path / "labels.csv").write_text("file,frame,AU12\nnight,3,1\n", encoding="utf-8")
    film = footage(model, lights(rest=1.0, moves=MOVES))
    with pytest.raises(InputError, match="wanted labels of frames in which she was seen"):
        adapted(model, film, labels=tmp_path / "labels.csv")


def test_what_is_written_loads_by_its_short_name_and_says_where_it_comes_from(model, tmp_path):
    done = adapted(model, footage(model, lights(rest=1.0, moves=MOVES), motion=True))
    paths = done.save(tmp_path / "child.onnx")
    assert [path.name for path in paths] == ["child-spatial.onnx", "child-temporal.onnx"]
    child = load_model(tmp_path / "child.onnx")
    assert child.uses_motion and child.spec.name == "child"
    assert child.spec.spatial == done.chosen.spec.spatial
    assert child.spec.fused == done.chosen.spec.fused
    assert "Adapted to one person from light 0.1 (rest): 600 frames" in child.spec.training
    origin = origin_of(paths[0])
    assert origin["sha256"] == sha256_of(model) and origin["method"] == "rest"
    assert origin["held_out"][1]["what"] == "units called at rest, pictures"
    assert "day" not in json.dumps(origin), "names of films may be names of people"
    assert origin_of(model) is None and ADAPTED_KEY == "facs.adapted"
    with pytest.raises(OutputError, match="is there already"):
        done.save(tmp_path / "child.onnx")


def test_motion_has_a_rest_of_its_own(model):
    """The temporal stream says nothing here, so fused scores rest lower than pictures."""
    done = adapted(model, footage(model, lights(rest=1.0, moves=MOVES), motion=True))
    spec = done.chosen.spec
    still = np.array(spec.spatial.cuts)[:, 0] - np.array(done.spec.spatial.cuts)[:, 0]
    both = np.array(spec.fused.cuts)[:, 0] - np.array(done.spec.fused.cuts)[:, 0]
    assert (still > both).all() and (both > 0.1).all()


def test_too_little_of_her_is_refused(model):
    with pytest.raises(InputError, match=r"wanted her face for 20 s at least, it was seen for 19"):
        adapted(model, footage(model, lights(rest=1.0, moves=(), seconds=19)))


def test_short_films_are_held_out_as_one_long_film_is(model):
    whole = footage(model, lights(rest=1.0, moves=MOVES))
    times = whole.person.times
    films = []
    for start in range(0, 60, 5):
        rows = (times >= start) & (times < start + 5)
        films.append(
            replace(
                whole, person=whole.person.frames(rows), spatial=whole.spatial[rows],
                temporal=whole.temporal[rows], crops=whole.crops[rows],
                rows=np.arange(int(rows.sum())),
            )
        )  # fmt: skip
    one, many = adapted(model, whole), adapted(model, *films)
    assert many.films == 12 and many.chosen is not None
    found = np.array(many.chosen.spec.spatial.cuts) - np.array(one.chosen.spec.spatial.cuts)
    assert np.abs(found).max() < 0.15


def test_a_file_that_cannot_learn_is_refused(model):
    film = footage(model, lights(rest=1.0, moves=MOVES))
    with pytest.raises(ModelError, match="cannot learn"):
        adapted(model, film, methods=["rest", "consistency"])


def test_without_torch_the_rest_is_still_taken_out(model, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "torch", None)
    film = footage(model, lights(rest=1.0, moves=MOVES))
    assert adapted(model, film).chosen.method == "rest"
    with pytest.raises(MissingPackageError, match="consistency needs the package torch"):
        adapted(model, film, methods=["consistency"])


def test_a_number_that_could_not_be_measured_decides_nothing():
    nothing = Change("clear movements seen", float("nan"), float("nan"), True)
    assert not Comparison((nothing,)).accepted and not nothing.worse
    assert Comparison((nothing, Change("units called at rest", 2.0, 1.0))).accepted


def test_the_better_of_two_that_are_accepted_is_chosen(model):
    done = adapted(model, footage(model, lights(rest=1.0, moves=MOVES)))
    first = done.trials[0]
    worse = replace(first, comparison=Comparison((Change("units called at rest", 3.0, 2.9),)))
    assert replace(done, trials=(worse, first)).chosen is first
