from __future__ import annotations

import numpy as np

from facs.training.unit_data import WIDE
from tests.faces.builders import texture


def crops(*seeds):
    return np.stack([texture(WIDE, seed=seed) for seed in seeds])


def test_a_picture_that_was_made_darker_and_flatter_is_found_again() -> None:
    from near_copies import ALIKE, nearest, small

    others = crops(1, 2, 3)
    copy = (others[1:2] * 0.6 + 20).astype(np.uint8)
    which, alike = nearest(small(np.concatenate([copy, crops(9)])), small(others))
    assert which[0] == 1 and alike[0] > 0.99 and alike[1] < ALIKE


def test_a_flat_picture_is_like_nothing() -> None:
    from near_copies import nearest, small

    flat = np.full((1, WIDE, WIDE), 90, np.uint8)
    assert nearest(small(flat), small(crops(1)))[1][0] == 0


def test_only_listed_pictures_of_that_archive_are_copies(tmp_path) -> None:
    from near_copies import copied

    listed = tmp_path / "copies.csv"
    listed.write_text("picture,copy,correlation\nfer2013:3,fer2013:9,0.950\n")
    assert copied("fer2013", np.array([3, 9]), listed).tolist() == [True, False]
    assert not copied("other", np.array([3]), listed).any()
