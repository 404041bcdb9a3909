"""Locally connected layers against shared convolutions and a slow loop."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from facs.network.local import LocallyConnected


def maps(n=3, channels=4, side=5):
    return torch.randn(n, channels, side, side, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("groups", [1, 2])
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("size", [1, 3, 5])
def test_untied_it_is_the_shared_convolution(groups, bias, size):
    shared = nn.Conv2d(4, 6, size, padding=size // 2, groups=groups, bias=bias)
    local = LocallyConnected.untied(shared, side=5)
    torch.testing.assert_close(local(maps()), shared(maps()), atol=1e-5, rtol=1e-5)


def test_each_place_has_the_kernel_of_its_own():
    local = LocallyConnected(4, 6, 3, side=5, groups=2)
    x = maps()
    padded = nn.functional.pad(x, (1, 1, 1, 1))
    with torch.no_grad():
        y = local(x)
        for row, column in ((0, 0), (2, 3), (4, 4)):
            for k in range(6):
                group, within = divmod(k, 3)
                patch = padded[:, 2 * group : 2 * group + 2, row : row + 3, column : column + 3]
                kernel = local.weight[2 * (row * 5 + column) + group, within].view(2, 3, 3)
                slow = (patch * kernel).sum((1, 2, 3)) + local.bias[k, row, column]
                torch.testing.assert_close(y[:, k, row, column], slow, atol=1e-5, rtol=1e-5)


def test_what_one_place_learns_the_others_do_not():
    local = LocallyConnected(4, 6, 3, side=5)
    local(maps())[:, :, 2, 2].sum().backward()
    moved = local.weight.grad.abs().sum((1, 2)) > 0
    assert moved.nonzero().flatten().tolist() == [12]
