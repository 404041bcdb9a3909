"""Pictures of emotions from folders of data sets, with the person kept.

Each reader takes a folder as its licence holder hands it out and gives `Still`s; nothing is ever
downloaded. Contempt, which the document leaves aside, is left out. Layouts that are read:

``ck``      CK+ (Lucey et al., 2010): ``cohn-kanade-images/S005/001/S005_001_00000011.png`` and
            ``Emotion/S005/001/S005_001_00000011_emotion.txt``, whose number is 1 angry, 2 contempt,
            3 disgust, 4 fear, 5 happy, 6 sad, 7 surprise. The last picture of a labelled sequence
            shows the emotion, its first one is neutral. Adults.
``cafe``    CAFE (LoBue and Thrasher, 2015): ``sessions/6280/9977-angry_F-AA-01.jpg``, in any
            folders; the emotion may go on as ``angryopen``; the person is ``F-AA-01``. Children.
``ddcf``    Dartmouth Database of Children's Faces (Dalrymple et al., 2013). How its files are named
            is not public. Read is every picture whose path below the folder has, between anything
            that is no letter or digit, a model such as ``F01`` or ``M23`` and an expression
            (``content`` is a smile with closed lips: happy); all views and both lights. Children.
``rafd``    RaFD (Langner et al., 2010): ``Rafd090_01_Caucasian_female_angry_frontal.jpg``, in any
            folders; ``Kid`` in the third place is a child. Cameras 045, 090 and 135; the profiles
            000 and 180 are left out.
``folder``  ``EMOTION/PERSON_anything.png``: what comes before the first ``_`` is the person, whose
            age the folder does not tell.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from fer_data import CLASSES, SIDE, Faces
from numpy.typing import NDArray

from facs.errors import InputError

__all__ = ["READERS", "People", "Still", "load", "read", "split"]

PICTURES: Final = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp")
STEMS: Final = {
    "angry": 0, "anger": 0, "disgust": 1, "fear": 2, "afraid": 2, "scared": 2, "happ": 3,
    "content": 3, "sad": 4, "surpris": 5, "neutral": 6,
}  # fmt: skip
"""How the words of the data sets begin, and the index into `CLASSES`."""

LEFT_OUT: Final = "contempt"
NEUTRAL: Final = CLASSES.index("neutral")
CK_NUMBERS: Final = {1: 0, 3: 1, 4: 2, 5: 3, 6: 4, 7: 5}
CK_CONTEMPT: Final = 2
CAFE_NAME: Final = re.compile(r"(?:\d+-)?([A-Za-z]+)_([FM]-[A-Z]{2}-\d+)")
RAFD_NAME: Final = re.compile(r"Rafd(\d{3})_(\d+)_([A-Za-z]+)_(?:fe)?male_([a-z]+)_[a-z]+")
RAFD_CAMERAS: Final = ("045", "090", "135")
DDCF_MODEL: Final = re.compile(r"[FM]\d{1,3}")
Boxes = Callable[[NDArray[np.uint8]], NDArray[np.float32]]


@dataclass(frozen=True)
class Still:
    """One picture of a data set.

    Parameters
    ----------
    path : Path
    label : int
        Index into `CLASSES`.
    person : str
        The same for all pictures of one person and of nobody else, within its data set.
    child : bool or None
        None where the data set does not say.
    """

    path: Path
    label: int
    person: str
    child: bool | None = None


@dataclass(frozen=True)
class People:
    """Faces, and whose they are (n,)."""

    faces: Faces
    person: NDArray[np.str_]

    def __post_init__(self) -> None:
        """Check that there is one person for each face."""
        if self.person.shape != (len(self.faces),):
            raise InputError(f"wanted persons ({len(self.faces)},), got {self.person.shape}")

    def __getitem__(self, rows: NDArray[np.bool_]) -> People:
        return People(self.faces[rows], self.person[rows])

    def __len__(self) -> int:
        return len(self.faces)

    @property
    def count(self) -> int:
        """How many people."""
        return len(np.unique(self.person))


def read_ck(folder: Path) -> list[Still]:
    """Both ends of every labelled sequence of CK+."""
    pictures = _inside(folder, "CK+", "cohn-kanade-images", "extended-cohn-kanade-images")
    if (pictures / "cohn-kanade-images").is_dir():
        pictures /= "cohn-kanade-images"
    labels = _inside(folder, "CK+", "Emotion", "Emotion_labels")
    found: list[Still] = []
    for path in sorted(labels.rglob("*_emotion.txt")):
        subject, sequence = path.parent.parent.name, path.parent.name
        label = _ck_label(path)
        if label is not None:
            frames = sorted((pictures / subject / sequence).glob(f"{subject}_{sequence}_*.png"))
            if len(frames) < 2:
                raise InputError(f"wanted two pictures or more for {path}, got {len(frames)}")
            found.append(Still(frames[-1], label, subject, child=False))
            found.append(Still(frames[0], NEUTRAL, subject, child=False))
    return found


def _ck_label(path: Path) -> int | None:
    text = path.read_text().strip()
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if number == CK_CONTEMPT:
        return None
    if number not in CK_NUMBERS:
        raise InputError(f"wanted an emotion from 1 to 7 in {path}, got {text!r}")
    return CK_NUMBERS[int(number)]


def read_cafe(folder: Path) -> list[Still]:
    """All pictures of CAFE."""
    found = []
    for path in _pictures(folder):
        name = CAFE_NAME.match(path.stem)
        if name is None:
            raise InputError(f"wanted a name such as 9977-angry_F-AA-01.jpg, got {path}")
        label = _label(name[1], path)
        if label is not None:
            found.append(Still(path, label, name[2], child=True))
    return found


def read_ddcf(folder: Path) -> list[Still]:
    """All pictures of the Dartmouth database."""
    found = []
    for path in _pictures(folder):
        words = re.split(r"[^A-Za-z0-9]+", str(path.relative_to(folder).with_suffix("")))
        models = [word for word in words if DDCF_MODEL.fullmatch(word)]
        labels = [label for word in words if (label := _stem(word)) is not None]
        if not models or not labels:
            raise InputError(
                f"wanted a model such as F01 and an expression in the name, got {path}"
            )
        found.append(Still(path, labels[-1], models[0], child=True))
    return found


def read_rafd(folder: Path) -> list[Still]:
    """Pictures of RaFD, adults and children, that show both eyes."""
    found = []
    for path in _pictures(folder):
        name = RAFD_NAME.match(path.stem)
        if name is None:
            raise InputError(
                f"wanted a name such as Rafd090_01_Caucasian_female_angry_frontal.jpg, got {path}"
            )
        camera, person, group, word = name.groups()
        label = _label(word, path)
        if label is not None and camera in RAFD_CAMERAS:
            found.append(Still(path, label, person, child=group == "Kid"))
    return found


def read_folder(folder: Path) -> list[Still]:
    """Pictures in a folder for each emotion, the person before the first ``_``."""
    found = []
    for path in _pictures(folder):
        word, (person, mark, _) = path.parent.name, path.stem.partition("_")
        if path.parent.parent != folder or not (person and mark):
            raise InputError(f"wanted EMOTION/PERSON_anything.png in {folder}, got {path}")
        label = _label(word, path)
        if label is not None:
            found.append(Still(path, label, person))
    return found


READERS: Final = {
    "ck": read_ck, "cafe": read_cafe, "ddcf": read_ddcf, "rafd": read_rafd, "folder": read_folder,
}  # fmt: skip
"""By the word that the command line uses."""


def read(source: str, *, child: bool) -> list[Still]:
    """The adults or the children of ``KIND:FOLDER``.

    Raises
    ------
    InputError
        If the kind or the folder is not there, a file is not of that kind, or nobody is left.
    """
    kind, _, name = source.partition(":")
    if kind not in READERS or not name:
        raise InputError(f"wanted KIND:FOLDER with a kind of {', '.join(READERS)}, got {source!r}")
    folder = Path(name)
    if not folder.is_dir():
        raise InputError(f"wanted a folder of pictures, there is no {folder}")
    found = [still for still in READERS[kind](folder) if still.child in (child, None)]
    if not found:
        raise InputError(
            f"wanted pictures of {'children' if child else 'adults'}, got 0 in {source}"
        )
    names = {s.person: re.sub(r"\s", "_", f"{folder.resolve().name}/{s.person}") for s in found}
    return [Still(s.path, s.label, names[s.person], s.child) for s in found]


def load(stills: list[Still], detect: Boxes | None = None) -> tuple[People, int]:
    """Decode pictures, their grey levels made even; returns them, and how many had no face.

    Parameters
    ----------
    detect : callable, optional
        From a grey picture (H, W) to boxes (n, 4), largest first, as `facs.faces.detect` has them:
        the first one is cut out as a square. Without it, pictures have to be squares of faces.
    """
    cut = [_face(still.path, detect) for still in stills]
    kept = [i for i, picture in enumerate(cut) if picture is not None]
    labels = np.array([stills[i].label for i in kept], np.int64)
    pictures = [picture for picture in cut if picture is not None]
    faces = Faces(
        np.stack(pictures) if pictures else np.empty((0, SIDE, SIDE), np.uint8),
        labels,
        np.eye(len(CLASSES), dtype=np.float32)[labels],
    )
    return People(faces, np.array([stills[i].person for i in kept], np.str_)), len(cut) - len(kept)


def _face(path: Path, detect: Boxes | None) -> NDArray[np.uint8] | None:
    import cv2

    gray = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    if gray is None:
        raise InputError(f"wanted a picture, cannot decode {path}")
    if detect is not None:
        boxes = detect(np.asarray(gray, np.uint8))
        if not len(boxes):
            return None
        gray = _square(np.asarray(gray, np.uint8), boxes[0])
    elif gray.shape[0] != gray.shape[1]:
        height, width = gray.shape
        raise InputError(f"wanted squares of faces, got {width} x {height} in {path}: use --crop")
    small = cv2.resize(gray, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.equalizeHist(small), np.uint8)


def _square(gray: NDArray[np.uint8], box: NDArray[np.float32]) -> NDArray[np.uint8]:
    """A box made square about its centre and kept inside the picture."""
    x0, y0, x1, y1 = (float(v) for v in box)
    side = int(min(max(x1 - x0, y1 - y0), *gray.shape))
    left = int(np.clip((x0 + x1 - side) / 2, 0, gray.shape[1] - side))
    top = int(np.clip((y0 + y1 - side) / 2, 0, gray.shape[0] - side))
    return gray[top : top + side, left : left + side]


def split(people: People, share: float, seed: int) -> tuple[People, People]:
    """People to learn from, and about `share` of them to be tested on; nobody is in both."""
    names = np.unique(people.person)
    tested = round(share * len(names))
    if not 0 < tested < len(names):
        raise InputError(f"wanted people on both sides of a split, got {len(names)} in all")
    chosen = np.random.default_rng(seed).permutation(names)[:tested]
    asked = np.isin(people.person, chosen)
    return people[~asked], people[asked]


def _pictures(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.suffix.lower() in PICTURES)


def _inside(folder: Path, name: str, *choices: str) -> Path:
    for choice in choices:
        if (folder / choice).is_dir():
            return folder / choice
    raise InputError(f"wanted the folder {choices[0]} of {name} in {folder}, got none")


def _stem(word: str) -> int | None:
    text = word.lower()
    return next((label for stem, label in STEMS.items() if text.startswith(stem)), None)


def _label(word: str, path: Path) -> int | None:
    """Index into `CLASSES`; None for contempt; anything else is refused."""
    label = _stem(word)
    if label is None and not word.lower().startswith(LEFT_OUT):
        raise InputError(f"wanted an emotion of {', '.join(CLASSES)}, got {word!r} in {path}")
    return label
