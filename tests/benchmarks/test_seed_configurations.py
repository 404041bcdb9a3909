"""The comparison of the published configurations: its networks, its figures, the whole program."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from torch import nn

from facs.errors import InputError
from facs.network.mirror import Mirrored
from facs.network.two_stream import SpatialStream, StreamConfig
from facs.training.cut_sets import CutFaces
from facs.training.export import export
from facs.training.landmark_network import LandmarkNetwork
from facs.training.loop import RunOptions
from facs.training.multilabel_losses import asymmetric, binary, bp_mll, positive_weights
from facs.training.train_landmarks import export_landmarks
from facs.units import ActionUnit
from tests.network.builders import model_files, random_crops, tiny_streams
from tests.training.builders import write_faces

NAN = np.nan


@pytest.fixture(scope="module")
def tiny_file(tmp_path_factory):
    return model_files(tmp_path_factory)


def dense(stream, crops):
    """What the trunk and the first dense layer make of crops."""
    x = torch.from_numpy(crops)
    with torch.no_grad():
        return stream.head.dense[1](stream.trunk(stream.prepare(x)))


def seeded(config, seed=1):
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return SpatialStream(config)


def test_a_stream_begins_with_a_file_and_has_its_normalisations_back(tiny_file):
    from seed_networks import begin

    stream = begin(seeded(StreamConfig(3, hidden=16)), str(tiny_file), random_crops(6, seed=7))
    norms = [m for m in stream.modules() if isinstance(m, nn.BatchNorm2d)]
    assert len(norms) == 5 and all(float(m.weight.detach().min()) > 0 for m in norms)
    wanted = dense(tiny_streams()[0], random_crops(4, seed=8))
    torch.testing.assert_close(
        dense(stream.eval(), random_crops(4, seed=8)), wanted, atol=1e-3, rtol=1e-3
    )


def test_a_file_that_looks_into_the_mirror_is_read_too(tmp_path):
    from seed_networks import begin

    spatial, names = tiny_streams()[0], [f"AU{n}" for n in range(5)]
    path = tmp_path / "mirrored-spatial.onnx"
    example = torch.from_numpy(random_crops(2))
    export(
        Mirrored(spatial, names), example, path,
        input_name="crop", output_names=("scores",), metadata={},
    )  # fmt: skip
    stream = begin(seeded(StreamConfig(3, hidden=16)), str(path), random_crops(6))
    wanted = dense(spatial, random_crops(4, seed=8))
    torch.testing.assert_close(
        dense(stream.eval(), random_crops(4, seed=8)), wanted, atol=1e-3, rtol=1e-3
    )


def test_a_stream_begins_with_a_checkpoint(tmp_path):
    from seed_networks import begin

    teacher = seeded(StreamConfig(5, hidden=16), seed=2).eval()
    mean = {f"stream.{name}": value for name, value in teacher.state_dict().items()}
    torch.save({"mean": {**mean, "ordinal.rise": torch.zeros(2)}}, tmp_path / "spatial.pt")
    stream = begin(
        seeded(StreamConfig(3, hidden=16)), str(tmp_path / "spatial.pt"), random_crops(2)
    )
    torch.testing.assert_close(
        dense(stream.eval(), random_crops(3)), dense(teacher, random_crops(3))
    )
    assert stream.head.scores.out_features == 3


def test_scratch_leaves_a_stream_alone():
    from seed_networks import begin

    one, two = seeded(StreamConfig(3, hidden=16)), seeded(StreamConfig(3, hidden=16))
    begin(two, "scratch", random_crops(1))
    torch.testing.assert_close(one.state_dict(), two.state_dict())


def test_weights_that_do_not_fit_are_refused(tmp_path, tiny_file):
    from seed_networks import begin

    stream = seeded(StreamConfig(3, hidden=8))
    (tmp_path / "text.pt").write_text("no weights")
    torch.save({"step": 3}, tmp_path / "other.pt")
    for start, words in (
        ("nowhere.onnx", "path of weights"),
        (str(tiny_file), "first dense layer"),
        (str(tmp_path / "text.pt"), "wanted a checkpoint"),
        (str(tmp_path / "other.pt"), "wanted a checkpoint"),
    ):
        with pytest.raises(InputError, match=words):
            begin(stream, start, random_crops(2))


def drawn_batch(rng, units=3):
    """Eight fixed pictures and what they show."""
    truth = torch.tensor([[i >> k & 1 for k in range(units)] for i in range(8)]).float()
    return torch.from_numpy(random_crops(8)), truth


def settled(stream):
    """The stream with statistics of some faces in its normalisations."""
    for part in stream.modules():
        if isinstance(part, nn.BatchNorm2d):
            part.momentum = None
    with torch.no_grad():
        stream.train()(torch.from_numpy(random_crops(8)))
    return stream


def learned(network, loss, tmp_path, steps, batch=drawn_batch):
    """Loss before, and after a few steps of the product's loop without dropout."""
    from seed_networks import Learner, train

    for part in network.modules():
        if isinstance(part, nn.Dropout):
            part.p = 0.0
    learner = Learner(network, loss)
    with torch.no_grad():
        before = float(learner.loss(*batch(None)))
    options = RunOptions(steps, 2e-3, tmp_path / "run.pt", average=0.0)
    seconds = train(learner, batch, options)
    with torch.no_grad():
        after = float(learner.train().loss(*batch(None)))
    assert seconds > 0 and not (tmp_path / "run.pt").exists()
    return before, after


