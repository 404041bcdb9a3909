"""What would be missing or wrong after hours of training, said before them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from facs.errors import InputError
from facs.training.cut_sets import Split

__all__ = ["refuse_nobody", "refuse_the_same_people", "refuse_too_little"]


def refuse_nobody(test: Sequence[Path]) -> None:
    """Refuse folders without shards to measure on."""
    for folder in test:
        if not any(folder.glob("*.npz")):
            raise InputError(
                f"wanted rendered shards of other people to measure on (facs synth --out {folder} "
                f"--seed 2 --stills 500 --clips 25), got none"
            )


def refuse_the_same_people(rendered: Sequence[Path], test: Sequence[Path]) -> None:
    """Refuse test people who also teach or calibrate: they would be measured too well."""
    both = _people(rendered) & _people(test)
    if both:
        raise InputError(
            f"wanted other people to measure on than to learn from (facs synth with another "
            f"--seed), got {len(both)} who are in both, such as subject {min(both)}"
        )


def refuse_too_little(rendered: Sequence[Path], validation: Split) -> None:
    """Refuse rendered people of whom none are left to calibrate."""
    folders = ", ".join(map(str, rendered))
    if not len(validation.stills):
        raise InputError(
            f"wanted stills of rendered people, some of whom calibrate (facs synth --stills 2000), "
            f"got too few in {folders}"
        )
    if not len(validation.windows):
        raise InputError(
            f"wanted clips of rendered people, some of whom calibrate (facs synth --clips 100), "
            f"got too few in {folders}"
        )


def _people(folders: Sequence[Path]) -> set[int]:
    """Subjects of all shards; their pictures stay on disk."""
    found: set[int] = set()
    for path in (path for folder in folders for path in sorted(folder.glob("*.npz"))):
        try:
            with np.load(path, allow_pickle=False) as file:
                found.update(np.unique(file["subject"]).tolist())
        except (OSError, KeyError, ValueError) as error:
            raise InputError(f"wanted a shard of faces, cannot read {path}: {error}") from error
    return found
