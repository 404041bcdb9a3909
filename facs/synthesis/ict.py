"""Reads a checkout of ICT-FaceKit, as its authors publish it: a folder of OBJ files.

The checkout has bones and muscles but neither skin nor hair, so its people get a plain
skin, painted hair and brows, and stand in plain rooms. Layout, ranges of
vertices and landmarks are those of its README (MIT, github.com/ICT-VGL/ICT-FaceKit).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from facs.errors import InputError
from facs.synthesis.assets import (
    Assets,
    Floats,
    angles_from_eye_axis,
    noise_tiles,
    split_triangles,
    teeth_inside,
)
from facs.synthesis.derived import with_derived
from facs.synthesis.shapes import Mixer

NEUTRAL: Final = "generic_neutral_mesh.obj"
MODEL_FOLDER: Final = "FaceXModel"
_SKIN_SIZE: Final = (737, 389)
_TONES: Final = {
    "african": (0.16, 0.075, 0.045),
    "asian": (0.50, 0.33, 0.24),
    "caucasian": (0.54, 0.34, 0.26),
}


@dataclass(frozen=True)
class Topology:
    """Which vertices are what.

    Attributes
    ----------
    first : tuple of int
        First vertex of each region, in the order of the README's tables: face, head and
        neck, mouth, eye sockets, gums, teeth, white and iris of either eye, and so on.
    count : int
        Vertices in all.
    landmarks : tuple of int
        68, in iBUG order.
    """

    first: tuple[int, ...]
    count: int
    landmarks: tuple[int, ...]

    def __post_init__(self) -> None:
        if len(self.landmarks) != 68:
            raise InputError(f"landmarks: wanted 68 vertices, got {len(self.landmarks)}")

    def regions(self) -> npt.NDArray[np.int64]:
        """The region of each vertex.

        Examples
        --------
        >>> Topology((0, 2), 3, (0,) * 68).regions().tolist()
        [0, 0, 1]
        """
        return np.repeat(np.arange(len(self.first)), np.diff([*self.first, self.count]))


LIGHT: Final = Topology(
    first=(
        0, 9409, 11248, 13294, 13678, 14062, 17039, 21451, 22221, 23021, 23791, 24591, 24795,
        24999, 25023, 25047, 25199, 25351, 26035,
    ),
    count=26719,
    landmarks=(
        1225, 1888, 1052, 367, 1719, 1722, 2199, 1447, 966, 3661, 4390, 3927, 3924, 2608, 3272,
        4088, 3443, 268, 493, 1914, 2044, 1401, 3615, 4240, 4114, 2734, 2509, 978, 4527, 4942,
        4857, 1140, 2075, 1147, 4269, 3360, 1507, 1542, 1537, 1528, 1518, 1511, 3742, 3751, 3756,
        3721, 3725, 3732, 5708, 5695, 2081, 0, 4275, 6200, 6213, 6346, 6461, 5518, 5957, 5841,
        5702, 5711, 5533, 6216, 6207, 6470, 5517, 5966,
    ),
)  # fmt: skip
"""The ICT Face Model Light."""


def model_folder(folder: Path) -> Path | None:
    """Where the OBJ files of a checkout lie, or None where `folder` is no checkout."""
    for place in (folder / MODEL_FOLDER, folder):
        if (place / NEUTRAL).is_file():
            return place
    return None


def load_checkout(folder: Path, topology: Topology | None = None) -> Assets:
    """Read the assets of a checkout.

    Parameters
    ----------
    folder : Path
        The checkout, or its folder ``FaceXModel``.
    topology : Topology, optional
        Which vertices are what; those of the light model where it is not given.

    Raises
    ------
    InputError
        If there is no neutral mesh, no identity, an expression is missing, or a file is
        not of this topology.
    """
    topology = topology or LIGHT
    place = model_folder(folder)
    if place is None:
        raise InputError(f"wanted a checkout of ICT-FaceKit, found no {NEUTRAL} in {folder}")
    neutral, quads = read_obj(place / NEUTRAL)
    if len(neutral) != topology.count:
        wanted = topology.count
        raise InputError(f"{NEUTRAL}: wanted {wanted} vertices, got {len(neutral)}")
    paths = sorted(p for p in place.glob("*.obj") if p.name != NEUTRAL)
    identities = [p for p in paths if p.stem.startswith("identity")]
    expressions = [p for p in paths if not p.stem.startswith("identity")]
    for kind, found in (("identity*.obj", identities), ("expressions (*.obj)", expressions)):
        if not found:
            raise InputError(f"wanted {kind} in {place}, found none")
    region = topology.regions()
    eye_angle = angles_from_eye_axis(neutral, region)
    uv = _cylinder_uv(neutral)
    identity = np.stack([_offsets(path, neutral) for path in identities])
    teeth = np.flatnonzero(np.isin(region, (5, 6))).astype(np.int32)
    names, shapes = with_derived(
        [path.stem for path in expressions],
        np.stack([_offsets(path, neutral) for path in expressions]),
        neutral,
        teeth,
    )
    Mixer.over(names)  # all that units are made of
    neutral[teeth] = teeth_inside(neutral[teeth])
    return Assets(
        neutral=neutral,
        identity=identity,
        shapes=shapes,
        shape_names=names,
        landmarks=np.array(topology.landmarks, np.int32),
        **split_triangles(quads, region),
        uv=uv,
        eye_angle=eye_angle,
        skins=plain_skins(),
        people_shapes={},
        brows={},
        hairs={},
        environments=plain_rooms(),
        noise=noise_tiles(_SKIN_SIZE),
    )


def read_obj(path: Path) -> tuple[Floats, npt.NDArray[np.int32]]:
    """Vertices (n, 3) and faces (m, 4) of an OBJ file; a triangle ends in -1.

    Raises
    ------
    InputError
        If the file is not there or not an OBJ file of triangles and quads.
    """
    corners: list[str] = []
    faces: list[list[int]] = []
    try:
        for line in path.read_text("utf-8").splitlines():
            if line.startswith("v "):
                corners.append(line[2:])
            elif line.startswith("f "):
                faces.append([int(word.split("/")[0]) - 1 for word in line.split()[1:]])
        points = np.array([[float(x) for x in c.split()[:3]] for c in corners], np.float32)
        quads = np.array([f if len(f) == 4 else [*f, -1] for f in faces], np.int32)
    except (OSError, ValueError) as error:
        raise InputError(f"wanted an OBJ file, cannot read {path}: {error}") from error
    if points.ndim != 2 or points.shape[1] != 3 or (len(quads) and quads.max() >= len(points)):
        raise InputError(f"wanted an OBJ file of triangles and quads, {path} is none")
    return points, quads.reshape(-1, 4)


def _offsets(path: Path, neutral: Floats) -> Floats:
    """What a shape adds to the neutral mesh."""
    points, _ = read_obj(path)
    if points.shape != neutral.shape:
        raise InputError(f"{path.name}: wanted {len(neutral)} vertices, got {len(points)}")
    return np.asarray(points - neutral, np.float32)


def _cylinder_uv(neutral: Floats) -> Floats:
    """Places in a plain skin, whose pattern goes around the head."""
    x, y, z = neutral.T
    u = 0.5 + np.arctan2(x, np.maximum(z + 4, 0.1)) / np.pi * 0.9
    v = (y.max() - y) / max(float(np.ptp(y)), 1e-6)
    return np.stack([u, v], 1).astype(np.float32)


def plain_skins() -> Mapping[str, Floats]:
    """One colour for each people, whatever her age and sex; by the names of `Assets.skins`."""
    skins: dict[str, Floats] = {}
    for people, tone in _TONES.items():
        skin = np.ascontiguousarray(np.broadcast_to(np.array(tone, np.float32), (*_SKIN_SIZE, 3)))
        for age in ("young", "middleage", "old"):
            for sex in ("female", "male"):
                skins[f"{age}_{people}_{sex}/plain"] = skin
    return skins


def plain_rooms() -> tuple[Floats, ...]:
    """Panoramas of rooms: a dark floor, a bright ceiling, windows on some sides."""
    up = np.linspace(1, 0, 64, dtype=np.float32)[:, None, None]
    rooms = []
    for windows, strength in (((20, 44), 4.0), ((70, 110), 2.0), ((10, 120), 1.0)):
        room = np.broadcast_to(0.15 + 0.7 * up, (64, 128, 3)).copy()
        room[14:34, windows[0] : windows[1]] += strength * np.array([0.9, 1.0, 1.1], np.float32)
        rooms.append(np.ascontiguousarray(room, dtype=np.float32))
    return tuple(rooms)
