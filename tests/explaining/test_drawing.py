"""An explanation as a value and as a picture."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from facs.canonical import align
from facs.cli import app
from facs.errors import InputError, OutputError
from facs.explaining.drawing import draw_crop, draw_frame, write_explanation
from facs.explaining.explanation import Explanation
from facs.units import ActionUnit
from tests.explaining.conftest import EXAMPLE
from tests.faces.builders import landmarks_at


def make(**changes):
    heat = np.zeros((112, 112), np.float32)
    heat[70:80, 40:60] = 1
    facts = {
        "map": heat,
        "unit": ActionUnit.AU12,
        "side": "left",
        "method": "occlusion",
        "stream": "spatial",
        "score": 0.9,
        "hidden": 0.4,
        "blank": float("nan"),
        "track": 0,
        "time": 1.5,
        "crop": np.full((112, 112), 90, np.uint8),
        "matrix": align(landmarks_at(100, 80, 150)),
        "size": (400, 300),
    }
    return Explanation(**facts | changes)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"map": np.zeros((112, 100))}, r"wanted a map \(S, S\)"),
        ({"map": np.full((112, 112), 1.5)}, r"map in \[0, 1\]"),
        ({"map": np.full((112, 112), np.nan)}, r"map in \[0, 1\]"),
        ({"side": "middle"}, "wanted side of"),
        ({"method": "magic"}, "wanted method of"),
        ({"stream": "third"}, "wanted stream of"),
        ({"score": 1.2}, "wanted a score"),
        ({"matrix": np.eye(3)}, "wanted a matrix"),
    ],
)
def test_an_explanation_checks_itself(wrong, words):
    with pytest.raises(InputError, match=words):
        make(**wrong)


def test_the_map_cannot_be_written_to():
    with pytest.raises(ValueError, match="read-only"):
        make().map[0, 0] = 1


def test_a_place_of_the_crop_is_found_again_in_the_frame():
    found = make()
    y, x = np.unravel_index(int(cv2.blur(found.in_frame(), (5, 5)).argmax()), (300, 400))
    back = found.matrix @ [x, y, 1]
    assert 38 <= back[0] <= 61 and 68 <= back[1] <= 81


def test_what_does_not_matter_keeps_its_pixels():
    image = np.random.default_rng(0).integers(0, 255, (300, 400, 3), np.uint8)
    found = make()
    drawn = draw_frame(found, image)
    untouched = found.in_frame() == 0
    np.testing.assert_array_equal(drawn[untouched], image[untouched])
    assert (drawn[found.in_frame() > 0.9] != image[found.in_frame() > 0.9]).any()
    np.testing.assert_array_equal(draw_crop(make(map=np.zeros((112, 112))), 112)[:, :, 0], 90)
    with pytest.raises(InputError, match=r"wanted a picture \(300, 400, 3\)"):
        draw_frame(found, image[:10])


def test_it_is_written_as_a_picture_or_refused(tmp_path):
    write_explanation(make(), tmp_path / "why.png")
    assert cv2.imread(str(tmp_path / "why.png")).shape == (448, 448, 3)
    with pytest.raises(OutputError, match=r"ends in \.png or \.jpg"):
        write_explanation(make(), tmp_path / "why.txt")
    assert not (tmp_path / "why.txt").exists()


def test_the_command_draws_a_frame_and_says_what_it_explains(tmp_path):
    out = tmp_path / "why.png"
    asked = ["explain", str(EXAMPLE), "--unit", "AU12", "--time", "1.4", "-o", str(out)]
    done = CliRunner().invoke(app, [*asked, "--method", "occlusion"])
    assert done.exit_code == 0, done.output
    assert "AU12 (both) at 1.40 s: occlusion" in done.output and "is left when" in done.output
    assert cv2.imread(str(out)).shape == (480, 640, 3)
