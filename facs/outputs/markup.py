"""HTML of the report, piece by piece; every word that comes from outside is escaped here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from facs.outputs.plots import strip, time_span

__all__ = [
    "NONE",
    "bands",
    "clock",
    "curve",
    "facts",
    "page",
    "paragraph",
    "share",
    "table",
    "timeline",
]

NONE: Final = "\N{EN DASH}"
"""What stands in a cell that has nothing to say."""


WIDTH: Final = 1000  # units of a strip's own drawing; it is stretched to the page
HEIGHT: Final = 24
BAND: Final = 5  # height of an event, at the foot of its strip
SLIVER: Final = 2.0  # least width of an event or a gap, so that it can be seen
MOMENTS: Final = 500  # columns of a strip

_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"
"""The page may load and run nothing, whatever is written in it."""


def page(title: str, style: str, body: Iterable[str]) -> str:
    """A whole document without scripts; `body` is markup, `title` is text."""
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        f"<title>{escape(title)}</title>\n<style>\n{style}</style>\n</head>\n<body>\n<main>\n"
        + "\n".join(body)
        + "\n</main>\n</body>\n</html>\n"
    )


def paragraph(text: str, kind: str = "") -> str:
    """A paragraph of text, with a class where `kind` names one."""
    attribute = f' class="{kind}"' if kind else ""
    return f"<p{attribute}>{escape(text)}</p>"


def facts(pairs: Iterable[tuple[str, str]]) -> str:
    """A list of names and what they are; the second of each pair is markup."""
    rows = (f"<dt>{escape(name)}</dt><dd>{value}</dd>" for name, value in pairs)
    return "<dl>\n" + "\n".join(rows) + "\n</dl>"


def table(
    caption: str,
    header: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    numbers: Iterable[int],
    about: str = "",
) -> str:
    """A table of text that scrolls by itself; the columns `numbers` stand to the right.

    Who cannot see where it stands hears what it is `about` before its caption.
    """
    right = set(numbers)
    head = _cells("th", header, right, ' scope="col"')
    body = "\n".join(f"<tr>{_cells('td', row, right)}</tr>" for row in rows)
    label = escape(caption)
    spoken = f"{escape(about)}: {label}" if about else label
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{spoken}">\n<table>\n'
        f"<caption>{label}</caption>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n"
        "</table>\n</div>"
    )


def _cells(name: str, texts: Sequence[str], right: set[int], more: str = "") -> str:
    kinds = (' class="number"' if i in right else "" for i in range(len(texts)))
    return "".join(
        f"<{name}{more}{kind}>{escape(text)}</{name}>"
        for kind, text in zip(kinds, texts, strict=True)
    )


def clock(seconds: float, *, long: bool = False) -> str:
    """Seconds as text, as minutes and seconds where the recording is `long`.

    Examples
    --------
    >>> clock(1.25), clock(61.25, long=True), clock(3725.0, long=True)
    ('1.25', '1:01.25', '62:05.00')
    """
    if not long:
        return f"{seconds:.2f}"
    minutes, rest = divmod(round(seconds * 100), 6000)
    return f"{minutes}:{rest // 100:02d}.{rest % 100:02d}"


def share(part: float, whole: float) -> str:
    """Part of a whole in per cent.

    Examples
    --------
    >>> share(1, 4)
    '25 %'
    """
    return f"{100 * part / whole:.0f} %" if whole else NONE


# Timelines


def timeline(
    caption: str, rows: Iterable[tuple[str, str, str]], times: NDArray[np.float64], key: str
) -> str:
    """A figure of strips: the name of each, what it says in words, and its drawing."""
    drawn = "\n".join(
        f'<div class="row"><span>{escape(name)}</span>'
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="none" role="img" '
        f'aria-label="{escape(words)}">{drawing}</svg></div>'
        for name, words, drawing in rows
    )
    axis = f'<div class="row axis"><span></span><div class="ticks">{_ticks(times)}</div></div>'
    return (
        f"<figure>\n{drawn}\n{axis}\n"
        f'<figcaption>{escape(caption)}<br><span class="key">{key}</span></figcaption>\n</figure>'
    )


def _ticks(times: NDArray[np.float64]) -> str:
    start, end = time_span(times)
    long = end >= 60
    moments = np.linspace(start, end, 5)
    return "".join(
        f'<span style="left:{25 * i}%">{clock(float(t), long=long)}{"" if long else " s"}</span>'
        for i, t in enumerate(moments)
    )


def curve(times: NDArray[np.float64], values: NDArray[np.float32], limit: float | None) -> str:
    """The drawing of values in [0, 1] over time, and a line at `limit`."""
    line = ""
    if limit is not None:
        y = f"{HEIGHT * (1 - limit):.1f}"
        line = f'<line class="limit" x1="0" x2="{WIDTH}" y1="{y}" y2="{y}"/>'
    return f'<path class="score" d="{_steps(strip(times, values, MOMENTS))}"/>{line}'


def _steps(values: NDArray[np.float32]) -> str:
    """Path of a bar for each value, neighbours of one height joined; NaN draws nothing."""
    heights = np.where(np.isnan(values), -1, np.round(values * HEIGHT * 10) / 10)
    edges = np.flatnonzero(np.diff(heights, prepend=np.inf, append=np.inf)).tolist()
    wide = WIDTH / len(values)
    return "".join(
        f"M{a * wide:g} {HEIGHT}v{-heights[a]:g}H{b * wide:g}V{HEIGHT}z"
        for a, b in pairwise(edges)
        if heights[a] > 0
    )


def bands(times: NDArray[np.float64], spans: Iterable[tuple[float, float]], kind: str) -> str:
    """Rectangles over spans of time: ``"gap"`` fills the strip, ``"event"`` lies at its foot."""
    start, end = time_span(times)
    scale = WIDTH / (end - start)
    y, height = (HEIGHT - BAND, BAND) if kind == "event" else (0, HEIGHT)
    return "".join(
        f'<rect class="{kind}" x="{a:.1f}" y="{y}" width="{b - a:.1f}" height="{height}"/>'
        for a, b in _apart([((a - start) * scale, (b - start) * scale) for a, b in spans])
    )


def _apart(spans: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Spans as they can be told apart: none too small to be seen, none too close to the next."""
    seen: list[tuple[float, float]] = []
    for start, end in spans:
        end = max(end, start + SLIVER)
        if seen and start < seen[-1][1] + 1:
            seen[-1] = (seen[-1][0], max(end, seen[-1][1]))
        else:
            seen.append((start, end))
    return seen
