"""Films of one person as a model sees them: raw scores of every frame, and the faces themselves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from facs.crops.clips import FaceClip
from facs.errors import InputError
from facs.files import sha256_of
from facs.meaning.rest import resting_frames
from facs.network.backends import OnnxStream, Stream
from facs.network.predict import Scores, TwoStreamModel, scores_of
from facs.network.spec import ModelSpec
from facs.network.steady import parted, steady
from facs.network.weights import ShippedModel
from facs.person import STREAMS, Person
from facs.pipeline import AnalyzeOptions, analyze
from facs.recording import Recording

__all__ = ["BLOCK", "MOST_SECONDS", "Footage", "Watcher", "film"]

Floats = NDArray[np.float32]
Progress = Callable[[int, "int | None"], None]

MOST_SECONDS: Final = 300.0
"""Of each film no more is looked at: faces are held in memory, 12 kB each."""

BLOCK: Final = 5.0
"""Seconds of a piece of film; of every three pieces the last one is held out for the guard."""

SOMEBODY_ELSE: Final = 0.1
"""Share of the frames of the one who is seen most, from which another face is another person."""


@dataclass(frozen=True, eq=False)
class Footage:
    """One film of her; n frames, C columns of scores, S the side of a crop.

    Parameters
    ----------
    name : str
        Of the file, without its folder.
    person : Person
        As the model that is to be adapted measures her.
    spatial, temporal : array, shape (n, C)
        Raw scores of both streams; NaN where she was not scored, or not by that stream.
    crops : array, shape (m, S, S), uint8
        Her aligned face in the frames `rows` (m,).
    begins : float, seconds
        How long the films before it are, so that pieces are counted over all films.
    """

    name: str
    person: Person
    spatial: Floats
    temporal: Floats
    crops: NDArray[np.uint8]
    rows: NDArray[np.int64]
    begins: float = 0.0

    @property
    def seconds(self) -> float:
        """How long she was seen."""
        times = self.person.times
        return float(len(self.rows) * np.median(np.diff(times))) if len(times) > 1 else 0.0

    @property
    def held_out(self) -> NDArray[np.bool_]:
        """Frames (n,) that nothing is learned from: the last of every three pieces of `BLOCK`."""
        since = self.begins + self.person.times - self.person.times[:1]
        return np.asarray(np.floor(since / BLOCK).astype(np.int64) % 3 == 2)

    @property
    def resting(self) -> NDArray[np.bool_]:
        """Frames (n,) of her rest, by the rule of `facs.meaning.rest`."""
        return resting_frames(self.person)

    def scored(
        self, spec: ModelSpec, spatial: Floats | None = None, *, motion: bool = True
    ) -> Person:
        """Measure her by another specification, or by other scores of the spatial stream."""
        raw = self.spatial if spatial is None else spatial
        seen = np.asarray(~np.isnan(raw).any(axis=1))
        moving = np.asarray(seen & ~np.isnan(self.temporal).any(axis=1) & motion)
        weight = np.asarray(spec.fusion, np.float32)
        fused = (1 - weight) * raw + weight * self.temporal
        anew = parted(np.arange(len(raw)), moving)
        told = np.where(moving[:, None], steady(np.nan_to_num(fused), self.person.times, anew), raw)
        return _measured(self.person, seen, scores_of(spec, told[seen], moving[seen]))


def _measured(person: Person, seen: NDArray[np.bool_], scores: Scores) -> Person:
    """The same person with other numbers in the frames in which she is scored."""

    def spread(values: Floats) -> Floats:
        table = np.full((len(person), values.shape[1]), np.nan, np.float32)
        table[seen] = values
        return table

    streams = np.zeros(len(person), np.uint8)
    fused = STREAMS.index("fused")
    streams[seen] = np.where(scores.fused, fused, STREAMS.index("spatial"))
    return replace(
        person,
        probability=spread(scores.probability),
        intensities=spread(scores.intensity),
        left=spread(scores.left),
        right=spread(scores.right),
        left_intensity=spread(scores.left_intensity),
        right_intensity=spread(scores.right_intensity),
        streams=streams,
    )


class _Kept:
    """A stream whose latest scores can be looked up."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self.spec = stream.spec
        self.latest: Floats = np.zeros((0, len(self.spec.columns)), np.float32)

    def __call__(self, batch: NDArray[Any]) -> Floats:
        self.latest = self._stream(batch)
        return self.latest


