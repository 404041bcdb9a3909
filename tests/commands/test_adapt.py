"""``facs adapt`` as a user runs it."""

from __future__ import annotations

import pytest

from facs.meaning.gestures import STOCK
from facs.meaning.listener import Sign
from facs.meaning.profile import Profile
from facs.network.weights import load_model
from tests.adapting.builders import footage, light_model, lights
from tests.adapting.test_adapt import MOVES


@pytest.fixture
def filmed(tmp_path, monkeypatch):
    """Say what the film shows; the model is ``light-spatial.onnx``."""
    monkeypatch.chdir(tmp_path)
    model = light_model(tmp_path)

    def shows(logits):
        import facs.adapting.adapt as module

        monkeypatch.setattr(module, "film", lambda source, files, **_: footage(model, logits))

    return shows


def test_a_better_model_is_written_and_said_to_be_so(facs, filmed, tmp_path):
    filmed(lights(rest=1.0, moves=MOVES))
    status, said, _ = facs("adapt", "day.mp4", "-o", "child.onnx", "--model", "light.onnx")
    assert status == 0, said
    assert "rest (chosen)" in said and "units called at rest, pictures" in said
    assert "wrote child-spatial.onnx" in said
    assert load_model("child.onnx").spec.name == "child"
    status, said, _ = facs("models", "child.onnx")
    assert status == 0 and "Adapted to one person from light 0.1" in said


def test_where_nothing_is_better_the_old_model_stays(facs, filmed, tmp_path):
    filmed(lights(rest=-3.0, moves=MOVES, high=6.0))
    status, said, _ = facs("adapt", "day.mp4", "-o", "child.onnx", "--model", "light.onnx")
    assert status == 1
    kept = said.splitlines()[-1]
    assert kept == "kept light, nothing was written: rest: nothing became much better"
    assert not list(tmp_path.glob("child*"))


@pytest.mark.parametrize("there", ["child.onnx", "child-spatial.onnx", "child-temporal.onnx"])
def test_what_is_there_is_not_written_over(facs, filmed, tmp_path, there):
    (tmp_path / there).write_text("mine", encoding="utf-8")
    filmed(lights(rest=1.0, moves=MOVES))
    status, _, problem = facs("adapt", "day.mp4", "-o", "child.onnx")
    assert status == 2 and f"{there} is there already" in problem
    assert (tmp_path / there).read_text(encoding="utf-8") == "mine"


def test_a_folder_that_is_not_there_is_said_before_the_film_is_looked_at(facs, tmp_path):
    status, _, problem = facs("adapt", "no.mp4", "-o", tmp_path / "none" / "child.onnx")
    assert status == 2 and "no folder that can be written to" in problem


def test_a_film_that_is_not_there_and_a_way_that_is_not_known(facs, tmp_path):
    status, _, problem = facs("adapt", tmp_path / "no.mp4", "-o", tmp_path / "child.onnx")
    assert status == 2 and "no.mp4" in problem
    status, _, problem = facs("adapt", "a", "-o", tmp_path / "child.onnx", "--method", "magic")
    assert status == 2 and "'rest', 'consistency'" in problem


def test_a_profile_keeps_her_model_beside_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "her").mkdir()
    Profile(model="her/child.onnx").save("her/child.toml")
    text = (tmp_path / "her" / "child.toml").read_text(encoding="utf-8")
    assert 'model = "child.onnx"' in text
    assert Profile.load("her/child.toml").model == "her/child.onnx"
    (tmp_path / "plain.toml").write_text('version = 1\nmodel = "facs-x"\n', encoding="utf-8")
    assert Profile.load("plain.toml").model == "facs-x"


def test_live_scores_with_the_model_of_the_profile(facs, tmp_path):
    signs = (Sign(STOCK["long blink"], "yes"),)
    Profile(signs, model=str(tmp_path / "her.onnx")).save(tmp_path / "child.toml")
    status, _, problem = facs("live", "--profile", tmp_path / "child.toml", "--no-page")
    assert status == 2 and "wanted a model of" in problem and "her.onnx" in problem
