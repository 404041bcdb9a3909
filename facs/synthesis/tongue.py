"""The tongue outside the mouth: a mesh made anew for each frame, since the lips shape it."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from facs.synthesis.assets import Floats
from facs.synthesis.meshes import Mesh, grid_triangles, through

FULL_CM: Final = 3.3
"""How far the tongue reaches beyond the lips at intensity 1."""
_COLOUR: Final = (0.42, 0.10, 0.105)
_ROWS, _RING = 15, 16


def shows(left: float, right: float) -> tuple[float, float]:
    """Intensity and direction (1: to the subject's left corner) of the two halves of AU19.

    Examples
    --------
    >>> shows(0.8, 0.8), shows(1.0, 0.0), shows(0.0, 0.0)
    ((0.8, 0.0), (1.0, 1.0), (0.0, 0.0))
    """
    strong = max(left, right)
    return strong, (left - right) / strong if strong > 0 else 0.0


def tongue(landmarks: Floats, left: float, right: float, seed: float) -> Mesh | None:
    """The tongue of an un-posed face, or nothing where it stays inside.

    Parameters
    ----------
    landmarks : ndarray, shape (68, 3)
        Of the deformed face, centimetres.
    left, right : float, in [0, 1]
        The two halves of the slider; a difference turns the tip to a corner.
    seed : float
        The person's; some let the tongue hang, some push it forward.
    """
    strong, turn = shows(left, right)
    if strong < 0.03:
        return None
    line, flat = _midline(landmarks, strong, turn, 0.72 + 0.25 * np.sin(3 * seed))
    wide = 0.29 * float(np.linalg.norm(landmarks[54] - landmarks[48])) * (0.8 + 0.2 * strong)
    return _body(line, min(wide, 1.75), flat, 1 + 0.25 * np.sin(7 * seed))


def _midline(
    landmarks: Floats, strong: float, turn: float, droop: float
) -> tuple[npt.NDArray[np.float64], float]:
    """From behind the teeth over the lower lip to the tip; and half the thickness."""
    upper, lower = landmarks[[61, 62, 63]].mean(0), landmarks[[65, 66, 67]].mean(0)
    rim = landmarks[[56, 57, 58]].mean(0)
    gap = float(upper[1] - lower[1])
    half = float(np.clip(0.5 * gap, 0.24, 0.5))
    corner = turn * 0.62 * float(landmarks[54, 0] - upper[0])
    front = max(float(upper[2]), float(lower[2]))
    gate = np.array([upper[0] + 0.75 * corner, lower[1] + half * 0.9, front])
    root = gate + np.array([-0.6 * corner, -0.3, -2.2])
    length = FULL_CM * strong
    down = np.array([0.5 * corner, -0.25 - 0.75 * droop, 0.9 - 0.75 * droop])
    over = gate + np.array([0.1 * corner, 0.05, 0.45 * min(1.0, length)])
    tip = over + down / np.linalg.norm(down) * max(length - 0.45 * min(1.0, length), 0.02)
    bulge = (over + tip) / 2 + [0, 0.12 * length, 0.16 * length]
    # what is longer than the lip is thick lies on the lip, not in it
    on_lip = float(rim[2]) + half * 0.85
    for place, share in ((over, 0.7), (bulge, 1.0), (tip, 0.9)):
        place[2] += share * min(1.0, length / 1.2) * max(0.0, on_lip - place[2])
    return through([root, gate, over, bulge, tip], _ROWS), half


def _body(line: npt.NDArray[np.float64], wide: float, half: float, furrow: float) -> Mesh:
    """A flat rounded bar along the line, with a furrow in the middle of its back."""
    along = np.gradient(line, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True) + 1e-9
    across = np.cross(along, [0, -1.0, -0.35])
    across[:, 1:] *= 0.3
    across *= np.sign(across[:, :1])
    across /= np.linalg.norm(across, axis=1, keepdims=True) + 1e-9
    back = np.cross(along, across)
    back *= np.sign(back @ [0, 0.5, 0.5] + 1e-9)[:, None]
    run = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
    to_tip = (run[-1] - run) / wide
    taper = np.sqrt(np.clip(1 - np.clip(1 - to_tip / 1.3, 0, 1) ** 2, 0.003, 1))[:, None]
    angle = np.linspace(0, 2 * np.pi, _RING, endpoint=False)[None]
    u = np.cos(angle) * taper
    v = np.sin(angle) * np.sqrt(taper)
    groove = 0.45 * furrow * np.exp(-((np.cos(angle) / 0.28) ** 2)) * (np.sin(angle) > 0)
    points = (
        line[:, None]
        + across[:, None] * (wide * u)[..., None]
        + back[:, None] * (half * (v - groove * taper))[..., None]
    )
    colours = np.ones((_ROWS, _RING, 4), np.float32)
    dark = 1 - 0.45 * groove * (taper > 0.3)
    deep = np.clip(0.35 + 0.65 * (run / max(run[-1], 1e-6) - 0.2) / 0.35, 0.3, 1)[:, None]
    colours[..., :3] = np.array(_COLOUR) * (dark * deep)[..., None]
    return Mesh.of(
        points.reshape(-1, 3), grid_triangles(_ROWS, _RING, around=True), colours.reshape(-1, 4)
    )
