"""GoogLeNet and MobileNetV2, in torchvision's layout of names so that its weight files load.

Szegedy et al., "Going deeper with convolutions" (2015), with batch normalisation and, as
torchvision has it, 3 x 3 in place of 5 x 5; Sandler et al., "MobileNetV2: inverted residuals and
linear bottlenecks" (2018). Both halve pictures five times: those of 48 pixels are enlarged first.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

__all__ = ["GoogLeNet", "MobileNetV2"]


def _enlarged(x: Tensor) -> Tensor:
    """Pictures of twice the size, about [-1, 1]."""
    return F.interpolate(x * 2 - 1, scale_factor=2, mode="bilinear", align_corners=False)


class BasicConv2d(nn.Module):
    """Convolution, normalisation, ReLU."""

    def __init__(self, i: int, o: int, size: int = 1, **options: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(i, o, size, bias=False, **options)
        self.bn = nn.BatchNorm2d(o, eps=0.001)

    def forward(self, x: Tensor) -> Tensor:
        """Map (B, i, S, S) to (B, o, S', S')."""
        return F.relu(self.bn(self.conv(x)), inplace=True)


class Inception(nn.Module):
    """Four ways through one layer, side by side."""

    def __init__(self, i: int, one: int, three: tuple[int, int], five: tuple[int, int], pool: int):
        super().__init__()
        self.branch1 = BasicConv2d(i, one)
        self.branch2 = nn.Sequential(BasicConv2d(i, three[0]), BasicConv2d(*three, 3, padding=1))
        self.branch3 = nn.Sequential(BasicConv2d(i, five[0]), BasicConv2d(*five, 3, padding=1))
        self.branch4 = nn.Sequential(nn.MaxPool2d(3, 1, 1), BasicConv2d(i, pool))

    def forward(self, x: Tensor) -> Tensor:
        """Map (B, i, S, S) to the four results, (B, sum, S, S)."""
        return torch.cat([self.branch1(x), self.branch2(x), self.branch3(x), self.branch4(x)], 1)


def _pool(size: int = 3) -> nn.MaxPool2d:
    return nn.MaxPool2d(size, 2, ceil_mode=True)


class GoogLeNet(nn.Module):
    """Nine inceptions; one input channel; without the two auxiliary classifiers."""

    def __init__(self, columns: int) -> None:
        super().__init__()
        self.conv1 = BasicConv2d(1, 64, 7, stride=2, padding=3)
        self.maxpool1 = _pool()
        self.conv2 = BasicConv2d(64, 64)
        self.conv3 = BasicConv2d(64, 192, 3, padding=1)
        self.maxpool2 = _pool()
        self.inception3a = Inception(192, 64, (96, 128), (16, 32), 32)
        self.inception3b = Inception(256, 128, (128, 192), (32, 96), 64)
        self.maxpool3 = _pool()
        self.inception4a = Inception(480, 192, (96, 208), (16, 48), 64)
        self.inception4b = Inception(512, 160, (112, 224), (24, 64), 64)
        self.inception4c = Inception(512, 128, (128, 256), (24, 64), 64)
        self.inception4d = Inception(512, 112, (144, 288), (32, 64), 64)
        self.inception4e = Inception(528, 256, (160, 320), (32, 128), 128)
        self.maxpool4 = _pool(2)
        self.inception5a = Inception(832, 256, (160, 320), (32, 128), 128)
        self.inception5b = Inception(832, 384, (192, 384), (48, 128), 128)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.dropout = nn.Dropout(0.2)
        self.fc = nn.Linear(1024, columns)

    def forward(self, x: Tensor) -> Tensor:
        """Map pictures (B, 1, 48, 48) to scores (B, columns)."""
        x = _enlarged(x)  # (B, 1, 96, 96); modules run in the order in which they were made
        for name, part in self.named_children():
            x = part(torch.flatten(x, 1) if name == "fc" else x)
        return x


def _conv_bn(i: int, o: int, size: int, stride: int = 1, groups: int = 1) -> nn.Sequential:
    conv = nn.Conv2d(i, o, size, stride, size // 2, groups=groups, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(o), nn.ReLU6(inplace=True))


class InvertedResidual(nn.Module):
    """Wide in the middle, narrow at both ends, with a way around where the ends match."""

    def __init__(self, i: int, o: int, stride: int, expand: int) -> None:
        super().__init__()
        wide = i * expand
        layers: list[nn.Module] = [] if expand == 1 else [_conv_bn(i, wide, 1)]
        layers += [
            _conv_bn(wide, wide, 3, stride, groups=wide),
            nn.Conv2d(wide, o, 1, bias=False),
            nn.BatchNorm2d(o),
        ]
        self.conv = nn.Sequential(*layers)
        self.around = (i, stride) == (o, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Map (B, i, S, S) to (B, o, S / stride, S / stride)."""
        y: Tensor = self.conv(x)
        return x + y if self.around else y


STAGES = (
    (1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2),
    (6, 320, 1, 1),
)  # fmt: skip
"""Expansion, channels, blocks and stride of every stage: table 2 of the paper."""


class MobileNetV2(nn.Module):
    """Trunk of the paper; dense layers of 128 and 64, which make Kumar's 2,396,551 parameters."""

    def __init__(self, columns: int) -> None:
        super().__init__()
        layers: list[nn.Module] = [_conv_bn(3, 32, 3, 2)]
        before = 32
        for expand, channels, blocks, stride in STAGES:
            for k in range(blocks):
                step = stride if k == 0 else 1
                layers.append(InvertedResidual(before, channels, step, expand))
                before = channels
        self.features = nn.Sequential(*layers, _conv_bn(before, 1280, 1))
        self.classifier = nn.Sequential(
            nn.Dropout(0.2),
            nn.Linear(1280, 128),
            nn.ReLU(inplace=True),
            nn.Linear(128, 64),
            nn.ReLU(inplace=True),
            nn.Linear(64, columns),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Map pictures (B, 1, 48, 48) to scores (B, columns); grey stands for all three colours."""
        x = self.features(_enlarged(x).expand(-1, 3, -1, -1))
        scores: Tensor = self.classifier(x.mean((2, 3)))
        return scores
