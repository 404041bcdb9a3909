"""What is taken for a film, for a picture and for a folder of pictures, and what is left out."""

from __future__ import annotations

import os

import cv2
import pytest

from facs.errors import InputError, UnreadableVideoError
from facs.video import open_video
from tests.conftest import four_corners, gray_steps, step_of
from tests.video.builders import read


def save_pictures(folder, n):
    for number, image in enumerate(gray_steps(n)):
        cv2.imwrite(str(folder / f"{number}.png"), image)


# Films under the names of pictures


@pytest.mark.parametrize(
    ("name", "codec"), [("a.mp4", "libx264"), ("a.mkv", "libx264"), ("a.avi", "mpeg4")]
)
def test_a_film_that_is_named_like_a_picture_is_a_film(write_video, tmp_path, name, codec):
    path = write_video(name, gray_steps(4), codec=codec).rename(tmp_path / "film.jpg")
    frames, _ = read(path)
    assert [step_of(frame.image) for frame in frames] == [0, 1, 2, 3]


# Folders


def test_what_is_no_picture_in_a_folder_is_named(tmp_path):
    save_pictures(tmp_path, 3)
    for name in ("notes.txt", "a.mp4", ".hidden"):
        (tmp_path / name).write_text("none")
    frames, video = read(tmp_path)
    assert len(frames) == 3
    assert video.notes == ("left out, not pictures: a.mp4, notes.txt",)


def test_the_rest_of_what_is_left_out_is_counted(tmp_path):
    save_pictures(tmp_path, 2)
    for number in range(5):
        (tmp_path / f"{number}.txt").write_text("none")
    assert read(tmp_path)[1].notes == ("left out, not pictures: 0.txt, 1.txt, 2.txt and 2 more",)


@pytest.mark.parametrize("pictures", [0, 1])
def test_a_folder_of_films_is_for_batch(tmp_path, pictures):
    save_pictures(tmp_path, pictures)
    for name in ("a.mp4", "b.MOV"):
        (tmp_path / name).write_text("a film")
    with pytest.raises(UnreadableVideoError, match=r"is a folder of films \(2\).*facs batch"):
        open_video(tmp_path)


# Pipes


def test_a_pipe_is_no_file(tmp_path):
    if not hasattr(os, "mkfifo"):
        pytest.skip("no pipes with a name here")
    os.mkfifo(tmp_path / "film")
    with pytest.raises(UnreadableVideoError, match="film is a pipe, not a file: save it to a file"):
        open_video(tmp_path / "film")


def test_standard_input_is_no_path():
    with pytest.raises(InputError, match="through a pipe is not read, save it to a file first"):
        open_video("-")


def test_a_file_of_that_name_is_one(write_video, tmp_path, monkeypatch):
    write_video("a.mp4", [four_corners()] * 2).rename(tmp_path / "-")
    monkeypatch.chdir(tmp_path)
    assert len(read("-")[0]) == 2