LOSSES = {
    "binary": binary,
    "weighted": lambda s, t: binary(s, t, positive_weights(t)),
    "asymmetric": asymmetric,
    "bp_mll": bp_mll,
}


@pytest.mark.parametrize("name", LOSSES)
def test_whole_networks_learn_by_every_loss(name, tmp_path):
    before, after = learned(seeded(StreamConfig(3, hidden=32)), LOSSES[name], tmp_path, steps=8)
    assert after < 0.75 * before


def test_fine_tuning_trains_the_last_two_layers_alone(tmp_path):
    from seed_networks import FineTuned, parameters

    network = FineTuned(settled(seeded(StreamConfig(3, hidden=32))), 3)
    before = {name: value.clone() for name, value in network.state_dict().items()}
    assert [m.p for m in network.modules() if isinstance(m, nn.Dropout)] == [0.9, 0.9]
    first, last = learned(network, binary, tmp_path, steps=40)
    assert last < 0.8 * first
    changed = {n for n, v in network.state_dict().items() if not torch.equal(v, before[n])}
    assert changed == {f"layers.{k}.{part}" for k in (1, 4) for part in ("weight", "bias")}
    assert parameters(network).trained == 33 * 512 + 513 * 3


def test_networks_one_against_all_learn_together_as_they_would_alone(tmp_path):
    from seed_networks import OneVsAll, parameters

    def start():
        return seeded(StreamConfig(3, hidden=32))

    together, alone = OneVsAll(start(), 3), OneVsAll(start(), 1)
    alone.networks[0].load_state_dict(together.networks[1].state_dict())

    def second(rng):
        crops, truth = drawn_batch(rng)
        return crops, truth[:, 1:2]

    def summed(scores, targets):  # a mean over units would make their steps smaller
        return binary(scores, targets) * targets.shape[1]

    learned(together, summed, tmp_path, 4)
    learned(alone, summed, tmp_path, 4, batch=second)
    torch.testing.assert_close(together.networks[1].state_dict(), alone.networks[0].state_dict())
    assert parameters(together).all == 3 * parameters(alone).all


def test_untying_changes_no_score():
    from seed_networks import scores_of, untie

    stream = seeded(StreamConfig(3, hidden=16)).eval()
    before = scores_of(stream, random_crops(3))
    untie(stream, 3)
    np.testing.assert_allclose(scores_of(stream, random_crops(3)), before, atol=1e-4)


