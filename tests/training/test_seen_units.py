"""A list says what is seen in real pictures, what is not, and what could not be told."""

from __future__ import annotations

import numpy as np
import pytest

from facs.errors import InputError
from facs.faces.landmarks import Landmarker
from facs.network.spec import columns_of
from facs.training.real_faces import third_of
from facs.training.real_targets import SHARP, cut_of_real, real_crops
from facs.training.seen_units import PARTS, read_seen, seen_targets
from facs.training.weak_labels import POSSIBLE
from facs.units import ActionUnit
from tests.training.builders import write_photos, write_seen

COLUMNS = ("AU12_left", "AU43_left", "AU43_right", "AU26", "AU27")


def targets_of(path, *lines, pictures=("fer2013:3", "fer2013:4")):
    return seen_targets(pictures, read_seen(write_seen(path / "seen.csv", *lines)), COLUMNS)


def test_listed_pictures_have_targets_for_both_lids_and_no_others(tmp_path):
    lines = ("fer2013:3,43,43,,", "fer2013:5,43,,,")
    pictures = ("fer2013:5", "fer2013:4", "fer2013:3")
    targets = targets_of(tmp_path, *lines, pictures=pictures)
    assert (targets[0, 1:3] < 0.1).all() and (targets[2, 1:3] > 0.9).all()
    assert np.isnan(targets[1]).all() and np.isnan(targets[:, [0, 3, 4]]).all()


def test_a_jaw_that_has_not_dropped_is_no_stretched_mouth_and_one_that_has_may_be(tmp_path):
    targets = targets_of(tmp_path, "fer2013:3,26,26,,", "fer2013:4,26 43,43,,")
    assert targets[0, 3] > 0.9 and np.isnan(targets[0, 4])
    assert (targets[1, 3:] < 0.1).all() and (targets[1, 1:3] > 0.9).all()


def test_a_stretched_mouth_is_a_dropped_jaw_though_the_list_names_only_the_first(tmp_path):
    targets = targets_of(tmp_path, "fer2013:3,lower,25 27,,")
    assert (targets[0, 3:] > 0.9).all() and targets[0, 0] < 0.1


def test_what_is_slight_is_likely_and_what_could_not_be_told_is_unknown(tmp_path):
    targets = targets_of(tmp_path, "fer2013:3,12 43,,12,43")
    assert 0.5 < targets[0, 0] < 0.9 and np.isnan(targets[0, 1:]).all()


def test_a_jaw_that_may_have_dropped_says_nothing_of_a_stretched_mouth(tmp_path):
    seen = read_seen(write_seen(tmp_path / "seen.csv", "fer2013:3,open,,,26", "fer2013:4,open,,,"))
    targets = seen_targets(tuple(seen), seen, ("AU26", "AU27"))
    assert targets[0, 0] > targets[0, 1] == targets[1, 1]


@pytest.mark.parametrize(
    ("part", "binary", "unit"), [("shut", "lower", 17), ("eyes", "upper", 4), ("open", "lower", 10)]
)
def test_a_graded_part_that_may_show_a_unit_teaches_a_little(tmp_path, part, binary, unit):
    listed = write_seen(tmp_path / "seen.csv", f"a:3,{part},,,{unit}", f"a:4,{binary},,,{unit}")
    seen = read_seen(listed)
    assert seen["a:3"].says(unit) is None
    other = next(iter(set(PARTS[part]) - {unit}))
    names = [min(columns_of((ActionUnit(u),))) for u in (unit, other)]
    targets = seen_targets(tuple(seen), seen, tuple(names))
    assert targets[0, 1] < targets[0, 0] < POSSIBLE and np.isnan(targets[1, 0])


def test_a_part_of_the_face_stands_for_all_units_that_were_looked_for_there(tmp_path):
    look = read_seen(write_seen(tmp_path / "seen.csv", "fer2013:3,upper 12,1 4,,7"))["fer2013:3"]
    assert look.absent == {*PARTS["upper"], 12} - {1, 4, 7}
    assert [look.says(unit) for unit in (1, 2, 7, 12, 17)] == [True, False, None, False, None]


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("fer2013:3,43,43", "5 columns"),
        ("fer2013:3,brow,,,", "units by number, or one of upper, lower, shut, eyes, open, face"),
        ("fer2013:3,43,99,,", "units by number"),
        ("fer2013:3,43,12,,", "only units that were looked for"),
        ("fer2013:3,43,43,43,", "each unit once"),
    ],
)
def test_a_line_that_says_something_else_is_refused_with_its_number(tmp_path, line, wanted):
    with pytest.raises(InputError, match=f"line 2: wanted {wanted}"):
        read_seen(write_seen(tmp_path / "seen.csv", line))


def test_a_picture_has_one_line(tmp_path):
    with pytest.raises(InputError, match="line 3: wanted one line for fer2013:3, got two"):
        read_seen(write_seen(tmp_path / "seen.csv", "fer2013:3,43,,,", "fer2013:3,12,,,"))


def test_a_file_without_the_first_line_or_without_a_file_is_refused(tmp_path):
    (tmp_path / "seen.csv").write_text("fer2013:3,43,,,\n", encoding="utf-8")
    with pytest.raises(InputError, match="wanted a first line picture,looked,shown"):
        read_seen(tmp_path / "seen.csv")
    with pytest.raises(InputError, match="it says"):
        read_seen(tmp_path / "none.csv")


def test_what_is_seen_goes_before_what_is_likely_and_is_drawn_often(tmp_path, landmarks):
    photos = write_photos(tmp_path / "photos.npz")
    cut = cut_of_real(tmp_path / "cut.npz", None, photos, Landmarker(landmarks))
    picture = str(cut["pictures"][1])
    faces = real_crops(cut, COLUMNS, None, write_seen(tmp_path / "seen.csv", f"{picture},43,43,,"))
    assert faces.often.tolist() == [SHARP * (name == picture) for name in cut["pictures"]]
    assert (faces.weak[1, 1:3] > 0.9).all()
    small = {**cut, "pictures": np.char.replace(cut["pictures"], "facial_expressions", "fer2013")}
    name = str(small["pictures"][1])
    faces = real_crops(small, COLUMNS, None, write_seen(tmp_path / "small.csv", f"{name},43,43,,"))
    assert faces.often.tolist() == [int(k == 1) for k in range(len(faces.often))]


def test_people_who_are_held_out_are_not_among_those_who_teach(tmp_path, landmarks):
    photos = write_photos(tmp_path / "photos.npz")
    names = np.load(photos)["names"]
    cut = cut_of_real(tmp_path / "cut.npz", None, photos, Landmarker(landmarks))
    rows = [int(picture.split(":")[1]) for picture in cut["pictures"]]
    assert rows and all(third_of(str(names[row])) != 2 for row in rows)