class Watcher:
    """A model that keeps, by person and frame, what its streams said and what they saw.

    Parameters
    ----------
    files : ShippedModel
    """

    def __init__(self, files: ShippedModel) -> None:
        self._spatial = _Kept(OnnxStream(files.spatial))
        self._temporal = _Kept(OnnxStream(files.temporal)) if files.temporal else None
        self.sha256 = sha256_of(files.spatial)
        self._model = TwoStreamModel(self._spatial, self._temporal, self.sha256)
        self.spec = self._model.spec
        self.uses_motion = self._model.uses_motion
        self.seen: dict[int, list[tuple[int, NDArray[np.uint8], Floats, Floats]]] = {}

    def __call__(self, clips: Sequence[FaceClip]) -> Scores:
        """Score clips, and keep them."""
        scores = self._model(clips)
        motion = iter(self._temporal.latest if self._temporal and scores.fused.any() else ())
        none = np.full(len(self.spec.columns), np.nan, np.float32)
        for clip, raw, fused in zip(clips, self._spatial.latest, scores.fused, strict=True):
            kept = (clip.index, clip.crop, raw, next(motion) if fused else none)
            self.seen.setdefault(clip.track, []).append(kept)
        return scores


def film(
    source: Any,
    files: ShippedModel,
    *,
    person: int | None = None,
    progress: Progress | None = None,
    **changes: Any,
) -> Footage:
    """Look at a film of one person.

    Parameters
    ----------
    source : anything that `facs.analyze` takes
    files : ShippedModel
        The model that is to be adapted.
    person : int, optional
        Her number, where the film shows several people.
    **changes
        Options of `facs.analyze`.

    Raises
    ------
    InputError
        If nobody is in it, or several people are and nobody says who is meant.
    """
    watcher = Watcher(files)
    options = AnalyzeOptions(stop=MOST_SECONDS)
    recording = analyze(source, model=watcher, options=options, progress=progress, **changes)
    her = _chosen(recording, person)
    n, columns = len(her), len(watcher.spec.columns)
    spatial, temporal = (np.full((n, columns), np.nan, np.float32) for _ in range(2))
    kept = sorted(watcher.seen.get(her.track, []), key=lambda item: item[0])
    for index, _, still, motion in kept:
        spatial[index], temporal[index] = still, motion
    size = watcher.spec.crop_size
    crops = np.array([crop for _, crop, _, _ in kept], np.uint8).reshape(-1, size, size)
    rows = np.array([index for index, *_ in kept], np.int64)
    return Footage(recording.source, her, spatial, temporal, crops, rows)


def _chosen(recording: Recording, wanted: int | None) -> Person:
    """Her among the people of a film."""
    name = recording.source
    people = sorted(recording.people, key=lambda p: -int(p.seen.sum()))
    if wanted is not None:
        found = [p for p in people if p.track == wanted]
        if not found:
            numbers = ", ".join(str(p.track) for p in people) or "nobody"
            raise InputError(f"{name}: wanted person {wanted}, there is {numbers}")
        return found[0]
    seen = [int(p.seen.sum()) for p in people]
    if not people or not seen[0]:
        raise InputError(f"{name}: wanted her face, nobody was seen in it")
    others = [p for p, count in zip(people, seen, strict=True) if count > SOMEBODY_ELSE * seen[0]]
    if len(others) > 1:
        numbers = " and ".join(str(p.track) for p in others)
        raise InputError(
            f"{name}: wanted one person, saw {numbers}; say who is meant (--person), or cut the "
            "film so that she is alone"
        )
    return people[0]
