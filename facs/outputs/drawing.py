"""Drawing one picture with what was measured in it: faces marked, numbers beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from facs.errors import InputError
from facs.outputs.views import REASON_WORDS, Bar, PersonView

__all__ = ["draw_overlay"]

Image = NDArray[np.uint8]
Colour = tuple[int, int, int]
Point = tuple[float, float]

MIN_WIDTH: Final = 640
"""Pixels. A smaller picture is enlarged to this, or nobody could read what is written."""

# Colours that also people who see few colours can tell apart (Okabe and Ito, 2008), as RGB.
PALETTE: Final[tuple[Colour, ...]] = (
    (86, 180, 233),
    (230, 159, 0),
    (0, 190, 140),
    (204, 121, 167),
    (240, 228, 66),
    (230, 110, 30),
)
PAPER: Final[Colour] = (24, 26, 30)
INK: Final[Colour] = (236, 238, 240)
PALE: Final[Colour] = (150, 155, 162)
TROUGH: Final[Colour] = (58, 62, 68)
AXES: Final[tuple[Colour, ...]] = ((235, 80, 80), (90, 210, 90), (90, 140, 255))
"""The subject's left, up, and the way the nose points."""


@dataclass(frozen=True)
class _Sheet:
    """The picture with its panel; `u` is the length that all others are measured in."""

    pixels: Image
    u: float
    picture_width: int

    def thickness(self, units: float = 1.0) -> int:
        return max(1, round(units * self.u))


def draw_overlay(image: Image, people: Sequence[PersonView], caption: str = "") -> Image:
    """Draw people on a copy of a picture, and their strongest units in a panel beside it.

    Parameters
    ----------
    image : array, shape (height, width, 3), uint8 RGB
    people : sequence of PersonView
        In pixels of `image`.
    caption : str
        The line above the panel, such as the time; ASCII.

    Returns
    -------
    array, shape (H, W, 3), uint8 RGB
        H and W are even and depend on the size of `image` alone. A picture
        narrower than 640 pixels is enlarged to that.

    Raises
    ------
    InputError
        If the image has another form.

    Examples
    --------
    >>> draw_overlay(np.zeros((256, 256, 3), np.uint8), ()).shape
    (640, 988, 3)
    """
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8 or not image.size:
        raise InputError(f"wanted an image (height, width, 3) uint8, got {image.shape}")
    sheet, scale = _sheet(image)
    for person in people:
        _draw_face(sheet, person, scale)
    sheet.pixels[:, sheet.picture_width :] = PAPER  # also over what reached out of the picture
    _draw_panel(sheet, people, caption)
    return sheet.pixels


def colour_of(track: int) -> Colour:
    """Return the colour of a person's box and bars."""
    return PALETTE[track % len(PALETTE)]


def _sheet(image: Image) -> tuple[_Sheet, float]:
    """Lay the picture at the left of a sheet; also say how much larger it became."""
    import cv2

    height, width = image.shape[:2]
    scale = max(1.0, MIN_WIDTH / width)
    size = (round(width * scale), max(1, round(height * scale)))
    if scale > 1:
        image = cv2.resize(image, size, interpolation=cv2.INTER_CUBIC).astype(np.uint8)
    u = max(1.0, min(size) / 480)
    sheet_size = _even(max(size[1], round(200 * u))), _even(size[0] + round(260 * u))
    pixels = np.empty((*sheet_size, 3), np.uint8)
    pixels[: size[1], : size[0]] = image
    pixels[size[1] :, : size[0]] = PAPER
    return _Sheet(pixels, u, size[0]), scale


def _even(length: int) -> int:
    return length + length % 2


# On the picture


def _draw_face(sheet: _Sheet, person: PersonView, scale: float) -> None:
    if np.isnan(person.box).any():
        return
    box, landmarks = person.box * scale, person.landmarks * scale
    colour = colour_of(person.track)
    _draw_box(sheet, box, colour)
    if not np.isnan(landmarks).any():
        _draw_landmarks(sheet, landmarks, box)
        _draw_pose(sheet, person.pose, landmarks[30], box)
    words = REASON_WORDS[person.reason]
    _draw_tag(sheet, f"{person.track} {words}".strip(), box, colour)


