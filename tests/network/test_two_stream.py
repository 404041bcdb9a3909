from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from facs.errors import InputError
from facs.network.local import LocallyConnected
from facs.network.two_stream import SpatialStream, StreamConfig, TemporalStream, Trunk
from facs.units import ActionUnit
from tests.network.builders import random_crops, random_flows, tiny_streams

SHIPPED = StreamConfig(columns=32)
PUBLISHED = StreamConfig.published(12)


def parameters(network):
    return sum(p.numel() for p in network.parameters())


@pytest.mark.parametrize("channels", [1, 20])
def test_the_maps_of_a_112_pixel_crop_are_those_of_the_published_table(channels):
    trunk = Trunk(SHIPPED, channels).eval()
    sizes = []

    def note(module, inputs, output):
        sizes.append((output.shape[1], output.shape[-1]))

    for part in (trunk.conv1, trunk.conv2, trunk.conv3, trunk.conv4, trunk.conv5, trunk.pool):
        part.register_forward_hook(note)
    with torch.no_grad():
        features = trunk(torch.zeros(1, channels, 112, 112))
    assert sizes == [
        (96, 26), (96, 12), (256, 12), (256, 5), (384, 5), (384, 5), (256, 5), (256, 2),
    ]  # fmt: skip
    assert features.shape == (1, 1024) == (1, trunk.features)


def test_the_shipped_streams_are_small():
    assert parameters(SpatialStream(SHIPPED)) < 4.2e6
    assert parameters(TemporalStream(SHIPPED)) < 4.2e6


def test_the_spatial_trunk_has_the_parameters_that_can_be_counted_by_hand():
    layers = [(1, 96, 11, 1), (96, 256, 5, 2), (256, 384, 3, 1), (384, 384, 3, 2), (384, 256, 3, 2)]
    weights = sum(i // g * o * k * k for i, o, k, g in layers)
    norms = sum(2 * o for _, o, _, _ in layers)
    assert parameters(Trunk(SHIPPED, 1)) == weights + norms


def test_the_published_configuration_builds_and_runs():
    stream = SpatialStream(PUBLISHED).eval()
    names = [type(m).__name__ for m in stream.modules()]
    assert names.count("LocalResponseNorm") == 2
    assert "BatchNorm2d" not in names
    assert stream.head.dense[1].out_features == 4096
    dropouts = [m.p for m in stream.modules() if isinstance(m, torch.nn.Dropout)]
    assert dropouts == [0.9, 0.9]
    with torch.no_grad():
        assert stream(torch.from_numpy(random_crops(2))).shape == (2, 12)


@pytest.mark.parametrize("groups", [1, 2])
def test_groups_split_the_second_fourth_and_fifth_layer(groups):
    trunk = Trunk(StreamConfig(3, groups=groups), 1)
    layers = [trunk.conv1, trunk.conv2, trunk.conv3, trunk.conv4, trunk.conv5]
    assert [layer[0].groups for layer in layers] == [1, groups, 1, groups, groups]


def test_both_streams_give_one_score_per_column():
    spatial, temporal = tiny_streams()
    with torch.no_grad():
        assert spatial(torch.from_numpy(random_crops(3))).shape == (3, 5)
        assert temporal(torch.from_numpy(random_flows(3))).shape == (3, 5)


@pytest.mark.parametrize("change", [lambda x: x // 2 + 60, lambda x: 255 - (255 - x) // 2])
def test_brightness_and_contrast_hardly_change_what_the_spatial_stream_sees(change):
    spatial, _ = tiny_streams()
    crop = torch.from_numpy(random_crops(1))
    seen, changed = spatial.prepare(crop), spatial.prepare(change(crop))
    assert float((seen - changed).abs().mean()) < 0.1 * float(seen.abs().mean())


def test_a_flat_crop_is_not_blown_up_to_noise():
    spatial, _ = tiny_streams()
    flat = torch.full((1, 112, 112), 90, dtype=torch.uint8)
    flat[0, ::2] += 1
    assert float(spatial.prepare(flat).abs().max()) < 0.1


@torch.no_grad()
def test_what_lies_outside_the_ellipse_is_not_seen():
    for stream, batch in zip(tiny_streams(), (random_crops(1), random_flows(1)), strict=True):
        inputs = torch.from_numpy(batch)
        other = torch.where(stream.mask > 0, inputs, torch.zeros_like(inputs))
        assert not torch.equal(inputs, other)
        torch.testing.assert_close(stream(inputs), stream(other))


@torch.no_grad()
def test_no_speed_is_too_great_for_the_temporal_stream():
    _, temporal = tiny_streams()
    fast = torch.from_numpy(random_flows(1)).sign() * 10
    torch.testing.assert_close(temporal(fast), temporal(fast * 1e4))


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"norm": "layer"}, "norm"),
        ({"crop_size": 66}, "67"),
        ({"motion": "speed"}, "motion"),
        ({"local": 4}, "local=4"),
        ({"dropout": 1.0}, "dropout"),
        ({"groups": 3}, "groups"),
        ({"hidden": 0}, "hidden"),
        ({"slots": 0}, "slots"),
    ],
)
def test_settings_that_cannot_be_built_are_refused(change, word):
    with pytest.raises(InputError, match=word):
        StreamConfig(3, **change)


def test_the_smallest_crop_has_one_feature_per_channel():
    assert Trunk(StreamConfig(3, crop_size=67), 1).features == 256


