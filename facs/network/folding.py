"""Normalisations folded into the convolutions before them: the same numbers, less arithmetic."""

from __future__ import annotations

from itertools import pairwise
from typing import TypeVar

from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

__all__ = ["fold_norms"]

Network = TypeVar("Network", bound=nn.Module)


def fold_norms(network: Network) -> Network:
    """Fold each batch normalisation into the convolution before it, in place.

    The exporter would do it after rounding, and the file would no longer agree with torch.
    """
    network.eval()
    for part in network.modules():
        if not isinstance(part, nn.Sequential):
            continue
        for i, (layer, norm) in enumerate(pairwise(part)):
            if isinstance(layer, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d):
                part[i] = fuse_conv_bn_eval(layer, norm)
                part[i + 1] = nn.Identity()
    return network
