from __future__ import annotations

import pytest
import torch
from torch import nn

from facs.errors import InputError
from facs.network.mirror import Mirrored, mirrored_flows
from facs.network.two_stream import SpatialStream, StreamConfig, TemporalStream

COLUMNS = ("AU9", "AU12_left", "AU12_right")
SWAP = [0, 2, 1]


def spatial(**options):
    torch.manual_seed(0)
    return used(SpatialStream(StreamConfig(3, hidden=16, **options)))


def temporal(**options):
    torch.manual_seed(0)
    return used(TemporalStream(StreamConfig(3, hidden=16, slots=2, **options)))


def used(stream):
    """A stream whose normalisations have seen something."""
    for part in stream.modules():
        if isinstance(part, nn.BatchNorm2d):
            nn.init.uniform_(part.running_mean, -0.2, 0.2)
            nn.init.uniform_(part.running_var, 0.5, 2)
    return stream.eval()


def crops(size=112):
    return torch.randint(0, 255, (3, size, size), dtype=torch.uint8)


@pytest.mark.parametrize("options", [{}, {"crop_size": 227}, {"norm": "lrn"}])
def test_it_is_the_mean_of_what_the_stream_says_of_the_face_and_of_its_mirror_image(options):
    stream, faces = spatial(**options), crops(options.get("crop_size", 112))
    with torch.no_grad():
        wanted = (stream(faces) + stream(faces.flip(-1))[:, SWAP]) / 2
        torch.testing.assert_close(Mirrored(stream, COLUMNS)(faces), wanted, rtol=0, atol=1e-5)


@pytest.mark.parametrize("motion", ["vector", "magnitude"])
def test_of_motion_too(motion):
    stream, flows = temporal(motion=motion), torch.randn(3, 4, 112, 112)
    with torch.no_grad():
        wanted = (stream(flows) + stream(mirrored_flows(flows))[:, SWAP]) / 2
        torch.testing.assert_close(Mirrored(stream, COLUMNS)(flows), wanted, rtol=0, atol=1e-5)


@torch.no_grad()
def test_a_mirrored_face_swaps_the_sides_and_nothing_else():
    faces, stream = crops(), Mirrored(spatial(), COLUMNS)
    ours, mirrored = stream(faces), stream(faces.flip(-1))
    torch.testing.assert_close(ours, mirrored[:, SWAP], rtol=0, atol=1e-5)
    assert not torch.equal(ours[:, 1], ours[:, 2])


def test_the_stream_itself_stays_as_it_was():
    stream = spatial()
    Mirrored(stream, COLUMNS)
    assert any(isinstance(part, nn.BatchNorm2d) for part in stream.modules())


def test_mirrored_flow_runs_the_other_way():
    flows = torch.zeros(1, 4, 2, 3)
    flows[0, 0, 0, 0] = 1.5  # to the right, at the left edge
    flows[0, 1, 1, 2] = 2.5  # downwards, at the right edge
    turned = mirrored_flows(flows)
    assert float(turned[0, 0, 0, 2]) == -1.5
    assert float(turned[0, 1, 1, 0]) == 2.5
    torch.testing.assert_close(mirrored_flows(turned), flows)


def test_what_is_neither_crop_nor_flow_is_refused():
    with pytest.raises(InputError, match="wanted crops"):
        Mirrored(spatial(), COLUMNS)(torch.zeros(8, 8))
