"""The methods of the adaptation experiment, each a small class with the same two questions.

Every method starts from a network that has learned the source, and takes the same number of
further steps. None of them is ever given a label of the target.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from adaptation_loop import Batch, Descent, Learner, Told
from adaptation_networks import (
    Network,
    class_shares,
    discriminator,
    expecting,
    reverse,
    softened,
    tensor,
)
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

__all__ = [
    "METHODS",
    "AdaBN",
    "Adda",
    "ByShares",
    "MeanTeacher",
    "Method",
    "Pada",
    "Reversal",
    "SourceOnly",
]

Pictures = NDArray[np.uint8]

FROM_NOTHING, FURTHER, ADVERSARY = 2e-3, 5e-4, 1e-3
"""Largest rates: of a network that begins from nothing, of one that does not, of discriminators."""

ADDA_RATE: Final = 2e-4
ADDA_BETAS: Final = (0.5, 0.999)
"""Of the target's extractor against a discriminator of the same rate, as GANs are trained."""

WEIGHED_EVERY: Final = 20
"""Steps between two looks of PADA at all target pictures."""

MEMORY: Final = 0.98
TRUST: Final = 3.0
"""Decay of the mean teacher; weight of agreement with it at the end."""


LACKING: Final = 2 / 3
"""Of the share that a class would have if all were equally frequent: under it, one is lacking.
Chosen by other rendered children and by FER2013's Training, as the temperature."""

TEMPERATURE: Final = 2.0


class SourceOnly:
    """Learns the source, and looks at no target."""

    def __init__(self, start: Network, rate: float = FURTHER) -> None:
        self.network = copy.deepcopy(start).train()
        self._descend = Descent((self.network.parameters(), rate))

    def step(self, batch: Batch, progress: float) -> Told:
        """Learn source labels."""
        loss = F.cross_entropy(self.network(batch.source), batch.labels)
        self._descend(loss, progress)
        return Told(float(loss.detach()))

    def finish(self, target: Pictures) -> Network:
        """The network as it is."""
        return self.network


