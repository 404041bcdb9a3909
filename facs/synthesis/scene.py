"""Where a picture is taken: light from all around, one lamp, a background, a head's pose."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from facs.synthesis.assets import Assets, Floats

Generator = np.random.Generator

_COSINE_LOBE: Final = np.array([1.0] + [2 / 3] * 3 + [0.25] * 5)
"""Share of each band of harmonics that a matte surface sees."""


@dataclass(frozen=True)
class Scene:
    """Light and background; linear RGB, directions in the camera's frame.

    `harmonics` (9, 3) is the light from all around, `lamp` (3,) the unit vector
    to the lamp, `distance` the camera's from the head in centimetres; the
    `background` is as sharp as the lens leaves it.
    """

    harmonics: Floats
    lamp: Floats
    lamp_colour: Floats
    background: Floats
    distance: float


@dataclass(frozen=True)
class Pose:
    """Where the head looks, in degrees, and where it is, in centimetres.

    yaw > 0: the subject turns to her own left; pitch > 0: she looks up;
    roll > 0: the head tilts to her own right shoulder.
    """

    yaw: float
    pitch: float
    roll: float
    x: float = 0.0
    y: float = 0.0

    def rotation(self) -> Floats:
        """Rotation matrix (3, 3): first the yaw, then the pitch, then the roll.

        Examples
        --------
        >>> nose = np.array([0, 0, 1])
        >>> bool((Pose(30, 0, 0).rotation() @ nose)[0] > 0)  # x is the subject's left
        True
        """
        y, p, r = np.radians([self.yaw, -self.pitch, self.roll])
        cy, sy, cp, sp, cr, sr = np.cos(y), np.sin(y), np.cos(p), np.sin(p), np.cos(r), np.sin(r)
        about_y = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
        about_x = np.array([[1, 0, 0], [0, cp, -sp], [0, sp, cp]])
        about_z = np.array([[cr, -sr, 0], [sr, cr, 0], [0, 0, 1]])
        return np.asarray(about_z @ about_x @ about_y, np.float32)


TILTED_SHARE: Final = 0.08
"""Share of pictures whose head may lie at any angle: lying people, cameras at a bedside."""
HARSH_SHARE: Final = 0.12
"""Share of scenes with one strong lamp and little else."""


def draw_pose(rng: Generator) -> Pose:
    """Mostly towards the camera, sometimes clearly turned away; some lie or are filmed askew."""
    spread = 12 if rng.random() < 0.7 else 28
    tilted = rng.random() < TILTED_SHARE
    return Pose(
        yaw=float(np.clip(rng.normal(0, spread), -50, 50)),
        pitch=float(np.clip(rng.normal(0, 9), -30, 30)),
        roll=float(rng.uniform(-180, 180) if tilted else np.clip(rng.normal(0, 8), -30, 30)),
    )


def harmonics(panorama: Floats, turn: float) -> Floats:
    """Nine spherical harmonics of the light of a panorama, (9, 3).

    Parameters
    ----------
    panorama : ndarray, shape (h, w, 3)
        Equirectangular, linear light.
    turn : float, in [0, 1]
        Share of a full turn about the vertical.
    """
    import cv2

    small = cv2.resize(panorama, (64, 32), interpolation=cv2.INTER_AREA)
    small = np.roll(small, int(turn * 64), 1)
    small = np.minimum(small, np.percentile(small, 99) * 3)  # the sun alone would blind us
    polar = ((np.arange(32) + 0.5) / 32 * np.pi)[:, None]
    around = ((np.arange(64) + 0.5) / 64 * 2 * np.pi - np.pi)[None]
    x, y, z = np.sin(polar) * np.sin(around), np.cos(polar), np.sin(polar) * np.cos(around)
    y = np.broadcast_to(y, x.shape)
    basis = np.stack(
        [
            np.full_like(x, 0.282095),
            0.488603 * y,
            0.488603 * z,
            0.488603 * x,
            1.092548 * x * y,
            1.092548 * y * z,
            0.315392 * (3 * z * z - 1),
            1.092548 * x * z,
            0.546274 * (x * x - y * y),
        ]
    )
    area = np.sin(polar) * (np.pi / 32) * (2 * np.pi / 64)
    return np.asarray(
        np.einsum("khw,hwc->kc", basis * area, small) * _COSINE_LOBE[:, None], np.float32
    )


def turned(scene: Scene, degrees: float) -> Scene:
    """The scene as a camera sees it that is turned by `degrees`, as `Pose.roll` counts them.

    A head with that roll stands upright in the turned scene.
    """
    import cv2

    a = np.radians(degrees)
    about_z = np.array([[np.cos(a), -np.sin(a)], [np.sin(a), np.cos(a)]], np.float32)
    twice = about_z @ about_z
    light, lamp = scene.harmonics.copy(), scene.lamp.copy()
    # Bands of harmonics turn like vectors: (x, y), (xz, yz), and (x2 - y2, xy) twice as fast.
    for first, second, turn in ((3, 1, about_z), (7, 5, about_z), (8, 4, twice)):
        light[[first, second]] = turn @ light[[first, second]]
    lamp[:2] = about_z @ lamp[:2]
    height, width = scene.background.shape[:2]
    matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), degrees, 1.0)
    behind = cv2.warpAffine(
        scene.background, matrix, (width, height), borderMode=cv2.BORDER_REFLECT
    )
    return replace(scene, harmonics=light, lamp=lamp, background=np.asarray(behind, np.float32))


def draw_scene_for(assets: Assets, pose: Pose, rng: Generator) -> Scene:
    """Draw a scene; of heads that lie askew, half are filmed so and half lie on a cushion."""
    scene = draw_scene(assets, rng)
    if abs(pose.roll) < 35:
        return scene
    if rng.random() < 0.5:
        return turned(scene, pose.roll + float(rng.normal(0, 8)))
    return replace(scene, background=_draw_cushion(rng))


def _draw_cushion(rng: Generator) -> Floats:
    """Cloth with soft folds, most often pale; linear RGB."""
    import cv2

    colour = np.clip(rng.beta(4, 1.6) + rng.normal(0, 0.08, 3), 0.05, 0.95)
    size = (int(rng.integers(2, 7)), int(rng.integers(2, 7)))
    folds = cv2.resize(
        rng.normal(0, 1, size).astype(np.float32), (64, 64), interpolation=cv2.INTER_CUBIC
    )
    fine = cv2.GaussianBlur(rng.normal(0, 1, (64, 64)).astype(np.float32), (0, 0), 2)
    shade = np.clip(1 + 0.14 * folds + 0.35 * fine, 0.3, 1.5)
    return np.asarray((colour**2.2) * shade[..., None] * rng.uniform(0.4, 1.0), np.float32)


def draw_scene(assets: Assets, rng: Generator) -> Scene:
    """Draw light and background."""
    panorama = assets.environments[rng.integers(len(assets.environments))]
    light = harmonics(panorama, rng.random())
    mean = light[0].mean() * 0.282095
    light = light / max(mean, 1e-4) * rng.uniform(0.25, 0.65)
    grey = rng.uniform(0.2, 0.9)
    light = light * (1 - grey) + light.mean(1, keepdims=True) * grey
    azimuth, height = rng.normal(0, 0.8), rng.normal(0.45, 0.35)
    lamp = np.array(
        [np.sin(azimuth) * np.cos(height), np.sin(height), np.cos(azimuth) * np.cos(height)]
    )
    warmth = rng.normal(0, 0.12)
    power = rng.uniform(0.6, 1) * (0.1 if rng.random() < 0.4 else rng.uniform(0.3, 1.3))
    if rng.random() < HARSH_SHARE:
        lamp = _harsh_direction(rng)
        light, power = light * rng.uniform(0.25, 0.6), rng.uniform(1.6, 3.2)
    return Scene(
        harmonics=light.astype(np.float32),
        lamp=lamp.astype(np.float32),
        lamp_colour=np.array([1 + warmth, 1, 1 - warmth], np.float32) * np.float32(power),
        background=_out_of_focus(_draw_background(panorama, rng), rng.uniform(0, 0.04)),
        distance=float(rng.uniform(56, 130)),
    )


def _harsh_direction(rng: Generator) -> npt.NDArray[np.float64]:
    """To a lamp at the side or above."""
    if rng.random() < 0.6:
        azimuth, height = rng.choice((-1, 1)) * rng.uniform(0.9, 1.6), rng.uniform(-0.1, 0.8)
    else:
        azimuth, height = rng.normal(0, 0.5), rng.uniform(0.9, 1.4)
    return np.array(
        [np.sin(azimuth) * np.cos(height), np.sin(height), np.cos(azimuth) * np.cos(height)]
    )


def _draw_background(panorama: Floats, rng: Generator) -> Floats:
    """Draw a piece of the panorama, a plain wall, or blurred patches of colour; linear RGB."""
    import cv2

    kind = rng.random()
    if kind < 0.6:
        height, width = panorama.shape[:2]
        start, span = int(rng.integers(width)), int(width * rng.uniform(0.12, 0.3))
        top = int(height * rng.uniform(0.25, 0.4))
        piece = np.roll(panorama, -start, 1)[top : top + span, :span]
        piece = piece / (np.median(piece) * 2.2 + 1e-4) * rng.uniform(0.4, 1.2)
        return np.ascontiguousarray(np.clip(piece, 0, 1.5), dtype=np.float32)
    if kind < 0.85:
        wall = rng.beta(1.3, 1.1) + rng.normal(0, 1, 3) * rng.uniform(0, 0.15)
        wall = np.clip(wall, 0.03, 1)
        other = wall * rng.uniform(0.6, 1.3, 3)
        slope = np.linspace(0, 1, 64)[:, None, None]
        return np.asarray(
            np.tile((wall * (1 - slope) + other * slope), (1, 64, 1)) ** 2.2, np.float32
        )
    patches = 0.3 + 0.4 * rng.random((6, 6, 1)) + 0.25 * rng.random((6, 6, 3)) * rng.random()
    smooth = cv2.resize((patches**2).astype(np.float32), (64, 64), interpolation=cv2.INTER_CUBIC)
    return np.clip(smooth, 0, 1.5).astype(np.float32)


def _out_of_focus(background: Floats, blur: float) -> Floats:
    """Blur by a share of the width."""
    import cv2

    if blur < 0.005:
        return background
    return np.asarray(cv2.GaussianBlur(background, (0, 0), blur * background.shape[1]), np.float32)