def test_every_unit_can_have_a_column():
    assert len(ActionUnit) == 34


def trunk_size(i=1, layers=5, side=5, local=0):
    """Weights of the trunk without normalisation, counted by hand."""
    shapes = [(i, 96, 11, 1), (96, 256, 5, 2), (256, 384, 3, 1), (384, 384, 3, 2), (384, 256, 3, 2)]
    sizes = [i // g * o * k * k for i, o, k, g in shapes]
    places = [side**2 if n >= 5 - local else 1 for n in range(5)]
    return sum(size * p for size, p in zip(sizes, places, strict=True))


def head_size(features, hidden, columns):
    return (features + 1) * hidden + (hidden + 1) * 512 + 513 * columns


BIASES = 96 + 256 + 384 + 384 + 256


@pytest.mark.parametrize(("crop_size", "features"), [(112, 1024), (227, 9216)])
def test_the_published_network_has_the_parameters_of_its_table(crop_size, features):
    config = StreamConfig.published(37, crop_size=crop_size)
    assert Trunk(config, 1).features == features
    expected = trunk_size() + BIASES + head_size(features, 4096, 37)
    assert parameters(SpatialStream(config)) == expected
    assert expected / 1e6 == pytest.approx({112: 8.626, 227: 42.18}[crop_size], abs=0.001)


@pytest.mark.parametrize(("local", "millions"), [(0, 3.89), (1, 14.51), (2, 30.43), (3, 51.67)])
def test_every_local_layer_has_a_kernel_for_each_of_its_25_places(local, millions):
    stream = SpatialStream(StreamConfig(12, local=local))
    assert parameters(stream) == trunk_size(local=local) + 2 * BIASES + head_size(1024, 1024, 12)
    assert parameters(stream) / 1e6 == pytest.approx(millions, abs=0.01)


@pytest.mark.parametrize("local", [1, 2, 3])
@pytest.mark.parametrize("norm", ["batch", "lrn"])
def test_local_layers_keep_the_maps(local, norm):
    config = StreamConfig(3, local=local, norm=norm, hidden=16)
    stream = SpatialStream(config).eval()
    last = [stream.trunk.conv3[0], stream.trunk.conv4[0], stream.trunk.conv5[0]]
    kinds = [isinstance(layer, LocallyConnected) for layer in last]
    assert kinds == [local > 2, local > 1, True]
    with torch.no_grad():
        assert stream(torch.from_numpy(random_crops(2))).shape == (2, 3)


@pytest.mark.parametrize("crop_size", [67, 90, 112, 128, 227])
def test_the_side_of_the_last_maps_is_known_before_they_are_made(crop_size):
    config = StreamConfig(3, crop_size=crop_size)
    trunk, sides = Trunk(config, 1).eval(), []
    trunk.conv5.register_forward_hook(lambda module, inputs, output: sides.append(output.shape[-1]))
    with torch.no_grad():
        trunk(torch.zeros(1, 1, crop_size, crop_size))
    assert sides == [config.side]


def test_ten_channels_of_magnitude_are_the_other_reading():
    config = StreamConfig(5, hidden=16, motion="magnitude")
    temporal = TemporalStream(config).eval()
    assert temporal.trunk.conv1[0].in_channels == 10
    flows = torch.from_numpy(random_flows(2))
    turned = torch.stack([-flows[:, 1::2], flows[:, 0::2]], 2).flatten(1, 2)  # by 90 degrees
    with torch.no_grad():
        torch.testing.assert_close(temporal(flows), temporal(turned))
        assert not torch.allclose(temporal(flows), temporal(flows / 2))


def test_names_in_the_weights_of_the_shipped_configuration_stay():
    names = {name.rsplit(".", 1)[0] for name in SpatialStream(SHIPPED).state_dict()}
    convolutions = {f"trunk.conv{n}.{part}" for n in range(1, 6) for part in (0, 1)}
    assert names == convolutions | {"head.dense.1", "head.dense.4", "head.scores"}


@pytest.mark.parametrize(
    ("change", "steps"), [({"local": 1}, 6), ({"norm": "lrn", "dropout": 0.9}, 16)]
)
def test_the_spatial_variants_learn(change, steps):
    loss = losses(SpatialStream, StreamConfig(3, hidden=64, **change), random_crops(4), steps)
    assert loss[-1] < 0.5 * loss[0]


@pytest.mark.parametrize("motion", ["vector", "magnitude"])
def test_the_temporal_variants_learn(motion):
    config = StreamConfig(3, hidden=64, motion=motion)
    loss = losses(TemporalStream, config, random_flows(4), steps=6)
    assert loss[-1] < 0.5 * loss[0]


def losses(kind, config, inputs, steps):
    """Loss over the steps in which four inputs are learned by heart, without dropout."""
    with torch.random.fork_rng():
        torch.manual_seed(1)
        stream = kind(replace(config, dropout=0.0))
    truth = torch.tensor([[0.0, 1, 1], [1, 0, 1], [0, 0, 0], [1, 1, 0]])
    optimiser = torch.optim.Adam(stream.parameters(), 1e-3)
    seen = []
    for _ in range(steps):
        scores = stream(torch.from_numpy(inputs))
        loss = torch.nn.functional.binary_cross_entropy_with_logits(scores, truth)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        seen.append(float(loss.detach()))
    return seen
