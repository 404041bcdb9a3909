"""The camera: where it points, and what it makes of the light."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from facs.errors import InputError
from facs.synthesis.assets import Floats

Generator = np.random.Generator

PIVOT: Final = np.array([0, -2, 0], np.float32)
"""The head turns about this point, in centimetres."""

_LUMA: Final = np.array([0.299, 0.587, 0.114], np.float32)
_DISPLAY: Final = (255 * np.linspace(0, 1, 4096) ** (1 / 2.2)).astype(np.float32)


@dataclass(frozen=True)
class Window:
    """The part of the world that the picture shows.

    `x`, `y` are its centre and `width` its side on a plane at distance 1 from
    the camera, which stands at (0, 0, `distance`) and looks along -z.
    """

    x: float
    y: float
    width: float
    distance: float

    def __post_init__(self) -> None:
        if not self.width > 0:
            raise InputError(f"width: wanted a number > 0, got {self.width}")

    @classmethod
    def around(
        cls, points: Floats, distance: float, share: float, offset: tuple[float, float]
    ) -> Window:
        """Frame `points` (n, 3) so that their larger extent covers `share` of the side.

        `offset` moves the centre, in sides.
        """
        flat = _flat(points, distance)
        low, high = flat.min(0), flat.max(0)
        width = float((high - low).max()) / share
        x, y = (low + high) / 2 + np.array(offset) * width
        return cls(float(x), float(y), width, distance)

    def project(self, points: Floats, size: int) -> Floats:
        """Pixel x, pixel y and distance of world points (n, 3), in a picture of `size`."""
        flat = (_flat(points, self.distance) - (self.x, self.y)) / self.width * size + size / 2
        return np.concatenate([flat, self.distance - points[:, 2:]], 1).astype(np.float32)

    def moved(self, dx: float, dy: float) -> Window:
        """Return the window moved by a share of its side."""
        return replace(self, x=self.x + dx * self.width, y=self.y + dy * self.width)


def _flat(points: Floats, distance: float) -> Floats:
    return points[:, :2] * np.array([1, -1], np.float32) / (distance - points[:, 2:])


@dataclass(frozen=True)
class Camera:
    """What one camera does to light: exposure, colours, sharpness, noise, compression."""

    brightness: float
    white: tuple[float, float, float]
    contrast: float
    saturation: float
    blur: float
    detail: float
    noise: float
    quality: int


def draw_camera(rng: Generator) -> Camera:
    """Draw a camera, from good to poor.

    `brightness` is where the face's mean lies in linear light; most cameras expose
    for the face.
    """
    warmth = rng.normal(0, 0.06)
    return Camera(
        brightness=float(np.exp(rng.normal(0.0, 0.3))),
        white=(1 + warmth, 1.0, 1 - warmth),
        contrast=float(rng.uniform(0.85, 1.15)),
        saturation=float(rng.uniform(0.7, 1.1)),
        blur=max(0.0, float(rng.normal(0.3, 0.4))),
        detail=float(rng.uniform(0.45, 0.9)) if rng.random() < 0.3 else 1.0,
        noise=float(rng.choice((0.005, 0.012, 0.025))),
        quality=int(rng.integers(60, 96)),
    )


def face_luma(light: Floats, face: npt.NDArray[np.bool_]) -> float:
    """Mean linear luma of the pixels of the face."""
    pixels = np.count_nonzero(face)
    return float(((light @ _LUMA) * face).sum() / pixels) if pixels else 0.2


def exposure_for(luma: float, brightness: float) -> float:
    """Gain that brings a face into a plausible range without making all skins equal.

    Two thirds of the way (in stops) to a middle grey, then the camera's own error.
    """
    wanted = 0.23 * (max(luma, 1e-3) / 0.23) ** 0.35
    return float(np.clip(wanted / max(luma, 1e-3) * brightness, 0.2, 12.0))


def develop(
    light: Floats, size: int, gain: float, camera: Camera, rng: Generator
) -> npt.NDArray[np.uint8]:
    """Turn linear light (n, n, 3) into an RGB picture (size, size, 3) uint8."""
    import cv2

    picture = cv2.resize(light, (size, size), interpolation=cv2.INTER_AREA)
    picture = picture * (np.array(camera.white, np.float32) * np.float32(gain))
    picture = picture / (1 + np.float32(0.25) * picture)
    picture = _DISPLAY[(np.clip(picture, 0, 1) * 4095).astype(np.int32)]
    picture = (picture - 115) * np.float32(camera.contrast) + 115
    grey = picture @ _LUMA
    picture = grey[..., None] + (picture - grey[..., None]) * np.float32(camera.saturation)
    if camera.blur > 0.15:
        picture = cv2.GaussianBlur(picture, (0, 0), camera.blur * size / 160)
    if camera.detail < 1:
        small = max(24, int(size * camera.detail))
        picture = cv2.resize(picture, (small, small), interpolation=cv2.INTER_AREA)
        picture = cv2.resize(picture, (size, size), interpolation=cv2.INTER_LINEAR)
    noise = rng.standard_normal(picture.shape, dtype=np.float32)
    level = np.sqrt(np.clip(grey, 0, 255) / 255)[..., None] * 0.6 + 0.4
    picture = picture + noise * (np.float32(255 * camera.noise) * level)
    return np.asarray(np.clip(picture + np.float32(0.5), 0, 255), np.uint8)
