from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from facs.errors import InputError
from facs.evaluation.bootstrap import resample
from facs.training.real_faces import EMOTIONS, FaceSet
from facs.training.seen_units import GRADED, PARTS, Look, read_seen

TAUGHT = Path("docs/models/facs-16.seen.csv")
CHECKED = Path("docs/models/facs-16.check.csv")


def pictures(rows):
    from emotions import Pictures

    votes = np.full((len(rows), 8), 1 / 8, np.float32)
    faces = FaceSet(np.zeros(0, np.uint8), np.zeros(1, np.int64), np.array(rows), votes)
    return Pictures("fer2013", faces, np.array([str(row) for row in rows]))


def look(shown=(), slight=(), absent=()):
    return Look(frozenset(shown), frozenset(slight), frozenset(absent))


def test_what_is_not_on_the_list_is_left_out() -> None:
    from seen import listed
    from seen_measure import shown

    seen = {"fer2013:3": look([43]), "fer2013:5": look(absent=[26, 43])}
    kept = listed(pictures([3, 4, 5]), "fer2013", seen)
    assert kept.faces.rows.tolist() == [3, 5]
    known, truth = shown(list(seen), seen, 43)
    assert known.tolist() == [True, True] and truth.tolist() == [True, False]
    known, truth = shown(list(seen), seen, 26)
    assert known.tolist() == [False, True] and truth.tolist() == [False, False]


def test_a_picture_of_which_a_copy_teaches_is_left_out() -> None:
    from near_copies import FOUND
    from seen import listed

    line = FOUND.read_text(encoding="utf-8").splitlines()[1]
    archive, row = line.split(",")[0].split(":")
    seen = {f"{archive}:{row}": look([43])}
    assert not len(listed(pictures([int(row)]), archive, seen).faces.rows)


def test_of_two_looks_counts_what_both_say() -> None:
    from seen_measure import both_say

    first = {"a": look([1, 2], [4], [5, 6]), "b": look([9])}
    again = {"a": look([1, 5], [2, 4], [6])}
    both = both_say(first, again)
    assert [both["a"].says(unit) for unit in (1, 2, 4, 5, 6)] == [True, True, True, None, False]
    assert both["b"].says(9) is True


def test_agreement_is_of_pictures_of_which_both_looks_tell() -> None:
    from seen_measure import agreement

    first = {"a": look([1]), "b": look(absent=[1]), "c": look([1])}
    again = {"a": look([1]), "b": look(absent=[1]), "d": look([1])}
    assert agreement(first, again, 1) == "1.00 (2)"
    assert agreement(first, again, 2) == ""


def test_what_is_found_is_counted_where_few_of_the_others_score_higher() -> None:
    from seen_measure import found_at

    score = np.array([0.9, 0.5, 0.1, *np.linspace(0.2, 0.6, 21)])
    truth = np.array([True] * 3 + [False] * 21)
    assert found_at(score, truth, 0.05) == pytest.approx(1 / 3)


def test_no_picture_that_measures_has_taught() -> None:
    import seen
    import seen_disgust

    lists = [where for one in (seen, seen_disgust) for where in (one.LISTED, one.AGAIN)]
    measures = {picture for listed in lists for picture in read_seen(listed)}
    taught, checked = read_seen(TAUGHT).keys(), read_seen(CHECKED).keys()
    assert not measures & taught and not measures & checked and not checked & taught


def test_either_unit_of_a_rule_may_reach_its_own_threshold() -> None:
    from seen_measure import present

    units = {26: np.array([0.3, 0.1, np.nan]), 27: np.array([0.1, 0.6, np.nan])}
    assert present("26/27", units, {26: 0.2, 27: 0.5}).tolist() == [True, True, False]
    assert present("26", units, {26: 0.2, 27: 0.5}).tolist() == [True, False, False]


def scores(**units):
    from emotions import FaceScores

    return FaceScores("ours", {int(unit[2:]): np.array(values) for unit, values in units.items()})


