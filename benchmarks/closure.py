"""Eyes that close and mouths that open on real clips, against a peer that is the reference.

``python benchmarks/closure.py --videos DIR --peer DIR``: spans of AU43, and of AU26 or AU27, by
the shipped thresholds, against spans of MediaPipe's `eyeBlink` (mean of both eyes) and `jawOpen`
by fixed thresholds; F1 of events that overlap at all, matched one to one. The reference is no
truth: ``--pictures DIR`` writes what the two disagree about, for a person to judge, and with
``--again DIR`` the reference is compared with itself, run frame by frame instead of in video mode.
``peer_mediapipe.py --video`` (``--each-frame``) writes the CSVs.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from blendshapes import read_csv, unit_scores
from closure_clips import CLOSURES, OFF, ON, PEAK, Clip, Closure, nearest, read_clips
from closure_judged import (
    JUDGED,
    WORDS,
    judged_rows,
    read_judged,
    shares_if_right,
    unjudged,
    write_blind,
)
from closure_pictures import Disagreement, write_disagreements
from heading import heading, publish, table
from numpy.typing import NDArray

from facs.evaluation.bootstrap import interval, resample
from facs.evaluation.events import EventMatches, match_by_overlap
from facs.evaluation.metrics import roc_auc
from facs.evaluation.undefined import ratio
from facs.events import Event, find_events
from facs.network.weights import load_model

OUR_NEIGHBOURS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
"""Other thresholds of ours, on the scale on which the shipped one is 0.5."""


def events(clip: Clip, score: NDArray[np.float64], on: float, off: float) -> list[Event]:
    """Spans of a score."""
    return find_events("closure", clip.times, score, on=on, off=off)


def our_events(clip: Clip, score: NDArray[np.float64], on: float = ON) -> list[Event]:
    """Spans of our score, by the shipped thresholds or by others of the same ratio."""
    off, peak = on * OFF / ON, on * PEAK / ON
    return find_events("closure", clip.times, score, on=on, off=off, min_peak=peak)


def peer_events(clip: Clip, closure: Closure, on: float | None = None) -> list[Event]:
    """The reference's spans."""
    if on is None:
        return events(clip, clip.peer[closure.name], closure.on, closure.off)
    return events(clip, clip.peer[closure.name], on, on - 0.1)


def f1_draws(matches: Sequence[EventMatches], draws: int, seed: int) -> NDArray[np.float64]:
    """Pooled F1 of all clips, and of bootstrap draws of clips; the first is the data."""
    sums = np.array([(2 * len(m.pairs), m.found + m.truth) for m in matches], np.float64)
    twice, total = resample(np.arange(len(matches)), draws, seed).drawn(sums).T
    return ratio(twice, total)


def pooled(
    clips: Sequence[Clip], closure: Closure, *, on: float | None = None, ours: float = ON
) -> list[EventMatches]:
    """Matches of every clip."""
    return [
        match_by_overlap(
            our_events(clip, clip.ours[closure.name], ours), peer_events(clip, closure, on)
        )
        for clip in clips
    ]


def pooled_relative(clips: Sequence[Clip], closure: Closure) -> list[EventMatches]:
    """Matches of every clip, our scores relative to the person's rest in the same clip."""
    return [
        match_by_overlap(our_events(clip, clip.relative(closure)), peer_events(clip, closure))
        for clip in clips
    ]


def against_itself(clips: Sequence[Clip], closure: Closure, again: Path) -> list[EventMatches]:
    """The reference's spans in another mode of the peer against its spans here."""
    found = []
    for clip in clips:
        columns = read_csv(again / f"{clip.path.stem}.csv")
        score = unit_scores(columns)[closure.units[0]][nearest(clip.times, columns["time"])]
        seen = np.where(clip.both, score, np.nan)
        spans = events(clip, seen, closure.on, closure.off)
        found.append(match_by_overlap(spans, peer_events(clip, closure)))
    return found


