"""Covers that people wear: medical tubes, tape and masks, glasses; shares of each kind.

Places are centimetres of the average face, the tip of the nose near (0, 0.4, 13).
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from facs.synthesis.assets import Floats
from facs.synthesis.covers import Cover, Workshop
from facs.synthesis.meshes import Mesh, merged, sheet, through, tube

Generator = np.random.Generator
Numbers = npt.NDArray[np.float64]

SHARES: Final = {
    "oral tube": 0.013,
    "hose": 0.010,
    "feeding tube": 0.014,
    "cannula": 0.018,
    "tape": 0.009,
    "surgical mask": 0.014,
    "oxygen mask": 0.012,
    "sunglasses": 0.010,
}
"""Share of people who wear each kind, picture after picture."""

GLASSES_SHARE: Final = 0.17
"""Share of people with glasses that one can see through."""

_CLEAR: Final = ((0.75, 0.8, 0.8), (0.55, 0.75, 0.62), (0.6, 0.72, 0.85))
_TAPES: Final = ((0.72, 0.68, 0.62), (0.8, 0.8, 0.78), (0.62, 0.42, 0.30), (0.35, 0.5, 0.62))


def draw_gear(workshop: Workshop, rng: Generator) -> tuple[Cover, ...]:
    """What one person wears before her face; nothing, most often."""
    kinds = list(SHARES)
    chosen = rng.random()
    edges = np.cumsum(list(SHARES.values()))
    if chosen >= edges[-1]:
        return ()
    return (make_gear(kinds[int(np.searchsorted(edges, chosen, side="right"))], workshop, rng),)


def make_gear(kind: str, workshop: Workshop, rng: Generator) -> Cover:
    """One cover of a kind of `SHARES`, in a random make."""
    makers = {
        "oral tube": _oral_tube,
        "hose": _hose,
        "feeding tube": _feeding_tube,
        "cannula": _cannula,
        "tape": _tape,
        "surgical mask": _surgical_mask,
        "oxygen mask": _oxygen_mask,
        "sunglasses": _sunglasses,
    }
    return makers[kind](workshop, rng)


def _paint(colour: npt.ArrayLike, opacity: float) -> Floats:
    return np.array([*np.clip(np.asarray(colour), 0.004, 0.9), opacity], np.float32)


def _chosen(colours: tuple[tuple[float, float, float], ...], rng: Generator) -> Numbers:
    return np.array(colours[rng.integers(len(colours))]) * rng.uniform(0.8, 1.15)


def _side(rng: Generator) -> float:
    return 1.0 if rng.random() < 0.5 else -1.0


def strip(
    workshop: Workshop, path: npt.ArrayLike, width: float, colour: Floats, lift: float = 0.06
) -> Mesh:
    """A band of tape on the skin along places (m, 2) of the face."""
    line = through(np.c_[np.asarray(path, float), np.zeros(len(np.asarray(path)))], 16)[:, :2]
    along = np.gradient(line, axis=0)
    across = np.stack([-along[:, 1], along[:, 0]], 1) / np.linalg.norm(along, axis=1)[:, None]
    rows = np.linspace(-width / 2, width / 2, max(4, round(width / 0.25)))
    places = line[None] + rows[:, None, None] * across[None]
    z = workshop.relief.skin(places[..., 0], places[..., 1]) + lift
    return sheet(np.concatenate([places, z[..., None]], 2), colour)


def _on_face(workshop: Workshop, path: npt.ArrayLike, steps: int, lift: float) -> Numbers:
    """A line over the skin through places (m, 2)."""
    flat = np.asarray(path, float)
    line = through(np.c_[flat, np.zeros(len(flat))], steps)
    line[:, 2] = workshop.relief.skin(line[:, 0], line[:, 1]) + lift
    return line


def _tape(workshop: Workshop, rng: Generator) -> Cover:
    side, colour = _side(rng), _paint(_chosen(_TAPES, rng), rng.uniform(0.75, 1.0))
    if rng.random() < 0.5:
        path = side * np.array([[1.2, 0], [6.2, 0]]) + [0, rng.uniform(-2.6, 0.2)]
    else:
        path = np.array([[-rng.uniform(2, 5), -2], [0, -1.75], [rng.uniform(2, 5), -2]])
    return Cover("tape", (workshop.on_skin(strip(workshop, path, rng.uniform(0.9, 2.0), colour)),))


def _oral_tube(workshop: Workshop, rng: Generator) -> Cover:
    """A breathing tube in the mouth, held by tape over the upper lip or by a holder."""
    x = rng.uniform(-1.6, 1.6)
    mouth = np.array([x, -3.45, float(workshop.relief.skin(x, -3.45))])
    bend = np.array([rng.normal(0, 1.5), -rng.uniform(0, 3), rng.uniform(3, 6)])
    path = through(mouth + np.outer([-0.3, 0.12, 0.5, 1.0], bend), 18)
    body = tube(path, rng.uniform(0.38, 0.6), _paint(_chosen(_CLEAR, rng), 0.8), 10)
    colour = _paint(_chosen(_TAPES, rng), rng.uniform(0.85, 1.0))
    reach, drop = rng.uniform(4.5, 6.3), rng.uniform(-0.8, 0.8)
    width = rng.uniform(0.9, 1.7)
    bands = [[[-reach, -2.2 + drop], [x, -2.15], [reach, -2.2 + drop]]]
    if rng.random() < 0.6:
        bands.append([[-reach, -2.6 - drop], [x, -4.9], [reach, -2.6 - drop]])
    pieces = [workshop.on_skin(strip(workshop, band, width, colour, 0.1)) for band in bands]
    cuff = tube(path[3:8], 0.75, colour, 10)
    return Cover(
        "oral tube",
        (*pieces, workshop.stiff(body, 0.5, 40.0), workshop.stiff(cuff)),
    )


def _hose(workshop: Workshop, rng: Generator) -> Cover:
    """A ribbed hose of a ventilator that crosses cheek, mouth or chin from one side."""
    side, radius = _side(rng), rng.uniform(0.7, 1.15)
    y = rng.uniform(-5.5, -0.5)
    flat = [[side * 13, y + rng.normal(0, 3)], [side * 6.5, y + rng.normal(0, 0.7)]]
    flat += [[side * rng.uniform(1.5, 3.5), y - rng.uniform(-0.5, 2)], [rng.uniform(-2, 2), -11.0]]
    line = through(np.c_[np.array(flat), np.zeros(4)], 70)
    z = workshop.relief.cloth(line[:, 0], line[:, 1])
    line[:, 2] = np.convolve(np.pad(z, 6, "edge"), np.ones(13) / 13, "valid") + radius + 0.1
    ribs = radius * (1 + 0.09 * np.tile([1, -1], 35))
    colour = _chosen(((0.7, 0.74, 0.76), (0.25, 0.45, 0.65), (0.75, 0.75, 0.72)), rng)
    mesh = tube(line, ribs, _paint(colour, 0.98 if rng.random() < 0.7 else 0.55), 10)
    return Cover("hose", (workshop.stiff(mesh, 0.35, 25.0),))


def _feeding_tube(workshop: Workshop, rng: Generator) -> Cover:
    """A thin tube from a nostril over the cheek, with tape on nose or cheek."""
    side, radius = _side(rng), rng.uniform(0.11, 0.2)
    y = rng.uniform(-2.2, 0.6)
    flat = [[side * 0.6, -1.0], [side * 1.6, -1.7], [side * 3.6, y], [side * 6, y + 0.6]]
    line = _on_face(workshop, [*flat, [side * 7.8, y + 1.6]], 36, radius * 0.8)
    hue = _chosen(((0.75, 0.72, 0.55), (0.8, 0.8, 0.8), (0.3, 0.5, 0.65), (0.7, 0.45, 0.2)), rng)
    pieces = [workshop.on_skin(tube(line, radius, _paint(hue, 0.97), 6), 0.4, 30.0)]
    colour = _paint(_chosen(_TAPES, rng), rng.uniform(0.8, 1.0))
    if rng.random() < 0.7:
        across = np.array([[3.0, y + 0.1], [rng.uniform(5, 6.4), y + 0.5]]) * [side, 1]
        pieces.append(
            workshop.on_skin(strip(workshop, across, rng.uniform(1.0, 2.2), colour, 0.22))
        )
    if rng.random() < 0.5:
        pieces.append(
            workshop.on_skin(strip(workshop, [[-0.5, 1.9], [0.3, 0.2]], 1.3, colour, 0.15))
        )
    return Cover("feeding tube", tuple(pieces))


def _cannula(workshop: Workshop, rng: Generator) -> Cover:
    """Oxygen prongs under the nose with tubes over both cheeks to the ears."""
    radius, y = rng.uniform(0.14, 0.24), rng.uniform(-0.6, 0.8)
    half = [[0.0, -1.65], [1.5, -1.6], [3.3, y - 0.6], [5.6, y + 0.4], [7.9, y + 2.2]]
    flat = [[-x, v] for x, v in half[:0:-1]] + half
    colour = _paint(_chosen(_CLEAR, rng), rng.uniform(0.6, 0.95))
    meshes = [tube(_on_face(workshop, flat, 60, radius * 0.9), radius, colour, 6)]
    for x in (-0.65, 0.65):
        z = float(workshop.relief.skin(x, -1.5))
        prong = [[x, -1.7, z + 0.2], [x, -1.2, z + 0.25], [x, -0.7, z]]
        meshes.append(tube(through(prong, 6), radius, colour, 6))
    pieces = [workshop.on_skin(merged(meshes), 0.6, 40.0)]
    if rng.random() < 0.4:
        tape = _paint(_chosen(_TAPES, rng), 0.9)
        for side in (-1, 1):
            band = np.array([[3.4, y - 0.6], [5.0, y + 0.2]]) * [side, 1]
            pieces.append(workshop.on_skin(strip(workshop, band, 1.3, tape, 0.3)))
    return Cover("cannula", tuple(pieces))


def _surgical_mask(workshop: Workshop, rng: Generator) -> Cover:
    """A cloth from the bridge of the nose to under the chin, or worn below the nose."""
    hue = _chosen(
        ((0.30, 0.52, 0.66), (0.75, 0.78, 0.78), (0.35, 0.6, 0.5), (0.02, 0.02, 0.025)), rng
    )
    top = rng.uniform(1.2, 2.6) if rng.random() < 0.8 else rng.uniform(-1.6, -0.8)
    v, u = np.mgrid[0:1:20j, -1:1:25j]
    x = u * (6.9 - 0.8 * v)
    y = top - 0.35 * u**2 * 3 + v * (-9.0 - top)
    y += 0.9 * (v - 0.5) * -(u**4)
    z = workshop.relief.cloth(x, y) + 0.25 * (1 - u**2)
    pleats = 0.14 * np.sin(v * np.pi * 8) * (np.abs(v - 0.5) < 0.4)
    z = z + pleats * (1 - 0.6 * u**2)
    shade = 1 - 0.12 * (np.sin(v * np.pi * 8 + 1.2) > 0.5)
    colours = np.concatenate(
        [hue * shade[..., None], np.full((*u.shape, 1), rng.uniform(0.98, 1))], 2
    )
    cloth = sheet(np.stack([x, y, z], 2), np.clip(colours, 0.01, 1))
    loops = [
        tube(through([[s * 6.7, w, 4.5], [s * 7.9, w + 1, 2], [s * 8.6, 1.6, -0.5]], 8), 0.13,
             _paint((0.75, 0.75, 0.75), 1.0), 5)
        for s in (-1, 1)
        for w in (top - 1.2, -6.0)
    ]  # fmt: skip
    return Cover("surgical mask", (workshop.stiff(cloth), workshop.stiff(merged(loops))))


def _oxygen_mask(workshop: Workshop, rng: Generator) -> Cover:
    """A clear dome over nose and mouth, or over the nose alone, with straps and a hose."""
    nose_only = rng.random() < 0.35
    low, wide = (-2.4, 2.7) if nose_only else (rng.uniform(-7.2, -6.2), rng.uniform(3.3, 4.0))
    top = 2.6
    middle, tall = (top + low) / 2, (top - low) / 2
    r, a = np.mgrid[0:1:9j, 0 : 2 * np.pi : 33j]
    x, y = wide * r * np.sin(a), middle + tall * r * np.cos(a)
    x *= 1 - 0.35 * np.clip((y - middle) / tall, 0, 1)
    edge = workshop.relief.skin(x, y)
    dome = workshop.relief.cloth(x, y) + rng.uniform(1.2, 2.4) * np.sqrt(1 - r**2)
    z = np.where(r > 0.99, edge + 0.15, np.maximum(dome, edge + 0.4))
    hue = _chosen(_CLEAR, rng)
    clear = sheet(np.stack([x, y, z], 2), _paint(hue, rng.uniform(0.12, 0.42)))
    rim = tube(np.stack([x[-1], y[-1], z[-1]], 1), 0.22, _paint(hue, 0.65), 6)
    y0 = middle - 0.45 * tall
    front = np.array([0.0, y0, float(workshop.relief.cloth(0, y0)) + 2.0])
    down = through(front + np.array([[0, 0, 0], [0, -1.5, 1.5], [rng.normal(0, 2), -9, 1]]), 30)
    hose = tube(down, 0.55 * (1 + 0.08 * np.tile([1, -1], 15)), _paint(hue, 0.7), 8)
    strap_y = rng.uniform(-1, 1)
    straps = [
        strip(workshop, [[s * wide * 0.9, middle], [s * 8.4, middle + strap_y + 1.5]], 0.7,
              _paint(hue * 0.9, 0.95), 0.15)
        for s in (-1, 1)
    ]  # fmt: skip
    parts = (workshop.stiff(merged([clear, rim, hose]), 0.7, 50.0), workshop.stiff(merged(straps)))
    return Cover("oxygen mask", parts)


def _sunglasses(workshop: Workshop, rng: Generator) -> Cover:
    frame = _paint(_chosen(((0.01, 0.01, 0.01), (0.05, 0.03, 0.02), (0.4, 0.4, 0.4)), rng), 1.0)
    dark = _chosen(((0.01, 0.01, 0.012), (0.03, 0.02, 0.01), (0.01, 0.02, 0.03)), rng)
    lens = _paint(dark, rng.uniform(0.7, 0.98))
    return Cover("sunglasses", glasses(workshop, rng.uniform(0.95, 1.3), frame, lens, 0.14).pieces)


def draw_glasses(workshop: Workshop, rng: Generator) -> Cover:
    """Glasses that one can see through."""
    frame = np.full(3, float(rng.choice((0.01, 0.02, 0.15, 0.35)))) * rng.uniform(0.6, 1.2, 3)
    lens = _paint((0.5, 0.5, 0.5), rng.uniform(0.0, 0.06))
    thick = rng.uniform(0.06, 0.17)
    return glasses(workshop, rng.uniform(0.85, 1.15), _paint(frame, 1.0), lens, thick)


def glasses(
    workshop: Workshop, scale: float, frame: Floats, lens: Floats, thick: float = 0.09
) -> Cover:
    """Two rims, a bridge, two temples and two lenses; `lens` is their colour and opacity."""
    angle = np.linspace(0, 2 * np.pi, 33)
    across = np.sign(np.cos(angle)) * np.abs(np.cos(angle)) ** 0.7
    up = np.sign(np.sin(angle)) * np.abs(np.sin(angle)) ** 0.7
    frames, lenses = [], []
    for s in (-1, 1):
        # the inner edges stay beside the nose, however large the lenses are
        centre = s * (0.8 + 2.35 * scale)
        rim = np.stack([centre + 2.35 * scale * across, 3.1 + 1.75 * scale * up], 1)
        rim = np.c_[rim, 10.75 - 0.045 * rim[:, 0] ** 2]
        frames.append(tube(rim, thick, frame, 6))
        middle = np.array([centre, 3.1, 10.85 - 0.045 * centre**2])
        share = np.linspace(1, 0, 5)[:, None, None]
        lenses.append(sheet((rim * share + middle * (1 - share)).astype(np.float32), lens))
        outer = rim[np.argmax(s * rim[:, 0])]
        temple = [outer, [s * 7.7, 3.4, 4.5], [s * 8.3, 3.2, 0.5], [s * 8.4, 2.2, -1.5]]
        frames.append(tube(through(temple, 10), thick * 1.2, frame, 6))
    bridge = [[-0.85, 3.5, 10.75], [0, 3.8, 11.15], [0.85, 3.5, 10.75]]
    frames.append(tube(through(bridge, 7), thick, frame, 6))
    pieces = (workshop.worn(merged(lenses), 0.35, 60.0), workshop.worn(merged(frames), 0.4, 30.0))
    return Cover("glasses", pieces)


def plain_brows(workshop: Workshop, landmarks: Floats, hair: Floats, rng: Generator) -> Cover:
    """Brows for heads that have none of hair: a tapered band over the landmarks (68, 3)."""
    hue, width = _paint(hair * 0.9, rng.uniform(0.5, 0.9)), rng.uniform(0.35, 0.75)
    bands = [
        strip(workshop, landmarks[list(points), :2], width, hue, 0.04)
        for points in ((17, 18, 19, 20, 21), (22, 23, 24, 25, 26))
    ]
    return Cover("brows", (workshop.on_skin(merged(bands)),), hides=False)