def _draw_box(sheet: _Sheet, box: NDArray[np.floating], colour: Colour) -> None:
    import cv2

    (x0, y0), (x1, y1) = _whole(box[:2]), _whole(box[2:])
    cv2.rectangle(sheet.pixels, (x0, y0), (x1, y1), colour, sheet.thickness(1.5), cv2.LINE_AA)


def _draw_landmarks(
    sheet: _Sheet, landmarks: NDArray[np.floating], box: NDArray[np.floating]
) -> None:
    import cv2

    # Small enough that the dots of a small face do not run together.
    radius = float(np.clip((box[2] - box[0]) / 160, 0.7, 1.6 * sheet.u))
    for x, y in landmarks:
        cv2.circle(*_at_sixteenth(sheet, x, y), round(radius * 16), INK, -1, cv2.LINE_AA, 4)


def _at_sixteenth(sheet: _Sheet, x: float, y: float) -> tuple[Image, tuple[int, int]]:
    """Arguments for drawing with OpenCV's four fractional bits."""
    return sheet.pixels, _whole((x * 16, y * 16))


def _draw_pose(
    sheet: _Sheet,
    pose: NDArray[np.floating],
    nose: NDArray[np.floating],
    box: NDArray[np.floating],
) -> None:
    import cv2

    from facs.faces.pose import rotation

    if np.isnan(pose).any():
        return
    axes = rotation(*map(float, pose)) * 0.3 * float(box[2] - box[0])  # one in each column
    for axis, colour in zip(axes.T, AXES, strict=True):
        end = nose + axis[:2] * (1, -1)
        start = _whole(nose * 16)
        cv2.line(
            sheet.pixels, start, _whole(end * 16), colour, sheet.thickness(1.5), cv2.LINE_AA, 4
        )


def _draw_tag(sheet: _Sheet, text: str, box: NDArray[np.floating], colour: Colour) -> None:
    """Draw the person's number above the box, or in it where there is no room above."""
    import cv2

    pad, height = 4 * sheet.u, 18 * sheet.u
    width = _text_width(sheet, text, bold=True) + 2 * pad
    x = float(np.clip(box[0], 0, max(0, sheet.picture_width - width)))
    y = float(box[1]) - height if box[1] >= height else max(0.0, float(box[1]))
    cv2.rectangle(sheet.pixels, _whole((x, y)), _whole((x + width, y + height)), colour, -1)
    _write(sheet, text, (x + pad, y + 13 * sheet.u), PAPER, bold=True)


# Beside the picture


def _draw_panel(sheet: _Sheet, people: Sequence[PersonView], caption: str) -> None:
    u = sheet.u
    left, right = sheet.picture_width + 14 * u, sheet.pixels.shape[1] - 14 * u
    _write(sheet, caption, (left, 22 * u), PALE)
    top, bottom = 34 * u, sheet.pixels.shape[0] - 6 * u
    bars, shown = _what_fits(people, (bottom - top) / u)
    for person in people[:shown]:
        top = _draw_card(sheet, person, bars, (left, right), top)
    if shown < len(people):
        _write(sheet, f"+ {len(people) - shown} more", (left, top + 14 * u), PALE)


CARD_HEAD: Final = 28.0
BAR_HEIGHT: Final = 27.0
MORE_HEIGHT: Final = 18.0


def _what_fits(people: Sequence[PersonView], height: float) -> tuple[int, int]:
    """How many bars for each person, and how many people, so that most people are shown."""
    for bars in (5, 3, 1):
        if sum(_card_height(person, bars) for person in people) <= height:
            return bars, len(people)
    room, shown = height - MORE_HEIGHT, 0
    for person in people:
        room -= _card_height(person, 1)
        if room < 0:
            break
        shown += 1
    return 1, shown


def _card_height(person: PersonView, bars: int) -> float:
    return CARD_HEAD + BAR_HEIGHT * len(person.bars[:bars])


