"""The landmark network: a small residual trunk, three outputs."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from facs.canonical import canonical
from facs.faces.landmarks import INPUT_MARGIN, INPUT_SIZE

__all__ = ["LandmarkNetwork"]


def normalised(i: int, o: int, size: int, stride: int = 1) -> nn.Sequential:
    """Convolution and batch normalisation, picture size kept but for the stride."""
    conv = nn.Conv2d(i, o, size, stride, size // 2, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(o))


class Residual(nn.Module):
    """Halve the picture, then one residual block (He et al., 2015)."""

    def __init__(self, i: int, o: int) -> None:
        super().__init__()
        self.down = normalised(i, o, 3, 2)
        self.a, self.b = normalised(o, o, 3), normalised(o, o, 3)

    def forward(self, x: Tensor) -> Tensor:
        """Map (B, i, S, S) to (B, o, S / 2, S / 2)."""
        x = functional.relu(self.down(x))
        return functional.relu(x + self.b(functional.relu(self.a(x))))


class LandmarkNetwork(nn.Module):
    """68 points, face or not, covered part; from grey crops (B, 96, 96) uint8."""

    mean: Tensor

    def __init__(self, width: int = 16) -> None:
        super().__init__()
        w = width
        self.trunk = nn.Sequential(
            normalised(1, w, 5, 2),
            nn.ReLU(inplace=True),
            Residual(w, 2 * w),  # (B, 32, 24, 24)
            Residual(2 * w, 4 * w),  # (B, 64, 12, 12)
            Residual(4 * w, 8 * w),  # (B, 128, 6, 6)
            normalised(8 * w, 4 * w, 1),
            nn.ReLU(inplace=True),
            nn.Flatten(),
        )
        self.dense = nn.Sequential(nn.Linear(4 * w * 36, 256), nn.ReLU(inplace=True))
        self.points = nn.Linear(256, 136)
        self.flags = nn.Linear(256, 2)
        nn.init.normal_(self.points.weight, std=1e-3)
        nn.init.zeros_(self.points.bias)
        mean = canonical(INPUT_SIZE, INPUT_MARGIN) / INPUT_SIZE - 0.5
        self.register_buffer("mean", torch.tensor(mean, dtype=torch.float32), persistent=False)

    def forward(self, picture: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Points (B, 68, 2) in picture widths from the centre; logits (B,) of face and covered."""
        x = picture.to(torch.float32)
        mean = x.mean((1, 2), keepdim=True)
        spread = ((x - mean) ** 2).mean((1, 2), keepdim=True).sqrt()
        h = self.dense(self.trunk(((x - mean) / (spread + 4.0)).unsqueeze(1)))
        points = self.points(h).reshape(-1, 68, 2) + self.mean
        flags = self.flags(h)
        return points, flags[:, 0], flags[:, 1]
