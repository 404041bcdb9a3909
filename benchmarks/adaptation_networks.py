"""Networks of the adaptation experiment: one extractor, one classifier, one discriminator.

The three parts of the document's figure 9. The document took VGGface for its extractor; this one
has 0.2 million parameters, so that six methods and five seeds fit on a processor.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import torch
from adaptation_render import CLASSES
from numpy.typing import NDArray
from torch import Tensor, nn

__all__ = [
    "FEATURES",
    "Network",
    "class_shares",
    "discriminator",
    "expecting",
    "reverse",
    "softened",
    "tensor",
]

FEATURES: Final = 128
CONTRAST_FLOOR: Final = 4.0
"""Grey levels; a picture of one grey stays one."""

SCORED_AT_ONCE: Final = 128


class Network(nn.Module):
    """Extractor and classifier: pictures (n, 1, 64, 64) of grey levels to scores (n, classes)."""

    def __init__(self, width: int = 16) -> None:
        super().__init__()
        self.extractor = nn.Sequential(
            *_layer(1, width, 5),  # 32
            *_layer(width, 2 * width, 3),  # 16
            *_layer(2 * width, 4 * width, 3),  # 8
            *_layer(4 * width, 4 * width, 3),  # 4
            nn.Flatten(),
            nn.Linear(4 * width * 16, FEATURES, bias=False),
            nn.BatchNorm1d(FEATURES),
            nn.ReLU(),
        )
        self.classifier = nn.Sequential(nn.Dropout(0.5), nn.Linear(FEATURES, len(CLASSES)))

    def features(self, pictures: Tensor) -> Tensor:
        """Features (n, FEATURES)."""
        features: Tensor = self.extractor(standardised(pictures))
        return features

    def forward(self, pictures: Tensor) -> Tensor:
        """Scores (n, classes)."""
        scores: Tensor = self.classifier(self.features(pictures))
        return scores

    @torch.no_grad()
    def probabilities(self, pictures: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Probabilities (n, classes) of pictures (n, 64, 64); the network is asked, not trained."""
        training = self.training
        self.eval()
        parts = [
            self(tensor(pictures[i : i + SCORED_AT_ONCE])).double().softmax(1).numpy()
            for i in range(0, len(pictures), SCORED_AT_ONCE)
        ]
        self.train(training)
        return np.concatenate(parts) if parts else np.zeros((0, len(CLASSES)))


def _layer(before: int, after: int, kernel: int) -> list[nn.Module]:
    """A convolution that halves the picture."""
    convolution = nn.Conv2d(before, after, kernel, 2, kernel // 2, bias=False)
    return [convolution, nn.BatchNorm2d(after), nn.ReLU()]


def discriminator() -> nn.Module:
    """From features (n, FEATURES) to a score (n,): above 0 they are of the source."""
    return nn.Sequential(
        nn.Linear(FEATURES, 64), nn.LeakyReLU(0.2), nn.Linear(64, 1), nn.Flatten(0)
    )


def class_shares(probabilities: NDArray[np.float64], rounds: int = 50) -> NDArray[np.float64]:
    """How often each class occurs (classes,), by probabilities (n, classes) of unlabelled pictures.

    Expectation maximisation (Saerens, Latinne and Decaestecker, "Adjusting the outputs of a
    classifier to new a priori probabilities", 2002), for a classifier that learned all classes
    equally often.
    """
    shares = np.full(probabilities.shape[1], 1 / probabilities.shape[1])
    for _ in range(rounds):
        weighted = probabilities * shares
        shares = (weighted / weighted.sum(1, keepdims=True)).mean(0)
    return shares


def softened(probabilities: NDArray[np.float64], by: float) -> NDArray[np.float64]:
    """Probabilities (n, classes) of the same scores, divided by a temperature."""
    rooted = probabilities ** (1 / by)
    return np.asarray(rooted / rooted.sum(1, keepdims=True))


@torch.no_grad()
def expecting(network: Network, shares: NDArray[np.float64], by: float) -> Network:
    """The same network, changed: scores divided by a temperature, classes expected that often."""
    last = network.classifier[-1]
    assert isinstance(last, nn.Linear)
    last.weight /= by
    last.bias /= by
    last.bias += torch.from_numpy(np.log(np.maximum(shares, 1e-6))).float()
    return network


def tensor(pictures: NDArray[np.uint8]) -> Tensor:
    """Pictures (n, S, S) as (n, 1, S, S) float32, grey levels."""
    return torch.from_numpy(np.ascontiguousarray(pictures)).float().unsqueeze(1)


def standardised(pictures: Tensor) -> Tensor:
    """Every picture with mean 0 and deviation 1: how bright it is is no expression."""
    mean = pictures.mean((1, 2, 3), keepdim=True)
    deviation = pictures.std((1, 2, 3), keepdim=True)
    return (pictures - mean) / deviation.clamp_min(CONTRAST_FLOOR)


class _Reversal(torch.autograd.Function):
    @staticmethod
    def forward(context: Any, features: Tensor, share: float) -> Tensor:
        context.share = share
        return features.view_as(features)

    @staticmethod
    def backward(context: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        return -context.share * gradients[0], None


def reverse(features: Tensor, share: float) -> Tensor:
    """The same features, whose gradient comes back with the other sign (Ganin et al., 2016)."""
    reversed_: Tensor = _Reversal.apply(features, share)
    return reversed_
