"""Multi-label methods of scikit-multilearn-ng on features of the spatial trunk."""

from __future__ import annotations

from collections.abc import Callable
from time import process_time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facs.errors import MissingPackageError

__all__ = ["METHODS", "fit_and_score"]

Floats = NDArray[np.float32]

METHODS = ("BinaryRelevance", "ClassifierChain", "LabelPowerset", "MLkNN")
COMPONENTS = 64
NEIGHBOURS = 10


def fit_and_score(
    method: str, features: Floats, truth: Floats, asked: tuple[Floats, ...]
) -> tuple[list[Floats], float]:
    """Probabilities of each group of features in `asked`, and CPU seconds of fitting.

    Features are standardised and projected on their first principal components. The base
    classifier of the first three is logistic regression. What is unknown counts as not shown:
    these methods have no unknown labels. A unit that nobody shows, or everybody, scores 0.
    """
    began = process_time()
    project = _projection(features)
    shown = np.nan_to_num(truth).astype(np.int64)
    varied = (shown.min(0) < shown.max(0)).nonzero()[0]
    classifier = _classifier(method)
    classifier.fit(project(features), shown[:, varied])
    seconds = process_time() - began
    return [_probabilities(classifier, project(x), varied, shown.shape[1]) for x in asked], seconds


def _projection(features: Floats) -> Callable[[Floats], NDArray[np.float64]]:
    from sklearn.decomposition import PCA

    mean, spread = features.mean(0), features.std(0) + 1e-3
    count = min(COMPONENTS, *features.shape)
    pca = PCA(count, random_state=0).fit((features - mean) / spread)
    scale = np.sqrt(pca.explained_variance_[0])
    return lambda x: np.asarray(pca.transform((x - mean) / spread) / scale, np.float64)


def _classifier(method: str) -> Any:
    try:
        from skmultilearn.adapt import MLkNN
        from skmultilearn.problem_transform import BinaryRelevance, ClassifierChain, LabelPowerset
    except ImportError:
        raise MissingPackageError.of("scikit-multilearn-ng", "bench", method) from None
    from sklearn.linear_model import LogisticRegression

    if method == "MLkNN":
        return MLkNN(k=NEIGHBOURS)
    kinds = {
        "BinaryRelevance": BinaryRelevance,
        "ClassifierChain": ClassifierChain,
        "LabelPowerset": LabelPowerset,
    }
    base = LogisticRegression(C=1.0, max_iter=200)
    return kinds[method](classifier=base, require_dense=[True, True])


def _probabilities(
    classifier: Any, features: NDArray[np.float64], varied: NDArray[np.int64], units: int
) -> Floats:
    out = np.zeros((len(features), units), np.float32)
    out[:, varied] = classifier.predict_proba(features).toarray()
    return out
