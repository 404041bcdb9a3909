"""Domain adaptation: every method learns, sees no label of a target, leaves alone what it must."""

from __future__ import annotations

import inspect
from functools import partial

import numpy as np
import pytest
import torch
from torch import nn

from facs.errors import InputError

NAMES = (
    "source-only",
    "gradient reversal",
    "ADDA",
    "PADA",
    "AdaBN",
    "mean teacher",
    "by class shares",
)


def drawn(n, seed=0, gain=1.0, base=60):
    """Faces of four classes: a bright bar at a quarter of the picture that says the class."""
    rng = np.random.default_rng(seed)
    labels = np.arange(n) % 4
    pictures = rng.normal(base, 12, (n, 64, 64))
    for picture, label in zip(pictures, labels, strict=True):
        picture[16 * label : 16 * label + 10, 8:56] += 90 * gain
    return np.clip(pictures, 0, 255).astype(np.uint8), labels.astype(np.int64)


@pytest.fixture
def source():
    from adaptation_data import Labelled

    return Labelled(*drawn(48))


@pytest.fixture
def begun(source):
    """A network that has begun to learn the source."""
    from adaptation_loop import Options, train
    from adaptation_methods import SourceOnly
    from adaptation_networks import Network

    make = partial(lambda: SourceOnly(Network(4), 2e-3))
    return train(make, source, source.pictures[:0], Options(12, 16))[0]


def weights(network):
    return {name: value.clone() for name, value in network.state_dict().items()}


def trained(name, start, source, target, steps=12):
    from adaptation_loop import Options, train
    from adaptation_methods import METHODS

    make = partial(METHODS[name].make, start, target)
    return train(make, source, target, Options(steps, 16))


def test_the_methods_are_those_of_the_document_and_what_stands_beside():
    from adaptation_methods import METHODS

    assert tuple(METHODS) == NAMES


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("ADDA", "AdaBN")])
def test_every_method_with_source_labels_lowers_its_loss(name, begun, source):
    target, _ = drawn(32, seed=1, gain=0.5, base=40)
    _, course = trained(name, begun, source, target, steps=40)
    assert len(course.loss) == 4 and course.cpu > 0
    assert course.loss[-1] < course.loss[0]


@pytest.mark.parametrize("name", NAMES)
def test_every_method_gives_probabilities_of_four_classes(name, begun, source):
    target, _ = drawn(32, seed=1)
    network, course = trained(name, begun, source, target)
    probabilities = network.probabilities(target[:5])
    assert probabilities.shape == (5, 4)
    np.testing.assert_allclose(probabilities.sum(1), 1)
    judged = name in ("gradient reversal", "ADDA", "PADA")
    assert len(course.source_right) == len(course.target_right) == (2 if judged else 0)
    assert all(0 <= share <= 1 for share in course.source_right + course.target_right)


@pytest.mark.parametrize("name", NAMES)
def test_no_method_changes_the_network_it_starts_with(name, begun, source):
    before = weights(begun)
    network, _ = trained(name, begun, source, drawn(32, seed=1, base=90)[0])
    torch.testing.assert_close(begun.state_dict(), before, rtol=0, atol=0)
    if name != "source-only":
        changed = [k for k, v in network.state_dict().items() if not torch.equal(v, before[k])]
        assert changed


def test_adda_leaves_the_source_network_and_its_classifier_untouched(begun, source):
    from adaptation_loop import Batch
    from adaptation_methods import Adda
    from adaptation_networks import tensor

    learner, before = Adda(begun), weights(begun)
    target = tensor(drawn(16, seed=1, base=120)[0])
    pictures, labels = tensor(source.pictures[:16]), torch.from_numpy(source.labels[:16])
    for k in range(5):
        learner.step(Batch(pictures, labels, target, target), k / 5)
    torch.testing.assert_close(learner.source.state_dict(), before, rtol=0, atol=0)
    after = learner.finish(source.pictures).state_dict()
    for key, value in before.items():
        if key.startswith("classifier"):
            torch.testing.assert_close(after[key], value, rtol=0, atol=0)
    assert not torch.equal(after["extractor.0.weight"], before["extractor.0.weight"])


