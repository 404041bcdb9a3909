"""Clips of a coded data set as samples in the form of PyTorchVideo's data sets."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.data import Dataset

from facs.errors import InputError, MissingPackageError
from facs.training.datasets import CodedSet, FrameAt, images

__all__ = ["CodedClips", "clip_starts"]

Sample = dict[str, Any]

READERS: Final = ("pyav", "decord")
PICTURES: Final = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff")


def clip_starts(clip: NDArray[np.str_], length: int, every: int) -> NDArray[np.int64]:
    """Rows at which clips begin that lie in one video as a whole.

    Examples
    --------
    >>> clip_starts(np.array(["a"] * 5 + ["b"] * 3), length=2, every=2)
    array([0, 2, 5])
    """
    changes = np.flatnonzero(clip[1:] != clip[:-1]) + 1
    edges = [0, *changes.tolist(), len(clip)]
    starts = [
        row for first, end in pairwise(edges) for row in range(first, end - length + 1, every)
    ]
    return np.array(starts, np.int64)


class CodedClips(Dataset[Sample]):
    """Clips of `length` neighbouring frames, with the labels of the frame in the middle.

    A sample is a dictionary with the keys of PyTorchVideo: ``video`` (C, T, H, W) float32 in
    [0, 255], ``label`` (units,) float32 with 0, 1 or NaN, ``video_name`` and ``clip_index``, the
    number of the clip in its video; and ``subject``.

    Parameters
    ----------
    coded : CodedSet
    length : int
        Frames in a clip (T). The middle is frame ``length // 2``.
    every : int, optional
        Frames from the start of one clip to the start of the next; `length` if left out.
    reader : str
        ``"pyav"`` decodes a video from its start, with the frames that analysis sees.
        ``"decord"`` (extra ``facs[clips]``) jumps, which is faster in long videos; it neither
        turns videos that were taken upright nor keeps to edit lists.
    transform : callable, optional
        From sample to sample.

    Raises
    ------
    InputError
        If an option is wrong or no video is long enough.
    MissingPackageError
        If decord is asked for and not installed.
    """

    def __init__(
        self,
        coded: CodedSet,
        length: int = 16,
        *,
        every: int | None = None,
        reader: str = "pyav",
        transform: Callable[[Sample], Sample] | None = None,
    ) -> None:
        step = length if every is None else every
        if length < 1 or step < 1:
            raise InputError(f"wanted length and every of 1 or more, got {length} and {step}")
        if reader not in READERS:
            raise InputError(f"wanted a reader of {READERS}, got {reader!r}")
        self.coded = coded
        self.length = length
        self.starts = clip_starts(coded.clip, length, step)
        if not len(self.starts):
            raise InputError(f"wanted clips of {length} frames, {coded!r} has none")
        self._read = read_decord if reader == "decord" else read_pyav
        if reader == "decord":
            _decord()
        self.transform = transform

    def __len__(self) -> int:
        """Return the number of clips."""
        return len(self.starts)

    def __getitem__(self, i: int) -> Sample:
        """Decode clip i."""
        start = int(self.starts[i])
        middle = start + self.length // 2
        video = self._read(self.coded.frames[start : start + self.length])  # (T, H, W, C)
        name = str(self.coded.clip[middle])
        before = self.coded.clip[self.starts[:i]] == name if i > 0 else np.zeros(0, bool)
        sample = {
            "video": torch.from_numpy(video).permute(3, 0, 1, 2).float(),
            "label": torch.from_numpy(self.coded.presence[middle].copy()),
            "video_name": name,
            "clip_index": int(before.sum()),
            "subject": str(self.coded.subject[middle]),
        }
        return sample if self.transform is None else self.transform(sample)


def read_pyav(frames: tuple[FrameAt, ...]) -> NDArray[np.uint8]:
    """Frames (T, H, W, 3) as analysis decodes them."""
    return np.stack(list(images(frames)))


def read_decord(frames: tuple[FrameAt, ...]) -> NDArray[np.uint8]:
    """Frames (T, H, W, 3) of one video by random access; pictures as `read_pyav` reads them."""
    path = frames[0].path
    if path.suffix.lower() in PICTURES:
        return read_pyav(frames)
    if not path.is_file():
        raise InputError(f"wanted a video, there is none at {path}")
    decord = _decord()
    indices = [frame.index for frame in frames]
    try:
        video = decord.VideoReader(str(path), num_threads=1)
        if max(indices) < len(video):
            return np.asarray(video.get_batch(indices).asnumpy(), np.uint8)
    except (RuntimeError, decord.DECORDError):  # what they say has more than one line
        raise InputError(f"wanted a video that decord reads, {path} is none") from None
    raise InputError(f"wanted frame {max(indices)} of {path}, got only {len(video)} frames")


def _decord() -> Any:
    try:
        import decord
    except ImportError:
        raise MissingPackageError.of("decord2", "clips", "reader='decord'") from None
    return decord
