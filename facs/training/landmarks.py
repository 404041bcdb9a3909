"""Training of the landmark network: rendered faces with known points, real faces with taught ones.

Stage one learns from rendered faces alone. Stage two adds real pictures, whose points
are the mean of stage one's answers over several jittered looks (a noisy student:
Xie et al., 2020); looks that disagree are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from facs.canonical import align, warp
from facs.faces.landmarks import INPUT_MARGIN, INPUT_SIZE, box_matrix
from facs.training.augment import cover, jitter, mirror_points, spoil
from facs.training.landmark_network import LandmarkNetwork

__all__ = ["LandmarkBatch", "LandmarkSource", "batch_maker", "landmark_loss", "teach"]

Gray = NDArray[np.uint8]


@dataclass(frozen=True)
class LandmarkSource:
    """Grey pictures with landmarks (n, 68, 2) in their own pixels."""

    picture: Callable[[int], Gray]
    landmarks: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.landmarks)


@dataclass(frozen=True)
class LandmarkBatch:
    """Pictures (B, 96, 96); points (B, 68, 2) in widths from the centre; flags (B,)."""

    picture: Tensor
    points: Tensor
    face: Tensor
    covered: Tensor


Sample = tuple[Gray, NDArray[np.float32], float, float]
NOWHERE = np.zeros((68, 2), np.float32)


def face_sample(rng: np.random.Generator, source: LandmarkSource, other: Gray) -> Sample:
    """One face in a jittered, spoilt and sometimes covered crop."""
    i = int(rng.integers(len(source)))
    landmarks = source.landmarks[i]
    loose = rng.random() < 0.4  # as from a detector's box, not from the last frame
    move = jitter(
        rng, INPUT_SIZE, 0.055 if loose else 0.02, 0.14 if loose else 0.05, 12 if loose else 5
    )
    matrix = (move @ np.vstack([align(landmarks, INPUT_SIZE, INPUT_MARGIN), [0, 0, 1]]))[:2]
    crop = warp(source.picture(i), matrix, INPUT_SIZE)
    points = (landmarks @ matrix[:, :2].T + matrix[:, 2]) / INPUT_SIZE - 0.5
    share = 0.0
    if rng.random() < 0.35:
        crop, hidden = cover(rng, crop, other)
        at = np.clip((points + 0.5) * INPUT_SIZE, 0, INPUT_SIZE - 1).astype(int)
        share = float(hidden[at[17:, 1], at[17:, 0]].mean())
    if rng.random() < 0.5:
        crop, points = np.ascontiguousarray(crop[:, ::-1]), mirror_points(points.astype(np.float32))
    return spoil(rng, crop), points.astype(np.float32), 1.0, share


def nothing_sample(
    rng: np.random.Generator, source: LandmarkSource, scenes: Sequence[Gray]
) -> Sample:
    """A crop that is no face: a scene, a face badly missed, noise, letters."""
    kind = rng.random()
    if kind < 0.45:
        crop = _piece(rng, scenes[int(rng.integers(len(scenes)))])
    elif kind < 0.8:
        crop = _missed(rng, source)
    else:
        crop = _drawn(rng)
    if rng.random() < 0.5:
        crop = np.ascontiguousarray(crop[:, ::-1])
    return spoil(rng, crop), NOWHERE, 0.0, 0.0


def _piece(rng: np.random.Generator, scene: Gray) -> Gray:
    side = int(rng.integers(16, min(scene.shape) + 1))
    y = int(rng.integers(scene.shape[0] - side + 1))
    x = int(rng.integers(scene.shape[1] - side + 1))
    piece = scene[y : y + side, x : x + side]
    return np.asarray(cv2.resize(piece, (INPUT_SIZE, INPUT_SIZE)), np.uint8)


def _missed(rng: np.random.Generator, source: LandmarkSource) -> Gray:
    """A crop that slid off its face, or looks at a part of it, or stands on its head."""
    i = int(rng.integers(len(source)))
    matrix = align(source.landmarks[i], INPUT_SIZE, INPUT_MARGIN)
    turn = rng.uniform(0, 2 * np.pi)
    kind = rng.random()
    if kind < 0.5:
        matrix[:, 2] += INPUT_SIZE * rng.uniform(0.5, 0.9) * np.array([np.cos(turn), np.sin(turn)])
    elif kind < 0.8:
        about = np.array([rng.uniform(0.2, 0.8), rng.uniform(0.2, 0.8)]) * INPUT_SIZE
        grow = rng.uniform(2.5, 5)
        matrix = matrix * grow
        matrix[:, 2] -= about * (grow - 1)
    else:
        half = np.array([[-1, 0, INPUT_SIZE], [0, -1, INPUT_SIZE], [0, 0, 1.0]])
        matrix = (half @ np.vstack([matrix, [0, 0, 1]]))[:2]
    return warp(source.picture(i), matrix, INPUT_SIZE)


def _drawn(rng: np.random.Generator) -> Gray:
    ground = np.full((INPUT_SIZE, INPUT_SIZE), rng.integers(0, 256), np.uint8)
    if rng.random() < 0.3:
        return rng.integers(0, 256, ground.shape, dtype=np.uint8)
    for _ in range(int(rng.integers(0, 12))):
        ink, a = int(rng.integers(0, 256)), rng.integers(0, INPUT_SIZE, 2).tolist()
        kind = rng.random()
        if kind < 0.3:
            word = "".join(chr(c) for c in rng.integers(65, 123, 3))
            cv2.putText(
                ground, word, a, 0, float(rng.uniform(0.4, 2)), ink, int(rng.integers(1, 6))
            )
        elif kind < 0.6:
            cv2.circle(ground, a, int(rng.integers(2, 40)), ink, int(rng.choice([-1, 2])))
        else:
            b = rng.integers(0, INPUT_SIZE, 2).tolist()
            cv2.line(ground, a, b, ink, int(rng.integers(1, 14)))
    return ground


def batch_maker(
    rendered: LandmarkSource,
    real: LandmarkSource | None,
    scenes: Sequence[Gray],
    size: int,
) -> Callable[[np.random.Generator], LandmarkBatch]:
    """A function that makes batches: four fifths faces (half real, if given), one nothing."""

    def make(rng: np.random.Generator) -> LandmarkBatch:
        samples = []
        for k in range(size):
            other = scenes[int(rng.integers(len(scenes)))]
            source = real if real is not None and k % 5 >= 3 else rendered
            if k % 5 == 0:
                samples.append(nothing_sample(rng, real if real and k % 2 else rendered, scenes))
            else:
                samples.append(face_sample(rng, source, other))
        pictures, points, face, covered = zip(*samples, strict=True)
        return LandmarkBatch(
            torch.from_numpy(np.stack(pictures)),
            torch.from_numpy(np.stack(points)),
            torch.tensor(face),
            torch.tensor(covered),
        )

    return make


def landmark_loss(network: nn.Module, batch: LandmarkBatch) -> Tensor:
    """L1 on points of true faces in hundredths of the width, plus both flags."""
    device = next(network.parameters()).device
    with torch.autocast(device.type, torch.bfloat16):
        points, face, covered = network(batch.picture.to(device))
    is_face = batch.face.to(device)
    error = (points.float() - batch.points.to(device)).abs().mean((1, 2)) * 100
    where = (error * is_face).sum() / is_face.sum().clamp_min(1)
    sure = functional.binary_cross_entropy_with_logits(face.float(), is_face)
    hidden = functional.binary_cross_entropy_with_logits(
        covered.float(), batch.covered.to(device), reduction="none"
    )
    loss: Tensor = where + sure + (hidden * is_face).mean()
    return loss


@torch.no_grad()
def teach(
    network: LandmarkNetwork, picture: Gray, rng: np.random.Generator, looks: int = 6
) -> tuple[NDArray[np.float32], float, float]:
    """Points of a real face from several jittered looks; their disagreement; the mean face logit.

    The picture is taken as filled by the face, as the sets of `facs.training.real_faces` are.
    """
    h, w = picture.shape
    matrix = box_matrix(np.array([0.1 * w, 0.12 * h, 0.9 * w, 0.92 * h]))
    for _ in range(2):
        points, _ = _look(network, picture, [matrix])
        matrix = align(points[0], INPUT_SIZE, INPUT_MARGIN)
    around = np.vstack([matrix, [0, 0, 1]])
    moves = [jitter(rng, INPUT_SIZE, 0.04, 0.08, 6) @ around for _ in range(looks)]
    points, logits = _look(network, picture, [m[:2] for m in moves])
    width = max(float(np.ptp(points[..., 0].mean(0))), 1e-6)
    return points.mean(0), float(points.std(0).mean()) / width, float(logits.mean())


def _look(
    network: LandmarkNetwork, picture: Gray, matrices: list[NDArray[np.float64]]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    crops = torch.from_numpy(np.stack([warp(picture, m, INPUT_SIZE) for m in matrices]))
    points, face, _ = network(crops)
    pixels = (points.numpy().astype(np.float64) + 0.5) * INPUT_SIZE
    back = [
        (p - m[:, 2]) @ np.linalg.inv(m[:, :2]).T for p, m in zip(pixels, matrices, strict=True)
    ]
    return np.asarray(back, np.float32), face.numpy()
