"""Real faces are cut once, and what was cut teaches only those who ask for it."""

from __future__ import annotations

import numpy as np
import pytest

from facs.errors import InputError
from facs.faces.landmarks import Landmarker
from facs.training.real_targets import PHOTOGRAPHS, cut_of_real
from tests.faces.builders import landmarks_at
from tests.training.builders import write_fer, write_photos


@pytest.fixture
def cut(tmp_path, landmarks, monkeypatch):
    """Cuts two small archives, or one of them, into one folder."""

    def anywhere(gray, landmarker):
        return landmarks_at(4, 4, 40).astype(np.float32)

    monkeypatch.setattr("facs.training.unit_data.locate_filling", anywhere)
    archives = {
        "fer": write_fer(tmp_path / "fer.npz"),
        "photos": write_photos(tmp_path / "photos.npz"),
    }

    def run(*names):
        given = (archives[name] if name in names else None for name in archives)
        return cut_of_real(tmp_path / "cut_real.npz", *given, Landmarker(landmarks))

    return run


def archives_of(faces):
    return {str(picture).split(":")[0] for picture in faces["pictures"]}


def test_what_was_cut_without_the_photographs_is_refused_where_they_are_asked_for(cut):
    assert archives_of(cut("fer")) == {"fer2013"}
    with pytest.raises(InputError, match=r"wanted what is found in \d+ pictures of facial_expr"):
        cut("fer", "photos")


def test_of_what_was_cut_only_what_is_asked_for_teaches(cut):
    both, alone = cut("fer", "photos"), cut("photos")
    assert archives_of(both) == {"fer2013", PHOTOGRAPHS}
    assert archives_of(alone) == {PHOTOGRAPHS}
    mask = np.char.startswith(both["pictures"], PHOTOGRAPHS)
    for name in ("crops", "votes", "gaps", "eyes", "pictures"):
        np.testing.assert_array_equal(alone[name], both[name][mask])


def test_what_was_cut_of_fewer_pictures_is_refused(tmp_path, cut):
    cut("fer")
    write_fer(tmp_path / "fer.npz", n=24)
    with pytest.raises(InputError, match="got 4 faces cut from others"):
        cut("fer")


def test_an_older_cut_that_does_not_say_where_irises_lie_is_refused(tmp_path, cut):
    cut("fer")
    with np.load(tmp_path / "cut_real.npz") as file:
        older = {name: file[name] for name in file if name != "eyes"}
    np.savez(tmp_path / "cut_real.npz", **older)
    with pytest.raises(InputError, match="wanted where irises lie, too, got an older cut: remove"):
        cut("fer")


def test_a_cut_that_breaks_off_leaves_nothing(tmp_path, cut, monkeypatch):
    def full(path, **arrays):
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("facs.training.real_targets.np.savez", full)
        with pytest.raises(Exception, match="space"):
            cut("fer")
    assert not (tmp_path / "cut_real.npz").exists()
    assert len(cut("fer")["crops"]) == 4
