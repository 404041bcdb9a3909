"""From scores of validation people to a model's spec: units, calibration, fusion, thresholds."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from facs._version import __version__
from facs.canonical import CROP_SIZE
from facs.errors import InputError
from facs.network.mirror import columns_in_mirror
from facs.network.spec import LEVELS, Calibration, ModelSpec, columns_of
from facs.network.steady import steady
from facs.training.calibrate import fit_calibration, fit_fusion, fit_thresholds
from facs.training.cut_sets import Split
from facs.training.measure import Scored, as_units
from facs.training.recipe import Evidence, Recipe
from facs.training.release import fit_release
from facs.training.seen_faces import SeenScores
from facs.units import ActionUnit

__all__ = ["spec_of", "units_with_evidence"]

Floats = NDArray[np.float32]

SIDEWAYS = {ActionUnit.AU61, ActionUnit.AU62}
UP_OR_DOWN = {ActionUnit.AU63, ActionUnit.AU64}

TURNED = 0.1
"""Share of people who look up, and as many who look down. Rendered eyes do each in more than a
quarter of the pictures, so that it is learned; at thresholds that suit that, a third of press
photographs were said to look down. To the sides real eyes score less than rendered ones, and
thresholds that suit these find few enough."""

TRUST = 0.5
"""Share of the fitted weights of the temporal stream, which has met no real face while the spatial
one has met thousands."""


def units_with_evidence(
    pictures: Floats, picture_labels: Floats, columns: tuple[str, ...], wanted: Evidence
) -> tuple[ActionUnit, ...]:
    """Units that pictures alone tell apart on unseen people, and whose events can be used."""
    units = tuple(u for u in ActionUnit if columns_of((u,))[0] in columns)
    place = [columns.index(c) for c in columns_of(units)]
    scores, labels = as_units(units, pictures[:, place], picture_labels[:, place])
    probability = 1 / (1 + np.exp(-scores))
    kept = set()
    for i, unit in enumerate(units):
        known = ~np.isnan(labels[:, i])
        if wanted.enough(probability[known, i], labels[known, i] >= LEVELS[0]):
            kept.add(unit)
    kept -= wanted.doubted
    if not kept >= SIDEWAYS:  # a glance to one side alone would mislead
        kept -= SIDEWAYS
    if not kept:
        raise InputError(
            f"wanted a unit with an AUC of at least {wanted.min_auc}, got none: train longer"
        )
    return tuple(unit for unit in units if unit in kept)


def spec_of(
    recipe: Recipe,
    units: tuple[ActionUnit, ...],
    seen: Scored,
    validation: Split,
    real: SeenScores | None,
) -> ModelSpec:
    """Calibrate and fuse on people who taught nothing; thresholds of the best smoothed F1."""
    twins = columns_in_mirror(columns_of(units))
    fitted = fit_fusion(seen.spatial, seen.temporal, seen.labels, twins)
    fusion = tuple(TRUST * weight for weight in fitted)
    weight = np.asarray(fusion, np.float32)
    clip = validation.clips.clip[validation.windows]
    time = validation.clips.time[validation.windows]
    fused = steady(  # as frames with motion are scored in a film
        (1 - weight) * seen.spatial + weight * seen.temporal, time, np.diff(clip, prepend=-1) != 0
    )
    still = fit_calibration(
        np.concatenate([seen.pictures, seen.spatial]),
        np.concatenate([seen.picture_labels, seen.labels]),
        twins,
        (real.spatial, real.presence) if real else None,
    )
    both = fit_calibration(
        fused, seen.labels, twins, (real.fused(weight), real.presence) if real else None
    )
    presence = np.concatenate([still.letters(seen.pictures)[..., 0], both.letters(fused)[..., 0]])
    labels = np.concatenate([seen.picture_labels, seen.labels])
    probability, shown = as_units(units, presence, labels)
    on = fit_thresholds(
        probability,
        as_people_look(units, shown),
        _real_units(units, still, both, weight, real) if real else None,
        looks=2,  # as picture, and held still
    )
    release = fit_release(
        *as_units(units, both.letters(fused)[..., 0], seen.labels),
        clip,
        time,
        on,
    )
    return ModelSpec(
        name=recipe.name,
        version=__version__,
        stream="spatial",
        units=units,
        crop_size=CROP_SIZE,
        slots=recipe.slots,
        slot_seconds=recipe.slot_seconds,
        spatial=still,
        fused=both,
        fusion=fusion,
        on=on,
        off=tuple(release * t for t in on),
        training=recipe.training,
        licence=recipe.licence,
    )


def as_people_look(units: tuple[ActionUnit, ...], labels: Floats) -> Floats:
    """Labels (n, units) that know of no more eyes that look up or down than `TURNED`.

    Examples
    --------
    >>> turned = np.float32([[1.0], [0.0]] * 18)
    >>> kept = as_people_look((ActionUnit.AU63,), turned)
    >>> int((kept == 0).sum()), int((kept == 1).sum())
    (18, 2)
    """
    out: Floats = labels.copy()
    for i in (i for i, unit in enumerate(units) if unit in UP_OR_DOWN):
        present = np.flatnonzero(labels[:, i] >= LEVELS[0])
        ahead = int((labels[:, i] < LEVELS[0]).sum())
        wanted = round(ahead * TURNED / (1 - TURNED))
        if len(present) > wanted:
            spare = np.ones(len(present), bool)
            spare[np.linspace(0, len(present) - 1, wanted).astype(int)] = False
            out[present[spare], i] = np.nan
    return out


def _real_units(
    units: tuple[ActionUnit, ...],
    still: Calibration,
    both: Calibration,
    weight: Floats,
    real: SeenScores,
) -> tuple[Floats, Floats]:
    """Probability and presence of units of real faces: as pictures, and as faces held still."""
    held = both.letters(real.fused(weight))[..., 0]
    presence = np.concatenate([still.letters(real.spatial)[..., 0], held])
    return as_units(units, presence, np.concatenate([real.presence, real.presence]))
