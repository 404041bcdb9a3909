"""A person who does not exist: bones, skin, hair, resting face, and how she moves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from facs.synthesis.assets import NOISE_TILES, Assets, Floats
from facs.synthesis.bones import draw_neutral
from facs.synthesis.covers import Cover
from facs.synthesis.gear import GLASSES_SHARE, draw_gear, draw_glasses, plain_brows
from facs.synthesis.lashes import Lashes, draw_lashes
from facs.synthesis.shapes import SLIDERS, slider
from facs.synthesis.strands import (
    FRINGE_SHARE,
    STRANDS_SHARE,
    draw_fringe,
    draw_hairline,
    draw_strands,
)

Generator = np.random.Generator

PEOPLE: Final = ("african", "asian", "caucasian")
SEXES: Final = ("female", "male")
AGES: Final = ("child", "young", "middleage", "old")
_AGE_SHARE: Final = (0.25, 0.36, 0.19, 0.20)
_WRINKLING: Final = {"child": 0.35, "young": 0.6, "middleage": 0.85, "old": 0.85}
_WRINKLES_AT_REST: Final = {"child": 0.0, "young": 0.05, "middleage": 0.12, "old": 0.19}

_HAIR_COLOURS: Final = {
    "african": ((0.025, 0.02, 0.02), (0.045, 0.03, 0.03), (0.09, 0.045, 0.025)),
    "asian": ((0.025, 0.02, 0.02), (0.06, 0.04, 0.03), (0.11, 0.055, 0.03)),
    "caucasian": (
        (0.05, 0.03, 0.02), (0.16, 0.08, 0.04), (0.34, 0.19, 0.10),
        (0.28, 0.09, 0.05), (0.06, 0.04, 0.03), (0.48, 0.33, 0.18), (0.22, 0.13, 0.07),
        (0.10, 0.035, 0.02),
    ),
}  # fmt: skip
_EYE_COLOURS: Final = (
    (0.09, 0.04, 0.02), (0.14, 0.06, 0.03), (0.16, 0.10, 0.05), (0.09, 0.13, 0.16),
    (0.10, 0.17, 0.22), (0.11, 0.15, 0.10), (0.18, 0.20, 0.20),
)  # fmt: skip
DYED_SHARE: Final = 0.02
_FEMALE_HAIR: Final = ("long01", "ponytail01", "bob02", "bob01", "braid01", "short01", "short02")
_MALE_HAIR: Final = ("short01", "short02", "short03", "short04")
_COVERED_FACES: Final = 0.06
_HAIR_OVER_FACE: Final = 0.004
_LID_SHAPE_CM: Final = 0.79
"""How far the blink shape closes the average eye, between the lid landmarks."""


@dataclass(frozen=True)
class Person:
    """Everything about a subject that stays the same from picture to picture.

    `neutral` (n, 3) includes the resting face, so labels are relative to it.
    `gain` and `asymmetry` (sliders,) say how strongly, and how much more on the
    left, this person moves each unit. Colours are linear RGB; the fourth number
    of `lips`, `scalp` is an opacity, of `iris` the pupil's share, the
    fifth its angle, the sixth how bright the white is beside it.
    """

    age: str
    sex: str
    people: str
    neutral: Floats
    texture: Floats
    tone: Floats
    hair: str
    hair_colour: Floats
    scalp: Floats
    brows: str
    brow_opacity: float
    iris: Floats
    cloth: Floats
    stubble: float
    lips: Floats
    seed: float
    gloss: float
    wrinkling: float
    wrinkles_at_rest: float
    gain: Floats
    asymmetry: Floats
    covers: tuple[Cover, ...]
    lashes: Lashes
    lid_shadow: float

    @property
    def skin_colour(self) -> Floats:
        """The mean colour of her face, linear RGB."""
        height, width = self.texture.shape[:2]
        cheeks = self.texture[height // 3 : height * 2 // 3 : 8, width // 4 : width * 3 // 4 : 8]
        return np.asarray(cheeks.mean((0, 1)) * self.tone, np.float32)

    def moves(self, intensities: Floats) -> Floats:
        """Return what this person's muscles make of asked intensities (sliders, 2)."""
        sides = np.stack([1 + self.asymmetry, 1 - self.asymmetry], 1)
        return np.asarray(intensities * self.gain[:, None] * sides, np.float32)


