"""Faces that a test can place, and stand-ins for the detector and the landmark network."""

from __future__ import annotations

import numpy as np

from facs.canonical import canonical
from facs.faces.face import Face
from facs.faces.landmarks import Located

MEAN = canonical(1)
"""Landmarks (68, 2) of the mean face in a crop of side 1."""


def landmarks_at(x, y, size):
    """Landmarks of a straight face whose canonical crop begins at x, y and is `size` wide."""
    return (MEAN * size + (x, y)).astype(np.float32)


def face_at(x, y, size, track=0, reason=""):
    points = landmarks_at(x, y, size)
    box = (*points.min(0).tolist(), *points.max(0).tolist())
    return Face(track, box, points, (0.0, 0.0, 0.0), 0.9, 0.0 if reason else 0.8, reason)


def texture(size, seed=0, grain=8):
    """Smooth random grey levels (size, size) from 90 to 240."""
    import cv2

    rng = np.random.default_rng(seed)
    coarse = rng.uniform(0, 1, (size // grain + 2, size // grain + 2)).astype(np.float32)
    fine = cv2.resize(coarse, (size, size), interpolation=cv2.INTER_CUBIC)
    return (90 + 150 * np.clip(fine, 0, 1)).astype(np.uint8)


class Stage:
    """People at known places (x, y, size) of a picture, seen without error.

    Keeps the sides of the pictures that the detector looked at.
    """

    def __init__(self, side=400, **people):
        self.people = people
        self.side = side
        self.sides = []
        self.scores = {}
        self.covered = {}

    @property
    def looks(self):
        return len(self.sides)

    def detect(self, gray):
        self.sides.append(gray.shape[0])
        places = sorted(self.people.values(), key=lambda p: -p[2])
        boxes = np.array([(x, y, x + s, y + s) for x, y, s in places], np.float32).reshape(-1, 4)
        return boxes * np.float32(gray.shape[0] / self.side)

    def from_box(self, gray, box):
        return self._nearest(np.array([(box[0] + box[2]) / 2, (box[1] + box[3]) / 2]), None)

    def follow(self, gray, before):
        return [self._nearest(points.mean(0), points) for points in before]

    def _nearest(self, centre, before):
        def distance(name):
            return float(np.hypot(*(landmarks_at(*self.people[name]).mean(0) - centre)))

        name = min(self.people, key=distance, default=None)
        if name is None or distance(name) > self.people[name][2]:
            return Located(before, 0.0, 0.0)
        points = landmarks_at(*self.people[name])
        return Located(points, self.scores.get(name, 0.95), self.covered.get(name, 0.0))


def paste_face(image, x, y, size, seed=0):
    """Paint a textured square, which `find_blobs` takes for a face, into an RGB picture."""
    image[y : y + size, x : x + size] = texture(size, seed)[:, :, None]
    return image


def scene(*places, shape=(180, 240), seed=0):
    """A dark RGB picture with textured squares at (x, y, size)."""
    image = np.full((*shape, 3), 10, np.uint8)
    for k, place in enumerate(places):
        paste_face(image, *place, seed=seed + k)
    return image


def find_blobs(gray):
    """Boxes (n, 4) of the bright squares of a picture, largest first."""
    import cv2

    count, _, stats, _ = cv2.connectedComponentsWithStats((gray > 50).astype(np.uint8))
    boxes = [(x, y, x + w, y + h) for x, y, w, h, area in stats[1:count].tolist() if area > 900]
    boxes.sort(key=lambda b: (b[0] - b[2]) * (b[3] - b[1]))
    return np.array(boxes, np.float32).reshape(-1, 4)


class BlobLandmarker:
    """Lays the mean face into the bright square that is nearest."""

    def from_box(self, gray, box):
        return self._in_blob(gray, np.array([(box[0] + box[2]) / 2, (box[1] + box[3]) / 2]), None)

    def follow(self, gray, before):
        return [self._in_blob(gray, points.mean(0), points) for points in before]

    def _in_blob(self, gray, centre, before):
        for x0, y0, x1, y1 in find_blobs(gray).tolist():
            if x0 <= centre[0] <= x1 and y0 <= centre[1] <= y1:
                return Located(landmarks_at(x0, y0, x1 - x0), 0.95, 0.0)
        return Located(before, 0.0, 0.0)


def blob_tracker(**options):
    from facs.faces.track import FaceTracker, TrackOptions

    return FaceTracker(TrackOptions(**options), find_blobs, BlobLandmarker())
