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

DIM_SHARE: Final = 0.1
SHAKEN_SHARE: Final = 0.07
"""Shares of pictures that are taken in too little light, and with a moving camera or head."""

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
    """What one camera does to light: exposure, colours, sharpness, noise, compression.

    `detail` is the side of its own frames in sides of the picture, `shake` the way of
    the face while the shutter is open, in hundredths of the side.
    """

    brightness: float
    white: tuple[float, float, float]
    contrast: float
    saturation: float
    blur: float
    detail: float
    noise: float
    quality: int
    sharpening: float = 0.0
    shake: tuple[float, float] = (0.0, 0.0)


def draw_camera(rng: Generator) -> Camera:
    """Draw a camera, from good to poor; poor webcams and phones are a quarter of them.

    `brightness` is where the face's mean lies in linear light; most cameras expose
    for the face, some cannot: it is dark, and what they show is noise.
    """
    warmth = rng.normal(0, 0.06)
    poor, dim = rng.random() < 0.25, rng.random() < DIM_SHARE
    noise = float(rng.choice((0.005, 0.012, 0.025)))
    angle, way = rng.uniform(0, np.pi), rng.uniform(1, 4.5) if rng.random() < SHAKEN_SHARE else 0.0
    return Camera(
        brightness=float(rng.uniform(0.12, 0.45) if dim else np.exp(rng.normal(0.0, 0.3))),
        white=(1 + warmth, 1.0, 1 - warmth),
        contrast=float(rng.uniform(0.85, 1.4)),
        saturation=float(rng.uniform(0.7, 1.1)),
        blur=max(0.0, float(rng.normal(0.3, 0.4))),
        detail=float(rng.uniform(0.33, 0.8)) if poor else 1.0,
        noise=noise * float(rng.uniform(1.5, 3)) if dim else noise,
        quality=int(rng.integers(35, 85) if poor else rng.integers(55, 96)),
        sharpening=float(rng.uniform(0.4, 1.8)) if rng.random() < (0.5 if poor else 0.1) else 0.0,
        shake=(float(way * np.cos(angle)), float(way * np.sin(angle))),
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
    picture = _through_lens(picture, camera)
    noise = rng.standard_normal(picture.shape, dtype=np.float32)
    if camera.detail < 1:  # the noise is as coarse as the frame
        noise = _coarser(noise, camera.detail) * np.float32(0.5 + 0.5 / camera.detail)
    level = np.sqrt(np.clip(grey, 0, 255) / 255)[..., None] * 0.6 + 0.4
    picture = picture + noise * (np.float32(255 * camera.noise) * level)
    if camera.sharpening > 0:
        soft = cv2.GaussianBlur(picture, (0, 0), 1.3 * size / 160 / camera.detail**0.5)
        picture = picture + np.float32(camera.sharpening) * (picture - soft)
    return np.asarray(np.clip(picture + np.float32(0.5), 0, 255), np.uint8)


def _through_lens(picture: Floats, camera: Camera) -> Floats:
    """Blur by focus, by motion, and by a frame of fewer pixels."""
    import cv2

    size = len(picture)
    if camera.blur > 0.15:
        soft = cv2.GaussianBlur(picture, (0, 0), camera.blur * size / 160)
        picture = np.asarray(soft, np.float32)
    if any(camera.shake):
        kernel = _line(np.array(camera.shake) * size / 100)
        smeared = cv2.filter2D(picture, -1, kernel, borderType=cv2.BORDER_REPLICATE)
        picture = np.asarray(smeared, np.float32)
    return _coarser(picture, camera.detail) if camera.detail < 1 else picture


def _coarser(picture: Floats, detail: float) -> Floats:
    import cv2

    size = len(picture)
    small = max(24, int(size * detail))
    coarse = cv2.resize(picture, (small, small), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(coarse, (size, size), interpolation=cv2.INTER_LINEAR), np.float32)


def _line(way: npt.NDArray[np.float64]) -> Floats:
    """Kernel that smears along a way in pixels."""
    import cv2

    half = int(np.ceil(np.abs(way).max() / 2)) + 1
    kernel = np.zeros((2 * half + 1, 2 * half + 1), np.float32)
    ends = np.round((np.array([-way, way]) / 2 + half) * 16).astype(int)
    start, stop = (tuple(int(v) for v in end) for end in ends)
    cv2.line(kernel, start, stop, 1.0, 1, cv2.LINE_AA, 4)
    return kernel / max(float(kernel.sum()), 1e-6)
