"""What hangs, sticks or lies before a face: meshes that follow the skin they touch."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from facs.synthesis.assets import Floats, Indices
from facs.synthesis.kernels import SKIN, rasterise
from facs.synthesis.meshes import Mesh

if TYPE_CHECKING:
    from facs.synthesis.assets import Assets

_CELL: Final = 0.2
_LEFT, _TOP, _COLUMNS, _ROWS = -9.6, 13.0, 96, 130
_BEHIND: Final = 30.0
_NEIGHBOURS: Final = 10
_COARSE: Final = 9
"""What is stiff follows every so many-th vertex only."""


@dataclass(frozen=True)
class Piece:
    """One mesh of a cover, which follows vertices of the head as `assets.Card` does.

    `gloss` is how strongly it reflects the lamp, `sharpness` how small that reflex is,
    `bias` how far it may lie under the skin and still be seen.
    """

    mesh: Mesh
    anchors: Indices
    anchor_weights: Floats
    offsets: Floats
    gloss: float = 0.1
    sharpness: float = 20.0
    bias: float = 0.3
    shift: Floats = field(default_factory=lambda: np.zeros(3, np.float32))

    def points(self, head: Floats) -> Floats:
        """Vertices on an un-posed head (n, 3)."""
        followed = np.einsum("nkc,nk->nc", head[self.anchors], self.anchor_weights)
        return np.asarray(followed + self.offsets + self.shift, np.float32)


@dataclass(frozen=True)
class Cover:
    """One thing before a face; `kind` says what, `hides` whether it counts as a cover."""

    kind: str
    pieces: tuple[Piece, ...]
    hides: bool = True

    def moved(self, shift: npt.ArrayLike) -> Cover:
        """The same, somewhere else by `shift` (3,) centimetres in the head's frame."""
        by = np.asarray(shift, np.float32)
        return replace(self, pieces=tuple(replace(p, shift=p.shift + by) for p in self.pieces))


@dataclass(frozen=True)
class Relief:
    """How far the average face reaches to the front, over a grid before it.

    `tight` is the skin, `loose` a cloth that hangs over it.
    """

    tight: Floats
    loose: Floats

    @classmethod
    def of(cls, assets: Assets) -> Relief:
        """Measure the average face."""
        import cv2

        shape = (_ROWS, _COLUMNS)
        depth = np.full(shape, 1e9, np.float32)
        screen = np.stack(
            [
                (assets.neutral[:, 0] - _LEFT) / _CELL,
                (_TOP - assets.neutral[:, 1]) / _CELL,
                _BEHIND - assets.neutral[:, 2],
            ],
            1,
        ).astype(np.float32)
        skin = np.ascontiguousarray(assets.triangles[assets.material == SKIN])
        rasterise(
            screen, skin, False, depth, np.empty(shape, np.int32), np.empty((*shape, 2), np.float32)
        )
        height = np.where(depth < 1e8, _BEHIND - depth, 0).astype(np.float32)
        filled = cv2.morphologyEx(height, cv2.MORPH_CLOSE, np.ones((7, 7), np.uint8))
        wide = cv2.dilate(filled, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (11, 11)))
        loose = np.maximum(cv2.GaussianBlur(wide, (0, 0), 4), filled + np.float32(0.15))
        return cls(
            np.asarray(cv2.GaussianBlur(filled, (0, 0), 0.8), np.float32),
            np.asarray(loose, np.float32),
        )

    def skin(self, x: npt.ArrayLike, y: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Depth of the skin at places of the face."""
        return _look_up(self.tight, x, y)

    def cloth(self, x: npt.ArrayLike, y: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Depth of a cloth that hangs over the face."""
        return _look_up(self.loose, x, y)


def _look_up(grid: Floats, x: npt.ArrayLike, y: npt.ArrayLike) -> npt.NDArray[np.float64]:
    column = np.clip((np.asarray(x, np.float64) - _LEFT) / _CELL, 0, _COLUMNS - 1.001)
    row = np.clip((_TOP - np.asarray(y, np.float64)) / _CELL, 0, _ROWS - 1.001)
    i, j = row.astype(int), column.astype(int)
    fi, fj = row - i, column - j
    upper = grid[i, j] * (1 - fj) + grid[i, j + 1] * fj
    lower = grid[i + 1, j] * (1 - fj) + grid[i + 1, j + 1] * fj
    return np.asarray(upper * (1 - fi) + lower * fi, np.float64)


@dataclass(frozen=True)
class Workshop:
    """Turns meshes made on the average face into pieces that fit every face."""

    neutral: Floats
    relief: Relief
    skin: Indices
    calm: Indices

    @classmethod
    def of(cls, assets: Assets) -> Workshop:
        """Prepare what every cover needs from the average head."""
        skin = np.unique(assets.triangles[assets.material == SKIN]).astype(np.int32)
        skin = skin[assets.neutral[skin, 2] > -4]
        moved = np.linalg.norm(assets.shapes[:, skin], axis=2).max(0)
        return cls(assets.neutral, Relief.of(assets), skin, skin[moved < 0.35][::_COARSE])

    def on_skin(self, mesh: Mesh, gloss: float = 0.05, sharpness: float = 12.0) -> Piece:
        """Tape and thin tubes: they go where the skin goes."""
        return self._piece(mesh, self.skin[::2], 0.25, gloss, sharpness)

    def stiff(self, mesh: Mesh, gloss: float = 0.05, sharpness: float = 12.0) -> Piece:
        """Masks and hands: they go where the face around them goes."""
        return self._piece(mesh, self.skin[::_COARSE], 2.0, gloss, sharpness)

    def worn(self, mesh: Mesh, gloss: float = 0.05, sharpness: float = 12.0) -> Piece:
        """Glasses and hair: they rest on what no muscle moves."""
        return self._piece(mesh, self.calm, 1.5, gloss, sharpness)

    def _piece(
        self, mesh: Mesh, among: Indices, reach: float, gloss: float, sharpness: float
    ) -> Piece:
        near = self.neutral[among]
        distance = (
            (mesh.points**2).sum(1)[:, None] + (near**2).sum(1) - 2 * mesh.points @ near.T
        ).clip(0)
        chosen = np.argpartition(distance, _NEIGHBOURS, 1)[:, :_NEIGHBOURS]
        found = np.take_along_axis(distance, chosen, 1)
        weights = np.exp((found.min(1, keepdims=True) - found) / (2 * reach * reach))
        weights /= weights.sum(1, keepdims=True)
        anchors = among[chosen].astype(np.int32)
        followed = np.einsum("nkc,nk->nc", self.neutral[anchors], weights)
        return Piece(
            mesh,
            anchors,
            weights.astype(np.float32),
            (mesh.points - followed).astype(np.float32),
            gloss,
            sharpness,
        )
