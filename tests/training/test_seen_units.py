"""A list says which real pictures show a unit and which do not."""

from __future__ import annotations

import numpy as np
import pytest

from facs.errors import InputError
from facs.faces.landmarks import Landmarker
from facs.training.real_faces import third_of
from facs.training.real_targets import cut_of_real, real_crops
from facs.training.seen_units import read_seen, seen_targets
from tests.training.builders import write_photos

COLUMNS = ("AU12_left", "AU43_left", "AU43_right", "AU26", "AU27")


def write(path, *lines):
    path.write_text("\n".join(["picture,unit,shown", *lines]) + "\n", encoding="utf-8")
    return path


def test_listed_pictures_have_targets_for_both_lids_and_no_others(tmp_path):
    seen = read_seen(write(tmp_path / "seen.csv", "fer2013:3,AU43,yes", "fer2013:5,AU43,no"))
    targets = seen_targets(["fer2013:5", "fer2013:4", "fer2013:3"], seen, COLUMNS)
    assert (targets[0, 1:3] < 0.1).all() and (targets[2, 1:3] > 0.9).all()
    assert np.isnan(targets[1]).all() and np.isnan(targets[:, [0, 3, 4]]).all()


def test_a_jaw_that_has_dropped_may_be_a_stretched_mouth_and_one_that_has_not_is_none(tmp_path):
    lines = ("fer2013:3,AU26,yes", "fer2013:4,AU26,no", "fer2013:4,AU43,yes")
    seen = read_seen(write(tmp_path / "seen.csv", *lines))
    targets = seen_targets(["fer2013:3", "fer2013:4"], seen, COLUMNS)
    assert targets[0, 3] > 0.9 and np.isnan(targets[0, 4])
    assert (targets[1, 3:] < 0.1).all() and (targets[1, 1:3] > 0.9).all()


@pytest.mark.parametrize(
    "line",
    ["fer2013:3,AU43,half", "fer2013:3,AU12,yes", "fer2013:3,AU43"],
)
def test_a_line_that_says_something_else_is_refused_with_its_number(tmp_path, line):
    with pytest.raises(InputError, match="line 2: wanted a picture"):
        read_seen(write(tmp_path / "seen.csv", line))


def test_a_file_without_the_first_line_or_without_a_file_is_refused(tmp_path):
    (tmp_path / "seen.csv").write_text("fer2013:3,AU43,yes\n", encoding="utf-8")
    with pytest.raises(InputError, match="wanted a first line picture,unit,shown"):
        read_seen(tmp_path / "seen.csv")
    with pytest.raises(InputError, match="it says"):
        read_seen(tmp_path / "none.csv")


def test_what_is_seen_goes_before_what_is_likely_and_is_drawn_often(tmp_path, landmarks):
    photos = write_photos(tmp_path / "photos.npz")
    cut = cut_of_real(tmp_path / "cut.npz", None, photos, Landmarker(landmarks))
    picture = str(cut["pictures"][1])
    faces = real_crops(cut, COLUMNS, None, write(tmp_path / "seen.csv", f"{picture},AU43,yes"))
    assert faces.seen.tolist() == [name == picture for name in cut["pictures"]]
    assert (faces.weak[1, 1:3] > 0.9).all()


def test_people_who_are_held_out_are_not_among_those_who_teach(tmp_path, landmarks):
    photos = write_photos(tmp_path / "photos.npz")
    names = np.load(photos)["names"]
    cut = cut_of_real(tmp_path / "cut.npz", None, photos, Landmarker(landmarks))
    rows = [int(picture.split(":")[1]) for picture in cut["pictures"]]
    assert rows and all(third_of(str(names[row])) != 2 for row in rows)
