"""Stills and clips: a person, a scene and a course of expressions, frame by frame."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt

from facs.synthesis.assets import Assets, Floats
from facs.synthesis.camera import Camera, Window, develop, draw_camera, exposure_for, face_luma
from facs.synthesis.covers import Cover
from facs.synthesis.hand import HAND_SHARE, draw_hand
from facs.synthesis.hidden import hidden_columns
from facs.synthesis.labels import LabelMaker, columns
from facs.synthesis.person import Person, draw_person
from facs.synthesis.render import draw, posed
from facs.synthesis.sampling import (
    EXCLUSIVE,
    blink,
    envelope,
    expression,
    smooth_step,
    with_gaze,
)
from facs.synthesis.scene import Pose, Scene, draw_pose, draw_scene_for
from facs.synthesis.shapes import SLIDERS, Mixer, slider

Generator = np.random.Generator

SUPERSAMPLING: Final = 1.5
FAR_OFF: Final = 0.2
"""Share of gazes that go far down or up."""

ASIDE: Final = 0.14
"""Share of gazes that go far to one side."""

CAUGHT_BLINKING: Final = 0.1
"""Share of stills taken while the lids are down."""

RATE: Final = 30.0
"""Frames per second of clips."""


@dataclass(frozen=True)
class Sample:
    """One labelled picture: `image` RGB uint8, `labels` in the order of `labels.columns`.

    `hidden` says of which labels nothing can be seen, because something covers that part.
    """

    image: npt.NDArray[np.uint8]
    labels: Floats
    hidden: npt.NDArray[np.bool_]
    landmarks: Floats
    pose: Pose
    time: float
    quality: int


@dataclass(frozen=True)
class Studio:
    """Takes labelled pictures of people made from one set of assets."""

    assets: Assets
    size: int = 160

    @cached_property
    def mixer(self) -> Mixer:
        """Recipes over the shapes of these assets."""
        return Mixer.over(self.assets.shape_names)

    @cached_property
    def labeller(self) -> LabelMaker:
        """Label rules over the landmarks of these assets."""
        return LabelMaker(self.assets.shape_names, self.assets.landmark_shapes)

    def shoot(
        self,
        person: Person,
        scene: Scene,
        camera: Camera,
        intensities: Floats,
        pose: Pose,
        window: Window,
        rng: Generator,
        gain: float | None = None,
        time: float = 0.0,
        covers: tuple[Cover, ...] = (),
    ) -> tuple[Sample, float]:
        """Take one picture; `gain` None exposes for the face. Returns it and its gain.

        `covers` are before the face besides the person's own.
        """
        weights, shown = self.mixer.weights(person.moves(intensities))
        large = round(self.size * SUPERSAMPLING)
        before = person.covers + covers
        drawing = draw(self.assets, person, scene, weights, shown, pose, window, large, before)
        if gain is None:
            gain = exposure_for(face_luma(drawing.light, drawing.face), camera.brightness)
        sample = Sample(
            image=develop(drawing.light, self.size, gain, camera, rng),
            labels=self.labeller(person.neutral[self.assets.landmarks], weights, shown),
            hidden=hidden_columns(drawing.veil, drawing.landmarks, columns()),
            landmarks=drawing.landmarks * np.float32(self.size / large),
            pose=pose,
            time=time,
            quality=camera.quality,
        )
        return sample, gain

    def window(self, person: Person, scene: Scene, pose: Pose, rng: Generator) -> Window:
        """Frame the face so that the landmarks cover 45 to 65 % of the side."""
        dots = posed(person.neutral[self.assets.landmarks], pose)
        x, y = rng.uniform(-0.07, 0.07, 2)
        return Window.around(dots, scene.distance, rng.uniform(0.45, 0.65), (x, y))

    def still(self, person: Person, rng: Generator) -> Sample:
        """One picture of a person, in a scene of its own."""
        camera, pose = draw_camera(rng), draw_pose(rng)
        scene = draw_scene_for(self.assets, pose, rng)
        intensities = with_gaze(expression(rng), _gaze(pose, rng))
        if rng.random() < CAUGHT_BLINKING:
            row = slider("43")
            lids = 1.0 if rng.random() < 0.4 else rng.uniform(0.2, 1.0)
            intensities[row] = np.maximum(intensities[row], lids)
        window = self.window(person, scene, pose, rng)
        covers = self._perhaps_hand(person, rng)
        return self.shoot(person, scene, camera, intensities, pose, window, rng, covers=covers)[0]

    def clip(self, person: Person, frames: int, rng: Generator) -> Iterator[Sample]:
        """Film a person with a steady camera, at `RATE` frames per second."""
        camera, course = draw_camera(rng), draw_course(rng, frames)
        poses = draw_motion(rng, frames)
        scene = draw_scene_for(self.assets, poses[0], rng)
        gazes = _gaze_course(poses[0], frames, rng)
        window = self.window(person, scene, poses[frames // 2], rng)
        drift = rng.normal(0, 0.0006, (frames, 2)).cumsum(0)
        flicker = 1 + rng.normal(0, 0.006, frames)
        covers = self._perhaps_hand(person, rng)
        way = draw_passing(rng, frames)
        gain = base = None
        for t in range(frames):
            framed = window.moved(float(drift[t, 0]), float(drift[t, 1]))
            looking = with_gaze(course[t], gazes[t])
            passing = tuple(cover.moved(way[t]) for cover in covers)
            sample, used = self.shoot(
                person, scene, camera, looking, poses[t], framed, rng, gain, t / RATE, passing
            )
            # The first frame sets the exposure of all; the mains make it flicker.
            base = used if base is None else base
            gain = base * float(flicker[t])
            yield sample

    def _perhaps_hand(self, person: Person, rng: Generator) -> tuple[Cover, ...]:
        """Now and then a hand, most often the person's own."""
        if rng.random() >= HAND_SHARE:
            return ()
        skin = person.skin_colour
        if rng.random() < 0.25:
            skin = skin * np.float32(np.exp(rng.normal(0, 0.5)))
        return (draw_hand(self.assets.workshop, np.clip(skin, 0.01, 0.8), rng),)

    def person(self, rng: Generator) -> Person:
        """Draw a new person."""
        return draw_person(self.assets, rng)


