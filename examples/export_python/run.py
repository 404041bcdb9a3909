"""Run an exported model with onnxruntime and numpy alone: no facs, no OpenCV, no torch.

    facs export -o exported
    python examples/export_python/run.py exported examples/export_python/face.npz
    python examples/export_python/check.py exported

`face.npz` holds a grey picture (H, W) and the 68 landmarks of the face in it, in pixels. Landmarks
come from whatever your app uses to find them; copy the functions that you need.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import onnxruntime


class ExportedModel:
    """What `facs export` wrote, opened.

    Parameters
    ----------
    folder : Path
    precision : str
        ``"fp32"``, ``"fp16"`` or ``"int8"``.
    """

    def __init__(self, folder: Path, precision: str = "fp32") -> None:
        self.facts = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        self.sessions = {
            file["stream"]: onnxruntime.InferenceSession(
                str(folder / file["name"]), providers=["CPUExecutionProvider"]
            )
            for file in self.facts["files"]
            if file["precision"] == precision
        }

    def units(self, crop: np.ndarray, flow: np.ndarray | None = None) -> dict[str, dict]:
        """For each unit its probability, intensity (0 to 5), letter, and whether it is on.

        `crop` is (S, S) uint8; `flow` (2 * slots, S, S) float32, or None for a picture.
        """
        return self._said(self._score(crop, flow), flow is not None)

    def film(self, times: list, crops: list, flows: list) -> list[dict[str, dict]]:
        """`units` of each frame of a film in which one face is seen in all frames.

        Of frames with a flow each score is the mean of those around it; times are in seconds.
        """
        scores = np.array([self._score(*both) for both in zip(crops, flows, strict=True)])
        moving = [flow is not None for flow in flows]
        even = steady(scores, np.array(times), moving, self.facts["calibration"].get("steady"))
        return [self._said(*both) for both in zip(even, moving, strict=True)]

    def _score(self, crop: np.ndarray, flow: np.ndarray | None) -> np.ndarray:
        """Scores (columns,), of both streams where there is a flow."""
        score = self._run("spatial", "crop", crop)
        if flow is None:
            return score
        weight = np.array(self.facts["calibration"]["fusion"])
        return (1 - weight) * score + weight * self._run("temporal", "flow", flow)

    def _said(self, score: np.ndarray, moving: bool) -> dict[str, dict]:
        rule = self.facts["calibration"]
        reached = letters(score, rule["fused" if moving else "spatial"])  # (columns, 5)
        place = {column["name"]: i for i, column in enumerate(self.facts["columns"])}
        found = {}
        for unit in self.facts["units"]:
            rows = reached[[place[name] for name in unit["columns"]]]
            probability, intensity = rows[:, 0].max(), rows.sum(1).max()
            found[unit["unit"]] = {
                "name": unit["name"],
                "probability": float(probability),
                "intensity": float(intensity),
                "letter": ("", *"ABCDE")[int(intensity + 0.5)],
                "on": bool(probability >= unit["on"]),
            }
        return found

    def align(self, picture: np.ndarray, landmarks: np.ndarray) -> np.ndarray:
        """The crop (S, S) uint8 that the network wants, from a grey picture and 68 landmarks."""
        canonical, size = self.facts["canonical"], self.facts["crop"]["size"]
        rigid = canonical["rigid"]
        matrix = similarity(landmarks[rigid], np.array(canonical["landmarks"])[rigid])
        steps = self.facts["crop"].get("sample_steps", 32)  # earlier exports did not say it
        return sample(*shrunk(picture, matrix), size, steps)

    def _run(self, stream: str, name: str, value: np.ndarray) -> np.ndarray:
        return self.sessions[stream].run(["scores"], {name: value[None]})[0][0]


def letters(score: np.ndarray, calibration: dict) -> np.ndarray:
    """From raw scores (columns,) to probabilities (columns, 5)."""
    slope, cuts = np.array(calibration["slope"]), np.array(calibration["cuts"])
    return 1 / (1 + np.exp(cuts - (slope * score)[:, None]))


def steady(scores: np.ndarray, times: np.ndarray, moving: list, rule: dict | None) -> np.ndarray:
    """Scores (n, columns) of frames with a flow, each the mean of those around it.

    A frame without a flow parts those before it from those after it.
    """
    even = scores.copy()
    if rule is None:  # earlier exports did not say it
        return even
    run = np.cumsum(~np.array(moving))
    for i in np.flatnonzero(moving):
        apart = times - times[i]
        near = moving & (run == run[i]) & (np.abs(apart) <= rule["reach_seconds"] + 1e-6)
        weight = np.exp(-0.5 * (apart[near] / rule["spread_seconds"]) ** 2)
        even[i] = weight @ scores[near] / weight.sum()
    return even


def similarity(source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Rotation, scale and shift (2, 3) that bring points (n, 2) closest to others.

    By least squares, with points as complex numbers: z becomes a z + b.
    """
    s, t = source @ [1, 1j], target @ [1, 1j]
    ds, dt = s - s.mean(), t - t.mean()
    a = (ds.conj() @ dt) / (ds.conj() @ ds).real
    b = t.mean() - a * s.mean()
    return np.array([[a.real, -a.imag, b.real], [a.imag, a.real, b.imag]])


