"""Events of every unit, found and true, counted by subject."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from facs.evaluation.aligned import HALF, Aligned, Limits
from facs.evaluation.bootstrap import Resamples
from facs.evaluation.counts import Counts
from facs.evaluation.events import EventMatches, match_by_onset, match_by_overlap
from facs.evaluation.timeline import Timeline
from facs.events import Event

__all__ = ["EventCounter"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class EventCounter:
    """Counts matched, extra and missed events of each subject, in three ways of matching."""

    aligned: Aligned
    timeline: Timeline
    resamples: Resamples
    tolerance: float
    iou: float

    def counts(self) -> dict[str, Counts]:
        """For each way, counts (draws, U)."""
        columns = [self._of(u) for u in range(len(self.aligned.names))]
        found = {}
        for way in ("event_f1", "event_f1_iou", "event_f1_onset"):
            sums = np.stack([column[way] for column in columns], axis=1)  # (clusters, U, 3)
            tp, fp, fn = np.moveaxis(self.resamples.drawn(sums), -1, 0)
            found[way] = Counts(tp, fp, fn, np.zeros_like(tp))
        return found

    def _of(self, u: int) -> dict[str, Floats]:
        found, truth = self._events(u)
        ways = {
            "event_f1": match_by_overlap(found, truth),
            "event_f1_iou": match_by_overlap(found, truth, iou=self.iou, frame=self.timeline.frame),
            "event_f1_onset": match_by_onset(found, truth, tolerance=self.tolerance),
        }
        member = self.resamples.member
        whose = [member[self.timeline.row_of(event)] for event in found]
        of_truth = [member[self.timeline.row_of(event)] for event in truth]
        return {way: self._tally(matches, whose, of_truth) for way, matches in ways.items()}

    def _events(self, u: int) -> tuple[list[Event], list[Event]]:
        """Predicted and true events, of the cells that both know."""
        a, name = self.aligned, self.aligned.names[u]
        known = a.known[:, u]
        decided = np.isnan(a.on[u])
        values = a.decision[:, u] if decided else a.score[:, u]
        limits = HALF if decided else Limits(float(a.on[u]), float(a.off[u]), float(a.peak[u]))
        found = self.timeline.events(name, np.where(known, values, np.nan), limits)
        truth = self.timeline.events(name, np.where(known, a.truth[:, u], np.nan), HALF)
        return found, truth

    def _tally(self, matches: EventMatches, whose: list[int], of_truth: list[int]) -> Floats:
        """Matched, extra and missed events (clusters, 3)."""
        k = self.resamples.clusters
        hit = [of_truth[j] for _, j in matches.pairs]
        extra = [whose[i] for i in set(range(matches.found)) - {i for i, _ in matches.pairs}]
        missed = [of_truth[j] for j in set(range(matches.truth)) - {j for _, j in matches.pairs}]
        parts = [
            np.bincount(np.array(part, np.int64), minlength=k) for part in (hit, extra, missed)
        ]
        return np.stack(parts, axis=1).astype(np.float64)
