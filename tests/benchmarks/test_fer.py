"""The systems for FER2013: their shapes and sizes, that they learn, that runs resume and meet."""

from __future__ import annotations

import json
from dataclasses import replace

import cv2
import numpy as np
import pytest
import torch

NAMES = ("anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral", "contempt")
NETWORKS = (
    "cnn-2", "cnn-4", "ronnet", "googlenet", "tuned-cnn", "reference-cnn", "mobilenet", "ours-1m",
)  # fmt: skip


def some_faces(n=14, seed=0):
    """Squares of seven kinds: bright in one of seven places."""
    from fer_data import Faces

    rng = np.random.default_rng(seed)
    labels = np.arange(n) % 7
    pictures = rng.integers(60, 90, (n, 48, 48)).astype(np.uint8)
    for picture, label in zip(pictures, labels, strict=True):
        x = 6 * label
        picture[x : x + 12, x : x + 12] = 220
    return Faces(pictures, labels, np.eye(7, dtype=np.float32)[labels])


def write_archive(path, n=42):
    """An archive in the form of FER2013's, with one face without a label and six votes each."""
    faces = some_faces(n)
    labels = faces.labels.astype(np.uint8)
    labels[0] = 255
    files = [cv2.imencode(".jpg", p)[1] for p in faces.pictures]
    votes = np.zeros((n, 8), np.uint8)
    votes[np.arange(n), faces.labels] = 6
    votes[:, 7] = 3
    np.savez(
        path,
        jpeg=np.concatenate(files),
        offsets=np.cumsum([0, *map(len, files)]),
        usage=np.repeat([0, 1, 2], n // 3).astype(np.uint8),
        label=labels,
        ferplus_votes=votes,
        vote_names=np.array(NAMES),
    )
    return path


def trained(network, recipe, path, seconds=60.0, faces=None, **options):
    from fer_train import Options, train

    chosen = Options(path, seconds, half=False, **options)
    return train(network, faces or some_faces(), recipe, chosen)


def test_the_archive_keeps_its_splits_and_the_votes_of_private_test_are_not_read(tmp_path):
    from fer_data import read

    fer = read(write_archive(tmp_path / "fer.npz"))
    assert [len(part) for part in (fer.training, fer.public, fer.private)] == [14, 14, 14]
    assert len(fer.training.labelled) == 13
    np.testing.assert_allclose(fer.training.votes.sum(1), 6 / 6, atol=1e-6)
    assert fer.private.votes.sum() == 0
    assert f"{35_887 - 42} of them missing" in fer.missing()


def test_no_transform_leaves_pictures_alone_and_each_does_what_its_name_says():
    from fer_augment import Augment

    pictures = some_faces().pictures
    rng = np.random.default_rng
    np.testing.assert_array_equal(Augment()(rng(0), pictures), pictures)
    flipped = Augment(flip=True)(rng(0), pictures)
    same = [np.array_equal(a, b) for a, b in zip(flipped, pictures, strict=True)]
    mirrored = [np.array_equal(a, b[:, ::-1]) for a, b in zip(flipped, pictures, strict=True)]
    assert any(same) and any(mirrored) and all(np.logical_xor(same, mirrored))
    for augment in (Augment(shift=0.2), Augment(turn=20), Augment(zoom=0.3), Augment(shear=20)):
        changed = augment(rng(1), pictures)
        assert (changed != pictures).any() and changed.shape == pictures.shape
    np.testing.assert_array_equal(
        Augment(turn=20)(rng(1), pictures), Augment(turn=20)(rng(1), pictures)
    )


@pytest.mark.parametrize(
    ("name", "count"),
    [("tuned-cnn", 245_927), ("reference-cnn", 5_175_111), ("mobilenet", 2_396_551)],
)
def test_networks_have_exactly_the_parameters_of_their_document(name, count):
    from fer_networks import parameters
    from fer_systems import named

    assert parameters(named(name).build(7)) == count


def test_ours_are_as_small_as_they_are_called():
    from fer_networks import parameters
    from fer_systems import named

    singles = [named(name) for name in named("ours-5m").together]
    sizes = {s.name: parameters(s.build(s.recipe.columns)) for s in singles}
    assert 500_000 < sizes["ours-1m"] <= 1_000_000
    assert sum(sizes.values()) <= 5_000_000 and len(sizes) == len(singles)


def test_a_committee_answers_with_the_mean_of_its_members_probabilities():
    from fer_networks import Committee, tuned_cnn
    from fer_train import scores_of

    torch.manual_seed(0)
    members = [tuned_cnn(14).eval() for _ in range(3)]
    faces = some_faces().pictures
    alone = [torch.from_numpy(scores_of(m, faces)).softmax(1).numpy() for m in members]
    found = scores_of(Committee(members, 7), faces)
    np.testing.assert_allclose(found, np.mean(alone, 0), atol=1e-6)
    assert np.ptp([a.argmax(1) for a in alone], axis=0).any()  # they do not agree by themselves


def test_a_committee_asks_at_every_size():
    from fer_networks import Committee, enlarged, tuned_cnn
    from fer_train import scores_of, tensor

    torch.manual_seed(0)
    member, faces = tuned_cnn(7).eval(), some_faces().pictures
    with torch.no_grad():
        seen = [member(enlarged(tensor(faces), size)).softmax(1).numpy() for size in (0.5, 1, 2)]
    found = scores_of(Committee([member], 7, (0.5, 1.0, 2.0)), faces)
    np.testing.assert_allclose(found, np.mean(seen, 0), atol=1e-6)


def test_an_enlarged_picture_is_its_middle_and_a_shrunk_one_has_a_frame_of_its_edge():
    from fer_networks import enlarged

    picture = torch.zeros(1, 1, 48, 48)
    picture[..., 12:36, 12:36] = 1
    assert float(enlarged(picture, 2.0).min()) > 0.5
    assert float(enlarged(picture, 0.5).mean()) == pytest.approx(1 / 16, abs=0.01)
    assert float(enlarged(1 - picture, 0.5)[0, 0, 0, 0]) == 1
    torch.testing.assert_close(enlarged(picture, 1.0), picture)


@pytest.mark.parametrize("name", NETWORKS)
def test_a_few_steps_on_a_few_faces_lower_the_loss(name, tmp_path):
    from fer_systems import named
    from fer_train import loss_of, scores_of, tensor

    torch.manual_seed(0)
    faces, system = some_faces(7), named(name)
    recipe = replace(
        system.recipe,
        epochs=4,
        batch=7,
        anneal=False,
        average=0.0,
        augment=type(system.recipe.augment)(),
    )
    network = system.build(recipe.columns)

    def loss():
        torch.manual_seed(1)  # the same dropout both times
        with torch.no_grad():
            scores = network.train()(tensor(faces.pictures))
        assert scores.shape == (7, recipe.columns)
        return float(
            loss_of(scores, torch.from_numpy(faces.labels), torch.from_numpy(faces.votes), recipe)
        )

    before = loss()
    done = trained(network, recipe, tmp_path / "run.pt", faces=faces)
    (tmp_path / "run.pt").unlink()  # up to 300 MB
    assert (done.steps, done.epochs) == (4, 4.0)
    assert loss() < before - 0.02
    assert scores_of(network, faces.pictures).shape == (7, 7)


def test_a_run_that_was_stopped_goes_on_where_it_was(tmp_path):
    from fer_networks import tuned_cnn
    from fer_train import Recipe

    recipe = Recipe(epochs=3, batch=7)
    torch.manual_seed(0)
    done = trained(tuned_cnn(7), recipe, tmp_path / "run.pt", seconds=0.0)
    assert done.steps == 1
    network = tuned_cnn(7)
    done = trained(network, recipe, tmp_path / "run.pt")
    assert done.steps == 6
    again = tuned_cnn(7)
    assert trained(again, recipe, tmp_path / "run.pt").steps == 6
    for a, b in zip(network.state_dict().values(), again.state_dict().values(), strict=True):
        torch.testing.assert_close(a, b)


def test_a_rate_that_falls_at_the_end_stays_until_then_whatever_the_number_of_epochs(tmp_path):
    from fer_networks import tuned_cnn
    from fer_train import Recipe

    def begun(epochs, cool):
        torch.manual_seed(0)
        network = tuned_cnn(7)
        path = tmp_path / f"{epochs}-{cool}.pt"
        trained(network, Recipe(epochs=epochs, batch=7, cool=cool), path, seconds=0.0)
        state = torch.load(path, weights_only=True)
        return network.state_dict(), state["schedule"]["_last_lr"][0]

    def went_on(epochs, cool):
        path = tmp_path / f"{epochs}-{cool}.pt"
        trained(tuned_cnn(7), Recipe(epochs=epochs, batch=7, cool=cool), path)
        return torch.load(path, weights_only=True)["schedule"]["_last_lr"][0]

    (first, rate), (second, _) = begun(10, 0.5), begun(20, 0.0)
    assert rate == 1e-3
    for a, b in zip(first.values(), second.values(), strict=True):
        torch.testing.assert_close(a, b)
    assert went_on(10, 0.5) == 0
    assert went_on(20, 0.0) == 1e-3


def test_a_rate_falls_in_a_line_over_its_share_of_the_steps():
    from fer_train import Recipe, rate_of

    rate = rate_of(Recipe(epochs=1, cool=0.5), steps=100)
    assert [rate(step) for step in (0, 50, 75, 100)] == [1.0, 1.0, 0.5, 0.0]
    assert rate_of(Recipe(epochs=1), steps=100)(99) == 1.0


@pytest.mark.parametrize(
    ("options", "what"),
    [
        ({"cool": 30.0}, r"\[0, 1\]"),
        ({"cool": -0.1}, r"\[0, 1\]"),
        ({"cool": 0.3, "anneal": True}, "falls"),
    ],
)
def test_a_recipe_whose_rate_cannot_fall_so_is_refused(options, what):
    from fer_train import Recipe

    from facs.errors import InputError

    with pytest.raises(InputError, match=what):
        Recipe(epochs=3, **options)


def test_a_face_without_a_label_teaches_only_votes():
    from fer_systems import named
    from fer_train import loss_of

    recipe = named("ours-1m").recipe
    scores = torch.randn(3, 14, generator=torch.Generator().manual_seed(0), requires_grad=True)
    labels = torch.tensor([2, -1, 4])
    loss_of(scores, labels, torch.eye(7)[:3], recipe).backward()
    assert scores.grad is not None
    assert float(scores.grad[1, :7].abs().sum()) == 0 and float(scores.grad[1, 7:].abs().sum()) > 0


def test_ours_scores_a_picture_and_its_mirror_image_alike():
    from fer_systems import named
    from fer_train import scores_of

    torch.manual_seed(0)
    network, pictures = named("ours-1m").build(14), some_faces().pictures
    np.testing.assert_allclose(
        scores_of(network, pictures), scores_of(network, pictures[:, :, ::-1].copy()), atol=1e-4
    )


def test_figures_are_those_of_a_matrix_counted_by_hand():
    from fer_measure import figures

    labels = np.array([0, 0, 0, 3, 3, 6])
    guesses = np.array([0, 0, 3, 3, 3, 0])
    found = figures(np.eye(7, dtype=np.float32)[guesses], labels)
    assert found["accuracy"] == pytest.approx(4 / 6, abs=1e-4)
    assert found["confusion"][0] == [2, 0, 0, 1, 0, 0, 0]
    assert found["classes"]["happy"] == {
        "precision": pytest.approx(2 / 3, abs=1e-4), "recall": 1.0, "F1": 0.8, "support": 2,
    }  # fmt: skip
    assert found["classes"]["disgust"]["precision"] is None
    low, high = found["interval"]
    assert 0.25 < low < 4 / 6 < high < 0.95


@pytest.mark.filterwarnings("ignore:Liblinear failed to converge")
def test_systems_of_two_runs_meet_in_one_table(tmp_path, capsys):
    import fer

    archive, out = write_archive(tmp_path / "fer.npz"), tmp_path / "fer.md"
    common = ["--data", str(archive), "--out", str(out), "--checkpoints", str(tmp_path / "runs")]
    assert fer.main([*common, "--systems", "svm"]) == 0
    assert fer.main([*common, "--systems", "tuned-cnn", "--epochs", "2"]) == 0
    assert fer.main([*common, "--systems", "tuned-cnn", "--epochs", "3"]) == 0
    rows = json.loads(out.with_suffix(".json").read_text())["rows"]
    assert [row["name"] for row in rows] == ["svm", "tuned-cnn"]
    assert rows[0]["private"]["accuracy"] > 0.9  # squares in seven places are easy
    assert rows[1]["trained"] == "3.0 of 3 epochs (recipe: 60)"
    text = out.read_text()
    assert "| svm |" in text and "| tuned-cnn |" in text and "58.6" in text
    assert cv2.imread(str(tmp_path / "fer_confusion.png")) is not None
    assert fer.main([*common, "--systems", "nobody"]) == 2
    assert "wanted systems of svm" in capsys.readouterr().err


def test_a_committee_asks_the_members_that_were_trained_and_changes_none(tmp_path, capsys):
    import fer

    archive, out = write_archive(tmp_path / "fer.npz"), tmp_path / "fer.md"
    common = ["--data", str(archive), "--out", str(out), "--checkpoints", str(tmp_path / "runs")]
    assert fer.main([*common, "--systems", "ours-5m"]) == 2
    assert "train it first by --systems ours-3m --seed 0" in capsys.readouterr().err
    for name in ("ours-3m", "ours-1m"):
        assert fer.main([*common, "--systems", name, "--epochs", "2"]) == 0
    files = {p.name: p.read_bytes() for p in (tmp_path / "runs").iterdir()}
    assert fer.main([*common, "--systems", "ours-5m"]) == 0
    assert files == {p.name: p.read_bytes() for p in (tmp_path / "runs").iterdir()}
    *members, together = json.loads(out.with_suffix(".json").read_text())["rows"]
    assert [row["name"] for row in members] == ["ours-3m", "ours-1m"]
    assert together["parameters"] == sum(row["parameters"] for row in members)
    assert together["trained"] == "2.0, 2.0 epochs (recipe: 100 each)"
    assert "| ours-5m | precision |" in out.read_text()


def test_the_gan_has_the_sizes_of_its_document_and_its_encoder_learns(tmp_path):
    from fer_bicogan import BiCoGan, made
    from fer_gan import train_gan
    from fer_networks import parameters
    from fer_train import tensor

    torch.manual_seed(0)
    gan, faces = BiCoGan(), some_faces()
    assert parameters(gan.generator) == pytest.approx(2_405_209, rel=0.01)
    assert parameters(gan.discriminator) == pytest.approx(1_659_621, rel=0.01)

    def factor():
        with torch.no_grad():
            scores = gan.train().encoder(tensor(faces.pictures) * 2 - 1)[1]
        return torch.nn.functional.cross_entropy(scores, torch.from_numpy(faces.labels)).item()

    before = factor()
    run = {"checkpoint": tmp_path / "gan.pt", "seconds": 60.0, "seed": 0}
    assert train_gan(gan, faces, steps=3, **run)["steps"] == 3
    assert train_gan(gan, faces, steps=6, **run)["steps"] == 6
    assert factor() < before - 0.1
    pictures = made(gan, np.array([0, 3, 3]), seed=1)
    assert pictures.shape == (3, 48, 48) and pictures.dtype == np.uint8
    assert (pictures[1] != pictures[2]).any()


def test_a_row_says_how_long_the_gan_was_trained_whose_faces_taught(tmp_path):
    from fer import _gan

    about = {"steps": 3000, "cpu": 2100.0}
    (tmp_path / "made.json").write_text(json.dumps(about))
    assert _gan(tmp_path / "made.npz") == "; the GAN for 3,000 steps of 18,600, 35 CPU minutes"
    assert "nobody says" in _gan(tmp_path / "other.npz")


def test_made_faces_teach_where_the_recipe_says_so(tmp_path):
    from fer import teachers
    from fer_data import read
    from fer_systems import named

    from facs.errors import InputError

    fer = read(write_archive(tmp_path / "fer.npz"))
    extra = some_faces(5)
    np.savez(tmp_path / "made.npz", pictures=extra.pictures, labels=extra.labels)
    assert len(teachers(fer, named("tuned-cnn").recipe, None)) == 13
    assert len(teachers(fer, named("tuned-cnn-gan").recipe, tmp_path / "made.npz")) == 18
    with pytest.raises(InputError, match="--made"):
        teachers(fer, named("tuned-cnn-gan").recipe, None)


def test_pruning_keeps_the_largest_weights_also_while_the_rest_learns(tmp_path):
    from fer_compress import prune
    from fer_networks import tuned_cnn
    from fer_train import Recipe

    torch.manual_seed(0)
    network = tuned_cnn(7)
    before = network[1].weight.detach().clone()
    settle = prune(network, 0.9)
    trained(network, Recipe(epochs=2, batch=14), tmp_path / "run.pt")
    settle()
    layers = [m for m in network.modules() if isinstance(m, torch.nn.Conv2d | torch.nn.Linear)]
    weights = torch.cat([layer.weight.flatten() for layer in layers])
    assert float((weights == 0).float().mean()) == pytest.approx(0.9, abs=0.001)
    after = network[1].weight.detach()
    assert before.abs()[after != 0].min() >= before.abs()[after == 0].max()
    assert (after[after != 0] != before[after != 0]).any()


def test_a_pruned_network_in_eight_bits_is_smaller_and_as_good(tmp_path):
    import fer
    import fer_compress

    archive = write_archive(tmp_path / "fer.npz")
    common = ["--data", str(archive), "--checkpoints", str(tmp_path / "runs")]
    train = ["--systems", "tuned-cnn", "--epochs", "12", "--out", str(tmp_path / "fer.md")]
    assert fer.main([*common, *train]) == 0
    out = tmp_path / "compress.md"
    assert (
        fer_compress.main([*common, "--retrain", "2", "--zeros", "0", "0.9", "--out", str(out)])
        == 0
    )
    rows = json.loads(out.with_suffix(".json").read_text())["rows"]
    by = {(row["zeros"], row["precision"]): row for row in rows}
    assert len(by) == 4
    assert by[0.0, "int8"]["bytes"] < 0.5 * by[0.0, "float32"]["bytes"]
    assert by[0.9, "float32"]["packed"] < 0.5 * by[0.0, "float32"]["packed"]
    assert by[0.0, "int8"]["accuracy"] >= by[0.0, "float32"]["accuracy"] - 0.15
    assert "| tuned-cnn | 12.0 | 90 % | 2 | int8 |" in out.read_text()