def shrunk(picture: np.ndarray, matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Shrink a picture by area where the face is much larger than its crop; the matrix follows."""
    k = int(0.75 / np.hypot(matrix[0, 0], matrix[1, 0]))
    if k < 2:
        return picture, matrix
    height, width = picture.shape
    picture = np.pad(picture, ((0, -height % k), (0, -width % k)), mode="edge")
    blocks = picture.reshape(picture.shape[0] // k, k, picture.shape[1] // k, k)
    linear = matrix[:, :2]
    shift = matrix[:, 2] + linear @ np.full(2, (k - 1) / 2)  # the centre of a small pixel
    small = blocks.mean((1, 3))
    small = np.floor(small + 0.5) if k == 2 else np.rint(small)  # as OpenCV does
    return small, np.column_stack([linear * k, shift])


def sample(picture: np.ndarray, matrix: np.ndarray, size: int, steps: int = 32) -> np.ndarray:
    """Cut the crop (size, size) out of a picture, bilinearly; outside the picture is its edge.

    Places are rounded to 1 / `steps` of a pixel, and grey levels half up, as OpenCV does.
    """
    y, x = np.mgrid[:size, :size]
    inverse = np.linalg.inv(matrix[:, :2])
    shift = -inverse @ matrix[:, 2]
    u, v = (
        np.floor((rounded(row[0] * x) + rounded(row[1] * y + start)) * steps + 0.5) / steps
        for row, start in zip(inverse, shift, strict=True)
    )
    u0, v0 = np.floor(u).astype(int), np.floor(v).astype(int)
    du, dv = u - u0, v - v0

    def at(rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        height, width = picture.shape
        return picture[np.clip(rows, 0, height - 1), np.clip(columns, 0, width - 1)].astype(float)

    above = (1 - du) * at(v0, u0) + du * at(v0, u0 + 1)
    below = (1 - du) * at(v0 + 1, u0) + du * at(v0 + 1, u0 + 1)
    return np.floor((1 - dv) * above + dv * below + 0.5).astype(np.uint8)


def rounded(places: np.ndarray) -> np.ndarray:
    """Places in pixels to 1 / 1024, as OpenCV keeps them."""
    return np.rint(places * 1024) / 1024


def main() -> None:
    """Print the units of one face, the most probable first."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="what facs export wrote")
    parser.add_argument("face", type=Path, help=".npz with picture and landmarks")
    parser.add_argument("--precision", default="fp32", help="fp32, fp16 or int8")
    asked = parser.parse_args()
    model = ExportedModel(asked.folder, asked.precision)
    face = np.load(asked.face)
    found = model.units(model.align(face["picture"], face["landmarks"]))
    for unit, said in sorted(found.items(), key=lambda item: -item[1]["probability"]):
        mark = "on" if said["on"] else ""
        print(f"{unit:5} {said['probability']:.3f} {said['letter']:1} {mark:2}  {said['name']}")


if __name__ == "__main__":
    main()
