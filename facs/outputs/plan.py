"""What an analysis is to write, and where: checked before the work, written after it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from facs.errors import InputError, MissingPackageError, OutputError
from facs.files import keep_sources, move
from facs.outputs.ours import is_ours
from facs.recording import Recording

__all__ = ["FORMATS", "OutputPlan", "as_formats", "has_package", "part_name"]

FORMATS: Final = {
    "csv": ".csv",
    "parquet": ".parquet",
    "json": ".json",
    "facs": ".facs",
    "openface": ".openface.csv",
    "feat": ".feat.csv",
    "eaf": ".eaf",
    "boris": ".boris.tsv",
    "bids": "_events.tsv",
    "srt": ".srt",
    "vtt": ".vtt",
}
"""What a file name ends in, by format."""

_PACKAGES: Final = {  # the module that a kind needs, its package, and the extra that brings it
    "parquet": ("pyarrow", "pyarrow", "tables"),
    "eaf": ("pympi", "pympi-ling", "annotations"),
    "plot": ("matplotlib", "matplotlib", "plots"),
}


def as_formats(formats: str | Iterable[str]) -> tuple[str, ...]:
    """Several formats as a tuple; one alone is one, and not its letters.

    Examples
    --------
    >>> as_formats("csv"), as_formats(["csv", "eaf"])
    (('csv',), ('csv', 'eaf'))
    """
    return (formats,) if isinstance(formats, str) else tuple(formats)


def part_name(stem: str, start: float | None = None, stop: float | None = None) -> str:
    """What the names of results begin with: no part replaces another one, nor the whole.

    Parameters
    ----------
    stem : str
        Of the whole.
    start, stop : float, seconds, optional

    Examples
    --------
    >>> part_name("night"), part_name("night", 3600, 7200), part_name("night", stop=0.5)
    ('night', 'night.3600-7200', 'night.0-0.5')
    """
    if start is None and stop is None:
        return stem
    first, last = ("" if time is None else f"{time:.12g}" for time in (start, stop))
    return f"{stem}.{first or 0}-{last or 'end'}"


@dataclass(frozen=True)
class OutputPlan:
    """The files that one analysis leaves behind.

    Parameters
    ----------
    folder : Path
    stem : str
        File names begin with it.
    formats : tuple of str, or one
        Of `FORMATS`.
    events, overlay, plot : bool
    staging : Path, optional
        A folder on the same disk in which all files are written before they are moved to
        `folder`: a process that is killed then leaves nothing unfinished in `folder`.

    Examples
    --------
    >>> OutputPlan(Path("."), "talk", ("csv",), events=True).paths
    {'csv': PosixPath('talk.csv'), 'events': PosixPath('talk.events.csv')}
    """

    folder: Path
    stem: str
    formats: tuple[str, ...] = ("csv",)
    events: bool = False
    overlay: bool = False
    plot: bool = False
    staging: Path | None = None

    def __post_init__(self) -> None:
        """Refuse formats that nobody writes."""
        object.__setattr__(self, "formats", as_formats(self.formats))
        for name in self.formats:
            if name not in FORMATS:
                raise InputError(f"wanted a format of {', '.join(FORMATS)}, got {name!r}")

    @property
    def paths(self) -> dict[str, Path]:
        """What is written, by kind."""
        paths = {name: self.folder / f"{self.stem}{FORMATS[name]}" for name in self.formats}
        if self.events:
            paths["events"] = self.folder / f"{self.stem}.events.csv"
        if self.overlay:
            paths["overlay"] = self.folder / f"{self.stem}.overlay.mp4"
        if self.plot:
            paths["plot"] = self.folder / f"{self.stem}.timeline.png"
        return paths

    @property
    def files(self) -> list[Path]:
        """Everything that is written, with what explains it: BIDS has two files."""
        return [path for _, path in self._kinds()]

    def _kinds(self) -> list[tuple[str, Path]]:
        """Every file with its kind, which is "sidecar" for what explains the events of BIDS."""
        beside = [path.with_suffix(".json") for kind, path in self.paths.items() if kind == "bids"]
        return [*self.paths.items(), *(("sidecar", path) for path in beside)]

    def check(self, source: Any) -> None:
        """Fail now rather than after an hour of analysis.

        Raises
        ------
        OutputError
            If the folder is absent or cannot be written to, or a result would replace the source
            or what is no result of facs; those of earlier runs are replaced.
        MissingPackageError
            If a package for a format is not installed.
        InputError
            If an overlay is wanted for a camera, which cannot be read twice.
        """
        if not self.folder.is_dir():
            raise OutputError(f"wanted an existing folder for the results, got {self.folder}")
        if not os.access(self.folder, os.W_OK):
            raise OutputError(f"wanted a folder that can be written to, got {self.folder}")
        self.check_packages()
        if self.overlay and isinstance(source, int):
            raise InputError("an overlay wants a file: a camera cannot be read twice")
        for kind, path in self._kinds():
            keep_sources(path, source)
            if path.is_file() and not is_ours(kind, path):
                raise OutputError(
                    f"{path} is there already and no result of facs: "
                    "move it, or choose another --out"
                )

    def check_packages(self) -> None:
        """Raise MissingPackageError if a package for a format is not installed."""
        wanted = {name: f"the format {name}" for name in self.formats}
        if self.plot:
            wanted["plot"] = "the timeline"
        for kind, words in wanted.items():
            if not has_package(kind):
                _, package, extra = _PACKAGES[kind]
                raise MissingPackageError.of(package, extra, words)

    def write(self, recording: Recording, source: Any, rate: float | None = None) -> Iterator[Path]:
        """Write one file after the other, each complete or not at all; yield their paths.

        `rate` is what pictures were analysed at, where an overlay is to read them again.
        """
        from facs.outputs import annotations, overlay, plots

        writers = _writers()
        for kind, path in self.paths.items():
            target = path if self.staging is None else self.staging / path.name
            if kind == "overlay":
                overlay.write_overlay(recording, source, target, rate=rate)
            elif kind == "plot":
                plots.plot_timeline(recording, target)
            elif kind == "eaf" and not isinstance(source, int):
                annotations.write_eaf(recording, target, media=source, folder=self.folder)
            else:
                writers[kind](recording, target)
            yield path
        if self.staging is not None:
            for path in self.files:
                move(self.staging / path.name, path)


def _writers() -> dict[str, Callable[[Recording, Path], None]]:
    """Who writes a recording to a path, by kind."""
    from facs.outputs import annotations, dialects, event_tables, tables

    return {
        "csv": tables.write_csv,
        "parquet": tables.write_parquet,
        "json": tables.write_json,
        "facs": Recording.save,
        "openface": dialects.write_openface_csv,
        "feat": dialects.write_feat_csv,
        "eaf": annotations.write_eaf,
        "boris": event_tables.write_boris,
        "bids": event_tables.write_bids,
        "srt": annotations.write_srt,
        "vtt": annotations.write_vtt,
        "events": tables.write_events_csv,
    }


def has_package(kind: str) -> bool:
    """Whether what a kind of result needs is installed: a format, or ``"plot"``.

    Examples
    --------
    >>> has_package("csv")
    True
    """
    return kind not in _PACKAGES or find_spec(_PACKAGES[kind][0]) is not None
