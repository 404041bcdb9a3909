"""Adults and children who do not exist, acting seven emotions, as a folder of pictures.

``python benchmarks/children_render.py --assets DIR --out data/children`` renders
``adults/EMOTION/adult0000_TABLE.png`` and ``children/EMOTION/child0000_TABLE.png``, one picture of
every emotion from every person, which `children.py` reads as ``folder``. A face acts a published
prototype (``facs/meaning/prototypes.csv``): which of `TABLES`, how strongly the whole and each of
its units move, is drawn anew for every picture; how strongly and on which side more this person
moves a unit is her own. Neutral faces are resting faces. Pictures that are there already are kept.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from fer_data import CLASSES
from heading import commit, exit_status
from numpy.typing import NDArray

from facs.errors import InputError
from facs.files import atomic
from facs.meaning.prototypes import read_prototypes
from facs.synthesis.assets import load
from facs.synthesis.camera import Window, draw_camera
from facs.synthesis.clips import Studio
from facs.synthesis.person import Person
from facs.synthesis.render import posed
from facs.synthesis.sampling import with_gaze
from facs.synthesis.scene import Pose, draw_scene_for
from facs.synthesis.shapes import slider, still

__all__ = ["GROUPS", "TABLES", "act", "main", "render"]

GROUPS: Final = {"adults": "adult", "children": "child"}
"""Folders, and how the names of their people begin."""

TABLES: Final = ("emfacs", "facs-1978")
"""Tables of prototypes that have all six emotions and need no side."""

ACTED: Final = {
    "angry": "anger",
    "disgust": "disgust",
    "fear": "fear",
    "happy": "happiness",
    "sad": "sadness",
    "surprise": "surprise",
}
"""What the tables call `CLASSES`, all but neutral."""

WHOLE: Final = (0.4, 1.0)
EACH: Final = (0.7, 1.3)
"""Least and greatest strength of a prototype, and of each of its units beside the others."""

TURN: Final = (7.0, 5.0, 4.0)
"""Spread of yaw, pitch and roll in degrees: people before a camera who were asked to pose."""

GAZE: Final = 0.12
FRAMED: Final = (0.78, 0.88)
"""Share of the picture's side that the face takes up."""


def main(argv: list[str] | None = None) -> int:
    """Render what is not there yet; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--assets", type=Path, required=True, help="as for facs.synthesis")
    parser.add_argument("--out", type=Path, default=Path("data/children"))
    parser.add_argument("--adults", type=int, default=214, help="people, seven pictures each")
    parser.add_argument("--children", type=int, default=172, help="people, seven pictures each")
    parser.add_argument("--size", type=int, default=64, help="pixels of a side")
    parser.add_argument("--seed", type=int, default=0)
    return exit_status(_run, parser.parse_args(argv))


def _run(chosen: argparse.Namespace) -> None:
    counts = {"adults": chosen.adults, "children": chosen.children}
    if min(counts.values()) < 0 or chosen.size < 32 or chosen.seed < 0:
        raise InputError("wanted numbers of people and a seed >= 0, and a size of at least 32")
    for group, count in counts.items():
        if count:
            _claim(chosen.out / group, f"seed {chosen.seed}, {chosen.size} px")
    studio = Studio(load(chosen.assets), chosen.size)
    for group, count in counts.items():
        for number in range(count):
            render(studio, chosen.out, group, number, chosen.seed)
            print(f"\r{group}: {number + 1} of {count}", end="", file=sys.stderr, flush=True)
        print(file=sys.stderr)


def _claim(folder: Path, how: str) -> None:
    """Write how a folder is rendered, unless it says so already."""
    text, about = f"rendered, prototypes of {' and '.join(TABLES)}, {how}", folder / "about.txt"
    if not about.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        with atomic(about) as path:
            path.write_text(f"{text}, commit {commit()}\n")
    elif not about.read_text().startswith(f"{text},"):
        raise InputError(f"{folder} is {about.read_text().strip()}: choose another --out")


def render(studio: Studio, out: Path, group: str, number: int, seed: int) -> None:
    """All seven pictures of one person of a group."""
    name = f"{GROUPS[group]}{number:04d}"
    if all(any((out / group / emotion).glob(f"{name}_*.png")) for emotion in CLASSES):
        return
    rng = np.random.default_rng([seed, list(GROUPS).index(group), number])
    person = _person(studio, group == "children", rng)
    for emotion, table, picture in _pictures(studio, person, rng):
        folder = out / group / emotion
        folder.mkdir(parents=True, exist_ok=True)
        with atomic(folder / f"{name}_{table}.png") as path:
            cv2.imwrite(str(path), picture[:, :, ::-1])


def _person(studio: Studio, child: bool, rng: np.random.Generator) -> Person:
    while ((person := studio.person(rng)).age == "child") != child:
        pass
    return person


def _pictures(
    studio: Studio, person: Person, rng: np.random.Generator
) -> Iterator[tuple[str, str, NDArray[np.uint8]]]:
    """Emotion, table and picture (size, size, 3): one camera, a light and a pose for each."""
    camera = draw_camera(rng)
    for emotion in CLASSES:
        table = str(rng.choice(TABLES)) if emotion in ACTED else "rest"
        pose = Pose(*(float(angle) for angle in rng.normal(0, TURN)))
        scene = draw_scene_for(studio.assets, pose, rng)
        dots = posed(person.neutral[studio.assets.landmarks], pose)
        x, y = rng.uniform(-0.03, 0.03, 2)
        window = Window.around(dots, scene.distance, rng.uniform(*FRAMED), (x, y))
        side, up = rng.normal(0, GAZE, 2)
        asked = with_gaze(act(emotion, table, rng), (float(side), float(up)))
        sample, _ = studio.shoot(person, scene, camera, asked, pose, window, rng)
        yield emotion, table, sample.image


def act(emotion: str, table: str, rng: np.random.Generator) -> NDArray[np.float32]:
    """Intensities (sliders, 2) of one acted prototype; a resting face where it is neutral.

    Raises
    ------
    InputError
        If the table has no prototype of that emotion.
    """
    asked = still()
    if emotion not in ACTED:
        return asked
    found = [p for p in read_prototypes(table) if p.emotion == ACTED[emotion]]
    if not found:
        raise InputError(f"wanted a prototype of {ACTED[emotion]} in {table!r}, got none")
    whole = rng.uniform(*WHOLE)
    for element in found[0].elements:
        unit = element.units[int(rng.integers(len(element.units)))]
        asked[slider(str(int(unit)))] = np.clip(whole * rng.uniform(*EACH), 0, 1)
    return asked


if __name__ == "__main__":
    sys.exit(main())
