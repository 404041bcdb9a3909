from __future__ import annotations

import torch
from torch import nn

from facs.network.jaw import OneJaw, as_shipped
from facs.network.two_stream import SpatialStream, StreamConfig

COLUMNS = ("AU12_left", "AU12_right", "AU26", "AU27")


class First(nn.Module):
    """Scores that stand in the first row of a crop."""

    def forward(self, crop):
        return crop[:, 0, :4]


def scores(*values):
    crop = torch.zeros(1, 4, 4)
    crop[0, 0] = torch.tensor(values)
    return crop


def test_a_jaw_that_drops_is_au26():
    assert OneJaw(First(), COLUMNS)(scores(0.0, 0, 3, -5))[0, 2] == 3


def test_a_mouth_that_is_stretched_is_au27_and_not_au26():
    found = OneJaw(First(), COLUMNS)(scores(0.0, 0, 6, 5))[0]
    assert found[2] == -3 and found[3] == 5


def test_a_mouth_between_the_two_is_not_neither():
    found = OneJaw(First(), COLUMNS)(scores(0.0, 0, 6, 1))[0]
    assert found[2] > 0 and found[3] > 0


def test_other_units_are_left_alone():
    assert OneJaw(First(), COLUMNS)(scores(7.0, -7, 0, 9))[0, :2].tolist() == [7, -7]


def test_a_model_without_au27_keeps_its_au26():
    assert OneJaw(First(), COLUMNS[:3])(scores(0.0, 0, 6, 9)[:, :, :3])[0, 2] == 6


@torch.no_grad()
def test_what_is_shipped_swaps_its_sides_in_the_mirror():
    torch.manual_seed(0)
    stream = as_shipped(SpatialStream(StreamConfig(4, hidden=16)).eval(), COLUMNS)
    crop = torch.randint(0, 255, (1, 112, 112), dtype=torch.uint8)
    wanted = stream(crop)[0]
    torch.testing.assert_close(stream(crop.flip(-1))[0, [1, 0, 2, 3]], wanted, rtol=0, atol=1e-5)