def test_a_threshold_parts_those_who_show_a_unit_from_those_who_do_not():
    from seed_figures import measured, thresholds

    rng = np.random.default_rng(0)
    truth = (rng.random((400, 2)) < (0.1, 0.5)).astype(np.float32)
    scores = (3 * truth + rng.uniform(0, 1, truth.shape)).astype(np.float32)
    truth[:5] = NAN
    assert ((thresholds(scores, truth) > 0.98) & (thresholds(scores, truth) < 3.1)).all()
    found = measured((scores, truth), (scores, truth), ("AU1", "AU2"))
    assert found["summary"]["macro F1"] > 0.98 and found["summary"]["AUC"] == 1
    assert found["units"]["AU2"]["support"] == int(np.nansum(truth[:, 1]))


def test_the_scale_of_scores_decides_nothing():
    from seed_figures import measured

    rng = np.random.default_rng(1)
    truth = (rng.random((300, 3)) < 0.3).astype(np.float32)
    scores = (truth + rng.normal(0, 1, truth.shape)).astype(np.float32)
    plain = measured((scores, truth), (scores, truth), ("a", "b", "c"))
    bent = np.tanh(scores.astype(np.float64) / 3) * 9 + 2
    assert measured((bent, truth), (bent, truth), ("a", "b", "c")) == plain


def test_figures_are_those_that_can_be_counted():
    from seed_figures import figures

    predicted = np.array([[1, 1], [0, 0], [0, 0]], float)
    truth = np.float32([[1, 0], [0, 0], [1, 0]])
    found = figures(predicted, truth, predicted, ("AU1", "AU2"))
    assert found["summary"]["Hamming score"] == 0.5  # (1/2 + 1 + 0) / 3
    assert found["summary"]["Hamming score, active"] == 0.25
    assert found["summary"]["precision"] == 0.5 and found["summary"]["recall"] == 0.5
    assert found["units"]["AU2"]["recall"] is None


def test_whoever_guesses_is_right_as_often_as_units_occur():
    from seed_figures import guesses

    rng = np.random.default_rng(0)
    truth = (rng.random((5000, 2)) < (0.1, 0.4)).astype(np.float32)
    found = guesses(np.float32([0.1, 0.4]), truth, ("a", "b"), seed=0)
    assert found["units"]["b"]["precision"] == pytest.approx(0.4, abs=0.02)
    assert found["units"]["a"]["recall"] == pytest.approx(0.1, abs=0.02)
    assert found["summary"]["AUC"] == 0.5


def cut_faces(labels, columns):
    n = len(labels)
    whole = np.zeros(n, np.int64)
    return CutFaces(
        np.zeros((n, 126, 126), np.uint8), np.float32(labels), columns,
        np.zeros((0, 2, 112, 112), np.int8), whole, whole, np.zeros(n), np.full(n, "x"),
    )  # fmt: skip


def test_the_stronger_side_is_the_unit_and_a_hidden_one_may_decide():
    from seed_data import unit_labels

    labels = [[0.1, 0.5, 0.9], [0.9, NAN, NAN], [0.1, NAN, 0], [NAN, NAN, 0.3]]
    faces = cut_faces(labels, ("AU12_left", "AU12_right", "AU9"))
    got = unit_labels(faces, (ActionUnit.AU9, ActionUnit.AU12))
    wanted = np.float32([[0.9, 0.5], [NAN, 0.9], [0, NAN], [0.3, NAN]])
    np.testing.assert_array_equal(got, wanted)


