"""A bidirectional conditional GAN for faces with an emotion.

Jaiswal, AbdAlmageed, Wu and Natarajan, "Bidirectional conditional generative adversarial
networks" (2018): a generator makes a face of noise and a class, an encoder finds noise and class
of a face, and a discriminator judges the triple. Layers are chosen here, so that generator and
discriminator have about the 2,405,209 and 1,659,621 parameters that Kumar names.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from fer_data import CLASSES
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

__all__ = ["NOISE", "BiCoGan", "Losses", "made"]

NOISE: Final = 100
LATENT: Final = NOISE + len(CLASSES)
FACTOR_WEIGHT: Final = 1.0
"""Of the encoder's own loss on the classes of real faces (the extrinsic factor loss)."""


def _up(i: int, o: int) -> list[nn.Module]:
    return [
        nn.ConvTranspose2d(i, o, 4, 2, 1, bias=False), nn.BatchNorm2d(o), nn.ReLU(inplace=True)
    ]  # fmt: skip


def _down(i: int, o: int, *, norm: bool) -> list[nn.Module]:
    layers: list[nn.Module] = [nn.Conv2d(i, o, 4, 2, 1)]
    if norm:
        layers.append(nn.BatchNorm2d(o))
    return [*layers, nn.LeakyReLU(0.2, inplace=True)]


class Generator(nn.Module):
    """Noise and class to a face in [-1, 1]."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(LATENT, 320 * 6 * 6, bias=False),
            nn.Unflatten(1, (320, 6, 6)),
            nn.BatchNorm2d(320),
            nn.ReLU(inplace=True),
            *_up(320, 176),
            *_up(176, 80),
            *_up(80, 32),
            nn.Conv2d(32, 1, 3, padding=1),
            nn.Tanh(),
        )

    def forward(self, noise: Tensor, classes: Tensor) -> Tensor:
        """Map noise (B, 100) and one-hot classes (B, 7) to faces (B, 1, 48, 48)."""
        faces: Tensor = self.layers(torch.cat([noise, classes], 1))
        return faces


class Encoder(nn.Module):
    """A face to noise and scores of classes."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            *_down(1, 32, norm=False),
            *_down(32, 64, norm=True),
            *_down(64, 128, norm=True),
            nn.Flatten(),
            nn.Linear(128 * 6 * 6, LATENT),
        )

    def forward(self, faces: Tensor) -> tuple[Tensor, Tensor]:
        """Map faces (B, 1, 48, 48) to noise (B, 100) and scores (B, 7)."""
        latent = self.layers(faces)
        return latent[:, :NOISE], latent[:, NOISE:]


class Discriminator(nn.Module):
    """A face, noise and a class to one score: do they belong together as real ones do."""

    def __init__(self) -> None:
        super().__init__()
        self.faces = nn.Sequential(
            *_down(1, 64, norm=False),
            *_down(64, 128, norm=False),
            *_down(128, 256, norm=False),
            nn.Flatten(),
            nn.Dropout(0.3),
        )
        self.joint = nn.Sequential(
            nn.Linear(256 * 6 * 6 + LATENT, 107), nn.LeakyReLU(0.2, inplace=True), nn.Linear(107, 1)
        )

    def forward(self, faces: Tensor, noise: Tensor, classes: Tensor) -> Tensor:
        """Map the triple to scores (B,)."""
        score: Tensor = self.joint(torch.cat([self.faces(faces), noise, classes], 1))
        return score.squeeze(1)


@dataclass(frozen=True)
class Losses:
    """Of one step: discriminator; generator and encoder; the encoder on classes of real faces."""

    discriminator: float
    generator: float
    factor: float


class BiCoGan(nn.Module):
    """The three, and the two optimisers that they learn by (Adam, 2e-4, as usual for GANs)."""

    def __init__(self) -> None:
        super().__init__()
        self.generator, self.encoder = Generator(), Encoder()
        self.discriminator = Discriminator()
        makers = [*self.generator.parameters(), *self.encoder.parameters()]
        options = {"lr": 2e-4, "betas": (0.5, 0.999)}
        self.optimisers = {
            "makers": torch.optim.Adam(makers, **options),  # type: ignore[arg-type]
            "judge": torch.optim.Adam(self.discriminator.parameters(), **options),  # type: ignore[arg-type]
        }

    def step(self, faces: Tensor, labels: Tensor, generator: torch.Generator) -> Losses:
        """One step of the judge and one of the makers, on faces (B, 1, 48, 48) in [-1, 1]."""
        noise = torch.randn(len(faces), NOISE, generator=generator).to(faces.device)
        classes = F.one_hot(labels, len(CLASSES)).float()
        found, scores = self.encoder(faces)
        fakes = self.generator(noise, classes)
        real = (faces, found, scores.softmax(1))
        fake = (fakes, noise, classes)
        judge = self._judged([x.detach() for x in real], 1) + self._judged(
            [x.detach() for x in fake], 0
        )
        self._update("judge", judge)
        fooled = self._judged(real, 0) + self._judged(fake, 1)
        factor = F.cross_entropy(scores, labels)
        self._update("makers", fooled + FACTOR_WEIGHT * factor)
        return Losses(float(judge.detach()), float(fooled.detach()), float(factor.detach()))

    def _judged(self, triple: list[Tensor] | tuple[Tensor, ...], truth: int) -> Tensor:
        scores = self.discriminator(*triple)
        return F.binary_cross_entropy_with_logits(scores, torch.full_like(scores, truth))

    def _update(self, name: str, loss: Tensor) -> None:
        for optimiser in self.optimisers.values():
            optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        self.optimisers[name].step()


@torch.no_grad()
def made(gan: BiCoGan, labels: NDArray[np.int64], seed: int) -> NDArray[np.uint8]:
    """A face (48, 48) for each label."""
    gan.eval()
    device = next(gan.parameters()).device
    random = torch.Generator().manual_seed(seed)
    parts = []
    for start in range(0, len(labels), 256):
        part = torch.from_numpy(labels[start : start + 256])
        noise = torch.randn(len(part), NOISE, generator=random).to(device)
        classes = F.one_hot(part, len(CLASSES)).float().to(device)
        faces = gan.generator(noise, classes).squeeze(1)
        parts.append(((faces + 1) * 127.5).round().to(torch.uint8).cpu().numpy())
    return np.concatenate(parts)
