"""Contact sheets: small pictures with words on them, in rows, for people to look at."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["TILE", "tile", "write_sheet"]

TILE = 160

Picture = NDArray[np.uint8]


def tile(
    picture: Picture, words: Sequence[str], frame: tuple[int, int, int] | None = None
) -> Picture:
    """A picture, grey or RGB, fitted into a square of `TILE`, with lines of text from the top."""
    rgb = picture if picture.ndim == 3 else np.repeat(picture[:, :, None], 3, axis=2)
    height, width = rgb.shape[:2]
    scale = TILE / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    out = np.zeros((TILE, TILE, 3), np.uint8)
    out[: size[1], : size[0]] = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)
    for line, text in enumerate(words):
        place = (3, 12 + 13 * line)
        cv2.putText(out, text, place, 0, 0.38, (0, 0, 0), 3, cv2.LINE_AA)
        cv2.putText(out, text, place, 0, 0.38, (255, 255, 0), 1, cv2.LINE_AA)
    if frame is not None:
        cv2.rectangle(out, (0, 0), (TILE - 1, TILE - 1), frame, 2)
    return out


def write_sheet(path: Path, rows: Sequence[Sequence[Picture]]) -> None:
    """Write rows of tiles as one PNG; short rows end in black."""
    columns = max(map(len, rows))
    black = np.zeros((TILE, TILE, 3), np.uint8)
    lines = [np.hstack([*row, *[black] * (columns - len(row))]) for row in rows]
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), cv2.cvtColor(np.vstack(lines), cv2.COLOR_RGB2BGR))
