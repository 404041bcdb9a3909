"""Draw one face: mesh to linear light, hair and brows over it, background behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from facs.synthesis import skin
from facs.synthesis.assets import Assets, Card, Floats, Indices
from facs.synthesis.camera import PIVOT, Window
from facs.synthesis.covers import Cover, Piece
from facs.synthesis.eyes import make_way, turned
from facs.synthesis.kernels import blend, deform, rasterise, vertex_normals
from facs.synthesis.lashes import grown
from facs.synthesis.meshes import Mesh
from facs.synthesis.mouth import light_inside, parted, shut_away
from facs.synthesis.paint import paint
from facs.synthesis.person import Person
from facs.synthesis.scene import Pose, Scene
from facs.synthesis.shapes import LEFT, RIGHT, slider
from facs.synthesis.tongue import tongue

SHADOW_SIDE: Final = 100
_SHADOW_SCALE: Final = np.float32(SHADOW_SIDE / 36.0)
_BROWS_TO_HAIR: Final = 0.5
"""Brows are darker than the hair above them."""

_LASHES: Final = np.array([0.014, 0.012, 0.012], np.float32)
_NOTHING_UV: Final = np.zeros((1, 2), np.float32)
_NOTHING_TEXTURE: Final = np.zeros((2, 2, 4), np.float32)


@dataclass(frozen=True)
class Drawing:
    """One face in linear light.

    `light` (n, n, 3), which pixels are the head, how much of each pixel is covered
    by something before the face, landmarks (68, 2).
    """

    light: Floats
    face: npt.NDArray[np.bool_]
    veil: Floats
    landmarks: Floats


def posed(points: Floats, pose: Pose) -> Floats:
    """Points of the un-posed head (n, 3), turned and moved."""
    shift = np.array([pose.x, pose.y, 0], np.float32)
    return np.asarray((points - PIVOT) @ pose.rotation().T + PIVOT + shift, np.float32)


def draw(
    assets: Assets,
    person: Person,
    scene: Scene,
    weights: Floats,
    shown: Floats,
    pose: Pose,
    window: Window,
    size: int,
    covers: Sequence[Cover] = (),
) -> Drawing:
    """Draw a face into a picture of `size` pixels.

    Parameters
    ----------
    weights : ndarray, shape (shapes,)
        Added to the person's neutral mesh.
    shown : ndarray, shape (sliders, 2), in [0, 1]
        Intensities of the units, which also draw wrinkles.
    covers : sequence of Cover
        What is before the face.

    Returns
    -------
    Drawing
        Landmarks in pixels of this picture.
    """
    moved = np.flatnonzero(np.abs(weights) > 1e-3)
    unposed = deform(person.neutral, assets.shapes, moved, weights[moved])
    unposed = turned(assets, weights, unposed)
    unposed = make_way(assets, person.neutral, unposed)
    lips = parted(assets, unposed)
    unposed = shut_away(assets, unposed, lips)
    unposed = grown(assets, unposed, person.lashes.length)
    points = posed(unposed, pose)
    normals = vertex_normals(points, assets.body_triangles)
    canvas = _Canvas.prepare(points, normals, pose, scene, window, size, assets)
    before = [(c, p, posed(p.points(unposed), pose)) for c in covers for p in c.pieces]
    for _, piece, places in before:
        canvas.cast(piece, places)
    screen = window.project(points, size)
    index = np.full((size, size), -1, np.int32)
    bary = np.zeros((size, size, 2), np.float32)
    rasterise(screen, assets.triangles, True, canvas.depth, index, bary)
    skin.shade(
        canvas.light, canvas.alpha, index, bary, assets.triangles, assets.material, points,
        normals, assets.neutral, assets.uv, assets.eye_angle, person.texture, person.tone,
        scene.harmonics, scene.lamp, scene.lamp_colour, canvas.shadow, canvas.to_light,
        _SHADOW_SCALE, person.iris, person.cloth, person.stubble, person.lips,
        creases(person, shown), person.seed, person.gloss, person.scalp,
        light_inside(lips), np.array([0, 0, window.distance], np.float32),
    )  # fmt: skip
    face = index >= 0
    canvas.solid(screen, assets.eye_shadow_triangles, person.lid_shadow, 0.02)
    canvas.solid(screen, assets.lash_triangles, person.lashes.opacity, 0.05)
    if person.brows in assets.brows:
        brows, opacity = assets.brows[person.brows], person.brow_opacity
        canvas.card(brows, person.hair_colour * _BROWS_TO_HAIR, opacity, 0.9, 0.35)
    left, right = (float(side) for side in shown[slider("19")])
    canvas.tongue(tongue(unposed[assets.landmarks], left, right, person.seed))
    for cover, piece, places in before:
        canvas.piece(piece, places, canvas.veil if cover.hides else canvas.veil.copy())
    if person.hair in assets.hairs:
        canvas.hair(assets.hairs[person.hair], person.hair_colour)
    light = _before_background(canvas.light, canvas.alpha, scene)
    return Drawing(light, face, canvas.veil, screen[assets.landmarks, :2])


def creases(person: Person, shown: Floats) -> Floats:
    """Strengths of the ten wrinkles of `skin`, (`skin.SIDE_STEPS`, 10), from right to left."""
    left, right = (_creases_of_side(person, shown[:, side]) for side in (LEFT, RIGHT))
    share = np.linspace(0, 1, skin.SIDE_STEPS, dtype=np.float32)[:, None]
    return np.asarray(share * left + (1 - share) * right, np.float32)


def _creases_of_side(person: Person, shown: Floats) -> Floats:
    level = {name: float(shown[slider(name)]) for name in _WRINKLING_UNITS}
    g = level.__getitem__
    k, rest = person.wrinkling, person.wrinkles_at_rest
    less = 0.6 + 0.4 * k
    fold = 0.35 * g("6") + 0.7 * g("9") + 0.9 * g("10") + 0.8 * g("12")
    fold += 0.7 * g("11") + 0.4 * g("13") + 0.3 * g("20")
    out = np.zeros(10, np.float32)
    out[skin.FOREHEAD_IN] = g("1") * k + rest * 0.8
    out[skin.FOREHEAD_OUT] = g("2") * k + rest * 0.8
    out[skin.GLABELLA] = g("4") * k + rest * 0.7
    out[skin.CROWS_FEET] = (g("6") + 0.4 * g("7")) * k + rest
    out[skin.UNDER_EYE] = (0.8 * g("6") + 0.7 * g("7") + 0.3 * g("9")) * k + 0.1 + rest * 0.9
    out[skin.NOSE] = g("9") * k + rest * 0.2
    out[skin.NASOLABIAL] = fold * less + 0.1 + rest * 0.8
    out[skin.DIMPLE] = g("14") * less
    out[skin.MARIONETTE] = (g("15") + 0.3 * g("17") + 0.3 * g("24")) * k + rest * 0.6
    out[skin.CHIN] = g("17") * less
    return out


_WRINKLING_UNITS: Final = (
    "1", "2", "4", "6", "7", "9", "10", "11", "12", "13", "14", "15", "17", "20", "24",
)  # fmt: skip


@dataclass(frozen=True)
class _Canvas:
    """The picture while it is drawn."""

    light: Floats
    alpha: Floats
    veil: Floats
    depth: Floats
    shadow: Floats
    to_light: Floats
    points: Floats
    normals: Floats
    pose: Pose
    scene: Scene
    window: Window

    @classmethod
    def prepare(
        cls,
        points: Floats,
        normals: Floats,
        pose: Pose,
        scene: Scene,
        window: Window,
        size: int,
        assets: Assets,
    ) -> _Canvas:
        to_light = _light_frame(scene.lamp)
        return cls(
            light=np.zeros((size, size, 3), np.float32),
            alpha=np.zeros((size, size), np.float32),
            veil=np.zeros((size, size), np.float32),
            depth=np.full((size, size), 1e9, np.float32),
            shadow=_shadow_map(points, assets.cast_triangles, to_light),
            to_light=to_light,
            points=points,
            normals=normals,
            pose=pose,
            scene=scene,
            window=window,
        )

    def solid(self, screen: Floats, triangles: Indices, opacity: float, bias: float) -> None:
        """Blend triangles of the head itself in the colour of lashes."""
        self._blend(
            screen, triangles, triangles, _NOTHING_UV, _NOTHING_TEXTURE, self.points,
            self.normals, _LASHES, opacity, 1.0, bias, True,
        )  # fmt: skip

    def cast(self, piece: Piece, places: Floats) -> None:
        """Let an opaque cover keep the lamp's light from the face."""
        if piece.mesh.colours[:, 3].mean() > 0.9:
            _rasterise_shadow(self.shadow, places, piece.mesh.triangles, self.to_light)

    def piece(self, piece: Piece, places: Floats, veil: Floats) -> None:
        """Draw a part of a cover."""
        look = (piece.gloss, piece.sharpness, piece.bias)
        self._paint(piece.mesh, places, look, veil)

    def tongue(self, mesh: Mesh | None) -> None:
        """Draw the tongue, wet and never a cover."""
        if mesh is not None:
            self._paint(mesh, posed(mesh.points, self.pose), (0.45, 45.0, 0.3), self.veil.copy())

    def _paint(
        self, mesh: Mesh, places: Floats, look: tuple[float, float, float], veil: Floats
    ) -> None:
        screen = self.window.project(places, len(self.depth))
        far_first = np.argsort(-screen[mesh.triangles, 2].sum(1)).astype(np.int32)
        gloss, sharpness, bias = look
        paint(
            self.light, self.alpha, veil, self.depth, screen, mesh.triangles, far_first, places,
            vertex_normals(places, mesh.triangles), mesh.colours, gloss, sharpness,
            self.scene.harmonics, self.scene.lamp, self.scene.lamp_colour, self.shadow,
            self.to_light, _SHADOW_SCALE, np.array([0, 0, self.window.distance], np.float32), bias,
        )  # fmt: skip

    def card(
        self, card: Card, colour: Floats, opacity: float, evenness: float, bias: float
    ) -> None:
        """Blend brows or hair."""
        points = card.points(self.points, self.pose.rotation())
        screen = self.window.project(points, len(self.depth))
        normals = np.ascontiguousarray(self.normals[card.anchors[:, 0]])
        self._blend(
            screen, card.triangles, card.uv_triangles, card.uv, card.texture, points, normals,
            np.asarray(colour, np.float32), opacity, evenness, bias, False,
        )  # fmt: skip

    def hair(self, card: Card, colour: Floats) -> None:
        """Blend a head of hair; what of it hangs before the face is a cover."""
        skin, self.alpha[:] = self.alpha.copy(), 0
        self.card(card, colour, 1.15, 0.35, 0.02)
        np.maximum(self.veil, self.alpha, out=self.veil)
        np.maximum(self.alpha, skin, out=self.alpha)

    def _blend(
        self, screen: Floats, triangles: Indices, uv_triangles: Indices, uv: Floats,
        texture: Floats, points: Floats, normals: Floats, colour: Floats, opacity: float,
        evenness: float, bias: float, solid: bool,
    ) -> None:  # fmt: skip
        far_first = np.argsort(-screen[triangles, 2].sum(1)).astype(np.int32)
        blend(
            self.light, self.alpha, self.depth, screen, triangles, far_first, uv_triangles, uv,
            texture, points, normals, colour, self.scene.harmonics, self.scene.lamp,
            self.scene.lamp_colour, self.shadow, self.to_light, _SHADOW_SCALE, opacity, evenness,
            bias, solid,
        )  # fmt: skip


