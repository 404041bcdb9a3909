"""What networks say of faces that they never met moves what a list says of them."""

from __future__ import annotations

import numpy as np
import pytest

from facs.errors import InputError
from facs.training.opinions import CHECKPOINT, UNSEEN, read_unseen, with_opinions, without

COLUMNS = ("AU7_left", "AU12_left")
PICTURES = np.array([f"fer2013:{row}" for row in range(6)])


@pytest.fixture
def judged(tmp_path, monkeypatch):
    """Targets of six faces after runs judged those that they left out; scores are the crops."""

    def scores(checkpoint, crops, columns):
        return np.repeat(crops[:, None].astype(np.float32), len(columns), axis=1)

    monkeypatch.setattr("facs.training.opinions.scores_of", scores)

    def judge(targets, crops, *left_out):
        runs = []
        for number, rows in enumerate(left_out):
            runs.append(tmp_path / f"run{number}")
            runs[-1].mkdir()
            (runs[-1] / CHECKPOINT).touch()
            (runs[-1] / UNSEEN).write_text("\n".join(PICTURES[rows]))
        cut = {"pictures": PICTURES, "crops": np.array(crops)}
        return with_opinions(np.float32(targets), cut, COLUMNS, runs)

    return judge


def test_a_face_that_shows_more_than_others_of_its_grade_is_moved_up_and_one_that_shows_less_down(
    judged,
):
    alike = np.full((6, 2), 0.5)
    moved = judged(alike, [-3, 0, 3, 0, 0, 0], [0, 1, 2], [3, 4, 5])
    assert moved[0, 1] < 0.15 and moved[2, 1] > 0.85
    np.testing.assert_allclose(moved[[1, 3, 4, 5]], 0.5, atol=1e-6)
    np.testing.assert_array_equal(moved[:, 0], moved[:, 1])  # lids that tighten, too


def test_faces_are_compared_with_those_that_the_same_run_left_out(judged):
    moved = judged(np.full((6, 2), 0.5), [-3, 0, 3, 7, 10, 13], [0, 1, 2], [3, 4, 5])
    np.testing.assert_allclose(moved[:3], moved[3:], atol=1e-6)


def test_what_nobody_looked_for_stays_unknown_and_whom_no_run_left_out_stays_as_seen(judged):
    targets = [[np.nan, 0.5]] * 3 + [[0.06, 0.9]] * 3
    moved = judged(targets, [-3, 0, 3, -9, 0, 9], [0, 1, 2])
    assert np.isnan(moved[:3, 0]).all()
    np.testing.assert_array_equal(moved[3:], np.float32(targets)[3:])


def test_without_runs_nothing_moves(judged):
    targets = np.random.default_rng(0).uniform(0.1, 0.9, (6, 2))
    np.testing.assert_array_equal(judged(targets, np.zeros(6)), np.float32(targets))


def test_a_picture_that_two_runs_left_out_is_refused(judged):
    with pytest.raises(InputError, match=r"left out by one run .* got fer2013:2 twice"):
        judged(np.full((6, 2), 0.5), np.zeros(6), [1, 2], [2, 3])


def test_a_folder_without_a_checkpoint_is_refused(tmp_path):
    (tmp_path / UNSEEN).write_text("fer2013:1\n")
    cut = {"pictures": PICTURES, "crops": np.zeros(6)}
    with pytest.raises(InputError, match=r"wanted a run with spatial\.pt"):
        with_opinions(np.full((6, 2), 0.5, np.float32), cut, COLUMNS, [tmp_path])


@pytest.mark.parametrize("text", ["", "fer2013:1\nfer2013\n", "fer2013:1,12\n"])
def test_a_list_that_names_no_pictures_is_refused(tmp_path, text):
    (tmp_path / "names.txt").write_text(text)
    with pytest.raises(InputError, match="wanted names like fer2013:1234"):
        read_unseen(tmp_path / "names.txt")


def test_a_list_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(InputError, match="wanted a list of pictures"):
        read_unseen(tmp_path / "names.txt")


def test_pictures_that_a_run_shall_not_meet_are_left_out_of_all_that_is_cut():
    cut = {"pictures": PICTURES, "crops": np.arange(6), "votes": np.arange(12).reshape(6, 2)}
    met = without(cut, PICTURES[[0, 5]])
    assert met["pictures"].tolist() == PICTURES[1:5].tolist()
    np.testing.assert_array_equal(met["crops"], [1, 2, 3, 4])
    np.testing.assert_array_equal(met["votes"], np.arange(2, 10).reshape(4, 2))
