"""The mesh of a person at rest: identity, age, sex and people, and the face she makes at rest."""

from __future__ import annotations

from typing import Final

import numpy as np

from facs.synthesis.assets import Assets, Floats

Generator = np.random.Generator

RESTING: Final = {
    "browDown": 0.134, "browInnerUp": 0.134, "browOuterUp": 0.134, "mouthSmile": 0.107,
    "mouthFrown": 0.134, "eyeWide": 0.161, "eyeSquint": 0.161, "mouthPress": 0.107,
    "mouthRollLower": 0.107, "mouthRollUpper": 0.107, "mouthUpperUp": 0.054, "mouthStretch": 0.08,
    "mouthShrugLower": 0.08, "cheekSquint": 0.134, "noseSneer": 0.067, "mouthPucker": 0.054,
    "mouthDimple": 0.08, "jawForward": 0.134, "cheekPuff": 0.08,
}  # fmt: skip
"""Standard deviations of the shape weights that are part of somebody's resting face."""

RESTING_LIMIT: Final = 0.4

_AGE_SHAPE: Final = {
    "child": ("child", 0.9),
    "young": ("young", 0.5),
    "middleage": ("old", 0.25),
    "old": ("old", 0.45),
}
SMALL_TEETH_BACK_CM: Final = 0.25
_LIP_GAP_CM: Final = 0.02
_CLOSE_SHAPE_CM: Final = 3.89
"""How far the closing shape moves the lips together."""


def draw_neutral(assets: Assets, people: str, sex: str, age: str, rng: Generator) -> Floats:
    """Draw the mesh of a person at rest: identity, age, sex, people, resting face."""
    # bones of children differ less
    spread = 0.6 if age == "child" else 0.8
    identity = rng.normal(0, spread, len(assets.identity)).astype(np.float32)
    identity[0] *= 0.7
    flat = assets.identity.reshape(len(identity), -1)
    bones = assets.neutral + (identity @ flat).reshape(assets.neutral.shape)
    kind, strength = _AGE_SHAPE[age]
    amount = np.float32(rng.uniform(0.6, 1.0) * strength)
    bones = _with_shape(bones, assets, f"{people}-{sex}-{kind}", amount)
    if age == "child" and rng.random() < 0.5:
        amount = np.float32(rng.uniform(0.05, 0.3))
        bones = _with_shape(bones, assets, f"{people}-{sex}-baby", amount)
    if age == "child":
        bones = _with_small_teeth(bones, assets)
    resting = draw_resting(assets.shape_names, rng)
    moved = np.flatnonzero(resting)
    face = bones + np.tensordot(resting[moved], assets.shapes[moved], 1)
    if "mouthClose" not in assets.shape_names:
        return np.asarray(face, np.float32)
    close = assets.shape_names.index("mouthClose")
    y = face[assets.landmarks, 1]
    gap = float((y[[61, 62, 63]] - y[[67, 66, 65]]).max())
    # Many random identities would show their teeth at rest, or press lip into lip.
    amount = np.float32(np.clip((gap - _LIP_GAP_CM) / _CLOSE_SHAPE_CM, -0.1, 0.15))
    return np.asarray(face + amount * assets.shapes[close], np.float32)


def _with_shape(bones: Floats, assets: Assets, name: str, amount: np.float32) -> Floats:
    """Add a shape of age and people, where these assets have it."""
    if name not in assets.people_shapes:
        return bones
    return np.asarray(bones + amount * assets.people_shapes[name], np.float32)


def _with_small_teeth(bones: Floats, assets: Assets) -> Floats:
    """Fit the teeth into a narrow mouth, which they would pierce at its corners."""
    before, now = (
        points[assets.landmarks[54], 0] - points[assets.landmarks[48], 0]
        for points in (assets.neutral, bones)
    )
    share = np.float32(np.clip(now / before, 0.7, 1.0))
    out: Floats = bones.copy()
    out[assets.teeth, 0] *= share
    out[assets.teeth, 2] -= np.float32(SMALL_TEETH_BACK_CM)
    return out


def draw_resting(names: tuple[str, ...], rng: Generator) -> Floats:
    """Shape weights of a resting face: small, nearly symmetric, and never labelled."""
    weights = np.zeros(len(names), np.float32)
    for shape, spread in RESTING.items():
        both = rng.normal(0, spread)
        for suffix in ("", "_L", "_R"):
            if shape + suffix in names:
                own = both + (rng.normal(0, 0.25 * spread) if suffix else 0.0)
                weights[names.index(shape + suffix)] = np.clip(own, -RESTING_LIMIT, RESTING_LIMIT)
    lids = abs(rng.normal(0, 0.12))  # half-lidded people
    for suffix in ("_L", "_R"):
        weights[names.index("eyeBlink" + suffix)] = min(lids, RESTING_LIMIT)
    return weights
