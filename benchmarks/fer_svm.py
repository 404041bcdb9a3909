"""A linear support vector machine on grey levels, by scikit-learn."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
from fer_data import Faces
from numpy.typing import NDArray

__all__ = ["fit", "score"]

COSTS = (1e-5, 1e-4, 1e-3)
SUBSAMPLE = 3000
"""Faces on which C is chosen."""


def score(machine: Any, pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Distances (n, 7) from the seven planes."""
    return np.asarray(machine.decision_function(_levels(pictures)), np.float32)


def fit(faces: Faces, public: Faces, seed: int) -> tuple[Any, dict[str, float]]:
    """The machine, and what was chosen: C is the best on PublicTest of a subsample's machines."""
    began, before = time.monotonic(), time.process_time()
    rows = np.random.default_rng(seed).permutation(len(faces))[:SUBSAMPLE]
    accuracy = {c: _accuracy(_machine(faces[rows], c, seed), public) for c in COSTS}
    best = max(accuracy, key=lambda c: accuracy[c])
    machine = _machine(faces, best, seed)
    done = {
        "C": best,
        "wall": time.monotonic() - began,
        "cpu": time.process_time() - before,
        "sweeps": float(np.max(machine.n_iter_)),
    }
    return machine, done


def _machine(faces: Faces, cost: float, seed: int) -> Any:
    from sklearn.svm import LinearSVC

    machine = LinearSVC(C=cost, dual=True, tol=1e-2, max_iter=4000, random_state=seed)
    return machine.fit(_levels(faces.pictures), faces.labels)


def _levels(pictures: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Every picture's grey levels (n, 2304), its own mean and spread taken out."""
    x = pictures.reshape(len(pictures), -1).astype(np.float64)
    x -= x.mean(1, keepdims=True)
    return np.asarray(x / (x.std(1, keepdims=True) + 8.0), np.float64)


def _accuracy(machine: Any, faces: Faces) -> float:
    return float((score(machine, faces.pictures).argmax(1) == faces.labels).mean())
