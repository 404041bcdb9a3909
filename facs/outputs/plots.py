"""A timeline of who showed what, and when they could not be scored."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from facs.errors import InputError, MissingPackageError
from facs.files import atomic
from facs.outputs.given import check_recording
from facs.outputs.ours import MADE_BY
from facs.outputs.spans import PICTURE, unit_spans, unscored_spans
from facs.person import Person, seconds_covered
from facs.units import ActionUnit, as_unit

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.image import AxesImage

    from facs.recording import Recording

__all__ = ["plot_timeline", "strip", "time_span", "units_shown"]

FORMATS: Final = (".png", ".svg", ".pdf")
WIDTH: Final = 11.0  # inches
LABELS: Final = 2.5  # inches at the left, for the names of the units
ROW: Final = 0.27  # inches for a unit
HEAD: Final = 0.42  # inches above a person's rows
TOP, BOTTOM, RIGHT = 0.78, 0.68, 0.35  # inches
DPI: Final = 150
COLUMNS: Final = 1600
"""Moments across the plot; each shows the highest probability of the frames in it."""

INK: Final = "#22262b"
PALE: Final = "#6b7178"
HATCH: Final = "#c3c7cc"
PAPER: Final = "#f4f5f6"
EVENT: Final = "#d55e00"  # vermilion against the blues of the probability
CHARACTER: Final = 0.068  # inches, about, of 8 point text


def plot_timeline(
    recording: Recording,
    path: str | os.PathLike[str],
    *,
    units: Iterable[ActionUnit | int | str] | None = None,
) -> None:
    """Draw each person's units over time: probability, events, and where there is none.

    Parameters
    ----------
    recording : Recording
    path : str or path, ending in .png, .svg or .pdf
    units : iterable of ActionUnit, int or str, optional
        Which units to show; by default, for each person, those that reached
        their threshold at least once.

    Raises
    ------
    InputError
        If the ending is another, or there is no such unit in the recording.
    MissingPackageError
        If matplotlib is not installed.
    OutputError
        If the file cannot be written.
    """
    check_recording(recording)
    suffix = Path(path).suffix.lower()
    if suffix not in FORMATS:
        raise InputError(f"wanted a name that ends in {', '.join(FORMATS)}, got {path}")
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise MissingPackageError.of("matplotlib", "plots", "plot_timeline") from None
    rows = [_units_of(person, units) for person in recording]
    figure = _draw(recording, rows, Figure)
    with atomic(path) as partial, warnings.catch_warnings():
        # A letter that the font lacks, in the name of the source, becomes an empty box.
        warnings.filterwarnings("ignore", message="Glyph")
        said = {"Software" if suffix == ".png" else "Creator": MADE_BY}
        figure.savefig(partial, format=suffix[1:], dpi=DPI, metadata=said)


def _units_of(
    person: Person, units: Iterable[ActionUnit | int | str] | None
) -> tuple[ActionUnit, ...]:
    if units is None:
        return units_shown(person)
    chosen = tuple(as_unit(unit) for unit in units)
    for unit in chosen:
        person[unit]  # says which units there are, where this is not one of them
    return chosen


def units_shown(person: Person) -> tuple[ActionUnit, ...]:
    """Units of which there is an event."""
    return tuple(unit for unit in person.units if person.events(unit))


def _draw(
    recording: Recording, rows: list[tuple[ActionUnit, ...]], new_figure: type[Figure]
) -> Figure:
    """Lay out one block for each person, in inches from the top."""
    heights = [ROW * max(len(units), 1) for units in rows] or [2 * ROW]
    height = TOP + BOTTOM + sum(heights) + HEAD * len(heights)
    figure = new_figure(figsize=(WIDTH, height), facecolor="white")
    name = figure.text(0.3 / WIDTH, 1 - 0.38 / height, _name(recording.source), fontsize=13)
    name.set(fontweight="bold", color=INK, parse_math=False)
    figure.text(0.3 / WIDTH, 1 - 0.63 / height, _facts(recording), fontsize=9, color=PALE)
    top = TOP
    axes: Axes | None = None
    for block, block_height in enumerate(heights):
        top += HEAD
        bottom = 1 - (top + block_height) / height
        frame = (LABELS / WIDTH, bottom, 1 - (LABELS + RIGHT) / WIDTH, block_height / height)
        axes = figure.add_axes(frame, sharex=axes)
        if recording.people:
            picture = _draw_person(axes, recording.people[block], rows[block], block_height)
        else:
            _say(axes, "nobody was found")
            _quiet(axes)
        axes.set_xlim(*time_span(recording.times))
        axes.tick_params(axis="x", labelbottom=block == len(heights) - 1, colors=PALE)
        top += block_height
    assert axes is not None
    axes.set_xlabel("time (s)", color=PALE, fontsize=9)
    if recording.people:
        _draw_key(figure, picture, height)
    return figure


def _name(source: str) -> str:
    """Shorten the name in the middle, where it would run into the key."""
    name = Path(source).name
    return name if len(name) <= 50 else f"{name[:24]} ... {name[-20:]}"


def _facts(recording: Recording) -> str:
    count = len(recording)
    facts = ["1 frame" if count == 1 else f"{count} frames", f"{recording.duration:.1f} s"]
    if recording.model is not None:
        facts.append(f"model {recording.model.label}")
    if recording.damage:
        facts.append("the source is damaged")
    return "   ".join(facts)


def time_span(times: NDArray[np.float64]) -> tuple[float, float]:
    """Where a time axis begins and ends; a picture gets a moment of its own."""
    start = float(times[0]) if len(times) else 0.0
    return start, start + (seconds_covered(times) or PICTURE)


# One person


def _draw_person(
    axes: Axes, person: Person, units: tuple[ActionUnit, ...], height: float
) -> AxesImage:
    count = max(len(units), 1)
    start, end = time_span(person.times)
    strips = np.full((count, COLUMNS), np.nan, np.float32)
    for row, unit in enumerate(units):
        strips[row] = strip(person.times, person[unit])
    picture = axes.imshow(
        strips,
        extent=(start, end, count - 0.5, -0.5),
        aspect="auto",
        interpolation="nearest",
        cmap="Blues",
        vmin=0,
        vmax=1,
    )
    for row, unit in enumerate(units):
        _draw_events(axes, person, unit, row)
    _draw_unscored(axes, person, height)
    if not units:
        _say(axes, "there is no event of any unit")
    _label(axes, person, units)
    return picture


def strip(
    times: NDArray[np.float64], values: NDArray[np.float32], columns: int = COLUMNS
) -> NDArray[np.float32]:
    """Highest value in each of `columns` equal spans of time; a frame lasts to the next.

    Examples
    --------
    >>> strip(np.array([0.0, 1.0]), np.array([0.25, 0.75], np.float32), 4).tolist()
    [0.25, 0.25, 0.75, 0.75]
    """
    edges = np.linspace(*time_span(times), columns + 1)
    first = np.searchsorted(times, edges[:-1], side="right") - 1
    last = np.maximum(np.searchsorted(times, edges[1:], side="left") - 1, first)
    # fmax takes the number where only one of two is NaN
    return np.array(
        [np.fmax.reduce(values[max(a, 0) : b + 1]) for a, b in zip(first, last, strict=True)],
        np.float32,
    )


def _draw_events(axes: Axes, person: Person, unit: ActionUnit, row: int) -> None:
    spans = [(span.start, span.duration) for span in unit_spans(person, unit)]
    # The line keeps an event of one frame visible in a video of hours.
    axes.broken_barh(spans, (row + 0.28, 0.22), facecolors=EVENT, edgecolors=EVENT, linewidth=0.5)


def _draw_unscored(axes: Axes, person: Person, height: float) -> None:
    start, end = time_span(person.times)
    inches = (WIDTH - LABELS - RIGHT) / (end - start)
    for begin, stop, words in unscored_spans(person):
        axes.axvspan(begin, stop, facecolor=PAPER, edgecolor=HATCH, hatch="////", linewidth=0)
        turn = _turn_that_fits(words, (stop - begin) * inches, height)
        if turn is not None:
            text = axes.text((begin + stop) / 2, 0.5, words, fontsize=8, color=INK, clip_on=True)
            text.set(transform=axes.get_xaxis_transform(), rotation=turn, ha="center", va="center")
            text.set_bbox({"facecolor": "white", "edgecolor": "none", "pad": 1.5})


def _turn_that_fits(words: str, width: float, height: float) -> int | None:
    """Degrees by which to turn the words so that they fit; None where they do not."""
    length, line = len(words) * CHARACTER, 0.2
    if width >= length and height >= line:
        return 0
    return 90 if width >= line and height >= length else None


def _label(axes: Axes, person: Person, units: tuple[ActionUnit, ...]) -> None:
    axes.set_yticks(range(len(units)), [f"{unit.label}  {unit}" for unit in units])
    axes.tick_params(axis="y", length=0, labelsize=8.5, labelcolor=INK)
    _quiet(axes)
    for row in range(1, len(units)):
        axes.axhline(row - 0.5, color="white", linewidth=1.5)
    seen = f"{int(person.seen.sum())} of {len(person)} frames scored"
    axes.set_title(f"Person {person.track}", loc="left", fontsize=10, color=INK, weight="bold")
    axes.set_title(seen, loc="right", fontsize=8.5, color=PALE)


def _quiet(axes: Axes) -> None:
    axes.tick_params(axis="x", labelsize=8.5)
    axes.set_facecolor(PAPER)
    for edge in axes.spines.values():
        edge.set_color(HATCH)


def _say(axes: Axes, words: str) -> None:
    text = axes.text(0.5, 0.5, words, transform=axes.transAxes, color=PALE, fontsize=9)
    text.set(ha="center", va="center")
    axes.set_yticks([])


# The key to it all


def _draw_key(figure: Figure, picture: AxesImage, height: float) -> None:
    from matplotlib.patches import Patch

    handles = [
        Patch(facecolor=EVENT, label="event"),
        Patch(facecolor=PAPER, edgecolor=HATCH, hatch="////", label="not scored"),
    ]
    figure.legend(
        handles=handles,
        loc="center right",
        bbox_to_anchor=(1 - (RIGHT + 2.5) / WIDTH, 1 - 0.48 / height),
        ncols=2,
        frameon=False,
        fontsize=8.5,
        labelcolor=PALE,
    )
    frame = (1 - (RIGHT + 1.6) / WIDTH, 1 - 0.53 / height, 1.6 / WIDTH, 0.1 / height)
    bar = figure.colorbar(picture, cax=figure.add_axes(frame), orientation="horizontal")
    bar.set_ticks([0, 0.5, 1], labels=["0", "probability", "1"])
    bar.ax.tick_params(length=0, labelsize=8.5, labelcolor=PALE, pad=2)
    bar.outline.set_visible(False)
