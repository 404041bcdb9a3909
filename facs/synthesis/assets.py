"""What the renderer is made of: the head mesh, its shapes, skins, hair, brows, light.

The mesh and its shapes are ICT-FaceKit Light (MIT), the skins, brows and hair are
MakeHuman's (CC0), the environments are CC0 panoramas.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from facs.errors import InputError

if TYPE_CHECKING:
    from facs.synthesis.covers import Workshop

Floats = npt.NDArray[np.float32]
Indices = npt.NDArray[np.int32]

NOISE_TILES: Final = 6
TEETH_BACK_CM: Final = 0.35
TEETH_WIDTH: Final = 0.92
_EYEBALLS: Final = (7, 9)
_MATERIAL_OF_REGION: Final = {0: 0, 1: 0, 2: 1, 3: 5, 4: 5, 5: 2, 6: 3, 7: 4, 9: 4}


@dataclass(frozen=True)
class Card:
    """Hair or brows: textured triangles that follow the head's vertices."""

    anchors: Indices
    anchor_weights: Floats
    offsets: Floats
    triangles: Indices
    uv_triangles: Indices
    uv: Floats
    texture: Floats

    def over_face(self, head: Floats) -> float:
        """Share of the card that hangs before the eyes, nose and mouth of a frontal head."""
        x, y, z = self.points(head, np.eye(3, dtype=np.float32)).T
        return float(((z > 6.5) & (y < 6.2) & (np.abs(x) < 5)).mean())

    def points(self, head: Floats, turn: Floats) -> Floats:
        """Vertices of the card on a head whose rotation matrix is `turn`."""
        followed = np.einsum("nkc,nk->nc", head[self.anchors], self.anchor_weights)
        return np.ascontiguousarray(followed + self.offsets @ turn.T, dtype=np.float32)


@dataclass(frozen=True)
class Assets:
    """All arrays that the renderer reads; centimetres, x to the subject's left, y up, z front.

    `landmarks` are 68 vertices in iBUG order: 0 to 16 is the jaw from the
    subject's right to her left, 36 to 41 the right eye, 42 to 47 the left.
    """

    neutral: Floats
    identity: Floats
    shapes: Floats
    shape_names: tuple[str, ...]
    landmarks: Indices
    triangles: Indices
    material: Indices
    body_triangles: Indices
    cast_triangles: Indices
    eye_shadow_triangles: Indices
    lash_triangles: Indices
    uv: Floats
    eye_angle: Floats
    skins: Mapping[str, Floats]
    people_shapes: Mapping[str, Floats]
    brows: Mapping[str, Card]
    hairs: Mapping[str, Card]
    environments: tuple[Floats, ...]
    noise: Floats

    def __post_init__(self) -> None:
        if self.neutral.ndim != 2 or self.neutral.shape[1] != 3:
            raise InputError(f"neutral: wanted shape (n, 3), got {self.neutral.shape}")
        wanted = (len(self.shape_names), len(self.neutral), 3)
        if self.shapes.shape != wanted:
            raise InputError(f"shapes: wanted shape {wanted}, got {self.shapes.shape}")
        if self.landmarks.shape != (68,):
            raise InputError(f"landmarks: wanted shape (68,), got {self.landmarks.shape}")

    @property
    def landmark_shapes(self) -> Floats:
        """What each shape does to the landmarks, (n_shapes, 68, 3)."""
        return self.shapes[:, self.landmarks]

    @cached_property
    def teeth(self) -> Indices:
        """Vertices of teeth and gums."""
        return np.unique(self.triangles[np.isin(self.material, (2, 3))]).astype(np.int32)

    @cached_property
    def eyeballs(self) -> Indices:
        """Vertices of both eyeballs."""
        return np.unique(self.triangles[self.material == 4]).astype(np.int32)

    @cached_property
    def lashes(self) -> tuple[Indices, Indices]:
        """Vertices of the lashes, and of the skin nearest to each: its root."""
        tips = np.unique(self.lash_triangles).astype(np.int32)
        skin = np.unique(self.triangles[self.material == 0]).astype(np.int32)
        apart = np.linalg.norm(self.neutral[tips, None] - self.neutral[None, skin], axis=2)
        return tips, skin[np.argmin(apart, 1)]

    @cached_property
    def workshop(self) -> Workshop:
        """Where covers are fitted to this head."""
        from facs.synthesis.covers import Workshop

        return Workshop.of(self)


