"""Whether a file that lies where a result is to go is a result itself, and may be replaced.

A coder's annotations are called like the video, as results are: hours of her work must not
be lost because a program chose the same name. So each kind of result is known by what it
says of itself, or by what nobody else would write.
"""

from __future__ import annotations

import csv
import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from facs._version import __version__
from facs.units import ActionUnit

__all__ = ["MADE_BY", "OPEN_SEAL", "is_ours", "sealed"]

MADE_BY: Final = f"facs {__version__}"
"""What results say of who made them, in those formats that have a place for it."""

_AUTHOR: Final = "facs "  # of any version

_HEAD: Final = 2**16
"""Bytes within which a file says what it is."""

_LABELS: Final = "|".join(re.escape(unit.label) for unit in ActionUnit)
_CUE: Final = re.compile(
    rf"(WEBVTT|\d+|[\d:,.]+ --> [\d:,.]+|(Person \d+: )?({_LABELS}) \([LR]?\d+[A-E]?\))?"
)
"""A line of subtitles as we write them."""


OPEN_SEAL: Final = "0" * 64
"""What a text has, once, where its seal is to stand."""


def sealed(text: str) -> str:
    """Put a checksum of a text into the text, so that it tells whether somebody has changed it."""
    return text.replace(OPEN_SEAL, hashlib.sha256(text.encode()).hexdigest(), 1)


def is_ours(kind: str, path: Path) -> bool:
    r"""Whether the file at `path` is a result of the kind that `facs` is about to write there.

    Parameters
    ----------
    kind : str
        A format of `facs.outputs.plan.FORMATS`, or events, overlay, plot, sidecar.
    path : Path
        A file.

    Returns
    -------
    bool
        True for a file without content too: nothing is lost with it.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "talk.srt"
    >>> _ = path.write_text("1\n00:00:01,000 --> 00:00:02,000\nGood morning!\n")
    >>> is_ours("srt", path)
    False
    """
    try:
        return path.stat().st_size == 0 or _SIGNS[kind](path)
    except Exception:  # readers of others fail in their own ways: it is something else
        return False


def _head(path: Path) -> str:
    with path.open("rb") as file:
        return file.read(_HEAD).decode("utf-8", "replace")


def _first_line(path: Path) -> str:
    return _head(path).partition("\n")[0].rstrip("\r")


def _is_table(path: Path) -> bool:
    return _first_line(path).startswith("frame,time,person,reason,quality,score,stream,x0,")


def _is_events(path: Path) -> bool:
    return _first_line(path) == "person,label,onset,apex,offset,duration,peak"


def _is_parquet(path: Path) -> bool:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return b"facs" in (pq.read_schema(path).metadata or {})
    except pa.ArrowException:  # cut short it says nothing, to nobody
        with path.open("rb") as file:
            return file.read(4) == b"PAR1"


def _is_json(path: Path) -> bool:
    return re.match(r'\{\s*"format": "facs-json"', _head(path)) is not None


def _is_recording(path: Path) -> bool:
    """Also one that was cut short: its first member says it."""
    with path.open("rb") as file:
        return re.match(rb"PK\x03\x04.{26}header\.json", file.read(64), re.DOTALL) is not None


def _is_openface(path: Path) -> bool:
    """OpenFace itself writes gaze first, and has no intensity of AU28."""
    names = _first_line(path).split(", ")
    begins = ["frame", "face_id", "timestamp", "confidence", "success", "pose_Tx"]
    kinds = [{name[:-2] for name in names if name.endswith(end)} for end in ("_r", "_c")]
    return names[: len(begins)] == begins and kinds[0] == kinds[1]


def _is_feat(path: Path) -> bool:
    """Py-Feat itself has emotions, and no seconds."""
    names = _first_line(path).split(",")
    return names[:2] == ["frame", "FaceRectX"] and names[-2:] == ["timestamp", "Identity"]


def _is_eaf(path: Path) -> bool:
    """Whoever corrects our annotations keeps the author, and breaks the seal."""
    text = path.read_text(encoding="utf-8")
    seal = re.search(r'<PROPERTY NAME="facs">([0-9a-f]{64})<', text)
    if seal is not None:
        return sealed(text.replace(seal[1], OPEN_SEAL)) == text
    # Earlier versions had none; ELAN adds a name (URN) of its own to what it saves.
    ours = re.search(rf'<ANNOTATION_DOCUMENT[^>]* AUTHOR="{_AUTHOR}', text) is not None
    return ours and 'NAME="URN"' not in text


def _is_boris(path: Path) -> bool:
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t")
        known = "Description" in (rows.fieldnames or ())
        return known and all(row["Description"].split(" ")[0] == "facs" for row in rows)


def _is_bids(path: Path) -> bool:
    columns = "onset duration trial_type person side intensity apex peak reason"
    return _first_line(path).split("\t") == columns.split()


def _is_sidecar(path: Path) -> bool:
    known: Any = json.loads(_head(path))
    return isinstance(known, dict) and known["GeneratedBy"][0]["Name"] == "facs"


def _is_subtitles(path: Path) -> bool:
    """Neither kind has a place for an author that players leave alone: every cue is one of ours."""
    return all(map(_CUE.fullmatch, path.read_text(encoding="utf-8").splitlines()))


def _is_overlay(path: Path) -> bool:
    """Earlier versions did not say it: known by no sound, their clock and what x264 was told."""
    from facs.outputs.encoding import CLOCK
    from facs.video.opening import open_container

    with open_container(path, path.name) as container:
        if "comment" in container.metadata:
            return str(container.metadata["comment"]).startswith(_AUTHOR)
        if [stream.time_base for stream in container.streams] != [CLOCK]:
            return False
        first = next(container.demux(video=0))
        return b"x264 - core" in bytes(first) and b" crf=20.0 " in bytes(first)


def _is_plot(path: Path) -> bool:
    """Earlier versions left it to matplotlib: known by their width as well."""
    from facs.outputs.plots import DPI, WIDTH

    head = _head(path)
    if f"Software\0{_AUTHOR}" in head:
        return True
    with path.open("rb") as file:
        width = int.from_bytes(file.read(20)[16:], "big")
    return "Software\0Matplotlib" in head and width == round(WIDTH * DPI)


_SIGNS: Final[dict[str, Callable[[Path], bool]]] = {
    "csv": _is_table,
    "parquet": _is_parquet,
    "json": _is_json,
    "facs": _is_recording,
    "openface": _is_openface,
    "feat": _is_feat,
    "eaf": _is_eaf,
    "boris": _is_boris,
    "bids": _is_bids,
    "sidecar": _is_sidecar,
    "srt": _is_subtitles,
    "vtt": _is_subtitles,
    "events": _is_events,
    "overlay": _is_overlay,
    "plot": _is_plot,
}
