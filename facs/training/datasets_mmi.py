"""MMI: one folder per session, with a video and the onset, apex and offset of every unit.

Pantic, Valstar, Rademaker and Maat, "Web-based database for facial expression analysis"
(2005). Sessions that are coded as a whole, without frames, are left out.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

from facs.codes import Code, parse_code
from facs.errors import InputError
from facs.training.datasets import CodedSet, FrameAt, joined
from facs.training.datasets_codes import coded_rows, known_units
from facs.units import ActionUnit

__all__ = ["read_mmi"]

CODES: Final = "-oao_aucs.xml"
VIDEOS: Final = (".avi", ".mp4", ".mov", ".mpg", ".mkv")
NEUTRAL, ONSET, APEX, OFFSET = range(4)
"""Types of the markers: from its frame on, the unit is in that phase."""

Markers = list[tuple[int, int]]


def read_mmi(folder: Path) -> CodedSet:
    """Read every session below `folder` that is coded frame by frame.

    A unit counts as shown from the first frame of its onset to the last of its offset; how
    strongly is not coded. Frames behind a session's last marker are left out.

    Raises
    ------
    InputError
        If there is no such session, or a session has no video or no readable codes.
    """
    sessions = sorted(folder.rglob(f"*{CODES}"))
    if not sessions:
        raise InputError(f"wanted sessions of MMI with *{CODES}, got none below {folder}")
    coded = {path: _phases(path) for path in sessions}
    units = known_units(code for phases in coded.values() for code, _ in phases)
    return joined([_session(path, units, phases) for path, phases in coded.items()])


def _phases(path: Path) -> list[tuple[Code, Markers]]:
    """Each code of a session with its markers (frame from 1, type), in order of time."""
    try:
        root = ElementTree.parse(path).getroot()
        return [
            (
                parse_code(unit.attrib["Number"] + unit.get("Side", "")),
                sorted((int(m.attrib["Frame"]), _type(m)) for m in unit.iter("Marker")),
            )
            for unit in root.iter("ActionUnit")
        ]
    except (ElementTree.ParseError, KeyError, ValueError, OSError) as error:
        raise InputError(f"wanted the codes of a session of MMI, {path} fails: {error}") from None


def _type(marker: ElementTree.Element) -> int:
    number = int(marker.attrib["Type"])
    if number not in range(4):
        raise ValueError(f"a marker has type {number}, not one of 0 to 3")
    return number


def _session(
    path: Path, units: tuple[ActionUnit, ...], phases: list[tuple[Code, Markers]]
) -> CodedSet:
    video, clip = _video(path), path.name.removesuffix(CODES)
    last = max((frame for _, markers in phases for frame, _ in markers), default=0)
    rows = [
        (FrameAt(video, i), [code for code, markers in phases if _phase(markers, i + 1) != NEUTRAL])
        for i in range(last)
    ]
    return coded_rows("MMI", units, rows, subject=_subject(path), clip=clip)


def _phase(markers: Markers, frame: int) -> int:
    """The phase that began last at a frame, counted from 1."""
    begun = [kind for first, kind in markers if first <= frame]
    return begun[-1] if begun else NEUTRAL


def _video(path: Path) -> Path:
    stem = path.name.removesuffix(CODES)
    for suffix in VIDEOS:
        if (video := path.with_name(stem + suffix)).is_file():
            return video
    raise InputError(f"wanted the video {stem}.avi beside {path}, got none")


def _subject(path: Path) -> str:
    """Whom the name of the video (``S001-002``) or the session's own file speaks of."""
    if found := re.match(r"S(\d+)-", path.name):
        return found[1]
    session = path.with_name("session.xml")
    try:
        for element in ElementTree.parse(session).getroot().iter("subject"):
            if "id" in element.attrib:
                return element.attrib["id"]
    except (ElementTree.ParseError, OSError):
        pass
    raise InputError(f"wanted a subject in the name of {path} or in {session}, got none")