def draw_person(assets: Assets, rng: Generator) -> Person:
    """Draw a person; sexes and peoples are balanced, a quarter are children."""
    people, sex = str(rng.choice(PEOPLE)), str(rng.choice(SEXES))
    age = str(rng.choice(AGES, p=_AGE_SHARE))
    grown_man = sex == "male" and age != "child"
    hair = _draw_hair(assets, people, sex, age, rng)
    colour = _draw_hair_colour(people, age, rng)
    bare = 0.0 if hair == "none" and age == "old" and rng.random() < 0.5 else rng.uniform(0.8, 0.97)
    neutral = draw_neutral(assets, people, sex, age, rng)
    brown_only = 2 if people != "caucasian" else len(_EYE_COLOURS)
    eye = _EYE_COLOURS[rng.integers(brown_only)]
    return Person(
        age=age,
        sex=sex,
        people=people,
        neutral=neutral,
        texture=_draw_skin(assets, people, sex, age, rng),
        tone=_draw_tone(rng),
        hair=hair,
        hair_colour=colour,
        scalp=_colour(*(colour * 0.8), bare),
        brows=str(rng.choice(sorted(assets.brows) or ["none"])),
        brow_opacity=float(rng.uniform(1.0, 3.0)),
        iris=_colour(*eye, rng.uniform(0.3, 0.55), rng.uniform(22, 28), rng.uniform(0.5, 0.95)),
        cloth=_colour(
            *np.clip(rng.beta(1, 2) + rng.normal(0, 0.1, 3), 0.02, 0.8), rng.uniform(-2, 2.5)
        ),
        stubble=float(rng.uniform(0.2, 1)) if grown_man and rng.random() < 0.33 else 0.0,
        lips=_draw_lips(people, sex == "female" and age != "child", rng),
        seed=float(rng.uniform(0, 6)),
        gloss=float(rng.uniform(0.05, 0.32)),
        wrinkling=_WRINKLING[age] * float(rng.uniform(0.6, 1.2)),
        wrinkles_at_rest=_WRINKLES_AT_REST[age] * float(rng.uniform(0.4, 1.3)),
        gain=_draw_gain(assets, neutral, rng),
        asymmetry=_draw_asymmetry(rng),
        covers=_draw_covers(assets, hair, colour, rng),
        lashes=draw_lashes(sex == "female" and age != "child", rng),
        lid_shadow=float(rng.uniform(0.0, 0.25)),
    )


def _draw_covers(assets: Assets, hair: str, colour: Floats, rng: Generator) -> tuple[Cover, ...]:
    """Glasses, locks of hair, and what is worn before the face."""
    shop = assets.workshop
    covers = draw_gear(shop, rng)
    if hair not in ("none", "afro01"):
        covers = (draw_hairline(shop, colour, rng), *covers)
        if rng.random() < FRINGE_SHARE:
            covers = (draw_fringe(shop, colour, rng), *covers)
    if hair != "none" and rng.random() < STRANDS_SHARE:
        covers = (draw_strands(shop, colour, rng), *covers)
    if rng.random() < GLASSES_SHARE and not any(c.kind == "sunglasses" for c in covers):
        covers = (draw_glasses(shop, rng), *covers)
    if not assets.brows:
        covers = (plain_brows(shop, assets.neutral[assets.landmarks], colour, rng), *covers)
    return covers


def _colour(*numbers: float) -> Floats:
    return np.array(numbers, np.float32)