class AdaBN:
    """Normalises by statistics of the target (Li et al., 2018); there is nothing to learn."""

    def __init__(self, start: Network) -> None:
        self.network = copy.deepcopy(start).eval()

    def step(self, batch: Batch, progress: float) -> Told:
        """Tell the loss of the source, and change nothing."""
        with torch.no_grad():
            return Told(float(F.cross_entropy(self.network(batch.source), batch.labels)))

    @torch.no_grad()
    def finish(self, target: Pictures) -> Network:
        """Replace every running mean and variance by those of all target pictures."""
        norms = [
            m for m in self.network.modules() if isinstance(m, nn.modules.batchnorm._BatchNorm)
        ]
        for norm in norms:
            norm.reset_running_stats()
            norm.momentum = None  # a plain mean over batches
            norm.train()
        parts = max(1, len(target) // 128)
        for some in np.array_split(np.random.default_rng(0).permutation(len(target)), parts):
            self.network.features(tensor(target[some]))
        return self.network


class Reversal:
    """Gradient reversal (Ganin et al., 2016): the document's first approach.

    One extractor for both domains, the classifier of the source, and a discriminator whose
    gradient comes back reversed.
    """

    def __init__(self, start: Network) -> None:
        self.network = copy.deepcopy(start).train()
        self.judge = discriminator()
        # one pass down for both: the reversal gives each its own sign
        self._descend = Descent(
            (self.network.parameters(), FURTHER), (self.judge.parameters(), ADVERSARY)
        )

    def step(self, batch: Batch, progress: float) -> Told:
        """One batch of both domains."""
        weights = self.weights(batch.labels)
        features = self.network.features(torch.cat([batch.source, batch.target]))
        n = len(batch.source)
        scores = self.network.classifier(features[:n])
        learned = (F.cross_entropy(scores, batch.labels, reduction="none") * weights).mean()
        share = 2 / (1 + math.exp(-10 * progress)) - 1
        judged = self.judge(reverse(features, share))
        fooled = _domain_loss(judged[:n], judged[n:], weights)
        self._descend(learned + fooled, progress)
        return Told(float(learned.detach()), _right(judged[:n], judged[n:]))

    def weights(self, labels: Tensor) -> Tensor:
        """How much each source picture counts (B,): all the same."""
        return torch.ones(len(labels))

    def finish(self, target: Pictures) -> Network:
        """The shared network."""
        return self.network


class Pada(Reversal):
    """Partial adaptation (Cao et al., 2018): classes that the target seems to lack count less.

    The weight of a class is its mean probability over all target pictures, over the largest.
    """

    def __init__(self, start: Network, target: Pictures) -> None:
        super().__init__(start)
        self._target, self._steps = target, 0
        self.of_class = torch.ones(self.network.classifier[-1].out_features)

    def step(self, batch: Batch, progress: float) -> Told:
        """Weigh the classes now and then, then as gradient reversal."""
        if self._steps % WEIGHED_EVERY == 0:
            mean = self.network.probabilities(self._target).mean(0)
            self.of_class = torch.from_numpy(mean / mean.max()).float()
        self._steps += 1
        return super().step(batch, progress)

    def weights(self, labels: Tensor) -> Tensor:
        """The weight of each picture's class, 1 on average."""
        weights = self.of_class[labels]
        return weights / weights.mean().clamp_min(1e-6)


class Adda:
    """Adversarial discriminative adaptation (Tzeng et al., 2017): the document's second approach.

    The target has an extractor of its own, which begins as the source's. The discriminator sees
    features of both; the target's extractor learns against it with inverted labels. The source's
    extractor and its classifier stay what they are, and that classifier is asked.
    """

    def __init__(self, start: Network) -> None:
        self.source = copy.deepcopy(start).eval().requires_grad_(False)
        self.target = copy.deepcopy(start).eval()
        self.judge = discriminator()
        self.target.extractor.train()
        self._descend = Descent((self.target.extractor.parameters(), ADDA_RATE), betas=ADDA_BETAS)
        self._judge = Descent((self.judge.parameters(), ADDA_RATE), betas=ADDA_BETAS)

    def step(self, batch: Batch, progress: float) -> Told:
        """The discriminator's turn, then the target extractor's."""
        source, target = self.source.features(batch.source), self.target.features(batch.target)
        ours, theirs = self.judge(source), self.judge(target.detach())
        self._judge(_domain_loss(ours, theirs), progress)
        inverted = _domain_loss(self.judge(target))
        self._descend(inverted, progress)
        return Told(float(inverted.detach()), _right(ours, theirs))

    def finish(self, target: Pictures) -> Network:
        """The target's extractor under the source's classifier."""
        return self.target


class MeanTeacher:
    """A mean teacher (Tarvainen and Valpola, 2017) over domains (French et al., 2018).

    The student learns source labels, and on the target to agree with the running mean of itself
    about pictures that were augmented otherwise. The teacher is asked.
    """

    def __init__(self, start: Network) -> None:
        self.student = copy.deepcopy(start).train()
        self.teacher = copy.deepcopy(start).train().requires_grad_(False)
        self.teacher.classifier.eval()
        self._descend = Descent((self.student.parameters(), FURTHER))

    def step(self, batch: Batch, progress: float) -> Told:
        """Domains pass one after the other: each is normalised by its own statistics."""
        learned = F.cross_entropy(self.student(batch.source), batch.labels)
        with torch.no_grad():
            wanted = self.teacher(batch.again).softmax(1)
        found = self.student(batch.target).softmax(1)
        agreement = (found - wanted).square().sum(1).mean()
        weight = TRUST * math.exp(-5 * (1 - min(1.0, 2 * progress)) ** 2)
        self._descend(learned + weight * agreement, progress)
        self._follow()
        return Told(float(learned.detach()))

    @torch.no_grad()
    def _follow(self) -> None:
        """Move the teacher's weights; its statistics are those of the target it saw."""
        pairs = zip(self.teacher.parameters(), self.student.parameters(), strict=True)
        for mean, now in pairs:
            mean.lerp_(now, 1 - MEMORY)

    def finish(self, target: Pictures) -> Network:
        """The teacher."""
        return self.teacher


class ByShares:
    """A mean teacher where the target has all classes, else PADA that knows which are rare.

    Methods that align domains spread guesses over all classes, those that the target lacks too.
    The mean teacher tells that apart: a class that stays rare even to it is lacking, and then
    PADA is asked, with the shares that `class_shares` finds by its probabilities. PADA itself
    counts rare classes less while it learns, so that they are pushed back twice.
    """

    def __init__(self, start: Network, target: Pictures) -> None:
        self.whole, self.partial = MeanTeacher(start), Pada(start, target)
        self.taught: set[int] = set()

    def step(self, batch: Batch, progress: float) -> Told:
        """A step of both."""
        self.taught.update(batch.labels.tolist())
        told = self.whole.step(batch, progress)
        self.partial.step(batch, progress)
        return told

    def finish(self, target: Pictures) -> Network:
        """One of the two, by what the teacher finds in all target pictures."""
        teacher = self.whole.finish(target)
        found = teacher.probabilities(target).mean(0)[sorted(self.taught)]
        if found.min() >= LACKING / len(found):
            return teacher
        network = self.partial.finish(target)
        shares = class_shares(softened(network.probabilities(target), TEMPERATURE))
        return expecting(network, shares, TEMPERATURE)


def _domain_loss(
    source: Tensor, target: Tensor | None = None, weights: Tensor | None = None
) -> Tensor:
    """Cross entropy of the domain, "source" for the first scores and "target" for the second.

    Alone, the first are scores of the target's extractor, whose labels are inverted.
    """
    ours = F.binary_cross_entropy_with_logits(source, torch.ones_like(source), weights)
    if target is None:
        return ours
    return (ours + F.binary_cross_entropy_with_logits(target, torch.zeros_like(target))) / 2


def _right(source: Tensor, target: Tensor) -> tuple[float, float]:
    """How often the discriminator is right, on each domain."""
    return float((source > 0).float().mean()), float((target <= 0).float().mean())


@dataclass(frozen=True)
class Method:
    """How a method begins.

    Parameters
    ----------
    what : str
    make : callable
        From the network it starts with, and the unlabelled pictures, to the learner.
    after : bool
        It starts where source-only ended, because it learns no source labels itself.
    steps : bool
        It takes steps at all.
    """

    what: str
    make: Callable[[Network, Pictures], Learner]
    after: bool = False
    steps: bool = True


METHODS: Final[Mapping[str, Method]] = {
    "source-only": Method("no adaptation", lambda start, _: SourceOnly(start)),
    "gradient reversal": Method(
        "one extractor, a discriminator reversed", lambda start, _: Reversal(start)
    ),
    "ADDA": Method("untied extractor, inverted labels", lambda start, _: Adda(start), after=True),
    "PADA": Method("gradient reversal, classes weighted", Pada),
    "AdaBN": Method(
        "statistics of the target", lambda start, _: AdaBN(start), after=True, steps=False
    ),
    "mean teacher": Method("agreement with a running mean", lambda start, _: MeanTeacher(start)),
    "by class shares": Method("mean teacher, or PADA where a class is lacking", ByShares),
}
