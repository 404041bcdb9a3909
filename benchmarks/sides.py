"""Left and right: whether they swap in the mirror, and the stronger one says which side moved.

``python benchmarks/sides.py --rendered DIR --photos facial_expressions.npz --videos CLIP...``:

- mirrored crops and mirrored flow through the model: how far the left score of a face is from
  the right score of its mirror image;
- mirrored videos through the whole pipeline, where detector, landmarks and alignment also see
  the mirror image;
- rendered people whom no weights have seen, winks and one-sided expressions: ROC AUC of the
  difference between the left and the right score for which of the two moved more.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from heading import heading, publish, table
from numpy.typing import NDArray
from rendered_faces import clips_of, stills_of

import facs
from facs.canonical import align, warp
from facs.crops.clips import FaceClip
from facs.evaluation.bootstrap import interval, resample
from facs.evaluation.ranking import Ranking
from facs.faces.landmarks import Landmarker
from facs.network.mirror import columns_in_mirror
from facs.network.predict import Scores, TwoStreamModel
from facs.network.spec import ModelSpec
from facs.network.weights import load_model
from facs.person import Person
from facs.training.real_faces import read_photos
from facs.training.unit_data import locate_filling
from facs.units import SIDED, ActionUnit
from facs.video import Frame, open_video

Floats = NDArray[np.float64]

GAP = 0.3
"""Share of its full movement by which one side moves more than the other, at the least."""

TOLERANCE = 1e-3
"""What mirrored input may change."""

WANTED = 0.95
"""AUC that each unit is asked for."""

BATCH = 64


def mirrored(clip: FaceClip) -> FaceClip:
    """The clip of the mirrored face: rightwards becomes leftwards."""
    flow = clip.flow
    if flow is not None:
        flow = np.array(flow[..., ::-1])
        flow[0::2] *= -1
    return replace(clip, crop=np.ascontiguousarray(clip.crop[:, ::-1]), flow=flow)


def swapped(a: Scores, b: Scores) -> dict[str, Floats]:
    """Absolute differences between faces and their mirror images, sides swapped."""
    return {
        "left and right": np.abs(np.concatenate([a.left - b.right, a.right - b.left], axis=1)),
        "units": np.abs(a.probability - b.probability),
        "intensity (of 5)": np.abs(a.intensity - b.intensity),
    }


def gaze_swapped(scores: Scores, spec: ModelSpec) -> Scores:
    """Eyes that turn left turn right in the mirror: AU61 and AU62 change places."""
    order = columns_in_mirror([str(unit) for unit in spec.units])
    return replace(
        scores, probability=scores.probability[:, order], intensity=scores.intensity[:, order]
    )


def difference_row(what: str, count: str, values: NDArray[np.floating]) -> list[str]:
    """Mean, 95th percentile and largest difference, and whether all are small enough."""
    known = values[~np.isnan(values)]
    cells = (known.mean(), np.percentile(known, 95), known.max())
    within = "yes" if known.max() <= TOLERANCE else "NO"
    return [what, count, *(f"{x:.2g}" for x in cells), within]


def model_rows(name: str, clips: list[FaceClip], model: TwoStreamModel) -> list[list[str]]:
    """Mirrored clips through the model alone."""
    parts: dict[str, list[Floats]] = {}
    for i in range(0, len(clips), BATCH):
        batch = clips[i : i + BATCH]
        turned = model([mirrored(clip) for clip in batch])
        found = swapped(model(batch), gaze_swapped(turned, model.spec))
        for what, values in found.items():
            parts.setdefault(what, []).append(values)
    count = f"{len(clips)} faces"
    return [
        difference_row(f"model, {name}: {what}", count, np.concatenate(values))
        for what, values in parts.items()
    ]


def photo_clips(path: Path, landmarker: Landmarker, limit: int) -> list[FaceClip]:
    """Crops of press photographs of people whom no weights have seen."""
    faces, clips = read_photos(path, "test"), []
    for i in range(min(limit, len(faces))):
        gray = faces.gray(i)
        landmarks = locate_filling(gray, landmarker)
        if landmarks is not None:
            clips.append(FaceClip(0, i, 0.0, warp(gray, align(landmarks)), None))
    return clips


def moving_faces(folders: Sequence[Path], spec: ModelSpec, seed: int, limit: int) -> list[FaceClip]:
    """A few faces with a full window of motion from each rendered clip."""
    found: list[FaceClip] = []
    for film in clips_of(folders, spec, seed):
        moving = [clip for clip in film.clips if clip.flow is not None]
        found += moving[:: max(1, len(moving) // 8)]
        if len(found) >= limit:
            break
    return found[:limit]


def mirrored_frames(path: Path) -> Iterator[Frame]:
    """A video in the mirror."""
    with open_video(path) as video:
        for frame in video:
            yield replace(frame, image=np.ascontiguousarray(frame.image[:, ::-1]))


def pipeline_row(path: Path, model: TwoStreamModel) -> list[str]:
    """One video and its mirror image through `facs.analyze`, its most seen person."""
    plain = most_seen(facs.analyze(path, model=model))
    turned = most_seen(facs.analyze(mirrored_frames(path), model=model))
    if plain is None or turned is None:
        return [f"pipeline, {path.name}", "nobody found", "", "", "", ""]
    apart = np.concatenate([plain.left - turned.right, plain.right - turned.left], axis=1)
    frames = f"{int((plain.seen & turned.seen).sum())} of {len(plain)} frames"
    return difference_row(f"pipeline, {path.name}: left and right", frames, np.abs(apart))


def most_seen(recording: facs.Recording) -> Person | None:
    """The person with most frames."""
    return max(recording.people, key=lambda p: int(p.seen.sum()), default=None)


def side_rows(
    folders: Sequence[Path], model: TwoStreamModel, draws: int, seed: int
) -> list[list[str]]:
    """Which side moved more, for every unit with two sides."""
    stills = stills_of(folders, seed)
    parts = [model(stills.clips[i : i + BATCH]) for i in range(0, len(stills.clips), BATCH)]
    left, right = (np.concatenate([getattr(p, s) for p in parts]) for s in ("left", "right"))
    place = {unit: i for i, unit in enumerate(model.spec.sided)}
    rows = []
    for unit in sorted(SIDED):
        if unit in place:
            apart = stills.label(unit, "left") - stills.label(unit, "right")
            score = (left - right)[:, place[unit]]
            rows.append(side_row(unit, apart, score, stills.subject, draws, seed))
        else:
            rows.append([str(unit), unit.label, "not shipped", "", "", "", "", ""])
    return rows


def side_row(
    unit: ActionUnit,
    apart: NDArray[np.floating],
    score: NDArray[np.floating],
    subject: NDArray[np.int64],
    draws: int,
    seed: int,
) -> list[str]:
    """One unit: AUC of the difference of scores, its interval, and how often its sign is right."""
    chosen = np.abs(apart) >= GAP  # false for NaN: hidden
    if not chosen.any():
        return [str(unit), unit.label, "nothing to see", "", "", "", "0", "0"]
    truth, found = apart[chosen] > 0, score[chosen]
    resampled, ranking = resample(subject[chosen], draws, seed), Ranking.of(found, truth)
    aucs = np.concatenate([ranking(weights)[0] for _, weights in resampled.blocks()])
    low, high = interval(aucs)
    spread = f"{np.abs(score).mean():.3f}"
    right = ((found > 0) == truth).mean()
    counts = [str(int(truth.sum())), str(int((~truth).sum()))]
    value = f"{aucs[0]:.3f} [{low:.3f}, {high:.3f}]"
    reached = "yes" if aucs[0] >= WANTED else "NO"
    return [str(unit), unit.label, value, f"{100 * right:.0f}", reached, spread, *counts]


def main() -> None:
    """Print tables, and write them where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rendered", type=Path, nargs="+", required=True)
    parser.add_argument("--photos", type=Path)
    parser.add_argument("--videos", type=Path, nargs="+", default=[])
    parser.add_argument("--model")
    parser.add_argument("--limit", type=int, default=400, help="faces to mirror, of each kind")
    parser.add_argument("--draws", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path)
    chosen = parser.parse_args()
    model = load_model(chosen.model)
    rows = []
    if chosen.photos:
        photos = photo_clips(chosen.photos, Landmarker(), chosen.limit)
        rows += model_rows("photographs", photos, model)
    moving = moving_faces(chosen.rendered, model.spec, chosen.seed, chosen.limit)
    if moving:
        rows += model_rows("rendered clips with motion", moving, model)
    rows += [pipeline_row(path, model) for path in chosen.videos]
    text = heading("Left and right", "rendered people that no weights have seen", chosen.seed)
    text += f"- model: {model.spec.label} (sha256 {model.sha256[:12]})\n\n"
    text += "## In the mirror\n\n"
    text += f"Absolute differences; {TOLERANCE:g} is asked for.\n\n"
    columns = ["what", "compared", "mean", "95th percentile", "largest", f"<= {TOLERANCE:g}"]
    text += table(columns, rows)
    text += (
        "\n## Which side moved\n\nRendered stills in which one side moves more than the other by "
    )
    text += (
        f"at least {GAP:g} of the full movement; AUC of the left less the right probability.\n\n"
    )
    columns = ["unit", "name", "side AUC", "% right by sign", f">= {WANTED:g}"]
    columns += ["mean difference of all stills", "n left", "n right"]
    text += table(columns, side_rows(chosen.rendered, model, chosen.draws, chosen.seed))
    publish(text, chosen.out)


if __name__ == "__main__":
    main()
