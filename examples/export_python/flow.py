"""The motion that the temporal stream takes, with numpy alone: `farneback`, and the `window` of it.

Farneback, "Two-frame motion estimation based on polynomial expansion" (2003): around every pixel
each crop is a parabola, and a shift changes its linear part. Sums are those of OpenCV's
calcOpticalFlowFarneback, so that the network sees what it has learned from; where your app has
OpenCV, call that, it is many times faster. `model.json` has the `parameters` under `flow`.
"""

from __future__ import annotations

import numpy as np

EDGE = np.array([0.14, 0.14, 0.4472, 0.4472, 0.4472])
SMALLEST = 32
BASES = ((0, 0), (1, 0), (0, 1), (2, 0), (0, 2), (1, 1))
"""Powers of x and of y in a parabola."""


def farneback(before: np.ndarray, after: np.ndarray, parameters: dict) -> np.ndarray:
    """The shift (2, S, S) of every pixel, rightwards and downwards, in crop widths."""
    size, step = len(before), parameters["pyramid_scale"]
    scales = [
        step**k for k in range(parameters["levels"] + 1) if not k or size * step**k >= SMALLEST
    ]
    flow = np.zeros((2, 1, 1))
    for i, scale in enumerate(reversed(scales)):
        side = round(size * scale)
        pair = [parabolas(smaller(crop, scale, side), parameters) for crop in (before, after)]
        flow = np.stack([resized(plane, side) for plane in flow]) / (step if i else 1)
        for _ in range(parameters["iterations"]):
            flow = improved(flow, *pair, parameters["window"])
    return (flow / size).astype(np.float32)


def parabolas(picture: np.ndarray, parameters: dict) -> np.ndarray:
    """What fits best around each pixel: coefficients (5, h, w) of x, y, xx, yy and xy."""
    radius, sigma = parameters["polynomial_neighbourhood"], parameters["polynomial_sigma"]
    t = np.arange(-radius, radius + 1.0)
    weight = gaussian(2 * radius + 1, sigma)
    rows = [filtered(picture, weight * t**power, 0) for power in range(3)]
    moments = np.stack([filtered(rows[y], weight * t**x, 1) for x, y in BASES])
    one = [(weight * t**power).sum() for power in range(5)]
    products = [[one[a + c] * one[b + d] for c, d in BASES] for a, b in BASES]
    return np.tensordot(np.linalg.inv(products), moments, 1)[1:]


def improved(flow: np.ndarray, before: np.ndarray, after: np.ndarray, window: int) -> np.ndarray:
    """One step: solve A d = b over a window; A is the second order, as the mean of both."""
    moved, inside = shifted(after, flow)
    linear = before[:2] - np.where(inside, moved[:2], 0)
    xx, yy, xy = np.where(inside, (before[2:] + moved[2:]) / 2, before[2:])
    right, down = flow
    at_edge = np.ones(flow.shape[1])
    at_edge[:5], at_edge[-5:] = EDGE, EDGE[::-1]
    weight = np.outer(at_edge, at_edge)
    a, b, c = weight * xx, weight * xy / 2, weight * yy
    p = weight * linear[0] / 2 + a * right + b * down
    q = weight * linear[1] / 2 + b * right + c * down
    box = np.full(window, 1 / window)
    sums = [a * a + b * b, (a + c) * b, b * b + c * c, a * p + b * q, b * p + c * q]
    g, h, k, u, v = (filtered(filtered(one, box, 0), box, 1) for one in sums)
    return np.stack([k * u - h * v, g * v - h * u]) / (g * k - h * h + 1e-3)


def shifted(maps: np.ndarray, flow: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Maps (n, h, w) where the flow leads, bilinearly, and where (h, w) that is inside of them."""
    height, width = flow.shape[1:]
    y, x = np.mgrid[:height, :width] + flow[::-1]
    x0, y0 = np.floor(x).astype(int), np.floor(y).astype(int)
    inside = (x0 >= 0) & (x0 < width - 1) & (y0 >= 0) & (y0 < height - 1)
    dx, dy = x - x0, y - y0
    x0, y0 = np.clip(x0, 0, width - 2), np.clip(y0, 0, height - 2)
    above = (1 - dx) * maps[:, y0, x0] + dx * maps[:, y0, x0 + 1]
    below = (1 - dx) * maps[:, y0 + 1, x0] + dx * maps[:, y0 + 1, x0 + 1]
    return (1 - dy) * above + dy * below, inside


def smaller(crop: np.ndarray, scale: float, side: int) -> np.ndarray:
    """A crop smoothed, and sampled at (side, side)."""
    sigma = (1 / scale - 1) / 2
    kernel = gaussian(max(3, round(5 * sigma) | 1), sigma) if sigma else np.array([1, 2, 1]) / 4
    smooth = filtered(filtered(crop.astype(float), kernel, 0, "reflect"), kernel, 1, "reflect")
    return resized(smooth, side)


def resized(plane: np.ndarray, side: int) -> np.ndarray:
    """A square plane at (side, side), bilinearly; pixel centres lie at halves."""
    size = len(plane)
    place = np.clip((np.arange(side) + 0.5) * size / side - 0.5, 0, size - 1)
    first = np.floor(place).astype(int)
    share, second = place - first, np.minimum(first + 1, size - 1)
    rows = (1 - share)[:, None] * plane[first] + share[:, None] * plane[second]
    return (1 - share) * rows[:, first] + share * rows[:, second]


def gaussian(taps: int, sigma: float) -> np.ndarray:
    """Weights (taps,) that sum to one."""
    weight = np.exp(-((np.arange(taps) - taps // 2) ** 2) / (2 * sigma**2))
    return weight / weight.sum()


def filtered(plane: np.ndarray, kernel: np.ndarray, axis: int, border: str = "edge") -> np.ndarray:
    """Weighted sums of neighbours along one axis."""
    half = len(kernel) // 2
    padded = np.pad(plane, [(half, half) if i == axis else (0, 0) for i in (0, 1)], mode=border)
    shifts = [padded.take(range(i, i + plane.shape[axis]), axis) for i in range(len(kernel))]
    return sum(weight * one for weight, one in zip(kernel, shifts, strict=True))


def window(pieces: list, time: float, facts: dict) -> np.ndarray | None:
    """The stack (2 * slots, S, S) around a moment, or None where it is not full.

    `pieces` are (start, end, velocity) between frames, in crop widths per second, none of them
    later than the frame that closes the window; `facts` is `flow` of ``model.json``.
    """
    slot, planes = facts["slot_seconds"], []
    for i in range(facts["slots"]):
        start = time + (i - facts["slots"] / 2) * slot
        shares = [(min(b, start + slot) - max(a, start)) / slot for a, b, _ in pieces]
        used = [(s, p[2]) for s, p in zip(shares, pieces, strict=True) if s > facts["sliver"]]
        covered = sum(share for share, _ in used)
        if covered < facts["least_covered"]:
            return None
        planes.append(sum(share * velocity for share, velocity in used) / covered)
    return np.concatenate(planes).astype(np.float32)