@pytest.mark.parametrize("method", ["BinaryRelevance", "ClassifierChain", "LabelPowerset", "MLkNN"])
def test_methods_of_scikit_multilearn_find_what_can_be_found(method):
    from seed_classical import METHODS, fit_and_score

    rng = np.random.default_rng(0)
    features = rng.normal(0, 1, (300, 20)).astype(np.float32)
    truth = np.stack([features[:, 0] > 0.5, features[:, 1] < 0, features[:, 2] > 99], 1)
    truth = truth.astype(np.float32)
    truth[:3, 0] = NAN
    (scores,), seconds = fit_and_score(method, features[:200], truth[:200], (features[200:],))
    assert method in METHODS and seconds > 0 and scores.shape == (100, 3)
    assert (scores >= 0).all() and (scores <= 1 + 1e-6).all()
    for unit in (0, 1):
        shown = truth[200:, unit] == 1
        assert scores[shown, unit].mean() > scores[~shown, unit].mean() + 0.2
    assert (scores[:, 2] == 0).all()  # nobody shows it


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    """Options of the program on drawn faces, and a landmark network that takes all for faces."""
    folder = tmp_path_factory.mktemp("seed")
    with torch.random.fork_rng():
        torch.manual_seed(0)
        network = LandmarkNetwork(width=4)
    with torch.no_grad():
        network.flags.bias.fill_(3.0)
    landmarks = export_landmarks(network.eval(), folder / "landmarks.onnx", 1, 0)
    train = write_faces(folder / "train", stills=24, clips=6)
    test = write_faces(folder / "test", stills=2, clips=3, seed=1)
    words = ["--train", train, "--test", test, "--out", folder / "out", "--landmarks", landmarks]
    words += ["--steps", 2, "--batch", 4, "--every", 1, "--min-shown", 1]
    return folder / "out", [str(word) for word in words]


def test_the_program_writes_one_table_and_runs_no_row_twice(program, capsys, monkeypatch):
    import seed_configurations
    from seed_rows import ROWS

    out, words = program
    few = ["--only", "all zero", "prevalence", "AN-Finetune", "temporal", "MLkNN"]
    assert seed_configurations.main([*words, *few]) == 0
    first = json.loads((out / "seed_configurations.json").read_text())["rows"]
    assert [row["name"] for row in first] == few[1:]
    seen = []
    run = seed_configurations.run_row

    def noted(row, bench):
        seen.append(row.name)
        return run(row, bench)

    monkeypatch.setattr(seed_configurations, "run_row", noted)
    assert seed_configurations.main(words) == 0
    assert seen == [row.name for row in ROWS if row.name not in few]
    finished = json.loads((out / "seed_configurations.json").read_text())["rows"]
    assert finished[: len(first)] == first and len(finished) == len(ROWS)
    text = (out / "seed_configurations.md").read_text()
    assert text in capsys.readouterr().out
    for words_of_it in (
        "| whole, BP-MLL |",
        "| fused, learned |",
        "Recall of every unit",
        "seed: 0",
    ):
        assert words_of_it in text
    table = [line for line in text.splitlines() if line.startswith("| AN-Finetune | (i)")]
    assert len(table) == 1 and table[0].count("|") == 11


def test_another_setting_wants_another_folder(program, capsys):
    import seed_configurations

    out, words = program
    assert (out / "seed_configurations.json").exists()
    changed = [*words, "--only", "all zero"]
    changed[changed.index("--steps") + 1] = "3"
    assert seed_configurations.main(changed) == 2
    assert "another steps" in capsys.readouterr().err


def test_what_is_wrong_is_one_line(program, capsys):
    import seed_configurations

    out, words = program
    elsewhere = [*words]
    elsewhere[elsewhere.index("--out") + 1] = str(out.parent / "other")
    for more, said in (
        (["--only", "smile"], "wanted rows of"),
        (["--only", "fused, average"], "run it first"),
        (["--min-shown", "10000"], "render more clips"),
    ):
        assert seed_configurations.main([*elsewhere, *more]) == 2
        message = capsys.readouterr().err.strip()
        assert said in message and "\n" not in message
