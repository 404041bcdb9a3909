"""`adapt`: untagged films of one person in, a model for her out, if it is better than the old one.

Films are cut into pieces of five seconds. Two of every three teach, the third is the guard's
(`facs.adapting.guard`). There are two ways:

- ``rest``: her own neutral level is taken out of every score, in logits. The largest error of the
  shipped models is that a resting face with low brows or turned-down corners looks like a movement.
- ``consistency``: the same, after the last layers of the spatial stream have learned to say one
  thing of a face however it is lit, focused and cut out (`facs.training.adapt`). It takes torch.

Of those that the guard accepts the better one is taken. If there is none, the old model stays.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from facs.adapting.files import changed_file, need_onnx, write_pair
from facs.adapting.footage import Footage, film
from facs.adapting.labelled import labels_of
from facs.adapting.trying import METHODS, Trial, Workshop
from facs.errors import InputError
from facs.files import sha256_of
from facs.network.backends import OnnxStream
from facs.network.spec import ModelSpec
from facs.network.weights import ShippedModel, files_of, pair_of
from facs.person import seconds_covered

__all__ = ["MIN_SECONDS", "Adapted", "adapt", "adapt_to"]

Progress = Callable[[int, "int | None"], None]

MIN_SECONDS: Final = 20.0
"""How long she must be seen, over all films."""


@dataclass(frozen=True)
class Adapted:
    """What came of adapting a model to one person.

    Parameters
    ----------
    base : ShippedModel
        The old model's files.
    spec : ModelSpec
        The old model's.
    frames : int
        Of her face, of all films.
    seconds : float
    films : int
    trials : tuple of Trial
        All ways that were tried.
    """

    base: ShippedModel
    spec: ModelSpec
    frames: int
    seconds: float
    films: int
    trials: tuple[Trial, ...]

    @property
    def chosen(self) -> Trial | None:
        """The best of what the guard accepts; None where the old model stays."""
        accepted = [trial for trial in self.trials if trial.comparison.accepted]
        return max(accepted, key=lambda trial: trial.comparison.merit, default=None)

    @property
    def reason(self) -> str:
        """Why the old model stays; empty where it does not."""
        if self.chosen is not None:
            return ""
        return "; ".join(f"{trial.method}: {trial.comparison.reason}" for trial in self.trials)

    def save(self, path: str | os.PathLike[str]) -> tuple[Path, ...]:
        """Write the new model: ``child.onnx`` becomes child-spatial.onnx and child-temporal.onnx.

        `facs.analyze(model="child.onnx")` finds them under the name that was given here.

        Raises
        ------
        InputError
            If the old model stays.
        OutputError
            If a file is there already, or cannot be written.
        """
        trial = self.chosen
        if trial is None:
            raise InputError(f"wanted a model that is better, the old one stays: {self.reason}")
        out = Path(path)
        name = pair_of(out)[0].name.removesuffix("-spatial.onnx")
        spec = replace(trial.spec, name=name, training=self._training(trial))
        facts = self._facts(trial)
        spatial = changed_file(self.base.spatial, spec, facts, trial.tensors)
        temporal = None
        if self.base.temporal is not None:
            other = replace(spec, stream="temporal")
            temporal = changed_file(self.base.temporal, other, facts, {})
        return write_pair(out, spatial, temporal)

    def _training(self, trial: Trial) -> str:
        return (
            f"{self.spec.training} Adapted to one person from {self.spec.label} "
            f"({trial.method}): {self.frames} frames without labels, {self.seconds:.0f} s."
        )

    def _facts(self, trial: Trial) -> dict[str, Any]:
        return {
            "from": self.spec.label,
            "sha256": sha256_of(self.base.spatial),
            "method": trial.method,
            "films": self.films,
            "frames": self.frames,
            "seconds": round(self.seconds, 1),
            "held_out": trial.comparison.plain(),
        }


def adapt(
    *sources: Any,
    model: str | Path | None = None,
    labels: str | os.PathLike[str] | None = None,
    person: int | None = None,
    methods: Sequence[str] = ("rest",),
    progress: Progress | None = None,
    **changes: Any,
) -> Adapted:
    """Make a model for one person from untagged films of her.

    Parameters
    ----------
    *sources : paths, or anything that `facs.analyze` takes
        Films of her; of each, the first five minutes are looked at.
    model : str or Path, optional
        The model to begin with, as for `facs.load_model`.
    labels : path, optional
        A table of labelled frames as `facs evaluate` takes it; they decide, they do not teach.
    person : int, optional
        Her number, where a film shows several people.
    methods : sequence of str, optional
        Of `METHODS`; the better one of those that the guard accepts is taken.
    progress : callable, optional
        Called with (frames so far, frames expected or None) of each film.
    **changes
        Options of `facs.analyze`, such as ``motion=False``.

    Returns
    -------
    Adapted
        Nothing is written yet: see `Adapted.chosen`, `Adapted.reason` and `Adapted.save`.

    Raises
    ------
    InputError
        If she is not seen for 20 s, if a film shows several people and nobody says who is
        meant, or if the labels are none.
    ModelError, VideoError
        As `facs.analyze`.
    MissingPackageError
        If the package onnx is not installed, or torch and a way that takes it is asked for.

    Examples
    --------
    >>> import numpy as np
    >>> try:
    ...     adapt(np.zeros((3, 96, 128, 3), np.uint8), rate=25)
    ... except InputError as error:
    ...     print(error)
    array: wanted her face, nobody was seen in it
    >>> adapted = adapt("day.mp4")                                          # doctest: +SKIP
    >>> if adapted.chosen: adapted.save("child.onnx")                       # doctest: +SKIP
    """
    need_onnx()
    unknown = sorted(set(methods) - set(METHODS))
    if unknown or not sources or not methods:
        raise InputError(f"wanted films, and methods of {METHODS}, got {unknown or 'none'}")
    files = files_of(model)
    films = [film(s, files, person=person, progress=progress, **changes) for s in sources]
    return adapt_to(films, files, labels=labels, methods=methods)


def adapt_to(
    films: Sequence[Footage],
    files: ShippedModel,
    *,
    labels: str | os.PathLike[str] | None = None,
    methods: Sequence[str] = ("rest",),
) -> Adapted:
    """Do as `adapt`, with films that were looked at already."""
    seconds = sum(one.seconds for one in films)
    if seconds < MIN_SECONDS:
        raise InputError(
            f"wanted her face for {MIN_SECONDS:.0f} s at least, it was seen for {seconds:.1f} s: "
            "film her for a minute or two"
        )
    with tempfile.TemporaryDirectory() as folder:
        work = Workshop(_in_a_row(films), files, OnnxStream(files.spatial), Path(folder))
        known = None if labels is None else labels_of(labels, work.films)
        trials = tuple(work.trial(method, known) for method in methods)
    frames = sum(len(one.rows) for one in films)
    spec = work.stream.spec
    return Adapted(files, spec, frames, seconds, len(films), trials)


def _in_a_row(films: Sequence[Footage]) -> list[Footage]:
    """The films, each of which knows how long those before it are."""
    lengths = [seconds_covered(one.person.times) for one in films]
    begins = np.cumsum([0.0, *lengths[:-1]]).tolist()
    return [replace(one, begins=start) for one, start in zip(films, begins, strict=True)]
