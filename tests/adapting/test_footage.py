"""What is kept of a film says the same as the analysis does."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import facs
from facs.adapting.footage import _chosen, film
from facs.errors import InputError
from facs.network.weights import files_of, spec_of
from tests.builders import make_person

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "synthetic_face.mp4"


def test_scores_that_were_kept_are_those_of_the_analysis():
    files = files_of()
    kept = film(EXAMPLE, files, stop=1.0)
    person = facs.analyze(EXAMPLE, stop=1.0).people[0]
    assert kept.person == person
    again = kept.scored(spec_of(files))
    for name in ("probability", "intensities", "left", "right_intensity"):
        np.testing.assert_allclose(getattr(again, name), getattr(person, name), atol=1e-6)
    assert (again.streams == person.streams).all() and 2 in again.streams
    assert len(kept.crops) == person.seen.sum()


def seen_for(*frames, n=100):
    """People who are seen in so many frames each."""
    people = []
    for track, count in enumerate(frames):
        scores = np.full((n, 3), np.nan)
        scores[:count] = 0.2
        people.append(make_person(scores, track=track))
    return SimpleNamespace(people=tuple(people), source="day.mp4")


def test_two_people_need_a_word_about_who_is_meant():
    with pytest.raises(InputError, match="saw 0 and 1; say who is meant"):
        _chosen(seen_for(100, 40), None)
    assert _chosen(seen_for(100, 40), 1).track == 1
    with pytest.raises(InputError, match="wanted person 7, there is 0, 1"):
        _chosen(seen_for(100, 40), 7)


def test_somebody_who_passes_by_is_left_out():
    assert _chosen(seen_for(5, 100), None).track == 1


def test_nobody_is_an_error_here():
    with pytest.raises(InputError, match="nobody was seen"):
        _chosen(seen_for(), None)
