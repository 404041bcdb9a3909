"""Real faces that teach: cut once, then given what is likely or seen of their units."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from facs.errors import InputError
from facs.faces.landmarks import Landmarker
from facs.files import atomic
from facs.training.gaze_targets import gaze_targets
from facs.training.real_faces import FaceSet, read_fer, read_photos
from facs.training.seen_and_voted import seen_and_voted
from facs.training.seen_units import read_seen, seen_targets
from facs.training.streams import RealCrops
from facs.training.targets import gaze_that_shows
from facs.training.teacher import in_this_face, lid_targets, scores_of
from facs.training.unit_data import cut_real
from facs.training.weak_labels import mouth_targets, weak_targets

__all__ = ["cut_of_real", "real_crops"]

Floats = NDArray[np.float32]

PHOTOGRAPHS: Final = "facial_expressions"
"""How pictures of the archive of press photographs are named."""

SHARP: Final = 3
"""Times that a listed photograph is drawn for each listed face of 48 pixels: there are ten times
fewer of them, and what cameras show is as sharp as they are."""


def cut_of_real(
    cache: Path, fer: Path | None, photos: Path | None, landmarker: Landmarker
) -> Mapping[str, Any]:
    """Cut the faces of the training splits, or read what was cut of them before.

    Returns
    -------
    mapping
        ``crops`` (n, WIDE, WIDE), ``votes`` (n, 8), ``gaps`` between lips (n,), ``eyes`` (n, 2),
        where irises lie, and ``pictures`` (n,): ``fer2013:1234`` is picture 1234 of that archive.

    Raises
    ------
    InputError
        If what was cut before is not of all of these faces.
    """
    sets = _sets(fer, photos)
    if not cache.exists():
        with atomic(cache) as unfinished:
            np.savez(unfinished, **_cut(sets, landmarker))
    return _of(sets, cache)


def _sets(fer: Path | None, photos: Path | None) -> dict[str, FaceSet]:
    """Faces that teach, by archive."""
    sets = {}
    if fer:
        sets["fer2013"] = read_fer(fer, "train")
    if photos:
        sets[PHOTOGRAPHS] = read_photos(photos, "train")
    return sets


def _cut(sets: Mapping[str, FaceSet], landmarker: Landmarker) -> dict[str, Any]:
    parts = [(name, faces, cut_real(faces, landmarker)) for name, faces in sets.items()]
    return {
        "crops": np.concatenate([cut.crops for _, _, cut in parts]),
        "votes": np.concatenate([faces.votes[cut.rows] for _, faces, cut in parts]),
        "gaps": np.concatenate([cut.gaps for _, _, cut in parts]),
        "eyes": np.concatenate([cut.eyes for _, _, cut in parts]),
        "pictures": np.array(
            [f"{name}:{faces.rows[i]}" for name, faces, cut in parts for i in cut.rows], np.str_
        ),
        "of": np.array([f"{name}:{len(faces)}" for name, faces in sets.items()]),
    }


def _of(sets: Mapping[str, FaceSet], cache: Path) -> Mapping[str, Any]:
    """What is cut of some sets."""
    cut = dict(np.load(cache))
    if "eyes" not in cut:
        raise InputError(f"{cache}: wanted where irises lie, too, got an older cut: remove it")
    names = np.array([str(picture).split(":")[0] for picture in cut["pictures"]], np.str_)
    said = cut.pop("of").tolist()
    for name, faces in sets.items():
        if f"{name}:{len(faces)}" not in said:
            raise InputError(
                f"{cache}: wanted what is found in {len(faces)} pictures of {name}, got "
                f"{int((names == name).sum())} faces cut from others: remove it, or choose "
                f"another folder"
            )
    asked = np.isin(names, list(sets))
    return cut if asked.all() else {key: values[asked] for key, values in cut.items()}


def real_crops(
    cut: Mapping[str, Any], columns: tuple[str, ...], teacher: Path | None, seen: Path | None
) -> RealCrops:
    """Targets of the faces that `cut_of_real` cut: what is surer goes before what is likely."""
    crops, votes = cut["crops"], cut["votes"]
    weak = weak_targets(votes, columns)
    scores = None
    if teacher is not None:
        scores = scores_of(teacher, crops, columns)
        weak = in_this_face(weak, scores, columns)
        weak = _where_known(lid_targets(scores, votes, columns), weak)
    weak = _where_known(mouth_targets(cut["gaps"], votes, columns), weak)
    weak = _where_known(gaze_targets(cut["eyes"], scores, columns), weak)
    listed = read_seen(seen) if seen else {}
    sure = seen_targets(cut["pictures"].tolist(), listed, columns)
    sure = seen_and_voted(sure, votes, columns)
    often = np.any(~np.isnan(sure), axis=1) * np.where(_photographs(cut["pictures"]), SHARP, 1)
    return RealCrops(crops, votes, gaze_that_shows(_where_known(sure, weak), columns), often)


def _photographs(pictures: NDArray[np.str_]) -> NDArray[np.bool_]:
    return np.char.startswith(pictures, f"{PHOTOGRAPHS}:")


def _where_known(first: Floats, otherwise: Floats) -> Floats:
    return np.where(np.isnan(first), otherwise, first)
