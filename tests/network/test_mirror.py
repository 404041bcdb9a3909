from __future__ import annotations

import pytest
import torch
from torch import nn

from facs.errors import InputError
from facs.network.mirror import Mirrored, mirrored_flows

COLUMNS = ("AU9", "AU12_left", "AU12_right")


class LeftAndRight(nn.Module):
    """Scores that read three fixed places of a picture, none of them symmetric."""

    def forward(self, x):
        flat = x.to(torch.float32).reshape(len(x), -1)
        return torch.stack([flat[:, 0], flat[:, 3], flat[:, 5]], 1)


def test_a_mirrored_face_swaps_the_sides_and_nothing_else():
    crops = torch.randint(0, 255, (5, 8, 8), dtype=torch.uint8)
    stream = Mirrored(LeftAndRight(), COLUMNS)
    ours, mirrored = stream(crops), stream(crops.flip(-1))
    torch.testing.assert_close(ours, mirrored[:, [0, 2, 1]])
    assert not torch.equal(ours[:, 1], ours[:, 2])


def test_mirrored_flow_runs_the_other_way():
    flows = torch.zeros(1, 4, 2, 3)
    flows[0, 0, 0, 0] = 1.5  # to the right, at the left edge
    flows[0, 1, 1, 2] = 2.5  # downwards, at the right edge
    turned = mirrored_flows(flows)
    assert float(turned[0, 0, 0, 2]) == -1.5
    assert float(turned[0, 1, 1, 0]) == 2.5
    torch.testing.assert_close(mirrored_flows(turned), flows)


def test_flow_stacks_swap_the_sides_too():
    flows = torch.randn(3, 4, 8, 8)
    stream = Mirrored(LeftAndRight(), COLUMNS)
    torch.testing.assert_close(stream(flows), stream(mirrored_flows(flows))[:, [0, 2, 1]])


def test_what_is_neither_crop_nor_flow_is_refused():
    with pytest.raises(InputError, match="wanted crops"):
        Mirrored(LeftAndRight(), COLUMNS)(torch.zeros(8, 8))
