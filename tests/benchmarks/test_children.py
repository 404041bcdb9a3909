"""The three protocols: who learns, what stays frozen, that runs resume and meet, the page."""

from __future__ import annotations

import json

import cv2
import numpy as np
import pytest
import torch

EPOCHS = {"adults": 3, "transfer": 2, "children": 2}


def squares(folder, people, prefix, seed=0):
    """A folder data set of squares: bright in one of seven places, one of each for everybody."""
    from fer_data import CLASSES

    rng = np.random.default_rng(seed)
    for i in range(people):
        for label, name in enumerate(CLASSES):
            picture = rng.integers(60, 90, (48, 48)).astype(np.uint8)
            picture[6 * label : 6 * label + 12, 6 * label : 6 * label + 12] = 220
            (folder / name).mkdir(parents=True, exist_ok=True)
            cv2.imwrite(str(folder / name / f"{prefix}{i}_0.png"), picture)
    return f"folder:{folder}"


@pytest.fixture
def material(tmp_path):
    from children_data import load, read, split
    from children_train import Material

    adults = load(read(squares(tmp_path / "adults", 3, "a"), child=False))[0]
    children = load(read(squares(tmp_path / "children", 4, "c", 1), child=True))[0]
    (a, other_a), (b, other_b) = split(adults, 0.34, 0), split(children, 0.5, 0)
    return Material(a, b, other_a, other_b)


def plan(training, folder, network="ronnet", seconds=60.0, **epochs):
    from children_train import Plan

    return Plan(network, training, 0, {**EPOCHS, **epochs}, folder, seconds)


def loss_of(network, people):
    """Without dropout, so that two of them can be compared."""
    from fer_train import tensor

    network.eval()
    with torch.no_grad():
        scores = network(tensor(people.faces.pictures))
    assert scores.shape == (len(people), 7)
    return torch.nn.functional.cross_entropy(scores, torch.from_numpy(people.faces.labels)).item()


def convolutions(network):
    """Weights, and running means and spreads, of everything that is frozen."""
    from children_train import FROZEN

    layers = [layer for layer in network.modules() if isinstance(layer, FROZEN)]
    assert layers
    return [value.clone() for layer in layers for value in layer.state_dict().values()]


def test_whoever_is_tested_has_not_taught(material):
    for training in ("adults", "transfer", "children"):
        taught = {name for people in material.taught(training) for name in people.person}
        for group in ("adults", "children"):
            assert taught.isdisjoint(material.tested(group).person)


@pytest.mark.parametrize("name", ["ronnet", "googlenet"])
def test_frozen_convolutions_do_not_change_while_dense_layers_learn(name, material, tmp_path):
    from children_train import Frozen
    from fer_systems import named
    from fer_train import Options, Recipe, train

    torch.manual_seed(0)
    frozen = Frozen(named(name).build(7))
    before = convolutions(frozen)
    dense = [layer for layer in frozen.modules() if isinstance(layer, torch.nn.Linear)]
    weights = [layer.weight.detach().clone() for layer in dense]
    first = loss_of(frozen, material.children)
    options = Options(tmp_path / "run.pt", 60.0, half=False)
    train(frozen, material.children.faces, Recipe(epochs=4, batch=7), options)
    assert loss_of(frozen, material.children) < first
    for a, b in zip(before, convolutions(frozen), strict=True):
        assert torch.equal(a, b)
    for layer, weight in zip(dense, weights, strict=True):
        assert (layer.weight != weight).any()


def test_each_protocol_learns_and_transfer_keeps_the_convolutions_of_the_adults(material, tmp_path):
    from children_train import fit
    from fer_systems import named

    torch.manual_seed(0)
    untrained = named("ronnet").build(7)
    adults = fit(plan("adults", tmp_path, adults=6), material)
    assert adults.whole and loss_of(adults.network, material.adults) < loss_of(
        untrained, material.adults
    )
    kept = convolutions(adults.network)
    before = loss_of(adults.network, material.children)
    transfer = fit(plan("transfer", tmp_path, adults=6), material)
    assert transfer.whole and loss_of(transfer.network, material.children) < before
    for a, b in zip(kept, convolutions(transfer.network), strict=True):
        assert torch.equal(a, b)
    assert transfer.learned < transfer.parameters == adults.learned == adults.parameters
    alone = fit(plan("children", tmp_path, children=6), material)
    assert loss_of(alone.network, material.children) < loss_of(untrained, material.children)


def test_a_training_that_was_stopped_goes_on_and_other_pictures_begin_anew(material, tmp_path):
    from dataclasses import replace

    from children_train import fit

    short = fit(plan("children", tmp_path, seconds=0.0), material)
    assert short.done.steps == 1 and not short.whole
    unfinished = fit(plan("transfer", tmp_path, seconds=0.0), material)
    assert not unfinished.whole  # waits for its adults
    whole = fit(plan("children", tmp_path), material)
    assert whole.whole and fit(plan("children", tmp_path), material).done == whole.done
    one = np.arange(len(material.children)) > 0
    other = replace(material, children=material.children[one])
    assert plan("children", tmp_path).checkpoint(other) != plan("children", tmp_path).checkpoint(
        material
    )
    assert plan("transfer", tmp_path).checkpoint(other) != plan("transfer", tmp_path).checkpoint(
        material
    )
    assert plan("adults", tmp_path).checkpoint(other) == plan("adults", tmp_path).checkpoint(
        material
    )