def load(folder: Path) -> Assets:
    """Read all assets from a folder.

    Parameters
    ----------
    folder : Path
        Holds ``ict_face_light.npz``, ``mh_on_ict.npz``, ``skins_head.npz``, ``hdri/*.hdr``
        and ``makehuman/proxies``; or is a checkout of ICT-FaceKit (see `ict.load_checkout`).

    Raises
    ------
    InputError
        If the folder holds neither, or a file of it cannot be used.
    """
    from facs.synthesis.ages import smooth_ages
    from facs.synthesis.derived import with_derived
    from facs.synthesis.ict import load_checkout, model_folder

    if model_folder(folder) is not None:
        return load_checkout(folder)
    files = [folder / f"{name}.npz" for name in ("ict_face_light", "mh_on_ict", "skins_head")]
    for file in files:
        if not file.is_file():
            raise InputError(
                f"wanted {file.name} or a checkout of ICT-FaceKit in {folder}, found neither"
            )
    face, people, skins = (np.load(file, allow_pickle=False) for file in files)
    neutral = face["neutral"].astype(np.float32)
    region = face["vertex_region"].astype(int)
    teeth = np.flatnonzero(np.isin(region, (5, 6))).astype(np.int32)
    neutral[teeth] = teeth_inside(neutral[teeth])
    drawn = split_triangles(face["quads"], region)
    names, shapes = with_derived(
        [str(name) for name in face["expression_names"]],
        face["expression"].astype(np.float32),
        neutral,
        teeth,
    )
    ages = {
        str(name): delta.astype(np.float32)
        for name, delta in zip(people["shape_names"], people["shape_deltas"], strict=True)
    }
    cards = {str(name): card for name in people["cards"] if (card := _card(folder, people, name))}
    return Assets(
        neutral=neutral,
        identity=face["identity"].astype(np.float32),
        shapes=shapes,
        shape_names=names,
        landmarks=face["landmarks68"].astype(np.int32),
        **drawn,
        uv=_skin_uv(people["uv"], skins["box"]),
        eye_angle=angles_from_eye_axis(neutral, region),
        skins=_linear_skins(skins["tex"], skins["names"]),
        people_shapes=smooth_ages(ages, neutral, drawn["triangles"], drawn["material"]),
        brows={name: card for name, card in cards.items() if "eyebrow" in name},
        hairs={name: card for name, card in cards.items() if "eyebrow" not in name},
        environments=tuple(_picture(file) for file in sorted((folder / "hdri").glob("*.hdr"))),
        noise=noise_tiles(skins["tex"].shape[1:3]),
    )


def teeth_inside(points: Floats) -> Floats:
    """Teeth and gums (n, 3), smaller and further back than the model has them.

    They stand so far in front that they pierce the lips of many identities, and so wide that
    they come through the corners of mouths that open.
    """
    return np.asarray(points * [TEETH_WIDTH, 1, 1] - [0, 0, TEETH_BACK_CM], np.float32)


def _picture(path: Path) -> Floats:
    """Any picture as float32 RGB or RGBA, unscaled."""
    import cv2

    picture = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    if picture is None:
        raise InputError(f"wanted a picture, could not decode {path.name}")
    code = cv2.COLOR_BGRA2RGBA if picture.shape[2] == 4 else cv2.COLOR_BGR2RGB
    return np.ascontiguousarray(cv2.cvtColor(picture, code), dtype=np.float32)