def numbers(matches: Sequence[EventMatches]) -> list[str]:
    """Cells under `NUMBERS`, of all clips together."""
    pairs = sum(len(m.pairs) for m in matches)
    found, truth = sum(m.found for m in matches), sum(m.truth for m in matches)
    shares = (ratio(2 * pairs, found + truth), ratio(pairs, found), ratio(pairs, truth))
    return [*(f"{float(share):.3f}" for share in shares), str(pairs), str(found), str(truth)]


NUMBERS = ["F1", "precision", "recall", "matched", "found", "in the reference"]


def frame_auc(clips: Sequence[Clip], closure: Closure) -> float:
    """ROC AUC over frames, for the reference's threshold: what no threshold of ours decides."""
    ours = np.concatenate([clip.ours[closure.name][clip.both] for clip in clips])
    peer = np.concatenate([clip.peer[closure.name][clip.both] for clip in clips])
    return roc_auc(ours, peer >= closure.on)


def summary(
    clips: Sequence[Clip], closure: Closure, again: Path | None, draws: int, seed: int
) -> str:
    """Pooled numbers, then F1 under other thresholds of either side."""
    matches = pooled(clips, closure)
    low, high = interval(f1_draws(matches, draws, seed))
    units = " or ".join(f"AU{unit}" for unit in closure.units)
    text = f"## {closure.name}: {units} against {closure.shape}\n\n"
    text += f"- reference: on {closure.on}, off {closure.off}; ours: the shipped thresholds\n"
    text += f"- event F1 {numbers(matches)[0]} [{low:.3f}, {high:.3f}], clips drawn\n"
    text += f"- median lag of our onsets: {median_lag(clips, closure):+.3f} s\n"
    text += f"- AUC of frames, by the reference: {frame_auc(clips, closure):.3f}\n\n"
    rows = [
        ["ours", *numbers(matches)],
        ["ours, relative to her rest", *numbers(pooled_relative(clips, closure))],
    ]
    if again is not None:
        rows.append(
            ["the peer, in its other mode", *numbers(against_itself(clips, closure, again))]
        )
    text += table(["compared with the reference", *NUMBERS], rows) + "\n"
    text += neighbours(clips, closure) + "\n"
    return text + judgement(clips, closure) + "\n"


def neighbours(clips: Sequence[Clip], closure: Closure) -> str:
    """F1 under other thresholds: a row for each of the reference, a column for each of ours."""
    rows = []
    for on in closure.neighbours:
        cells = [numbers(pooled(clips, closure, on=on, ours=ours))[0] for ours in OUR_NEIGHBOURS]
        rows.append([f"{on:g}", *cells])
    names = [f"ours {on:g}{' (shipped)' if on == ON else ''}" for on in OUR_NEIGHBOURS]
    text = "F1 if the thresholds were others (ours on a scale where the shipped one is 0.5):\n\n"
    return text + table([f"{closure.shape} from", *names], rows)


def median_lag(clips: Sequence[Clip], closure: Closure) -> float:
    """Median of our onset less the reference's, over matched events."""
    lags = [
        ours[i].onset - peer[j].onset
        for clip in clips
        for ours, peer in [(our_events(clip, clip.ours[closure.name]), peer_events(clip, closure))]
        for i, j in match_by_overlap(ours, peer).pairs
    ]
    return float(np.median(lags)) if lags else float("nan")


def clip_row(clip: Clip) -> list[str]:
    """One line of the table of clips."""
    cells = [clip.path.name, str(len(clip.times)), f"{100 * clip.both.mean():.0f}"]
    for closure in CLOSURES:
        f1, _, _, pairs, found, truth = numbers(pooled([clip], closure))
        cells += [f1.replace("nan", "-"), f"{pairs} / {found} / {truth}"]
    return cells


