"""A second opinion on what a list says of real faces, from networks that never met those faces.

One look at a face errs, and a network that learned from that look repeats it. A network that
learned from other faces does not: on held-out faces first look and network together tell what a
second look finds better than either (`benchmarks/second_looks.py`). So two runs leave half of the
real faces out each (`UnitRun.unseen`), and each judges the half that it left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from facs.errors import InputError
from facs.training.teacher import in_this_face, scores_of

__all__ = ["CHECKPOINT", "UNSEEN", "read_unseen", "with_opinions", "without"]

Floats = NDArray[np.float32]

UNSEEN: Final = "unseen.txt"
"""What a run that left real faces out calls the list of them in its folder."""

CHECKPOINT: Final = "spatial.pt"

WEIGHT: Final = 0.8
"""How much of an opinion's evidence counts: within faces of one grade the logit of a second look
rose by 0.9 with a score that is one higher (`benchmarks/results/second_looks.md`), and a network
that learned from half of the faces knows a little less."""


def read_unseen(path: Path) -> NDArray[np.str_]:
    """Names of pictures, one in a line, ``fer2013:1234``.

    Raises
    ------
    InputError
        If the file cannot be read, names nothing, or names something else.
    """
    try:
        names = path.read_text(encoding="utf-8").split()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"wanted a list of pictures, {path}; it says: {error}") from error
    odd = next((name for name in names if not name.partition(":")[2].isdigit()), None)
    if not names or odd is not None:
        raise InputError(f"{path}: wanted names like fer2013:1234, one in a line, got {odd!r}")
    return np.array(names, np.str_)


def without(cut: Mapping[str, Any], unseen: NDArray[np.str_]) -> dict[str, Any]:
    """What is cut of real faces (`real_targets.cut_of_real`) but for some pictures.

    Examples
    --------
    >>> cut = {"pictures": np.array(["fer2013:1", "fer2013:2"]), "gaps": np.array([0.1, 0.2])}
    >>> without(cut, np.array(["fer2013:1"]))["gaps"]
    array([0.2])
    """
    met = ~np.isin(cut["pictures"], unseen)
    return {key: values[met] for key, values in cut.items()}


def with_opinions(
    targets: Floats, cut: Mapping[str, Any], columns: tuple[str, ...], runs: Sequence[Path]
) -> Floats:
    """Targets (n, columns) moved by what each run says of the faces that it left out.

    Faces with the same target are compared with each other, and the middle one keeps it
    (`teacher.in_this_face`); what is unknown (NaN) stays unknown.

    Raises
    ------
    InputError
        If a folder has no such list or checkpoint, or two runs left out the same picture.
    """
    moved: Floats = targets.copy()
    judged = np.zeros(len(targets), bool)
    for run in runs:
        rows = np.isin(cut["pictures"], read_unseen(run / UNSEEN))
        if (rows & judged).any():
            twice = cut["pictures"][rows & judged][0]
            raise InputError(
                f"wanted each picture left out by one run of {runs}, got {twice} twice"
            )
        if not (run / CHECKPOINT).is_file():
            raise InputError(f"wanted a run with {CHECKPOINT}, got {run}")
        judged |= rows
        scores = scores_of(run / CHECKPOINT, cut["crops"][rows], columns)
        moved[rows] = in_this_face(moved[rows], scores, columns, WEIGHT, silent=())
    return moved
