"""Rendered shards, cut once: crops and flows beside what is known of each, shard by shard on disk.

What an earlier run has cut is read and not cut again, so that a run can be repeated while shards
still arrive.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from facs.canonical import CROP_SIZE
from facs.errors import InputError
from facs.faces.landmarks import Landmarker, shipped_path
from facs.files import atomic, sha256_of
from facs.synthesis.shards import read_shard
from facs.training.rendered import Rendered, of_shards
from facs.training.unit_data import UnitData, cut_rendered

__all__ = ["CutFaces", "Split", "cut_shards", "joined", "read_cut"]

Integers = NDArray[np.int64]
_NO_FLOWS = np.zeros((0, 2, CROP_SIZE, CROP_SIZE), np.int8)


@dataclass(frozen=True)
class CutFaces:
    """Cut frames of rendered people, all stills or all of clips.

    Parameters
    ----------
    crops : array, shape (n, WIDE, WIDE), uint8
        Or (n, 0, 0) where pictures were not read.
    labels : array, shape (n, columns), float32, in [0, 1]; NaN is hidden from the camera
    columns : tuple of str
    flows : array, shape (n, 2, S, S), int8
        From frame i to frame i + 1 of a clip (`UnitData`); empty for stills.
    subject, clip : arrays, shape (n,)
    time : array, shape (n,), seconds
    group : array, shape (n,) of str
        Age, sex and skin tone, separated by blanks.
    """

    crops: NDArray[np.uint8]
    labels: NDArray[np.float32]
    columns: tuple[str, ...]
    flows: NDArray[np.int8]
    subject: Integers
    clip: Integers
    time: NDArray[np.float64]
    group: NDArray[np.str_]

    def __post_init__(self) -> None:
        """Check that everything is said of every frame."""
        n = len(self.crops)
        if self.labels.shape != (n, len(self.columns)):
            wanted = (n, len(self.columns))
            raise InputError(f"labels: wanted shape {wanted}, got {self.labels.shape}")
        for name in ("subject", "clip", "time", "group"):
            if getattr(self, name).shape != (n,):
                raise InputError(f"{name}: wanted shape {(n,)}, got {getattr(self, name).shape}")

    def __len__(self) -> int:
        return len(self.crops)

    def where(self, chosen: NDArray[np.bool_]) -> CutFaces:
        """The chosen frames; whole clips must be chosen for their flows to keep their sense."""
        return CutFaces(
            self.crops[chosen],
            self.labels[chosen],
            self.columns,
            self.flows[chosen] if len(self.flows) else self.flows,
            self.subject[chosen],
            self.clip[chosen],
            self.time[chosen],
            self.group[chosen],
        )


def _faces(data: Rendered, cut: UnitData) -> CutFaces:
    rows = cut.rows
    return CutFaces(
        cut.crops,
        cut.labels,
        data.columns,
        cut.flows,
        data.subject[rows],
        data.clip[rows],
        data.time[rows],
        data.group[rows],
    )


def _cut(shard: Path, out: Path, landmarker: Landmarker, seed: int, origin: dict[str, str]) -> None:
    """Cut one shard into a file that is whole or not there, and that says from what it was cut."""
    data = of_shards([read_shard(shard)])
    arrays: dict[str, NDArray[np.generic]] = {"columns": np.array(data.columns)}
    for kind, cut in zip(("stills", "clips"), cut_rendered(data, landmarker, seed), strict=True):
        for name, values in vars(_faces(data, cut)).items():
            if name != "columns":
                arrays[f"{kind}_{name}"] = values
    said = {name: np.array(value) for name, value in origin.items()}
    with atomic(out) as unfinished:  # under a name of its own: another process may cut it, too
        np.savez(unfinished, **arrays, **said)  # type: ignore[arg-type]


def cut_shards(
    folders: Sequence[Path],
    cache: Path,
    landmarks: Path | None = None,
    *,
    among: Sequence[Path] = (),
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> list[Path]:
    """Cut every shard of some folders into `cache`; the files, in order.

    Parameters
    ----------
    landmarks : Path, optional
        The landmark network (ONNX); without it the shipped one.
    among : sequence of Path
        All folders that are cut into `cache`, these among them, always in the same order: of two
        with one last name the later one's files are named after where it lies, too.
    progress : callable, optional
        Called with (shards done, all shards).

    Raises
    ------
    InputError
        If the folders hold no shards, one is there twice, or `cache` has cuts of other shards or
        by another landmark network.
    """
    names = _names((*among, *folders))
    shards = [path for folder in folders for path in sorted(folder.glob("*.npz"))]
    if not shards:
        raise InputError(f"wanted folders with rendered shards (facs synth), got none in {folders}")
    cache.mkdir(parents=True, exist_ok=True)
    landmarker, network = Landmarker(landmarks), sha256_of(landmarks or shipped_path())
    done: list[Path] = []
    for shard in shards:
        out = cache / f"{names[shard.parent.resolve()]}_{shard.name}"
        if out in done:
            raise InputError(f"wanted each folder of shards once, got {shard.parent} twice")
        origin = {"landmark_network": network, "shard_bytes": str(shard.stat().st_size)}
        if out.exists():
            _refuse_other(out, origin)
        else:
            # of the name, so that shards that arrive later change nothing
            _cut(shard, out, landmarker, seed + zlib.crc32(out.name.encode()), origin)
        done.append(out)
        if progress is not None:
            progress(len(done), len(shards))
    return done


def _names(folders: Sequence[Path]) -> dict[Path, str]:
    """What files cut from each folder begin with."""
    names: dict[Path, str] = {}
    for folder in folders:
        where = folder.resolve()
        name = folder.name
        if name in names.values():
            name = f"{name}-{zlib.crc32(str(where).encode()):08x}"
        names.setdefault(where, name)
    return names


def _refuse_other(out: Path, origin: dict[str, str]) -> None:
    """Refuse what was cut from something else; older files do not say from what."""
    with np.load(out, allow_pickle=False) as file:
        for name, wanted in origin.items():
            got = str(file[name]) if name in file else wanted
            if got != wanted:
                raise InputError(
                    f"{out}: wanted a cut of {name} {wanted[:12]}, got one of {got[:12]}: "
                    f"remove it, or choose another folder"
                )


def read_cut(
    paths: Sequence[Path], motion: bool = True, pictures: bool = True
) -> tuple[CutFaces, CutFaces]:
    """Stills and clips of files that `cut_shards` wrote.

    A unit that an older renderer could not show was not shown by it: 0.

    Parameters
    ----------
    motion, pictures : bool
        With the flows of clips; with the crops of stills and clips. Both take about the same
        memory, and more than everything else.
    """
    columns = max((_columns(path) for path in paths), key=len)
    stills = joined([_read(path, "stills", columns, pictures) for path in paths])
    clips = joined([_read(path, "clips", columns, pictures) for path in paths])
    return stills, replace(clips, flows=_flows(paths, len(clips))) if motion else clips


def _flows(paths: Sequence[Path], n: int) -> NDArray[np.int8]:
    """The flows of all clips, n frames, with one shard at a time beside them in memory."""
    flows = np.empty((n, *_NO_FLOWS.shape[1:]), np.int8)
    end = 0
    for path in paths:
        with np.load(path, allow_pickle=False) as file:
            own = file["clips_flows"]
        flows[end : end + len(own)] = own
        end += len(own)
    return flows


def _columns(path: Path) -> tuple[str, ...]:
    with np.load(path, allow_pickle=False) as file:
        return tuple(str(c) for c in file["columns"])


def _read(path: Path, kind: str, columns: tuple[str, ...], pictures: bool) -> CutFaces:
    """One shard's frames of a kind, without their flows."""
    with np.load(path, allow_pickle=False) as file:
        own = [str(c) for c in file["columns"]]
        stored = file[f"{kind}_labels"]
        labels = np.zeros((len(stored), len(columns)), np.float32)
        labels[:, [columns.index(c) for c in own]] = stored
        rest = [file[f"{kind}_{name}"] for name in ("subject", "clip", "time", "group")]
        crops = file[f"{kind}_crops"] if pictures else np.zeros((len(stored), 0, 0), np.uint8)
        return CutFaces(crops, labels, columns, _NO_FLOWS, *rest)


def joined(parts: Sequence[CutFaces]) -> CutFaces:
    """Frames of several sets, one after the other."""
    first = parts[0]
    arrays = {
        name: np.concatenate([getattr(p, name) for p in parts if len(p)] or [getattr(first, name)])
        for name in vars(first)
        if name != "columns"
    }
    return CutFaces(columns=first.columns, **arrays)


@dataclass(frozen=True)
class Split:
    """Stills and clips of some people; `windows` are the clips' rows with a whole flow window.

    Clips may have other people's frames, too: of clips only what `windows` names counts.
    """

    stills: CutFaces
    clips: CutFaces
    windows: NDArray[np.int64]
