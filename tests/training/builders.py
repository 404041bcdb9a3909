"""Miniature data sets of drawn faces, in the forms that training reads."""

from __future__ import annotations

import cv2
import numpy as np

from facs.synthesis.shards import Shard, write_shard
from facs.training.real_faces import EMOTIONS
from tests.faces.builders import landmarks_at, texture

COLUMNS = ("AU9", "AU12_left", "AU12_right")


def drawn_face(rng, size=120):
    """A grey picture with a face of discs and lines, and its landmarks (68, 2)."""
    image = np.full((size, size), int(rng.integers(20, 90)), np.uint8)
    side = float(rng.uniform(0.7, 0.9)) * size
    points = landmarks_at(*rng.uniform(0, size - side, 2), side)
    jaw = points[:17].astype(int)
    brows = points[17:27].astype(int)
    cv2.fillPoly(image, [np.concatenate([jaw, brows[::-1]])], 190)
    for corner in (slice(36, 42), slice(42, 48), slice(48, 60)):
        cv2.fillPoly(image, [points[corner].astype(int)], 40)
    return image, points


def jpegs(pictures):
    """Pictures as one array of JPEG bytes, and where each begins."""
    files = [cv2.imencode(".jpg", p)[1].reshape(-1) for p in pictures]
    return np.concatenate(files), np.cumsum([0, *map(len, files)])


def write_fer(path, n=12):
    """FER2013 with FER+ votes: emotion ``i % 8``, split ``i % 3``, the last with too few votes."""
    data, offsets = jpegs([texture(48, seed=i) for i in range(n)])
    votes = np.zeros((n, 10), np.uint8)
    votes[np.arange(n), np.arange(n) % 8] = 9
    votes[:, 8] = 1  # "unknown" is no emotion
    votes[-1] = 0
    votes[-1, 0] = 3
    usage = (np.arange(n) % 3).astype(np.uint8)
    np.savez(path, jpeg=data, offsets=offsets, ferplus_votes=votes, usage=usage)
    return path


def write_seen(path, *lines):
    """A list of what is seen in pictures, as `read_seen` reads it."""
    path.write_text("\n".join(["picture,looked,shown,slight,unsure", *lines]) + "\n")
    return path


def labels(n=6):
    """Labels (n, 3) of `COLUMNS`: absent, unsure or there."""
    return np.random.default_rng(0).choice(np.float32([0, 0.4, 1]), (n, 3))


def write_photos(path, people=9, each=3):
    """Photographs of some people, several of each."""
    names = [f"Person_{p:02d}_{k:04d}.jpg" for p in range(people) for k in range(each)]
    data, offsets = jpegs([texture(48, seed=i) for i in range(len(names))])
    emotion = np.array([EMOTIONS[i % 8] for i in range(len(names))])
    np.savez(path, jpeg=data, offsets=offsets, names=np.array(names), emotion=emotion)
    return path


def write_faces(folder, stills=24, clips=2, frames=14, seed=0, step=1):
    """A shard of drawn faces: stills of as many people, then clips of others.

    People are numbered 0, step, 2 * step, ..., of each seed from another number on: those of
    multiples of 16 calibrate.
    """
    rng = np.random.default_rng(seed)
    n = stills + clips * frames
    drawn = [drawn_face(rng) for _ in range(stills)]
    for _ in range(clips):
        image, points = drawn_face(rng)
        for k in range(frames):
            drawn.append((np.roll(image, k // 4, axis=1), points + np.float32((k // 4, 0))))
    pictures, points = zip(*drawn, strict=True)
    data, offsets = jpegs(pictures)
    clip = np.r_[np.full(stills, -1), np.repeat(np.arange(clips), frames)]
    subject = np.r_[np.arange(stills), np.repeat(stills + np.arange(clips), frames)]
    folder.mkdir(parents=True, exist_ok=True)
    write_shard(
        folder / "faces_00000.npz",
        Shard(
            jpeg=data,
            offsets=offsets.astype(np.int64),
            labels=rng.choice(np.float32([0, 0, 0.3, 0.6, 1]), (n, len(COLUMNS))),
            columns=COLUMNS,
            landmarks=np.stack(points).astype(np.float32),
            pose=np.zeros((n, 3), np.float32),
            subject=(seed * 10_000_000 + subject * step).astype(np.int64),
            clip=clip.astype(np.int64),
            time=np.r_[np.zeros(stills), np.tile(np.arange(frames) / 30, clips)],
            age=np.full(n, "young"),
            sex=np.full(n, "female"),
            tone=np.full(n, "asian"),
        ),
    )
    return folder
