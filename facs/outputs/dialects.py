"""Tables in the columns of OpenFace and of Py-Feat, so that scripts written for those run on.

Both have a row for every decoded frame and every person, also where nothing was seen. A
column that is not measured here (gaze, 3D landmarks, emotions) is left out, so that a
script that needs it stops instead of computing with invented numbers.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from facs.arrays import LANDMARKS
from facs.columns import interleaved, people_of
from facs.files import writing
from facs.mean_face import MEAN_FACE, RIGID
from facs.outputs.given import check_recording
from facs.person import Person
from facs.units import ActionUnit

if TYPE_CHECKING:
    from facs.recording import Recording

__all__ = ["write_feat_csv", "write_openface_csv"]

PathLike = str | os.PathLike[str]
Floats = NDArray[np.floating]
Column = tuple[str, Callable[..., str], NDArray[np.generic]]

_CHUNK: Final = 2048  # rows that are text at one time
_FOCAL: Final = 500 / 640  # widths of the picture: OpenFace's camera where nobody tells it another
_MODEL: Final = 10 * (MEAN_FACE[list(RIGID)] - MEAN_FACE[list(RIGID)].mean(0))  # mm
_SOLVE: Final = np.linalg.pinv(_MODEL)  # (3, points)
_FLIP: Final = np.diag([1.0, -1.0, -1.0])  # x right, y up, z to the camera -> y down, z away

_OPENFACE_NUMBER: Final = {ActionUnit.AU43: 45}
"""OpenFace calls closing of the eyes AU45, however long it lasts."""


def write_openface_csv(recording: Recording, path: PathLike) -> None:
    """Write the columns of OpenFace's FeatureExtraction, spaced as it spaces them.

    Parameters
    ----------
    recording : Recording
    path : str or path

    Raises
    ------
    OutputError
        If the file cannot be written.

    Notes
    -----
    ``frame`` counts from 1, ``face_id`` is the person's number, ``timestamp`` has
    milliseconds, ``confidence`` is the landmarks' score, ``success`` is 1 where the face
    could be scored. ``pose_Rx, pose_Ry, pose_Rz`` are radians in OpenFace's axes (x right,
    y down, z away from the camera; ``R = Rx Ry Rz``); ``pose_Tx, pose_Ty, pose_Tz`` are
    millimetres to the middle of an average face before the camera that OpenFace assumes: a
    rough figure. ``x_0 ... y_67`` are pixels. ``AU12_r`` is the intensity, 0 to 5; ``AU12_c`` is
    1 during an event, so that both thresholds and its peak count. AU43 is called AU45, as there.
    Units beyond OpenFace's 18 are written too; those that the model lacks are not.

    As in OpenFace's own files, what was not seen is 0 in a row with ``success`` 0. Here alone
    zero does not mean seen and not active: an empty cell after its space would make text of
    the column for most readers.
    """
    check_recording(recording)
    tables = [list(_openface_columns(person, recording)) for person in people_of(recording)]
    _write(path, tables, ", ")


def write_feat_csv(recording: Recording, path: PathLike) -> None:
    """Write the columns of a Py-Feat ``Fex``, which ``feat.utils.io.read_feat`` reads.

    Parameters
    ----------
    recording : Recording
    path : str or path

    Raises
    ------
    OutputError
        If the file cannot be written.

    Notes
    -----
    ``frame`` counts from 0. ``AU12`` is the probability. ``FaceRectX, FaceRectY,
    FaceRectWidth, FaceRectHeight, x_0 ... y_67`` are pixels; ``Pitch, Roll, Yaw`` are degrees
    with Py-Feat's signs: yaw is positive to the subject's right. ``approx_time`` is minutes and
    seconds as in Py-Feat, ``timestamp`` are the seconds it leaves out. A cell is empty where
    nothing was seen.
    """
    check_recording(recording)
    tables = [list(_feat_columns(person, recording)) for person in people_of(recording)]
    _write(path, tables, ",")


def _write(path: PathLike, tables: list[list[Column]], separator: str) -> None:
    formats = {name: form for name, form, _ in tables[0]}
    table = interleaved([{name: values for name, _, values in columns} for columns in tables])
    # Names of files on Linux may be no text at all.
    with writing(path, errors="backslashreplace") as file:
        file.write(separator.join(formats) + "\n")
        for start in range(0, len(table["frame"]), _CHUNK):
            cells = (
                map(form, table[name][start : start + _CHUNK].tolist())
                for name, form in formats.items()
            )
            file.writelines(separator.join(row) + "\n" for row in zip(*cells, strict=True))


# OpenFace


def _openface_columns(person: Person, recording: Recording) -> Iterator[Column]:
    yield "frame", str, np.arange(1, len(person) + 1)
    yield "face_id", str, np.full(len(person), max(person.track, 0))
    # OpenFace has three decimals, in which frames closer than a millisecond would be one.
    close = len(person) > 1 and float(np.diff(person.times).min()) < 1e-3
    yield "timestamp", ("{:.6f}" if close else "{:.3f}").format, person.times
    yield "confidence", "{:.2f}".format, np.nan_to_num(person.score)
    yield "success", str, person.seen.astype(int)
    for axis, values in zip("xyz", np.nan_to_num(_place(person, recording)).T, strict=True):
        yield f"pose_T{axis}", "{:.1f}".format, values
    for axis, values in zip("xyz", np.nan_to_num(_angles(person)).T, strict=True):
        yield f"pose_R{axis}", "{:.3f}".format, values
    yield from _landmarks(person, "{:.1f}".format, 0.0)
    units = sorted(person.units, key=_openface_number)
    for unit in units:
        intensity = np.nan_to_num(person.intensity(unit))
        yield f"AU{_openface_number(unit):02d}_r", "{:.2f}".format, intensity
    for unit in units:
        yield f"AU{_openface_number(unit):02d}_c", "{:.1f}".format, _shown(person, unit)


def _openface_number(unit: ActionUnit) -> int:
    return _OPENFACE_NUMBER.get(unit, int(unit))


def _shown(person: Person, unit: ActionUnit) -> NDArray[np.float64]:
    """1 in the frames of an event, else 0, shape (n,)."""
    steps = np.zeros(len(person) + 1)
    events = person.events(unit)
    steps[np.searchsorted(person.times, [event.onset for event in events])] += 1
    steps[np.searchsorted(person.times, [event.offset for event in events], side="right")] -= 1
    return np.cumsum(steps[:-1])


def _angles(person: Person) -> Floats:
    """Rotation about OpenFace's axes in radians, shape (n, 3), or NaN."""
    yaw, pitch, roll = np.radians(person.pose.astype(np.float64)).T
    # The head's rotation Rz(roll) Rx(-pitch) Ry(yaw) in our axes, turned into OpenFace's.
    turned = _FLIP @ _about_z(roll) @ _about_x(-pitch) @ _about_y(yaw) @ _FLIP
    x = np.arctan2(-turned[:, 1, 2], turned[:, 2, 2])
    y = np.arcsin(np.clip(turned[:, 0, 2], -1, 1))
    z = np.arctan2(-turned[:, 0, 1], turned[:, 0, 0])
    return np.stack([x, y, z], axis=1)


