"""A convolution whose weights are not shared between places.

After Taigman, Yang, Ranzato and Wolf, "DeepFace" (2014): in an aligned face each place has
features of its own. Bocklisch et al. (2015, section 4) wished for it and could not afford it.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

__all__ = ["LocallyConnected"]


class LocallyConnected(nn.Module):
    """One kernel for each place of a square map; stride 1.

    Parameters
    ----------
    i, o : int
        Channels in and out.
    size : int
        Side of the kernels, odd; the map is padded so that it keeps its side.
    side : int
        Side of the map, in places.
    groups : int
        As in `torch.nn.Conv2d`.
    bias : bool
    """

    def __init__(
        self, i: int, o: int, size: int, *, side: int, groups: int = 1, bias: bool = True
    ) -> None:
        super().__init__()
        self.size, self.side, self.groups = size, side, groups
        fan_in = i // groups * size * size
        # three axes: what asks for channels_last leaves them as bmm wants them
        self.weight = nn.Parameter(torch.empty(side * side * groups, o // groups, fan_in))
        self.bias = nn.Parameter(torch.zeros(o, side, side)) if bias else None
        nn.init.uniform_(self.weight, -(fan_in**-0.5), fan_in**-0.5)  # as Conv2d begins

    @classmethod
    def untied(cls, shared: nn.Conv2d, side: int) -> LocallyConnected:
        """Give every place its own copy of a convolution's kernels: the same map, for now."""
        groups, o = shared.groups, shared.out_channels
        bias = shared.bias is not None
        size = shared.kernel_size[0]
        local = cls(shared.in_channels, o, size, side=side, groups=groups, bias=bias)
        with torch.no_grad():
            kernels = shared.weight.reshape(groups, o // groups, -1)
            local.weight.copy_(kernels.repeat(side * side, 1, 1))
            if local.bias is not None and shared.bias is not None:
                local.bias.copy_(shared.bias[:, None, None])
        return local

    def forward(self, x: Tensor) -> Tensor:
        """Map (B, i, side, side) to (B, o, side, side)."""
        n, places = len(x), self.side * self.side
        patches = functional.unfold(x, self.size, padding=self.size // 2)  # (B, i * k * k, places)
        patches = patches.reshape(n, self.groups, -1, places).permute(3, 1, 2, 0)
        y = self.weight @ patches.flatten(0, 1)  # (places * g, o / g, B)
        y = y.reshape(places, -1, n).permute(2, 1, 0).reshape(n, -1, self.side, self.side)
        return y if self.bias is None else y + self.bias
