"""Mean-teacher consistency on one person: the last layers learn to say one thing of one face.

After Tarvainen and Valpola, "Mean teachers are better role models" (2017). A student sees a face
changed a little and shall say what the teacher, its own moving average, says of it in the mean
over all changes; at rest it shall say the same all the time. Weights are held near where they
began (Li, Grandvalet and Davoine, "Explicit inductive bias for transfer learning", 2018): one
person's film is little, and nobody has said what is in it.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from facs.network.backends import OnnxStream
from facs.network.mirror import columns_in_mirror
from facs.network.rebuilt import Rebuilt, rebuild, stored_names
from facs.network.sizes import at_two_sizes
from facs.network.spec import ModelSpec

__all__ = ["consistent_layers"]

STEPS: Final = 300
BATCH: Final = 64
RATE: Final = 1e-4
MEMORY: Final = 0.98
"""Of the teacher: how much of it stays at each step."""

HOLD: Final = 0.02
"""Weight of the distance to where the layers began, beside the squared errors in logits."""

_FIRST: Final = 4
"""Where in `Head.dense` learning begins."""


def consistent_layers(
    path: Path,
    spec: ModelSpec,
    views: Sequence[NDArray[np.uint8]],
    resting: NDArray[np.bool_],
    *,
    steps: int = STEPS,
    seed: int = 0,
) -> dict[str, NDArray[np.float32]]:
    """Train the last two layers of a spatial stream.

    Parameters
    ----------
    path : Path
        Its file.
    spec : ModelSpec
    views : sequence of arrays, each of shape (n, S, S), uint8
        The same faces, first as they are, then each a little changed.
    resting : array, shape (n,), bool
        Faces of her rest.
    steps : int
    seed : int

    Returns
    -------
    dict of str to array
        New values of tensors, by their names in the file.

    Raises
    ------
    ModelError
        If the file cannot be rebuilt in torch; one in eight bits cannot.
    """
    first = views[0][:2]
    rebuilt = rebuild(path, spec, first, OnnxStream(path)(first))
    with torch.no_grad():
        seen = torch.stack([_features(rebuilt, view) for view in views])  # (V, ways, n, hidden)
    teacher = _taught(
        _Tail(rebuilt.stream.head).eval(),
        seen,
        torch.from_numpy(resting),
        _Judge(spec),
        steps,
        seed,
    )
    names = _names_in(path)
    return {
        names[f"head.{name}"]: weight.detach().numpy()
        for name, weight in teacher.named_parameters()
        if f"head.{name}" in names
    }


class _Tail(nn.Module):
    """The layers of a head that learn: its second dense layer, and the scores."""

    def __init__(self, head: Any) -> None:
        super().__init__()
        self.dense = head.dense[_FIRST:]
        self.scores = head.scores

    def forward(self, x: Tensor) -> Tensor:
        """Map what the first dense layer makes (B, hidden) to scores (B, columns)."""
        return torch.as_tensor(self.scores(self.dense(x)))


class _Judge:
    """Logits of presence (B, columns) of faces that a head sees both ways round, at any sizes."""

    def __init__(self, spec: ModelSpec) -> None:
        self.slope = torch.tensor(spec.spatial.slope)
        self.swap = columns_in_mirror(spec.columns)

    def __call__(self, head: nn.Module, ways: Tensor) -> Tensor:
        scores = head(ways.flatten(0, 1)).unflatten(0, ways.shape[:2])
        one, other = scores.chunk(2)
        return torch.as_tensor((one + other[:, :, self.swap]).mean(0) / 2 * self.slope)


def _features(rebuilt: Rebuilt, crops: NDArray[np.uint8]) -> Tensor:
    """What the layers that do not learn make of faces, (ways, n, hidden).

    The ways are the face at the sizes at which the file sees it, then their mirror images.
    """
    stream: Any = rebuilt.stream
    ways = 4 if rebuilt.two_sizes else 2
    parts = []
    for start in range(0, len(crops), BATCH):
        x = torch.from_numpy(crops[start : start + BATCH])
        x = at_two_sizes(x) if rebuilt.two_sizes else x
        features = stream.trunk(stream.prepare(torch.cat([x, x.flip(-1)])))
        features = stream.head.dense[:_FIRST].eval()(features)
        parts.append(features.unflatten(0, (ways, -1)))
    return torch.cat(parts, 1)


def _taught(
    head: nn.Module, seen: Tensor, resting: Tensor, judge: _Judge, steps: int, seed: int
) -> nn.Module:
    """The teacher after so many steps."""
    student, teacher = copy.deepcopy(head), copy.deepcopy(head)
    learning = list(student.parameters())
    anchor = [w.detach().clone() for w in learning]
    rest = _rest(head, seen, resting, judge)
    optimiser = torch.optim.Adam(learning, lr=RATE)
    rng = np.random.default_rng(seed)
    for _ in range(steps):
        rows = torch.from_numpy(rng.integers(0, seen.shape[2], BATCH))
        view = int(rng.integers(0, len(seen)))
        loss = _loss(student, teacher, seen[:, :, rows], view, resting[rows], rest, judge)
        away = [((w - a) ** 2).sum() for w, a in zip(learning, anchor, strict=True)]
        optimiser.zero_grad()
        (loss + HOLD * torch.stack(away).sum()).backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        with torch.no_grad():
            for kept, new in zip(teacher.parameters(), student.parameters(), strict=True):
                kept.lerp_(new, 1 - MEMORY)
    return teacher


def _loss(
    student: nn.Module,
    teacher: nn.Module,
    seen: Tensor,
    view: int,
    resting: Tensor,
    rest: Tensor,
    judge: _Judge,
) -> Tensor:
    """Squared errors in logits: to the teacher's mean over all views, and at rest to the rest."""
    said = judge(student, seen[view])
    with torch.no_grad():
        wanted = torch.stack([judge(teacher, one) for one in seen]).mean(0)
        wanted[resting] = (wanted[resting] + rest) / 2
    return functional.smooth_l1_loss(said, wanted)


def _rest(head: nn.Module, seen: Tensor, resting: Tensor, judge: _Judge) -> Tensor:
    """Median logits (columns,) of her rest."""
    with torch.no_grad():
        logits = judge(head, seen[0])
    return logits[resting].median(0).values if resting.any() else logits.median(0).values


def _names_in(path: Path) -> dict[str, str]:
    import onnx

    return stored_names(onnx.load(path).graph)
