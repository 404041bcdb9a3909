"""What the tests of reading share: a film read to its end, and films of unusual settings."""

from __future__ import annotations

from facs.video import open_video


def read(source, **options):
    """Every frame of a source, and the video after its end."""
    with open_video(source, **options) as video:
        return list(video), video


def write_frames(path, frames, codec="ffv1", **settings):
    """A film of frames of PyAV, whose encoder has these settings."""
    import av

    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=25)
        stream.width, stream.height = frames[0].width, frames[0].height
        stream.pix_fmt = frames[0].format.name
        for name, value in settings.items():
            setattr(stream.codec_context, name, value)
        for frame in frames:
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path
