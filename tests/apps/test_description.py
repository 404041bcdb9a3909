"""What ``model.json`` says of windows and events is enough to do as the library does."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from facs.apps.description import describe
from facs.crops.clips import ClipMaker
from facs.crops.flow import farneback
from facs.events import find_events
from facs.network.weights import DEFAULT, shipped, spec_of
from tests.faces.builders import face_at, texture


@pytest.fixture(scope="module")
def facts():
    return describe(spec_of(shipped()[DEFAULT]))


# The window of the flow


def clips_of(flow, times, seen):
    """Clips of a face over moving texture, in order; None of the frames in which it is not seen."""
    maker = ClipMaker(flow["slots"], flow["slot_seconds"], size=32)
    picture, clips = texture(96), []
    for index, time in enumerate(times):
        faces = [face_at(4, 4, 48)] if seen[index] else []
        clips += maker.add(np.roll(picture, index * index // 7 % 5, 1), index, time, faces)
    found = {clip.index: clip for clip in (*clips, *maker.finish())}
    return [found.get(index) for index in range(len(times))]


def told(flow, clips, middle):
    """The window around a clip by the words of `flow`, or None."""
    slot, time = flow["slot_seconds"], middle.time
    end = time + flow["slots"] / 2 * slot
    run = unbroken(flow, clips, middle)
    close = end - flow["early_slots"] * slot
    closing = next((clip.time for clip in run if clip.time >= close), None)
    if closing is None:
        return None
    pieces = [
        (a.time, b.time, farneback(a.crop, b.crop) / (b.time - a.time))
        for a, b in pairwise(run)
        if b.time <= closing
    ]
    starts = end - slot * np.arange(flow["slots"], 0, -1)
    slots = [mean(flow, pieces, start, slot) for start in starts]
    return None if any(one is None for one in slots) else np.concatenate(slots)


def unbroken(flow, clips, middle):
    """Clips around `middle` without a frame that was not seen, and without a longer step."""
    run = []
    for clip in clips:
        if clip is None or (run and clip.time - run[-1].time > flow["longest_step_seconds"]):
            if middle in run:
                break
            run = []
        run += [] if clip is None else [clip]
    return run


def mean(flow, pieces, start, slot):
    shares = [(min(b, start + slot) - max(a, start)) / slot for a, b, _ in pieces]
    used = [(share, v) for share, (_, _, v) in zip(shares, pieces, strict=True)]
    used = [(share, v) for share, v in used if share > flow["sliver"]]
    covered = sum(share for share, _ in used)
    if covered < flow["least_covered"]:
        return None
    return sum(share * v for share, v in used) / covered


@pytest.mark.parametrize("rate", [24, 25, 30, 50])
def test_a_window_that_is_made_by_its_words_is_that_of_the_library(facts, rate):
    flow, random = facts["flow"], np.random.default_rng(rate)
    times = (np.arange(60) / rate + random.uniform(-0.2, 0.2, 60) / rate).tolist()
    times[40:] = [time + 0.3 for time in times[40:]]
    clips = clips_of(flow, times, [index != 55 for index in range(60)])
    full = 0
    for clip in filter(None, clips):
        window = told(flow, clips, clip)
        assert (window is None) == (clip.flow is None)
        if window is not None:
            np.testing.assert_allclose(window, clip.flow, atol=1e-4)
            full += 1
    assert full > 15


# Events


def events_told(unit, events, times, values):
    """Onset and offset of events, by the words of `events` and the numbers of a unit."""
    steps = np.diff(times)
    hole = steps > max(events["hole_seconds"], events["hole_medians"] * np.median(steps))
    found, open_ = [], None
    for row, value in enumerate(values):
        ends = open_ and (value != value or value < unit["off"] or hole[row - 1])
        open_ = None if ends else open_
        if open_ is None and value >= unit["on"]:
            found.append(open_ := [row])
        elif open_:
            open_.append(row)
    sure = [rows for rows in found if max(values[row] for row in rows) >= unit["peak"]]
    return [(times[rows[0]], times[rows[-1]]) for rows in sure]


@pytest.mark.parametrize("seed", range(5))
def test_events_that_are_found_by_their_words_are_those_of_the_library(facts, seed):
    random = np.random.default_rng(seed)
    times = np.cumsum(random.choice([0.04, 0.2, 0.3, 60.0], 1000, p=[0.9, 0.05, 0.03, 0.02]))
    values = random.random(1000) ** 0.3
    values[random.random(1000) < 0.05] = np.nan
    unit = {"on": 0.6, "off": 0.3, "peak": 0.99}
    found = find_events("x", times, values, on=0.6, off=0.3, min_peak=0.99)
    wanted = [(event.onset, event.offset) for event in found]
    assert events_told(unit, facts["events"], times, values) == wanted and len(wanted) >= 8