def _about_x(angle: Floats) -> Floats:
    return _plane(angle, 1, 2)


def _about_y(angle: Floats) -> Floats:
    return _plane(angle, 2, 0)


def _about_z(angle: Floats) -> Floats:
    return _plane(angle, 0, 1)


def _plane(angle: Floats, a: int, b: int) -> Floats:
    """Rotations (n, 3, 3) from axis `a` towards axis `b`."""
    turn = np.tile(np.eye(3), (len(angle), 1, 1))
    turn[:, a, a] = turn[:, b, b] = np.cos(angle)
    turn[:, b, a] = np.sin(angle)
    turn[:, a, b] = -turn[:, b, a]
    return turn


def _place(person: Person, recording: Recording) -> Floats:
    """Where an average face would stand to be seen as large as this, mm, shape (n, 3), or NaN."""
    place = np.full((len(person), 3), np.nan)
    there = np.flatnonzero(~np.isnan(person.landmarks).any(axis=(1, 2)))
    if recording.size is None or not len(there):
        return place
    points = person.landmarks[there][:, list(RIGID)].astype(np.float64)
    middle = points.mean(axis=1)
    # Scaled orthography, as in facs.faces.pose: pixels per mm are the camera's singular values.
    cameras = _SOLVE @ (points - middle[:, None])
    scale = np.linalg.svd(cameras, compute_uv=False).mean(axis=1)
    centre, focal = np.array(recording.size) / 2, _FOCAL * recording.size[0]
    with np.errstate(divide="ignore", invalid="ignore"):
        place[there, :2] = (middle - centre) / scale[:, None]
        place[there, 2] = focal / scale
    return np.where(np.isfinite(place), place, np.nan)


# Py-Feat


def _feat_columns(person: Person, recording: Recording) -> Iterator[Column]:
    x0, y0, x1, y1 = person.boxes.T
    n = len(person)
    yield "frame", str, np.arange(n)
    yield "FaceRectX", _number, x0
    yield "FaceRectY", _number, y0
    yield "FaceRectWidth", _number, x1 - x0
    yield "FaceRectHeight", _number, y1 - y0
    yield "FaceScore", _number, person.score
    yield from _landmarks(person, _number, np.nan)
    yaw, pitch, roll = person.pose.T
    yield "Pitch", _number, pitch
    yield "Roll", _number, roll
    yield "Yaw", _number, -yaw  # theirs is positive to the subject's right
    for unit in sorted(person.units):
        yield f"AU{int(unit):02d}", _number, person[unit]
    yield "input", _quoted, np.full(n, recording.source, dtype=object)
    yield "approx_time", _minutes, person.times
    yield "timestamp", "{:.6f}".format, person.times
    name = "" if person.track < 0 else f"Person_{person.track}"
    yield "Identity", str, np.full(n, name, dtype=object)


def _number(value: float) -> str:
    return "" if value != value else f"{value:.6g}"


def _quoted(text: str) -> str:
    """Text as a cell of CSV, in quotes, since a name may hold a comma or a line end."""
    return '"' + text.replace('"', '""') + '"'


def _minutes(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes:02d}:{rest:02d}"


def _landmarks(person: Person, form: Callable[..., str], missing: float) -> Iterator[Column]:
    known = np.where(np.isnan(person.landmarks), missing, person.landmarks)
    for axis, name in enumerate("xy"):
        for mark in range(LANDMARKS):
            yield f"{name}_{mark}", form, known[:, mark, axis]