def test_a_unit_is_measured_on_the_pictures_of_all_parts_that_tell_it() -> None:
    from seen_measure import FEWEST, Scored, measured

    n = FEWEST
    names = [f"a:{i}" for i in range(2 * n)], [f"b:{i}" for i in range(3)]
    person = np.array([f"p{i}" for i in range(2 * n)]), np.array(["q"] * 3)
    first = Scored(names[0], person[0], [scores(AU9=np.linspace(1, 0, 2 * n), AU12=[0] * 2 * n)])
    second = Scored(names[1], person[1], [scores(AU9=[0.9, 0.1, np.nan])])
    whole = Scored.joined([first, second])
    assert list(whole.systems[0].units) == [9]  # the second part has no 12
    seen = {name: look([9]) if i < n else look(absent=[9]) for i, name in enumerate(names[0])}
    seen |= {"b:0": look(), "b:1": look(absent=[9]), "b:2": look([9])}
    one = measured(9, whole, seen, resample(whole.person, 10), {"ours": {9: 0.5}})
    assert one.counts == (n + 1, n + 1)
    right = n * (n + 1)  # whose face was not found comes last
    assert one.curves["ours"][0] == pytest.approx(right / (n + 1) ** 2)
    assert one.f1["ours"] == pytest.approx(2 * n / (2 * n + 1))
    assert measured(12, whole, seen, resample(whole.person, 10), {}) is None


def test_listed_frames_are_sorted_by_their_clips() -> None:
    from seen_films import frames_of

    assert frames_of(["a.mp4@1.500", "b@c.mov@0.040", "a.mp4@2.000"]) == {
        "a.mp4": [1.5, 2.0], "b@c.mov": [0.04],
    }  # fmt: skip


def test_pictures_are_counted_by_what_they_are_seen_to_show() -> None:
    from seen_disgust import counted

    looks = look([9]), look(slight=[9]), look(absent=[9]), look(absent=[10])
    seen = {f"photographs:{row}": what for row, what in enumerate(looks)}
    assert counted(9, seen) == ["1", "1", "1", "1"]


def test_what_may_be_a_shape_at_rest_is_left_out_and_a_dropped_jaw_is_not() -> None:
    from seen import without_rest

    seen = {"fer2013:3": look([4, 26], absent=[9, 12]), "fer2013:4": look([4])}
    kept = without_rest(seen, {"fer2013:3"})
    assert [kept["fer2013:3"].says(unit) for unit in (4, 9, 26, 12)] == [None, None, True, False]
    assert kept["fer2013:4"].says(4)


def test_grades_that_repeat_and_shares_are_counted_by_what_a_picture_is_called() -> None:
    from seen_lists import repeated, shares, whole

    maybe = Look(frozenset(), frozenset(), frozenset(), frozenset({17}))
    first = {"a": look([17]), "b": maybe, "c": look(absent=[17]), "d": look([17])}
    second = {"a": look(slight=[17]), "b": look([17]), "c": look(absent=[17]), "e": look([17])}
    assert repeated(first, second, 17) == ["0.00 (1)", "1.00 (1)", "-", "1.00 (1)"]
    called = {"a": "sadness", "b": "sadness", "c": "neutral"}
    by_emotion = dict(zip(EMOTIONS, shares(first, called, 17), strict=True))
    assert (by_emotion["sadness"], by_emotion["neutral"]) == ("0.50 (2)", "0.00 (1)")
    assert by_emotion["fear"] == "-"
    assert all(not whole(first, part) for part in GRADED)


def test_a_whole_picture_tells_all_of_a_part_but_the_jaw_of_a_stretched_mouth() -> None:
    from seen_lists import whole

    asked = PARTS["open"]
    seen = {
        "shut": look(absent=asked),
        "wide": look([27], absent=set(asked) - {26, 27}),
        "half": look(absent=set(asked) - {12}),
        "no jaw": look(absent=set(asked) - {26}),
    }
    assert set(whole(seen, "open")) == {"shut", "wide"}


def test_two_models_of_one_name_are_refused_for_one_would_hide_the_other() -> None:
    from seen_measure import distinct_models

    with pytest.raises(InputError, match="different names, got facs-16, facs-16"):
        distinct_models([None, None], motion=False)
