"""Every file that somebody can take home from a result."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from facs.outputs.plan import FORMATS, OutputPlan, has_package

if TYPE_CHECKING:
    from facs.recording import Recording

__all__ = ["DOWNLOADS", "Download", "available", "write_file"]


@dataclass(frozen=True)
class Download:
    """A kind of file: its name here, its group on the page, and what it is, in words."""

    format: str
    group: str
    words: str


DOWNLOADS: Final = (
    Download("csv", "Tables", "CSV: a row for every frame and person"),
    Download("events", "Tables", "Events: onset, apex, offset and peak, as CSV"),
    Download("parquet", "Tables", "Parquet: the table with all digits"),
    Download("json", "Tables", "JSON: numbers, events and the model"),
    Download("report", "To look at", "Report: one HTML page for a colleague"),
    Download("plot", "To look at", "Timeline, as a picture"),
    Download("overlay", "To look at", "Video with everything drawn into it"),
    Download("eaf", "Annotation", "ELAN"),
    Download("boris", "Annotation", "BORIS"),
    Download("bids", "Annotation", "BIDS-style events"),
    Download("srt", "Annotation", "Subtitles, SubRip"),
    Download("vtt", "Annotation", "Subtitles, WebVTT"),
    Download("openface", "Other programs", "CSV as OpenFace writes it"),
    Download("feat", "Other programs", "CSV as Py-Feat writes it"),
    Download("facs", "Other programs", "The recording itself, for facs.load"),
)

_DRAWN: Final = frozenset({"events", "overlay", "plot"})


def available() -> tuple[Download, ...]:
    """Kinds whose package is installed.

    Examples
    --------
    >>> {"csv", "report"} <= {download.format for download in available()}
    True
    """
    return tuple(one for one in DOWNLOADS if has_package(one.format))


def write_file(recording: Recording, source: Path, kind: str, folder: Path, stem: str) -> Path:
    """Write one kind of file into `folder`; where it is."""
    if kind == "report":
        from facs.outputs.report import write_report

        path = folder / f"{stem}.report.html"
        write_report(recording, path)
        return path
    if kind == "eaf":  # names the video as it lies beside the annotations, not where it is here
        from facs.outputs.annotations import write_eaf

        path = folder / f"{stem}{FORMATS[kind]}"
        write_eaf(recording, path)
        return path
    plan = OutputPlan(
        folder,
        stem,
        formats=() if kind in _DRAWN else (kind,),
        events=kind == "events",
        overlay=kind == "overlay",
        plot=kind == "plot",
    )
    return next(plan.write(recording, source))
