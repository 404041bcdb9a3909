"""Domains of the adaptation experiment: labelled source, unlabelled target, and who is asked.

Targets come in two parts that never mix: pictures without labels, which methods adapt on, and
pictures with labels, which nothing is trained or chosen on. Of children these are different
sittings, of photographs different people.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from adaptation_faces import Cutter, cut
from adaptation_render import CLASSES, SITTINGS_OF_A_CHILD, Cast, Shots, rendered
from numpy.typing import NDArray

from facs.errors import InputError
from facs.files import atomic
from facs.training.real_faces import EMOTIONS, FaceSet, read_photos

__all__ = ["EXPERIMENTS", "Labelled", "Task", "child_tasks", "photo_task", "source_of"]

Pictures = NDArray[np.uint8]

EXPERIMENTS: Final = {
    "many-to-one": "rendered adults to one unseen rendered child at a time",
    "many-to-many": "rendered adults to unseen rendered children together",
    "smile and neutral": "the same children together, their neutral faces and smiles alone",
    "to photographs": "rendered adults to photographs of other people, by emotion",
}

EVERY_CLASS: Final = tuple(range(len(CLASSES)))
NEUTRAL_AND_SMILE: Final = (CLASSES.index("neutral"), CLASSES.index("smile"))

CLASS_OF_EMOTION: Final = {"neutral": 0, "happiness": 1, "surprise": 3}
"""Nobody in the photographs is said to have closed eyes."""

ASKED_SITTINGS: Final = 2
"""The last ones of every child."""

MOST_ADAPTED, MOST_ASKED = 1000, 200
"""Photographs that are adapted on, in all; that are asked, of each emotion."""


@dataclass(frozen=True)
class Labelled:
    """Faces (n, S, S) uint8 grey, and of each its class (n,), an index into `CLASSES`."""

    pictures: Pictures
    labels: NDArray[np.int64]

    def __post_init__(self) -> None:
        if self.pictures.ndim != 3 or self.labels.shape != self.pictures.shape[:1]:
            raise InputError(
                f"wanted pictures (n, S, S) and labels (n,), "
                f"got {self.pictures.shape} and {self.labels.shape}"
            )

    def __len__(self) -> int:
        return len(self.labels)

    def of(self, classes: tuple[int, ...]) -> Labelled:
        """The faces of these classes."""
        rows = np.isin(self.labels, classes)
        return Labelled(self.pictures[rows], self.labels[rows])


@dataclass(frozen=True)
class Task:
    """One target: what is adapted on, what is asked, and how many of its faces were lost.

    Parameters
    ----------
    experiment : str
        One of `EXPERIMENTS`.
    target : str
    unlabelled : array, shape (m, S, S)
    asked : Labelled
    people : int
        Of those asked.
    lost : int
        Pictures in which no face was found; nothing is asked about them.
    taught : tuple of int
        Classes of the source that teach.
    """

    experiment: str
    target: str
    unlabelled: Pictures
    asked: Labelled
    people: int
    lost: int
    taught: tuple[int, ...] = EVERY_CLASS

    @property
    def classes(self) -> tuple[int, ...]:
        """Classes that the target has."""
        return tuple(int(c) for c in np.unique(self.asked.labels))


@dataclass(frozen=True)
class _Cut:
    """Faces, and the rows of the pictures they are of."""

    faces: Pictures
    rows: NDArray[np.int64]
    lost: int


def source_of(
    assets: Path, cache: Path, people: int, seed: int, of: tuple[str, Cutter]
) -> Labelled:
    """Rendered adults with their labels."""
    shots, found = _cut_shots(assets, cache, Cast.adults(people), seed, of)
    return Labelled(found.faces, shots.labels[found.rows])


def child_tasks(
    assets: Path, cache: Path, people: int, alone: int, seed: int, of: tuple[str, Cutter]
) -> list[Task]:
    """Each of the first `alone` children alone, then all together, then two classes of all."""
    shots, found = _cut_shots(assets, cache, Cast.children(people), seed, of)
    tasks = [
        _child_task(shots, found, f"child {k}", "many-to-one", shots.person == k)
        for k in range(min(alone, people))
    ]
    everybody = np.ones(len(shots), bool)
    tasks.append(_child_task(shots, found, f"{people} children", "many-to-many", everybody))
    two = np.isin(shots.labels, NEUTRAL_AND_SMILE)
    fewer = _child_task(shots, found, f"{people} children, two classes", "smile and neutral", two)
    return [*tasks, replace(fewer, taught=NEUTRAL_AND_SMILE)]


def _child_task(
    shots: Shots, found: _Cut, target: str, experiment: str, mine: NDArray[np.bool_]
) -> Task:
    """Earlier sittings of some shots are adapted on, the last ones are asked."""
    later = shots.sitting >= SITTINGS_OF_A_CHILD - ASKED_SITTINGS
    adapted, asked = (found.faces[(mine & part)[found.rows]] for part in (~later, later))
    labels = shots.labels[found.rows][(mine & later)[found.rows]]
    people = len(np.unique(shots.person[mine]))
    lost = int(mine.sum() - mine[found.rows].sum())
    return Task(experiment, target, adapted, Labelled(asked, labels), people, lost)


def photo_task(path: Path, cache: Path, of: tuple[str, Cutter]) -> Task:
    """Photographs of real people: adapted on some, asked about others."""
    taught, asked = (_three(read_photos(path, split)) for split in ("train", "test"))
    taught = _rows(taught, _spread(np.arange(len(taught)), MOST_ADAPTED))
    every = [np.flatnonzero(_labels(asked) == c) for c in CLASS_OF_EMOTION.values()]
    asked = _rows(asked, np.sort(np.concatenate([_spread(rows, MOST_ASKED) for rows in every])))
    first, second = (
        _kept(cache / f"photographs_{part}_{of[0]}.npz", _grays(faces), of[1])
        for part, faces in (("adapted", taught), ("asked", asked))
    )
    with np.load(path, allow_pickle=False) as data:
        names = data["names"][asked.rows[second.rows]]
    people = {str(name).rsplit("_", 1)[0] for name in names}
    labelled = Labelled(second.faces, _labels(asked)[second.rows])
    lost = first.lost + second.lost
    return Task("to photographs", "photographs", first.faces, labelled, len(people), lost)


def _cut_shots(
    assets: Path, cache: Path, cast: Cast, seed: int, of: tuple[str, Cutter]
) -> tuple[Shots, _Cut]:
    shots = rendered(assets, cache / "rendered", cast, seed)
    grays = (np.asarray(cv2.cvtColor(p, cv2.COLOR_RGB2GRAY), np.uint8) for p in shots.pictures)
    name = f"{cast.name}_{seed}_{cast.people}x{cast.pictures}_{of[0]}.npz"
    return shots, _kept(cache / name, grays, of[1])


def _kept(path: Path, grays: Iterable[Pictures], of: Cutter) -> _Cut:
    """Cut faces, or read what an earlier run has cut."""
    if not path.exists():
        seen = 0

        def counted() -> Iterable[Pictures]:
            nonlocal seen
            for gray in grays:
                seen += 1
                yield gray

        faces, rows = cut(counted(), of)
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic(path) as unfinished:
            np.savez(unfinished, faces=faces, rows=rows, lost=seen - len(rows))
    with np.load(path, allow_pickle=False) as file:
        return _Cut(file["faces"], file["rows"], int(file["lost"]))


def _three(faces: FaceSet) -> FaceSet:
    """Those whose emotion stands for a class."""
    return _rows(faces, np.flatnonzero(_labels(faces) >= 0))


def _rows(faces: FaceSet, rows: NDArray[Any]) -> FaceSet:
    return FaceSet(faces.jpeg, faces.offsets, faces.rows[rows], faces.votes[rows])


def _labels(faces: FaceSet) -> NDArray[np.int64]:
    """Class of each face, -1 where its emotion stands for none."""
    classes = np.array([CLASS_OF_EMOTION.get(emotion, -1) for emotion in EMOTIONS])
    return np.asarray(classes[faces.votes.argmax(1)], np.int64)


def _grays(faces: FaceSet) -> Iterable[Pictures]:
    return map(faces.gray, range(len(faces)))


def _spread(rows: NDArray[Any], most: int) -> NDArray[Any]:
    """At most so many of them, evenly from first to last."""
    return rows[np.linspace(0, len(rows) - 1, min(most, len(rows))).astype(int)]
