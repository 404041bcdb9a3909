"""The manifest of a batch: one line of JSON for every video, the last one about it counts."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path, PurePath
from typing import Any, Final

from facs.errors import InputError, OutputError
from facs.files import atomic

__all__ = ["NAME", "Entry", "Manifest", "read_manifest"]

NAME: Final = "manifest.jsonl"


@dataclass(frozen=True)
class Entry:
    """What became of one video.

    Parameters
    ----------
    source : str
        Its absolute path.
    name : str
        What its results are called, with ``/`` between folders.
    status : str
        ``"done"`` or ``"failed"``.
    error : str
        One line, if it failed.
    size, modified : int, bytes and nanoseconds
        Of the video when it was read.
    sha256 : str
        Checksum of the video.
    how : dict
        What the results depend on beside the video: version, checksums of the model, options.
    outputs : dict of int
        Bytes of each result, by its path from the folder of the results.
    frames, people : int
    seconds : float
        Of media time.
    damage : str or None
        What was wrong with a video that was analysed all the same.
    earlier : dict of int
        Like `outputs`, of what earlier runs wrote and this one did not: no videos to analyse.

    Examples
    --------
    >>> entry = Entry("/films/x.mp4", "x", "failed", "x.mp4: the file is empty (0 bytes)")
    >>> Entry.from_line(entry.line()) == entry
    True
    """

    source: str
    name: str
    status: str
    error: str = ""
    size: int = 0
    modified: int = 0
    sha256: str = ""
    how: dict[str, Any] = field(default_factory=dict)
    outputs: dict[str, int] = field(default_factory=dict)
    frames: int = 0
    people: int = 0
    seconds: float = 0.0
    damage: str | None = None
    earlier: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.status not in ("done", "failed"):
            raise InputError(f"wanted the status done or failed, got {self.status!r}")
        kinds = {"source": str, "name": str, "how": dict, "outputs": dict, "earlier": dict}
        for name, kind in kinds.items():
            if not isinstance(getattr(self, name), kind):
                raise InputError(f"{name}: wanted {kind.__name__}, got {getattr(self, name)!r}")
        parts = PurePath(self.name).parts
        if not parts or ".." in parts or PurePath(self.name).is_absolute():
            raise InputError(f"name: wanted a path inside of the results, got {self.name!r}")

    def line(self) -> str:
        """One line of JSON, without its end."""
        return json.dumps(asdict(self))

    @classmethod
    def from_line(cls, line: str) -> Entry:
        """Read what `line` gave; words that are not known are left out.

        Raises
        ------
        InputError
            If it is not such a line.
        """
        try:
            data = json.loads(line)
            known = {f.name for f in fields(cls)}
            return cls(**{key: value for key, value in data.items() if key in known})
        except (ValueError, TypeError, AttributeError, RecursionError) as error:
            raise InputError(f"wanted a line of a manifest, got {line[:80]!r}") from error


class Manifest:
    """The entries of a folder of results; a new one is on the disk before `add` returns."""

    def __init__(self, out: Path) -> None:
        self._path = out / NAME
        self._entries = {entry.source: entry for entry in _entries(self._path)}
        # A process that was killed may have left half a line, to which nothing may be added.
        self.tidy()

    def __getitem__(self, source: str) -> Entry | None:
        return self._entries.get(source)

    def __iter__(self) -> Iterator[Entry]:
        """Iterate over what is known of each video."""
        return iter(self._entries.values())

    def add(self, entry: Entry) -> None:
        """Append what became of a video; what was written of it before is not forgotten.

        Raises
        ------
        OutputError
            If it cannot be written.
        """
        entry = _remembering(self._entries.get(entry.source), entry)
        try:
            with self._path.open("a", encoding="ascii") as file:
                file.write(entry.line() + "\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise OutputError(f"cannot write {self._path}: {error.strerror}") from error
        self._entries[entry.source] = entry

    def tidy(self) -> None:
        """Write one line for every video, in order of name."""
        lines = [entry.line() for entry in sorted(self, key=lambda e: (e.name, e.source))]
        with atomic(self._path) as partial:
            partial.write_text("".join(f"{line}\n" for line in lines), encoding="ascii")


def read_manifest(out: str | os.PathLike[str]) -> list[Entry]:
    """Read the manifest in a folder of results; a batch may be running there.

    Returns
    -------
    list of Entry
        The last about each video; empty if there is no manifest.
    """
    return list({entry.source: entry for entry in _entries(Path(out) / NAME)}.values())


def _remembering(before: Entry | None, entry: Entry) -> Entry:
    """Keep in mind which results of earlier runs lie beside those of this one."""
    if before is None:
        return entry
    written = before.earlier | before.outputs | entry.earlier
    return replace(entry, earlier={k: v for k, v in written.items() if k not in entry.outputs})


def _entries(path: Path) -> Iterator[Entry]:
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            for line in file:
                if (entry := _entry(line)) is not None:
                    yield entry
    except FileNotFoundError:
        return
    except OSError as error:
        raise OutputError(f"cannot read {path}: {error.strerror}") from error


def _entry(line: str) -> Entry | None:
    """The entry on a line; None where a process was killed while it wrote it."""
    try:
        return Entry.from_line(line)
    except InputError:
        return None
