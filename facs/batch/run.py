"""`run_batch`: which videos are left to do, who does them, and what is kept of it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from facs.batch.lock import PRIVATE, locked
from facs.batch.manifest import NAME, Entry, Manifest
from facs.batch.options import BatchOptions
from facs.batch.pool import run_tasks
from facs.batch.sources import Source, find_sources, named
from facs.batch.work import WORK, Task, checksum
from facs.faces.detect import detector
from facs.network.weights import files_of, load_model
from facs.video import open_video

__all__ = ["BatchProgress", "BatchResult", "run_batch"]


@dataclass(frozen=True)
class BatchProgress:
    """How far a batch is.

    Parameters
    ----------
    done, failed, before, total : int
        Videos: done and failed in this run, done before it, and all of them.
    frames : dict
        Of each video that is being analysed, by the name of its results: frames done, and
        expected (None where nobody knows).
    entry : Entry or None
        The video that has just come to its end.
    """

    done: int
    failed: int
    before: int
    total: int
    frames: dict[str, tuple[int, int | None]] = field(default_factory=dict)
    entry: Entry | None = None


@dataclass(frozen=True)
class BatchResult:
    """What a batch did.

    Parameters
    ----------
    before : int
        Videos that were done already.
    entries : tuple of Entry
        Of the others, in order of name.
    """

    before: int
    entries: tuple[Entry, ...]

    @property
    def failed(self) -> tuple[Entry, ...]:
        """Those that could not be analysed."""
        return tuple(entry for entry in self.entries if entry.status == "failed")

    def __repr__(self) -> str:
        total, failed = self.before + len(self.entries), len(self.failed)
        return (
            f"<{total} video{'' if total == 1 else 's'}: {self.before} were done before, "
            f"{len(self.entries) - failed} are done now, {failed} failed>"
        )


def run_batch(
    sources: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
    out: str | os.PathLike[str],
    options: BatchOptions | None = None,
    *,
    ray: str | None = None,
    progress: Callable[[BatchProgress], None] | None = None,
) -> BatchResult:
    """Analyse many videos; a second run goes on where the first one stopped.

    Parameters
    ----------
    sources : path, or iterable of path
        Folders, which are searched with the folders in them, ``.txt`` lists, and videos.
    out : path
        Folder of the results; it is made if it is absent.
    options : BatchOptions, optional
    ray : str, optional
        Address of a Ray cluster that does the work, in the place of processes here:
        ``"auto"``, ``"local"``, ``"ray://host:10001"``. The folders must be the same there.
    progress : callable, optional
        Called with a `BatchProgress` now and then, and after every video.

    Returns
    -------
    BatchResult
        A video that cannot be analysed is an entry that says why, and no error.

    Raises
    ------
    InputError
        If there is no video, or an option has the wrong form.
    ModelError, MissingPackageError
        If the model cannot be opened, or a package is needed that is not there.
    OutputError
        If `out` cannot be written to, or another batch is writing to it.

    Notes
    -----
    A video is not done again if its size, its time of change (or, where that differs, its
    checksum), the version of facs, the model and the options are those of the manifest, and
    its results are there with the sizes that they had. One that failed is tried again.
    """
    if isinstance(sources, (str, os.PathLike)):
        sources = [sources]
    chosen, folder = options or BatchOptions(), Path(os.path.normpath(Path(out).absolute()))
    how = _checked(chosen)
    with locked(folder):
        _sweep(folder)
        manifest = Manifest(folder)
        found = find_sources(sources, _results(manifest, folder))
        left = _left(found, manifest, folder, chosen, how)
        keeper = _Keeper(manifest, len(found) - len(left), len(found), progress)
        if left:
            keeper.keep(_entries(left, folder, chosen, how, ray, keeper))
        manifest.tidy()
        _sweep(folder)
    return BatchResult(keeper.before, tuple(sorted(keeper.entries, key=lambda e: e.name)))


def _sweep(out: Path) -> None:
    """Remove what a batch that was killed had not finished."""
    shutil.rmtree(out / PRIVATE / WORK, ignore_errors=True)


def _checked(options: BatchOptions) -> dict[str, Any]:
    """Fail now rather than once for every video; what results depend on beside their video."""
    chosen = options.analyze
    picture = np.zeros((8, 8, 3), np.uint8)
    open_video(picture, start=chosen.start, stop=chosen.stop, threads=chosen.threads).close()
    detector(chosen.detector)
    options.plan(Path(), "x").check_packages()
    load_model(options.model, motion=chosen.motion)
    files = files_of(options.model)
    paths = [files.spatial, *([files.temporal] if chosen.motion and files.temporal else [])]
    return options.how({path.name: checksum(path) for path in paths})


def _results(manifest: Manifest, out: Path) -> set[Path]:
    """Files that are no sources, though one may lie between them and end in .mp4."""
    outputs = {out / key for entry in manifest for key in (*entry.outputs, *entry.earlier)}
    return outputs | {out / NAME, out / PRIVATE}


def _left(
    found: Sequence[Source],
    manifest: Manifest,
    out: Path,
    options: BatchOptions,
    how: dict[str, Any],
) -> list[Task]:
    """What is still to be done."""
    known = {entry.source: entry.name for entry in manifest}
    names = named(found, known, lambda name: options.plan(out, name).files)
    tasks = []
    for source in found:
        task = Task(str(source.path), names[str(source.path)])
        entry = manifest[task.source]
        if entry is None or not _is_done(entry, task, out, how):
            tasks.append(task)
        elif entry.modified != (modified := source.path.stat().st_mtime_ns):
            manifest.add(replace(entry, modified=modified))
    return tasks


def _is_done(entry: Entry, task: Task, out: Path, how: dict[str, Any]) -> bool:
    if entry.status != "done" or entry.name != task.name or entry.how != how:
        return False
    if any(_size(out / key) != size for key, size in entry.outputs.items()):
        return False
    path = Path(task.source)
    if _size(path) != entry.size:
        return False
    return path.stat().st_mtime_ns == entry.modified or checksum(path) == entry.sha256


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None


def _entries(
    tasks: Sequence[Task],
    out: Path,
    options: BatchOptions,
    how: dict[str, Any],
    ray: str | None,
    keeper: _Keeper,
) -> Iterator[Entry]:
    if ray is None:
        return run_tasks(tasks, out, options, how, keeper.frames)
    from facs.batch.cluster import run_on_ray

    return run_on_ray(tasks, out, options, how, ray)


class _Keeper:
    """Keeps every entry in the manifest, and tells how far the batch is."""

    def __init__(
        self,
        manifest: Manifest,
        before: int,
        total: int,
        progress: Callable[[BatchProgress], None] | None,
    ) -> None:
        self.before, self.entries = before, list[Entry]()
        self._manifest, self._total = manifest, total
        self._progress = progress or (lambda progress: None)
        self._failed = 0

    def keep(self, entries: Iterator[Entry]) -> None:
        """Take every entry as it comes."""
        for entry in entries:
            self._manifest.add(entry)
            self.entries.append(entry)
            self._failed += entry.status == "failed"
            self._tell(entry=entry)

    def frames(self, frames: dict[str, tuple[int, int | None]]) -> None:
        """Tell how far the videos are that are being analysed."""
        self._tell(frames=frames)

    def _tell(self, **facts: Any) -> None:
        done = len(self.entries) - self._failed
        self._progress(BatchProgress(done, self._failed, self.before, self._total, **facts))