def _draw_card(sheet: _Sheet, person: PersonView, bars: int, sides: Point, top: float) -> float:
    """One person's part of the panel; returns where it ends."""
    import cv2

    u, colour = sheet.u, colour_of(person.track)
    chip = (sides[0], top + 4 * u), (sides[0] + 10 * u, top + 14 * u)
    cv2.rectangle(sheet.pixels, _whole(chip[0]), _whole(chip[1]), colour, -1)
    _write(sheet, f"Person {person.track}", (sides[0] + 17 * u, top + 14 * u), INK, bold=True)
    words = REASON_WORDS[person.reason] or ("" if person.bars else "no numbers")
    _write_to_the_left_of(sheet, words, (sides[1], top + 14 * u), PALE)
    top += CARD_HEAD * u - 4 * u
    for bar in _strongest(person.bars, bars):
        _draw_bar(sheet, bar, colour, sides, top)
        top += BAR_HEIGHT * u
    return top + 4 * u


def _strongest(bars: tuple[Bar, ...], count: int) -> list[Bar]:
    """Keep the `count` most probable bars, in the order in which they came."""
    order = np.argsort([-bar.probability for bar in bars], kind="stable")  # NaN comes last
    return [bars[index] for index in sorted(order[:count])]


def _draw_bar(sheet: _Sheet, bar: Bar, colour: Colour, sides: Point, top: float) -> None:
    import cv2

    u = sheet.u
    ink = INK if bar.active else PALE
    side = f" ({bar.side})" if bar.side else ""
    _write(sheet, str(bar.unit), (sides[0], top + 11 * u), ink, bold=bar.active)
    _write(sheet, f"{bar.unit.label}{side}", (sides[0] + 40 * u, top + 11 * u), ink)
    _write_to_the_left_of(sheet, bar.letter, (sides[1], top + 11 * u), ink, bold=True)
    y0, y1 = top + 16 * u, top + 21 * u
    cv2.rectangle(sheet.pixels, _whole((sides[0], y0)), _whole((sides[1], y1)), TROUGH, -1)
    if bar.probability > 0:  # false for NaN
        end = sides[0] + bar.probability * (sides[1] - sides[0])
        fill = colour if bar.active else PALE
        cv2.rectangle(sheet.pixels, _whole((sides[0], y0)), _whole((end, y1)), fill, -1)
    mark = sides[0] + bar.on * (sides[1] - sides[0])
    start, stop = _whole((mark, y0)), _whole((mark, y1 + 2 * u))
    cv2.line(sheet.pixels, start, stop, INK, sheet.thickness(0.8))


# Text

_PLAIN: Final = 0  # cv2.FONT_HERSHEY_SIMPLEX
_BOLD: Final = 2  # cv2.FONT_HERSHEY_DUPLEX: two strokes beside each other
_FONT_SCALE: Final = 0.41


def _write(sheet: _Sheet, text: str, at: Point, colour: Colour, *, bold: bool = False) -> None:
    import cv2

    cv2.putText(sheet.pixels, text, _whole(at), *_font(sheet, bold, colour), cv2.LINE_AA)


def _write_to_the_left_of(
    sheet: _Sheet, text: str, at: Point, colour: Colour, *, bold: bool = False
) -> None:
    _write(sheet, text, (at[0] - _text_width(sheet, text, bold), at[1]), colour, bold=bold)


def _text_width(sheet: _Sheet, text: str, bold: bool = False) -> int:
    import cv2

    face, scale, _, thickness = _font(sheet, bold, INK)
    size, _ = cv2.getTextSize(text, face, scale, thickness)
    return int(size[0])


def _font(sheet: _Sheet, bold: bool, colour: Colour) -> tuple[int, float, Colour, int]:
    return _BOLD if bold else _PLAIN, _FONT_SCALE * sheet.u, colour, sheet.thickness(0.8)


def _whole(point: Sequence[float] | NDArray[np.floating]) -> tuple[int, int]:
    return round(float(point[0])), round(float(point[1]))
