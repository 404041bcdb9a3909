"""Miniature trees in the folder layouts of coded data sets; grey levels tell the frames apart."""

from __future__ import annotations

import cv2
import numpy as np

from facs.training.datasets import CodedSet, FrameAt
from facs.units import ActionUnit
from tests.conftest import gray_steps

DISFA_UNITS = (1, 2, 4, 5, 6, 9, 12, 15, 17, 20, 25, 26)


def write_text(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def write_picture(path, step=0):
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), np.full((48, 64, 3), 20 + 10 * step, np.uint8))
    return path


def oao(*units):
    """The codes of a session of MMI: (number, attributes, markers of (frame, type))."""
    parts = []
    for number, more, markers in units:
        inner = "".join(f'<Marker Frame="{f}" Type="{t}"/>' for f, t in markers)
        parts.append(f'<ActionUnit Number="{number}"{more}>{inner}</ActionUnit>')
    return f'<?xml version="1.0"?><OAO_AUCoding>{"".join(parts)}</OAO_AUCoding>'


def write_mmi(root, write_video):
    """Two sessions of two people; the second person is named by the session alone."""
    write_text(
        root / "Sessions/12/S003-007-oao_aucs.xml",
        oao(
            ("12", "", [(1, 0), (3, 1), (5, 2), (7, 3), (9, 0)]),
            ("45", "", [(1, 0), (2, 1), (3, 2), (4, 3), (5, 0)]),
        ),
    )
    write_video(root / "Sessions/12/S003-007.avi", gray_steps(10), codec="mpeg4")
    write_text(
        root / "Sessions/13/smile-oao_aucs.xml",
        oao(("43", "", [(2, 1), (4, 0)]), ("10", ' Side="L"', [(1, 0), (2, 1), (3, 0)])),
    )
    write_text(root / "Sessions/13/session.xml", '<session><subject id="44"/></session>')
    write_video(root / "Sessions/13/smile.avi", gray_steps(5), codec="mpeg4")
    write_text(root / "Sessions/14/S003-008.xml", "<events/>")  # coded as a whole: left out
    return root


def write_ck(root, facs="   9.0000000e+00   3.0000000e+00\n   L14  0\n   12 -1\n"):
    """Two sequences with codes, and one without."""
    pictures = root / "cohn-kanade-images"
    for place, count in (("S005/001", 4), ("S010/002", 3), ("S010/003", 3)):
        name = place.replace("/", "_")
        for k in range(1, count + 1):
            write_picture(pictures / place / f"{name}_{k:08d}.png", k)
    write_text(root / "FACS/S005/001/S005_001_00000004_facs.txt", facs)
    write_text(root / "FACS/S010/002/S010_002_00000003_facs.txt", "  1 5\n  R12 2\n")
    return root


def write_disfa(root, write_video, frames=6):
    """Two people; AU12 rises from 0 to 5, and AU4 of the second is 2 throughout."""
    for k, subject in enumerate(("SN001", "SN002")):
        for unit in DISFA_UNITS:
            level = {12: range(frames), 4: [2 * k] * frames}.get(unit, [0] * frames)
            lines = "".join(f"{i + 1},{v}\n" for i, v in enumerate(level))
            write_text(root / f"ActionUnit_Labels/{subject}/{subject}_au{unit}.txt", lines)
        for side, folder in (("Left", "Videos_LeftCamera"), ("Right", "Video_RightCamera")):
            (root / folder).mkdir(exist_ok=True)
            steps = gray_steps(frames, step=10 if side == "Left" else 20)
            write_video(root / folder / f"{side}Video{subject}_comp.avi", steps, codec="mpeg4")
    return root


def write_disfa_plus(root, trial="A1_AU1_TrailNo_1", frames=3):
    """One trial with a heading of two lines in each file."""
    for unit in DISFA_UNITS:
        lines = "".join(f"{i:03d}.jpg\t{i if unit == 1 else 0}\n" for i in range(frames))
        path = root / f"Labels/SN003/{trial}/AU{unit}.txt"
        write_text(path, f"AU{unit}\nFrame intensity\n{lines}")
    for i in range(frames):
        write_picture(root / f"Images/SN003/{trial}/{i:03d}.jpg", i)
    return root


def write_bp4d(root):
    """Two tasks; AU6 and AU12 have intensities, AU31 is no unit of ours."""
    occurrence = root / "AUCoding/AU_OCC"
    write_text(occurrence / "F001_T1.csv", "0,1,6,12,31\n21,0,1,9,1\n22,1,1,0,0\n23,9,0,1,0\n")
    write_text(occurrence / "M002_T8.csv", "0,1,6,12,31\n7,0,0,0,0\n")
    write_text(root / "AUCoding/AU_INT/AU06/F001_T1_AU06.csv", "21,2\n22,9\n23,0\n")
    write_text(root / "AUCoding/AU_INT/AU12/F001_T1_AU12.csv", "21,9\n22,0\n23,5\n")
    for i in (21, 22, 23):
        write_picture(root / f"2D+3D/F001/T1/{i:04d}.jpg", i - 20)
    write_picture(root / "2D+3D/M002/T8/7.jpg", 1)
    return root


def coded(subjects, presence, units=(4, 12), clip=None):
    """A set without pictures: whose frames, and what they show."""
    presence = np.asarray(presence, np.float32)
    nothing = np.full_like(presence, np.nan)
    clips = list(subjects) if clip is None else clip
    return CodedSet(
        "drawn",
        tuple(ActionUnit(u) for u in units),
        tuple(FrameAt("nowhere.png") for _ in subjects),
        np.array(subjects),
        np.array(clips),
        presence,
        nothing,
        nothing,
        nothing,
    )
