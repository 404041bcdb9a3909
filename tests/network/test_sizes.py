"""A face at two sizes: where its parts come to lie, and back."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from facs.network.sizes import AtTwoSizes, at_one_size, at_two_sizes

SIZE = 112


def blob(x: float, y: float, size: int = SIZE) -> np.ndarray:
    """A soft spot, brightest at a place in pixels."""
    rows, columns = np.mgrid[:size, :size] + 0.5
    return 255 * np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / (2 * (size / 22) ** 2))


def brightest(picture: np.ndarray) -> tuple[float, float]:
    """Centre of mass, x and y in pixels."""
    rows, columns = np.mgrid[: picture.shape[0], : picture.shape[1]] + 0.5
    return tuple(float((picture * axis).sum() / picture.sum()) for axis in (columns, rows))


def test_a_spot_comes_nearer_to_the_middle_and_then_further_from_it():
    crop = torch.from_numpy(blob(76, 46)[None].astype(np.uint8))
    smaller, larger = at_two_sizes(crop).numpy()
    middle = SIZE / 2
    for seen, scale in ((smaller, 112 / 120), (larger, 112 / 104)):
        wanted = (middle + 20 * scale, middle - 10 * scale)
        assert brightest(seen) == pytest.approx(wanted, abs=0.2)


def test_of_several_faces_the_smaller_ones_come_first():
    crops = torch.randint(0, 255, (3, SIZE, SIZE), dtype=torch.uint8)
    seen = at_two_sizes(crops)
    assert seen.shape == (6, SIZE, SIZE)
    torch.testing.assert_close(seen[[1, 4]], at_two_sizes(crops[1:2]))


def test_the_mirror_image_has_the_mirrored_sizes():
    crops = torch.randint(0, 255, (2, SIZE, SIZE), dtype=torch.uint8)
    turned = at_two_sizes(crops.flip(-1)).flip(-1)
    torch.testing.assert_close(turned, at_two_sizes(crops), rtol=0, atol=5e-3)  # of 255


def test_scores_are_the_mean_of_both_sizes():
    crops = torch.randint(0, 255, (2, SIZE, SIZE), dtype=torch.uint8)
    said = AtTwoSizes(torch.nn.Flatten())(crops)
    seen = at_two_sizes(crops).flatten(1)
    torch.testing.assert_close(said, (seen[:2] + seen[2:]) / 2)


@pytest.mark.parametrize("size", [112, 227])
def test_a_map_of_both_sizes_is_put_back_on_the_face(size):
    x, y = 0.65 * size, 0.4 * size
    crop = torch.from_numpy(blob(x, y, size)[None].astype(np.uint8))
    maps = at_two_sizes(crop).numpy()[:, None]
    assert brightest(at_one_size(maps)[0]) == pytest.approx((x, y), abs=0.3)


def test_what_only_the_smaller_face_sees_is_kept():
    maps = np.zeros((2, 1, SIZE, SIZE), np.float32)
    maps[0] = 1
    whole = at_one_size(maps)[0]
    assert whole[0, 0] == 1 and whole[56, 56] == pytest.approx(0.5)