def disagreements(
    clips: Sequence[Clip], closure: Closure
) -> tuple[list[Disagreement], list[Disagreement]]:
    """Events that only we have, and events that only the reference has."""
    extra, missed = [], []
    for clip in clips:
        ours = our_events(clip, clip.ours[closure.name])
        peer = peer_events(clip, closure)
        pairs = match_by_overlap(ours, peer).pairs
        matched_ours, matched_peer = {i for i, _ in pairs}, {j for _, j in pairs}
        extra += [Disagreement(clip, closure.name, e) for e in unmatched(ours, matched_ours)]
        missed += [Disagreement(clip, closure.name, e) for e in unmatched(peer, matched_peer)]
    return extra, missed


def judgement(clips: Sequence[Clip], closure: Closure) -> str:
    """What a reader who does not know whose they are says of the events that only one has."""
    judged = read_judged(JUDGED)
    ours, peer = {}, {}
    for clip in clips:
        ours[clip.path] = our_events(clip, clip.ours[closure.name])
        peer[clip.path] = peer_events(clip, closure)
    extra, missed = disagreements(clips, closure)
    own = judged_rows([(d, peer[d.clip.path]) for d in extra], judged)
    other = judged_rows([(d, ours[d.clip.path]) for d in missed], judged)
    both = sum(len(m.pairs) for m in pooled(clips, closure))
    columns = ["events of one alone", "all", "pieces of one of both", *WORDS, "not judged"]
    text = table(columns, [own.row("ours"), other.row("the peer")]) + "\n"
    rows = [["ours", *shares_if_right(both, own, other)]]
    rows += [["the peer", *shares_if_right(both, other, own)]]
    return text + table(["if the reader is right", *NUMBERS[:3]], rows)


def unmatched(events: Sequence[Event], matched: set[int]) -> list[Event]:
    """The events that are in no pair."""
    return [event for i, event in enumerate(events) if i not in matched]


def main() -> None:
    """Print tables, and write them where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--videos", type=Path, required=True)
    parser.add_argument("--peer", type=Path, required=True, metavar="DIR", help="CSVs, by clip")
    parser.add_argument("--again", type=Path, metavar="DIR", help="CSVs of the peer's other mode")
    parser.add_argument("--model")
    parser.add_argument("--no-motion", action="store_true", help="the spatial stream alone")
    parser.add_argument("--draws", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--pictures", type=Path, metavar="DIR", help="write what they disagree on")
    parser.add_argument("--blind", type=Path, metavar="DIR", help="without words, if not judged")
    chosen = parser.parse_args()
    motion = not chosen.no_motion
    model = load_model(chosen.model, motion=motion)
    read = list(read_clips(chosen.videos, chosen.peer, model, motion))
    clips = [clip for _, clip in read if isinstance(clip, Clip)]
    left_out = [f"{path.name} ({why})" for path, why in read if isinstance(why, str)]
    text = heading("Eyes that close, mouths that open", f"{len(read)} videos", chosen.seed)
    text += f"- model: {model.spec.label} (sha256 {model.sha256[:12]}), "
    text += f"{'both streams' if motion else 'spatial stream'}\n"
    text += f"- left out: {', '.join(left_out) or 'nothing'}\n"
    text += (
        "- only frames in which both saw the same face; of several, the one that the peer took\n\n"
    )
    for closure in CLOSURES:
        text += summary(clips, closure, chosen.again, chosen.draws, chosen.seed)
    columns = ["clip", "frames", "% compared"]
    for closure in CLOSURES:
        columns += [f"F1, {closure.name}", "matched / ours / reference"]
    text += "## Clip by clip\n\n" + table(columns, [clip_row(clip) for clip in clips])
    publish(text, chosen.out)
    if chosen.blind:
        found = [d for c in CLOSURES for both in disagreements(clips, c) for d in both]
        write_blind(chosen.blind, unjudged(found, read_judged(JUDGED)), chosen.seed)
    if chosen.pictures:
        for closure in CLOSURES:
            extra, missed = disagreements(clips, closure)
            name = closure.name.replace(" ", "_")
            write_disagreements(chosen.pictures, f"{name}_extra", extra)
            write_disagreements(chosen.pictures, f"{name}_missed", missed)


if __name__ == "__main__":
    main()
