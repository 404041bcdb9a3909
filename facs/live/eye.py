"""Eye: a picture in, what gestures read of her face out; the stages of `facs.pipeline`, at once.

The temporal stream wants to see a sixth of a second of the future; live there is none to spare,
so every frame is scored from its picture alone, as for the figures of gestures.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from facs.absent import absent
from facs.canonical import align, warp
from facs.crops.clips import FaceClip
from facs.faces.face import Face
from facs.faces.landmarks import Landmarker
from facs.faces.track import FaceTracker, TrackOptions
from facs.live.choice import Chooser, Chosen
from facs.meaning.contradictions import doubts
from facs.meaning.moments import Moment, moments
from facs.meaning.profile import Profile
from facs.network.predict import Model, Scores
from facs.network.weights import load_model
from facs.person import REASONS, STREAMS, Person
from facs.pixels import gray_of
from facs.video import Frame

__all__ = ["Eye", "Looks", "Sight"]


@dataclass(frozen=True)
class Sight:
    """What was seen in one frame.

    Parameters
    ----------
    moment : Moment
        Of her, relative to her rest; empty where she was not seen or could not be scored.
    chosen : Chosen
    reason : str
        A word of `facs.person.REASONS`: why there are no numbers.
    """

    moment: Moment
    chosen: Chosen
    reason: str = ""


class Looks(Protocol):
    """What sees her in a frame: `Eye`, or a test's stand-in."""

    @property
    def chooser(self) -> Chooser:
        """Who is taken for her."""

    def look(self, frame: Frame) -> Sight:
        """See one frame."""


class Eye:
    """Sees one child.

    Parameters
    ----------
    profile : Profile
    model : str, Path or Model, optional
    detector : str
    threads : int
        Threads of each stage.

    Raises
    ------
    InputError
        If the profile's baseline was made with a model of other units.
    """

    def __init__(
        self,
        profile: Profile,
        model: str | Path | Model | None = None,
        detector: str = "haar",
        threads: int = 1,
    ) -> None:
        opened = model is not None and not isinstance(model, (str, Path))
        self.model: Model = (
            model if opened else load_model(model, motion=False, threads=threads)  # type: ignore[assignment, arg-type]
        )
        self.profile = profile
        self.chooser = Chooser(profile.who)
        self._tracker = FaceTracker(TrackOptions(), detector, Landmarker(threads=threads))
        spec = self.model.spec
        # A baseline of another model is refused now, and not at the first face.
        profile.relative(absent(0, np.zeros(1), spec.units, spec.sided))
        self._score(0, 0, 0.0, np.zeros((self.model.spec.crop_size,) * 2, np.uint8))  # warms up

    @property
    def notes(self) -> tuple[str, ...]:
        """What a carer should know of this profile and this model, one sentence each."""
        spec, baseline = self.model.spec, self.profile.baseline
        lacks = self.profile.unmeasured(spec.units, spec.sided)
        found = [
            f"{name} is never found: {', '.join(what)} not measured" for name, what in lacks.items()
        ]
        found += doubts(self.profile.signs, self.profile.ignored)
        if baseline is not None and baseline.model not in ("", spec.label):
            found.append(
                f"her rest was measured with {baseline.model}, this is {spec.label}: enrol again"
            )
        return tuple(found)

    def look(self, frame: Frame) -> Sight:
        """See one frame; their times must not go back."""
        gray = gray_of(frame.image)
        faces = self._tracker.update(gray, frame.time)
        height, width = gray.shape
        chosen = self.chooser.choose(faces, (width, height))
        face = chosen.face
        if face is None or face.reason:
            return Sight(Moment(frame.time), chosen, face.reason if face else "no_face")
        size = self.model.spec.crop_size
        crop = warp(gray, align(face.landmarks, size), size)
        scores = self._score(face.track, frame.index, frame.time, crop)
        person = self.profile.relative(self._person(frame.time, face, scores))
        return Sight(next(moments(person, self.profile.ignored)), chosen)

    def _score(self, track: int, index: int, time: float, crop: NDArray[np.uint8]) -> Scores:
        return self.model([FaceClip(track, index, time, crop, None)])

    def _person(self, time: float, face: Face, scores: Scores) -> Person:
        """Her in one frame, which could be scored."""
        spec = self.model.spec
        return Person(
            track=face.track,
            times=np.array([time]),
            units=spec.units,
            sided=spec.sided,
            probability=scores.probability[:1],
            intensities=scores.intensity[:1],
            left=scores.left[:1],
            right=scores.right[:1],
            left_intensity=scores.left_intensity[:1],
            right_intensity=scores.right_intensity[:1],
            boxes=_one(face.box),
            landmarks=_one(face.landmarks),
            pose=_one(face.pose),
            quality=_one(face.quality),
            score=_one(face.score),
            reasons=np.array([REASONS.index("")], np.uint8),
            streams=np.array([STREAMS.index("spatial")], np.uint8),
            on=np.asarray(spec.on, np.float32),
            off=np.asarray(spec.off, np.float32),
        )


def _one(value: ArrayLike) -> NDArray[np.float32]:
    return np.asarray(value, np.float32)[None]