def test_intervals_draw_whole_people():
    from children_tables import clustered

    hits = np.repeat([1.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0, 0.0], 20)
    alike = clustered(hits, np.repeat([f"p{i}" for i in range(8)], 20))
    apart = clustered(hits, np.array([f"q{i}" for i in range(160)]))
    assert alike[1] - alike[0] > 2.5 * (apart[1] - apart[0])
    assert alike[0] < hits.mean() < alike[1]


def test_one_command_runs_all_protocols_and_a_second_run_only_what_is_missing(tmp_path, capsys):
    import children

    adults = squares(tmp_path / "adults", 5, "a")
    little = squares(tmp_path / "little ones", 5, "c", 1)
    (tmp_path / "adults" / "about.txt").write_text("squares\n")
    out = tmp_path / "children.md"
    common = ["--adults", adults, "--children", little, "--out", str(out)]
    common += ["--checkpoints", str(tmp_path / "runs"), "--networks", "ronnet"]
    common += ["--epochs-adults", "2", "--epochs-transfer", "1", "--epochs-children", "2"]
    assert children.main([*common, "--seeds", "0"]) == 0
    capsys.readouterr()
    assert children.main([*common, "--seeds", "0", "1"]) == 0
    assert "seed 0" not in (said := capsys.readouterr().err) and "seed 1" in said
    found = json.loads(out.with_suffix(".json").read_text())
    assert [row["network"] for row in found["rows"]] == ["floor"] * 3 + ["ronnet"] * 8
    assert all(row["accuracy"] > 0.9 for row in found["rows"][:3])  # squares have edges
    assert "35 pictures of 5 adults" in found["data"] and "squares" in found["data"]
    asked = {row["protocol"]: len(row["guesses"]) for row in found["rows"]}
    assert asked == {
        "adults to adults": 7, "adults to children": 14, "transfer": 14, "children alone": 14,
    }  # fmt: skip
    learned = {row["protocol"]: row["learned"] for row in found["rows"]}
    assert learned["transfer"] < learned["children alone"]
    text = out.read_text()
    assert "| RonNet | transfer | 85.8 (CK+) |" in text and "| 0, 1 |" in text
    assert "| floor: linear on HOG | children alone | none given |" in text
    assert cv2.imread(str(tmp_path / "children_confusion.png")) is not None
    squares(tmp_path / "adults", 6, "a")
    assert children.main([*common, "--seeds", "0"]) == 2
    assert "choose another --out" in capsys.readouterr().err


@pytest.mark.parametrize("bad", ["jaffe:x", "folder:/nowhere/at/all"])
def test_a_bad_folder_gives_one_clear_line(bad, tmp_path, capsys):
    import children

    assert (
        children.main(["--adults", bad, "--children", "cafe:x", "--out", str(tmp_path / "o.md")])
        == 2
    )
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1 and lines[0].startswith("wanted ")


def rows_of(guesses, protocol, network="ronnet", seed=0):
    return {
        "network": network,
        "protocol": protocol,
        "seed": seed,
        "accuracy": 0.0,
        "interval": [0.0, 1.0],
        "parameters": 10,
        "learned": 5,
        "epochs": 4.0,
        "cpu": 30.0,
        "wall": 60.0,
        "guesses": guesses,
        "command": f"python benchmarks/children.py --seeds {seed}",
        "commit": "abc",
        "date": "2026-01-01",
    }


def test_the_page_sets_ours_beside_the_document_with_a_reason_where_it_is_below(tmp_path):
    from seeds_children import children
    from seeds_page import page

    assert "RonNet, transfer | 85.8 (CK+) | not measured yet" in page(tmp_path)
    labels, people = "0123456" * 2, " ".join(["x"] * 7 + ["y"] * 7)
    test = {"labels": labels, "people": people}
    rows = [
        rows_of("0123456" + "0000000", "transfer", seed=0),
        rows_of("0123456" + "0123450", "transfer", seed=1),
        rows_of(labels, "adults to children"),
    ]
    found = {"data": "some people", "tests": {"children": test, "adults": test}, "rows": rows}
    (tmp_path / "children.json").write_text(json.dumps(found))
    text = children(tmp_path)
    lines = {line.split(" | ")[0]: line for line in text.splitlines()}
    mean = 100 * (8 + 13) / 28
    assert (
        f"| 85.8 (CK+) | {mean:.1f} | 50.0 to 100.0 | 4 | 30 | 0, 1 | within"
        in lines["| RonNet, transfer"]
    )
    assert lines["| RonNet, adults to children"].endswith(
        "| 100.0 | 100.0 to 100.0 | 4 | 30 | 0 |  |"
    )
    assert "Data of ours: some people." in text
    assert text.count("`python benchmarks/children.py --seeds 1`") == 1
    assert "children.py --seeds 1" in page(tmp_path)


def test_a_figure_clearly_below_has_its_reason(tmp_path):
    from children_tables import summaries
    from seeds_children import reason

    labels = "0123456" * 4
    test = {"labels": labels, "people": " ".join("abcd"[i // 7] for i in range(28))}
    found = {"tests": {"children": test}, "rows": [rows_of("0000000" * 4, "transfer")]}
    (summary,) = summaries(found)
    assert summary.accuracy == pytest.approx(1 / 7)
    assert reason(summary).startswith("other data") and "4 epochs" in reason(summary)
    assert reason(summary, 0.1) == reason(summary)
    assert "4 epochs, too few: a linear classifier of edges has 50.0" in reason(summary, 0.5)
