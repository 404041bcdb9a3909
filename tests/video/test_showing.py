"""Pictures come as a player shows them: in square pixels, in the usual light, turned upright."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from facs.errors import UnreadableVideoError
from facs.video.light import light_table
from facs.video.square import squared, squared_size
from tests.conftest import corner_colors, four_corners, gray_steps
from tests.video.builders import read, write_frames


def write_pixels(path, pixel, size=(64, 48)):
    import av

    frames = [av.VideoFrame.from_ndarray(four_corners(size)).reformat(format="yuv420p")]
    return write_frames(path, frames, "libx264", sample_aspect_ratio=pixel)


# Shape


@pytest.mark.parametrize(
    ("pixel", "size"),
    [(Fraction(4, 3), (85, 48)), (Fraction(2), (128, 48)), (Fraction(1, 2), (64, 96))],
)
def test_pixels_that_are_not_square_are_stretched(tmp_path, pixel, size):
    (frame,), video = read(write_pixels(tmp_path / "wide.mkv", pixel))
    assert video.size == size == frame.image.shape[1::-1]
    assert corner_colors(frame.image) == "rg/bw"
    assert video.notes == (
        f"pixels are {pixel.numerator}:{pixel.denominator}, not square: stretched to "
        f"{size[0]} x {size[1]}",
    )


def test_pixels_are_stretched_before_the_turn(write_video):
    turned = write_video("turned.mp4", [four_corners()] * 2, rotation=90)
    wide = write_pixels_into(turned, Fraction(2))
    frames, video = read(wide)
    assert video.size == (48, 128) == frames[0].image.shape[1::-1]


def write_pixels_into(path, pixel):
    """The same H.264 stream with another shape of pixels."""
    return filtered(
        path, f"h264_metadata=sample_aspect_ratio={pixel.numerator}/{pixel.denominator}"
    )


def filtered(path, bits):
    """The file with its packets passed through a bit stream filter of FFmpeg."""
    import av
    from av.bitstream import BitStreamFilterContext

    target = path.with_stem(path.stem + "_filtered")
    with av.open(str(path)) as source, av.open(str(target), "w") as container:
        given = source.streams.video[0]
        stream = container.add_stream_from_template(given)
        if rotation := next(source.decode(video=0)).rotation:
            stream.set_display_rotation(rotation)
        source.seek(0)
        context = BitStreamFilterContext(bits, in_stream=given, out_stream=stream)
        for packet in source.demux(given):
            for changed in context.filter(packet if packet.size else None):
                changed.stream = stream
                container.mux(changed)
    return target


@pytest.mark.parametrize(
    "pixel", [None, Fraction(1), Fraction(1280, 1281), Fraction(100), Fraction(1, 9)]
)
def test_pixels_that_are_square_nearly_square_or_absurd_are_left(pixel):
    image = four_corners()
    assert squared(image, pixel) is image
    assert squared_size(64, 48, pixel) == (64, 48)


def test_a_picture_that_is_too_large_as_shown_is_refused(tmp_path):
    path = write_pixels(tmp_path / "wide.mkv", Fraction(2), size=(8200, 16))
    with pytest.raises(UnreadableVideoError, match="16400 x 16 pixels; the largest"):
        read(path)


# Light


def perceptual(nits):
    """The PQ signal of light in nits (SMPTE ST 2084, the other way round)."""
    power = (nits / 10_000) ** (2610 / 16384)
    return ((3424 / 4096 + 2413 / 128 * power) / (1 + 2392 / 128 * power)) ** (2523 / 32)


def test_high_dynamic_range_comes_at_the_levels_of_the_usual_one(tmp_path):
    import av

    levels = np.array([0, 40, 80, 120, 160, 190])
    signal = perceptual(203 * (levels / 255) ** 2.4) * 65535
    rows = np.repeat(np.repeat(signal.round().astype(np.uint16)[None], 16, 0), 16, 1)
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(rows), format="gray16le")
    path = write_frames(tmp_path / "bright.mkv", [frame], color_trc=16)
    (frame,), video = read(path)
    assert np.abs(frame.image[8, 8::16].astype(int) - levels[:, None]).max() <= 1
    assert video.notes == ("high dynamic range: brought to the usual range",)


@pytest.mark.parametrize("transfer", [16, 18])
def test_what_is_brighter_than_white_keeps_its_relief(transfer):
    table = light_table(transfer).astype(int)
    assert table[0] == 0
    assert (np.diff(table) >= 0).all()
    white = int(65535 * (perceptual(203) if transfer == 16 else 0.75))
    assert 215 < table[white] < 230
    assert table[white] + 10 < table[-1] <= 255


# Turn


@pytest.mark.parametrize(
    ("angle", "colors"), [("rotate=90", "gw/rb"), ("flip=horizontal", "gr/wb")]
)
def test_a_turn_that_one_frame_says_holds_for_those_after_it(write_video, angle, colors):
    plain = write_video("plain.mp4", [four_corners()] * 5, options={"bf": "0"})
    path = filtered(plain, f"h264_metadata=display_orientation=insert:{angle}")
    frames, video = read(path)
    assert [corner_colors(frame.image) for frame in frames] == [colors] * 5
    assert (video.size, video.notes) == (frames[0].image.shape[1::-1], ())
    assert corner_colors(read(path, start=0.1)[0][0].image) == colors


def test_a_turn_that_changes_is_noted(write_video, tmp_path):
    plain = write_video("plain.ts", gray_steps(4), options={"bf": "0"})
    turn = "h264_metadata=display_orientation=insert:rotate="
    parts = [filtered(plain, turn + angle).read_bytes() for angle in ("90", "-90")]
    (path := tmp_path / "both.ts").write_bytes(b"".join(parts))
    assert "from frame 4 on it is turned another way" in read(path)[1].notes