def _light_frame(lamp: Floats) -> Floats:
    """Rotation (3, 3) into the frame of the lamp, which looks along its own -z."""
    across = np.cross(np.array([0, 1, 0], np.float32), lamp)
    across /= np.linalg.norm(across) + 1e-6
    return np.asarray(np.stack([across, np.cross(lamp, across), lamp]), np.float32)


def _shadow_map(points: Floats, triangles: Indices, to_light: Floats) -> Floats:
    """Depth of the head as the lamp sees it."""
    depth = np.full((SHADOW_SIDE, SHADOW_SIDE), 1e9, np.float32)
    _rasterise_shadow(depth, points, triangles, to_light)
    return depth


def _rasterise_shadow(depth: Floats, points: Floats, triangles: Indices, to_light: Floats) -> None:
    seen = np.asarray(points @ to_light.T, np.float32)
    seen[:, :2] = seen[:, :2] * _SHADOW_SCALE + np.float32(SHADOW_SIDE / 2)
    seen[:, 2] *= -1
    index = np.empty(depth.shape, np.int32)
    rasterise(seen, triangles, False, depth, index, np.empty((*depth.shape, 2), np.float32))


def _before_background(light: Floats, alpha: Floats, scene: Scene) -> Floats:
    """Put the face over the background, which stays where it is when the head moves."""
    import cv2

    size = len(light)
    behind = cv2.resize(scene.background, (size, size), interpolation=cv2.INTER_LINEAR)
    return np.asarray(light + behind * (1 - np.clip(alpha, 0, 1))[..., None], np.float32)
