"""The motion of a face as a whole is taken out of a flow, and its own motion stays."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from facs.network.carried import own_motion
from facs.network.mirror import Mirrored, mirrored_flows
from facs.network.two_stream import StreamConfig, TemporalStream
from tests.network.builders import random_flows

SIZE = 112


def similarity(right=0.0, down=0.0, grown=0.0, turned=0.0):
    """A flow (1, 2, S, S) of a face that shifts, grows and turns about a corner of the crop."""
    y, x = torch.meshgrid(torch.arange(SIZE) / SIZE, torch.arange(SIZE) / SIZE, indexing="ij")
    u = right + grown * x - turned * y
    v = down + grown * y + turned * x
    return torch.stack([u, v])[None].float()


def smile():
    """A flow in which only a patch by the corner of a mouth moves."""
    flow = torch.zeros(1, 2, SIZE, SIZE)
    flow[:, 0, 75:85, 75:85] = 0.3
    return flow


@pytest.mark.parametrize("how", ["right", "down", "grown", "turned"])
def test_a_head_that_moves_as_a_whole_leaves_nothing(how):
    assert own_motion(similarity(**{how: 0.7})).abs().max() < 1e-5


def test_a_smile_is_the_same_on_a_head_that_turns():
    still, carried = own_motion(smile()), own_motion(smile() + similarity(0.4, -0.2, 0.1, 0.3))
    torch.testing.assert_close(still, carried, atol=1e-5, rtol=0)


def test_most_of_a_smile_stays():
    moved = smile() != 0
    assert own_motion(smile())[moved].mean() > 0.25


def test_each_flow_of_a_stack_is_taken_by_itself():
    stack = torch.cat([smile(), similarity(0.5), smile() + similarity(grown=0.2)], 1)
    found = own_motion(stack)
    torch.testing.assert_close(found[:, :2], found[:, 4:], atol=1e-5, rtol=0)
    assert found[:, 2:4].abs().max() < 1e-5


def test_own_motion_of_the_mirrored_face_is_the_mirrored_own_motion():
    flows = torch.from_numpy(random_flows(2))
    torch.testing.assert_close(
        own_motion(mirrored_flows(flows)), mirrored_flows(own_motion(flows)), atol=1e-4, rtol=0
    )


def test_a_stream_of_own_motion_says_the_same_however_the_head_moves():
    names = ("AU12_left", "AU12_right", "AU25")
    stream = TemporalStream(StreamConfig(3, hidden=16, slots=1, motion="own")).eval()
    seen = Mirrored(stream, names)
    with torch.no_grad():
        still, carried = seen(smile()), seen(smile() + similarity(0.2, 0.1, 0.05, 0.05))
    np.testing.assert_allclose(still, carried, atol=1e-4)