def split_triangles(
    quads: npt.NDArray[np.int32], region: npt.NDArray[np.int64]
) -> dict[str, Indices]:
    """The triangles that are drawn, cast shadows and so on, by the region of their vertices."""
    halves = [quads[:, :3], quads[quads[:, 3] >= 0][:, [0, 2, 3]]]
    triangles = np.concatenate(halves).astype(np.int32)
    of = region[triangles[:, 0]]
    drawn = np.isin(of, list(_MATERIAL_OF_REGION))

    def pick(mask: npt.NDArray[np.bool_]) -> Indices:
        return np.ascontiguousarray(triangles[mask])

    return {
        "triangles": pick(drawn),
        "material": np.array([_MATERIAL_OF_REGION[r] for r in of[drawn]], np.int32),
        "body_triangles": pick(of <= 10),
        "cast_triangles": pick(np.isin(of, (0, 1))),
        "eye_shadow_triangles": pick(np.isin(of, (15, 16))),
        "lash_triangles": pick(np.isin(of, (17, 18))),
    }


def _skin_uv(uv: Floats, box: npt.NDArray[np.float64]) -> Floats:
    u0, u1, v0, v1 = box
    scaled = np.stack([(uv[:, 0] - u0) / (u1 - u0), ((1 - uv[:, 1]) - v0) / (v1 - v0)], 1)
    scaled[~np.isfinite(scaled)] = 0  # vertices that have no place in the texture
    return np.asarray(scaled, np.float32)


def _linear_skins(
    textures: npt.NDArray[np.uint8], names: npt.NDArray[np.str_]
) -> dict[str, Floats]:
    """RGB skins in linear light, by ``age_people_sex/file``."""
    linear = ((np.arange(256) / 255.0) ** 2.2).astype(np.float32)
    return {
        str(name): np.ascontiguousarray(linear[texture[..., ::-1]])
        for name, texture in zip(names, textures, strict=True)
    }


def angles_from_eye_axis(neutral: Floats, region: npt.NDArray[np.int64]) -> Floats:
    """Degrees between each vertex of an eyeball and the axis of its cornea; 9 elsewhere."""
    out = np.full(len(neutral), 9.0, np.float32)
    for white in _EYEBALLS:
        ball = neutral[region == white]
        spokes = ball - centre_of_eyeball(ball)
        length = np.linalg.norm(spokes, axis=1, keepdims=True)
        axis = spokes[np.argmax(length)] / length.max()
        cosine = np.clip((spokes / length) @ axis, -1, 1)
        out[region == white] = np.degrees(np.arccos(cosine))
    return out


def centre_of_eyeball(ball: Floats) -> npt.NDArray[np.float64]:
    """Centre of the sphere through the rear of an eyeball, before which the cornea bulges."""
    rear = ball[ball[:, 2] < np.percentile(ball[:, 2], 60)]
    system = np.c_[2 * rear, np.ones(len(rear))]
    return np.asarray(np.linalg.lstsq(system, (rear**2).sum(1), rcond=None)[0][:3], np.float64)


def _card(folder: Path, people: Mapping[str, npt.NDArray[np.float32]], name: str) -> Card | None:
    proxies = folder / "makehuman" / "proxies"
    found = sorted((proxies / "eyebrows" / name / "textures").glob("*.png"))
    if not found:
        hairs = (proxies / "hair").glob("*/textures/*.png")
        found = sorted(p for p in hairs if p.parent.parent.name.lower() == name)
    if not found:
        return None
    return Card(
        anchors=people[f"{name}_bind"].astype(np.int32),
        anchor_weights=people[f"{name}_w"].astype(np.float32),
        offsets=people[f"{name}_off"].astype(np.float32),
        triangles=np.ascontiguousarray(people[f"{name}_f"], dtype=np.int32),
        uv_triangles=np.ascontiguousarray(people[f"{name}_ft"], dtype=np.int32),
        uv=people[f"{name}_vt"].astype(np.float32),
        texture=_picture(found[0]) / np.float32(255),
    )


def noise_tiles(size: tuple[int, ...]) -> Floats:
    """Draw fields of fine skin grain, which people shift and mix instead of drawing their own."""
    import cv2

    rng = np.random.default_rng(20)
    tiles = rng.standard_normal((NOISE_TILES, *size), dtype=np.float32)
    grain = [cv2.GaussianBlur(tile, (0, 0), 0.8) for tile in tiles]
    return np.stack([tile / tile.std() for tile in grain]).astype(np.float32)