def draw_passing(rng: Generator, frames: int) -> Floats:
    """Way of a hand over a clip, (frames, 3) centimetres: it rests, or comes, or goes."""
    kind = rng.random()
    course = np.zeros(frames, np.float32)
    if kind < 0.6:
        start, span = rng.uniform(0, frames), rng.uniform(0.3, 0.8) * RATE
        course = smooth_step((np.arange(frames, dtype=np.float32) - start) / span)
        course = course if kind < 0.3 else 1 - course
    away = np.array([rng.choice((-1, 1)) * rng.uniform(4, 12), -rng.uniform(8, 16), 3])
    tremble = rng.normal(0, 0.03, (frames, 3)).cumsum(0)
    return np.asarray(course[:, None] * away + tremble, np.float32)


def draw_course(rng: Generator, frames: int) -> Floats:
    """Intensities over a clip, (frames, sliders, 2).

    One expression, or in some clips a second that may overlap with it; most
    units share the expression's onset and offset, some have their own.
    """
    out = _one_expression(rng, frames)
    if rng.random() < 0.4:
        out = np.maximum(out, _compatible_only(out, _one_expression(rng, frames)))
    if rng.random() < 0.35:
        lids = slider("43")
        out[:, lids] = np.maximum(out[:, lids], blink(rng, frames, RATE)[:, None])
    return out


def _one_expression(rng: Generator, frames: int) -> Floats:
    height = expression(rng, neutral=0.08)
    out = np.zeros((frames, *height.shape), np.float32)
    shared = envelope(rng, frames, RATE)
    for row in np.flatnonzero(height.any(1)):
        own = shared if rng.random() < 0.6 else envelope(rng, frames, RATE)
        out[:, row] = own[:, None] * height[row]
    return out


def _compatible_only(first: Floats, second: Floats) -> Floats:
    """Drop from the second course what excludes a unit of the first."""
    active = {name for row, name in enumerate(SLIDERS) if first[:, row].any()}
    out: Floats = second.copy()
    for a, b in EXCLUSIVE:
        for kept, dropped in ((a, b), (b, a)):
            if kept in active:
                out[:, slider(dropped)] = 0
    return out


def draw_motion(rng: Generator, frames: int) -> list[Pose]:
    """Let a head drift, and in some clips turns or nods on purpose."""
    first = draw_pose(rng)
    lively = 3.0 if rng.random() < 0.3 else 1.0
    speed = rng.normal(0, [0.35, 0.25, 0.2, 0.05, 0.04]) * lively
    state = np.array([first.yaw, first.pitch, first.roll, 0.0, 0.0])
    poses = []
    for _ in range(frames):
        yaw, pitch, roll, x, y = (float(v) for v in state)
        poses.append(Pose(float(np.clip(yaw, -55, 55)), float(np.clip(pitch, -35, 35)), roll, x, y))
        speed = 0.93 * speed + rng.normal(0, [0.12, 0.09, 0.06, 0.015, 0.012]) * lively
        state = state + speed
    return poses


def _gaze(pose: Pose, rng: Generator) -> tuple[float, float]:
    """Where the eyes turn: often back to the camera, a little somewhere, or far off.

    People read and look at their hands: far off is mostly down, where the lids follow; so far that
    they cover the eye is rare. To the sides and up they glance, some of them to say something.
    """
    side, up = rng.normal(0, 0.2, 2)
    draw = rng.random()
    if draw < FAR_OFF:
        up = rng.uniform(-0.85, -0.3) if rng.random() < 0.6 else rng.uniform(0.3, 1.0)
        side = 2 * side
    elif draw < FAR_OFF + ASIDE:
        side, up = rng.choice((-1, 1)) * rng.uniform(0.3, 1.0), 2 * up
    elif rng.random() < 0.6:
        side, up = side - pose.yaw / 40, up - pose.pitch / 40
    return float(np.clip(side, -1, 1)), float(np.clip(up, -1, 1))


def _gaze_course(pose: Pose, frames: int, rng: Generator) -> list[tuple[float, float]]:
    """Fixations with a jump now and then."""
    now, out = _gaze(pose, rng), []
    for _ in range(frames):
        if rng.random() < 0.03:
            now = _gaze(pose, rng)
        out.append(now)
    return out
