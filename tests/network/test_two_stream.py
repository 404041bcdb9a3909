from __future__ import annotations

import pytest
import torch

from facs.errors import InputError
from facs.network.two_stream import SpatialStream, StreamConfig, TemporalStream, Trunk
from facs.units import ActionUnit
from tests.network.builders import random_crops, random_flows, tiny_streams

SHIPPED = StreamConfig(columns=32)
PUBLISHED = StreamConfig(columns=12, hidden=4096, norm="lrn", dropout=0.9)


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
    seen, changed = spatial.standardise(crop), spatial.standardise(change(crop))
    assert float((seen - changed).abs().mean()) < 0.1 * float(seen.abs().mean())


def test_a_flat_crop_is_not_blown_up_to_noise():
    spatial, _ = tiny_streams()
    flat = torch.full((1, 112, 112), 90, dtype=torch.uint8)
    flat[0, ::2] += 1
    assert float(spatial.standardise(flat).abs().max()) < 0.1


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


def test_settings_that_cannot_be_built_are_refused():
    with pytest.raises(InputError, match="norm"):
        StreamConfig(3, norm="layer")
    with pytest.raises(InputError, match="67"):
        StreamConfig(3, crop_size=66)
    assert Trunk(StreamConfig(3, crop_size=67), 1).features == 256


def test_every_unit_can_have_a_column():
    assert len(ActionUnit) == 34