def _draw_skin(assets: Assets, people: str, sex: str, age: str, rng: Generator) -> Floats:
    """Mix a fitting skin with a little of any other; add grain, moles, freckles."""
    import cv2

    kind = "young" if age == "child" else age
    names = list(assets.skins)
    fitting = [name for name in names if name.startswith(f"{kind}_{people}_{sex}")] or names
    own, other = assets.skins[str(rng.choice(fitting))], assets.skins[str(rng.choice(names))]
    share = np.float32(rng.uniform(0, 0.35))
    height, width = own.shape[:2]
    patches = cv2.resize(
        rng.normal(0, 0.055, (12, 7, 3)).astype(np.float32),
        (width, height),
        interpolation=cv2.INTER_CUBIC,
    )
    fine = cv2.resize(
        rng.normal(0, 0.045, (90, 48)).astype(np.float32),
        (width, height),
        interpolation=cv2.INTER_LINEAR,
    )
    grain = np.roll(assets.noise[rng.integers(NOISE_TILES)], int(rng.integers(width)), 1)
    grey = 1 + fine + np.float32(0.035) * grain
    if rng.random() < 0.2:
        freckles = np.roll(assets.noise[rng.integers(NOISE_TILES)], int(rng.integers(height)), 0)
        grey *= 1 - 0.35 * np.clip(freckles - 2.2, 0, 1)
    skin = (own + share * (other - own)) * (grey[..., None] + patches)
    for _ in range(rng.integers(0, 9)):
        at = (int(rng.integers(150, 350)), int(rng.integers(200, 520)))
        mole = [float(c) for c in skin[300, 250] * rng.uniform(0.15, 0.5)]
        cv2.circle(skin, at, 1, mole, -1)
    return np.asarray(np.clip(skin, 0.0005, 1), np.float32)


def _draw_tone(rng: Generator) -> Floats:
    g = np.exp(rng.normal(0, 0.18))
    tint = np.exp(rng.normal(0, 0.05, 3))
    return np.asarray(g * tint * np.array([1, g**0.1, g**0.25]), np.float32)


def _draw_hair(assets: Assets, people: str, sex: str, age: str, rng: Generator) -> str:
    if sex == "male":
        bald = {"child": 0.04, "young": 0.08, "middleage": 0.15, "old": 0.3}[age]
        if rng.random() < bald:
            return "none"
        styles = _MALE_HAIR + (("afro01",) if people == "african" else ())
    else:
        styles = _FEMALE_HAIR + (("afro01",) if people == "african" else ())
    covering = rng.random() < _COVERED_FACES
    fitting = [
        style
        for style in styles
        if style in assets.hairs
        and (covering or assets.hairs[style].over_face(assets.neutral) < _HAIR_OVER_FACE)
    ]
    return str(rng.choice(fitting or ["none"]))


def _draw_hair_colour(people: str, age: str, rng: Generator) -> Floats:
    colours = _HAIR_COLOURS[people]
    colour = np.array(colours[rng.integers(len(colours))])
    if age == "old" and rng.random() < 0.8:
        colour = np.array([0.38, 0.37, 0.35]) * rng.uniform(0.6, 1.2)
    elif age == "middleage" and rng.random() < 0.3:  # turning grey
        share = rng.uniform(0.2, 0.7)
        colour = colour * (1 - share) + share * 0.3
    elif age != "child" and rng.random() < DYED_SHARE:
        colour = rng.uniform(0.03, 0.5, 3)
    return np.asarray(colour * np.exp(rng.normal(0, 0.2)), np.float32)


def _draw_lips(people: str, may_be_painted: bool, rng: Generator) -> Floats:
    red = np.array([0.30, 0.085, 0.11]) * rng.uniform(0.6, 1.3)
    red *= 0.45 if people == "african" else 1.0
    painted = may_be_painted and rng.random() < 0.4
    return _colour(*red, rng.uniform(0.25, 0.7) if painted else rng.uniform(0.05, 0.3))


def _draw_asymmetry(rng: Generator) -> Floats:
    """How much more the left side moves; lids nearly always close together."""
    out = np.clip(rng.normal(0, 0.08, len(SLIDERS)), -0.2, 0.2)
    out[slider("43")] *= 0.3
    return out.astype(np.float32)


def _draw_gain(assets: Assets, neutral: Floats, rng: Generator) -> Floats:
    """How strongly each unit moves; the blink is scaled so that these lids meet."""
    gain = np.exp(rng.normal(0, 0.18, len(SLIDERS)))
    for name in ("18", "22", "23", "28", "27"):  # the mesh allows no more
        gain[slider(name)] = min(gain[slider(name)], 1.0)
    y = neutral[assets.landmarks, 1]
    aperture = (y[[37, 38, 43, 44]].mean() - y[[40, 41, 46, 47]].mean()).item()
    gain[slider("43")] = np.clip((aperture - 0.02) / _LID_SHAPE_CM, 0.6, 1.3)
    return gain.astype(np.float32)