def test_both_sides_of_adda_lower_their_loss_while_the_other_rests(begun, source):
    from adaptation_methods import Adda

    target = drawn(32, seed=1, gain=0.5, base=150)[0]
    losses, rights = played(Adda(begun), source, target, rests="_descend")
    assert np.mean(rights[-5:]) > np.mean(rights[:5])
    learner = Adda(begun)
    played(learner, source, target, rests="_descend")
    losses, _ = played(learner, source, target, rests="_judge")
    assert np.mean(losses[-5:]) < np.mean(losses[:5])


def played(learner, source, target, rests):
    """Losses of ADDA's extractor, and how often its discriminator is right, over 25 steps."""
    from adaptation_loop import Batch
    from adaptation_networks import tensor

    descent = getattr(learner, rests)
    setattr(learner, rests, lambda loss, progress: None)
    pictures, labels = tensor(source.pictures[:16]), torch.from_numpy(source.labels[:16])
    batch = Batch(pictures, labels, tensor(target[:16]), tensor(target[:16]))
    told = [learner.step(batch, 0.0) for _ in range(25)]
    setattr(learner, rests, descent)
    return [t.loss for t in told], [np.mean(t.right) for t in told]


def test_labels_of_the_target_are_no_argument_of_anything_that_trains():
    import adaptation_loop
    from adaptation_methods import METHODS

    assert list(inspect.signature(adaptation_loop.train).parameters) == [
        "make", "source", "target", "options",
    ]  # fmt: skip
    annotation = inspect.signature(adaptation_loop.train).parameters["target"].annotation
    assert annotation == "Pictures"
    assert set(adaptation_loop.Batch.__dataclass_fields__) == {
        "source", "labels", "target", "again",
    }  # fmt: skip
    for method in METHODS.values():
        assert len(inspect.signature(method.make).parameters) <= 2  # a network, pictures


def test_what_is_asked_changes_nothing_that_is_trained(source, tmp_path):
    """The same row comes out of other target labels, but for its figures."""
    from adaptation_data import Labelled, Task
    from adaptation_runs import Plan, run

    target, _ = drawn(24, seed=1)
    pictures, labels = drawn(16, seed=2)
    courses = []
    for k, shown in enumerate((labels, labels[::-1].copy())):
        asked = Labelled(pictures, shown)
        task = Task("many-to-one", "child 0", target, asked, 1, 0)
        plan = Plan(6, 4, 16, tmp_path / str(k), {"a": 1}, ("gradient reversal",))
        run(plan, source, [task], 0)
        row = plan.finished("gradient reversal", "child 0", 0)
        courses.append((row["course"]["loss"], row["course"]["target_right"]))
    assert courses[0] == courses[1]


def test_reversal_turns_the_gradient_and_nothing_else():
    from adaptation_networks import reverse

    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = reverse(x, 0.5)
    assert y.tolist() == [1, 2]
    (3 * y).sum().backward()
    assert x.grad.tolist() == [-1.5, -1.5]


def test_adabn_has_the_statistics_of_the_target_and_the_weights_of_the_source(begun, source):
    target = drawn(64, seed=1, base=30)[0]
    network, _ = trained("AdaBN", begun, source, target, steps=0)
    for key, value in weights(begun).items():
        if "running" not in key and "num_batches" not in key:
            torch.testing.assert_close(network.state_dict()[key], value, rtol=0, atol=0)
    from adaptation_networks import standardised, tensor

    first = network.extractor[0](standardised(tensor(target)))
    norm = network.extractor[1]
    torch.testing.assert_close(norm.running_mean, first.mean((0, 2, 3)), rtol=1e-3, atol=1e-4)


def test_pada_weighs_a_class_down_that_the_target_lacks(begun, source):
    from adaptation_loop import Batch
    from adaptation_methods import Pada
    from adaptation_networks import tensor

    pictures, labels = drawn(64, seed=3)
    without = pictures[labels != 2]
    sure = sorted_by_class(begun, without)
    learner = Pada(begun, without)
    batch = Batch(
        tensor(source.pictures[:16]), torch.from_numpy(source.labels[:16]),
        tensor(without[:16]), tensor(without[:16]),
    )  # fmt: skip
    learner.step(batch, 0.0)
    assert float(learner.of_class.max()) == 1 and learner.of_class.shape == (4,)
    np.testing.assert_allclose(learner.of_class, sure / sure.max(), rtol=1e-5)
    counted = learner.weights(torch.tensor([0, 1, 2, 3]))
    assert float(counted.mean()) == pytest.approx(1)


def sorted_by_class(network, pictures):
    return network.probabilities(pictures).mean(0)


def test_the_mean_teacher_follows_its_student(begun, source):
    from adaptation_loop import Options, train
    from adaptation_methods import MEMORY, MeanTeacher

    learner = MeanTeacher(begun)
    train(lambda: learner, source, source.pictures, Options(1, 16))
    for mean, now, before in zip(
        learner.teacher.parameters(), learner.student.parameters(), begun.parameters(), strict=True
    ):
        torch.testing.assert_close(mean, MEMORY * before + (1 - MEMORY) * now)


def test_class_shares_are_found_although_the_classifier_expects_all_equally_often():
    from adaptation_networks import Network, class_shares, expecting, softened

    rng = np.random.default_rng(0)
    labels = rng.choice(4, 4000, p=[0.5, 0.3, 0.2, 0.0])
    likely = np.exp(1.5 * (rng.normal(0, 1, (4000, 4)) + 1.5 * np.eye(4)[labels]))
    probabilities = likely / likely.sum(1, keepdims=True)
    shares = class_shares(probabilities)
    np.testing.assert_allclose(shares, [0.5, 0.3, 0.2, 0], atol=0.04)
    before = np.abs(probabilities.mean(0) - [0.5, 0.3, 0.2, 0])
    assert before.max() > 0.05
    network, pictures = Network(4).eval(), drawn(8)[0]
    wanted = softened(network.probabilities(pictures), 2.0) * shares
    wanted /= wanted.sum(1, keepdims=True)
    told = expecting(network, shares, 2.0).probabilities(pictures)
    np.testing.assert_allclose(told, wanted, atol=1e-4)


def test_by_class_shares_asks_the_teacher_unless_a_class_is_lacking(source):
    from adaptation_loop import Options, train
    from adaptation_methods import ByShares, SourceOnly
    from adaptation_networks import Network

    torch.manual_seed(0)
    nobody = source.pictures[:0]
    good, _ = train(lambda: SourceOnly(Network(8), 2e-3), source, nobody, Options(80, 16))
    pictures, labels = drawn(64, seed=3)
    for target, lacking in ((pictures, False), (pictures[labels != 2], True)):
        learner = ByShares(good, target)
        network, _ = train(lambda: learner, source, target, Options(8, 16))  # noqa: B023
        assert (network is learner.partial.network) == lacking
        assert (network is learner.whole.teacher) != lacking


def test_brightness_and_contrast_of_a_picture_are_no_expression():
    from adaptation_networks import standardised, tensor

    picture = drawn(1)[0].astype(np.float32)
    dim = tensor((picture * 0.25 + 10).astype(np.float32))
    torch.testing.assert_close(standardised(dim), standardised(tensor(picture)))
    flat = standardised(torch.full((1, 1, 64, 64), 7.0))
    assert float(flat.abs().max()) == 0


def test_augmentation_mirrors_blurs_and_sharpens():
    from adaptation_loop import augmented

    picture = np.zeros((1, 64, 64), np.uint8)
    picture[0, 20:40, 5:20] = 200
    many = np.repeat(picture, 200, axis=0)
    out = augmented(many, np.random.default_rng(0))
    assert out.shape == many.shape and (many == picture).all()
    mirrored = out[:, 30, 5:20].astype(int).mean(1) < out[:, 30, 44:59].mean(1)
    assert 0.4 < mirrored.mean() < 0.6
    steps = np.abs(np.diff(out.astype(int), axis=2)).max((1, 2))
    assert (steps < 150).mean() > 0.1 and (steps == 200).mean() > 0.3
    np.testing.assert_array_equal(out, augmented(many, np.random.default_rng(0)))


def test_wrong_shapes_are_refused():
    from adaptation_data import Labelled
    from adaptation_render import Cast

    with pytest.raises(InputError, match="wanted pictures"):
        Labelled(np.zeros((3, 64, 64), np.uint8), np.zeros(2, np.int64))
    with pytest.raises(InputError, match="multiples of 8"):
        Cast(True, 1, 10, 2)


def test_networks_are_small():
    from adaptation_networks import Network

    network = Network()
    assert sum(p.numel() for p in network.parameters()) < 250_000
    assert isinstance(network.classifier[-1], nn.Linear)
