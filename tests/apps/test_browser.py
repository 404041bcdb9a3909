"""The browser example: the same numbers in Chromium, by onnxruntime-web, as in Python."""

from __future__ import annotations

import os
import shutil
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from facs.network.weights import DEFAULT
from tests.apps.conftest import EXAMPLES
from tests.web.pages.conftest import FLAGS, chromium

PAGE = EXAMPLES / "export_browser"


def onnxruntime_web():
    """Where it is installed; skips where it is not."""
    asked = os.environ.get("ONNXRUNTIME_WEB", PAGE / "node_modules/onnxruntime-web/dist")
    if not (Path(asked) / "ort.wasm.min.mjs").is_file():
        pytest.skip("no onnxruntime-web (cd examples/export_browser; npm install)")
    return Path(asked)


class Quiet(SimpleHTTPRequestHandler):
    extensions_map = SimpleHTTPRequestHandler.extensions_map | {".mjs": "text/javascript"}

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def page(exported, tmp_path_factory):
    """The page, opened; what it cannot do fails the test."""
    program, runtime = chromium(), onnxruntime_web()
    from playwright.sync_api import sync_playwright

    folder = tmp_path_factory.mktemp("page")
    for file in [*PAGE.glob("*.js"), *PAGE.glob("*.html"), *PAGE.glob("*.png")]:
        shutil.copy(file, folder)
    (folder / "exported").symlink_to(exported)
    (folder / "node_modules/onnxruntime-web").mkdir(parents=True)
    (folder / "node_modules/onnxruntime-web/dist").symlink_to(runtime)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    faults = []
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
            page = browser.new_page()
            page.set_default_timeout(120_000)
            page.on("pageerror", lambda error: faults.append(str(error)))
            page.goto(f"http://127.0.0.1:{server.server_port}/")
            yield page
            browser.close()
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert faults == []


def in_browser(page, crops, precision):
    """Scores (n, columns) of crops, from Chromium."""
    rows = page.evaluate(
        """async ([crops, precision]) => {
            const { openModel } = await import("./model.js");
            const model = await openModel(precision);
            const rows = [];
            for (const crop of crops) rows.push([...(await model.scores(Uint8Array.from(crop)))]);
            return rows;
        }""",
        [[crop.ravel().tolist() for crop in crops], precision],
    )
    return np.array(rows)


def in_python(exported, crops, precision):
    path = exported / f"{DEFAULT}-{precision}-spatial.onnx"
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    return session.run(["scores"], {"crop": crops})[0]


@pytest.mark.parametrize(("precision", "near"), [("fp32", 1e-4), ("fp16", 1e-4)])
def test_the_browser_scores_as_python_does(page, exported, heard, precision, near):
    crops = np.stack([clip.crop for clip in heard[0].clips[::12]])
    wanted = in_python(exported, crops, precision)
    assert wanted.std(0).max() > 0.5  # the crops differ, and so do their scores
    np.testing.assert_allclose(in_browser(page, crops, precision), wanted, atol=near)


def test_eight_bits_in_the_browser_stay_near_those_in_python(page, exported, heard):
    """Equal where it was tried; kernels of other processors may round a step differently."""
    crops = np.stack([clip.crop for clip in heard[0].clips[::12]])
    found, wanted = (in_browser(page, crops, "int8"), in_python(exported, crops, "int8"))
    assert np.abs(found - wanted).mean() < 0.05 and np.abs(found - wanted).max() < 1.0


def test_the_page_shows_the_smile_as_python_computes_it(page, exported):
    import cv2

    page.locator("#units li").first.wait_for()
    unit, probability, letter, *name = page.locator("#units li").first.inner_text().split()
    crop = cv2.imread(str(PAGE / "face.png"), cv2.IMREAD_UNCHANGED)
    from facs.crops.clips import FaceClip
    from facs.network.weights import load_model
    from facs.units import ActionUnit
    from facs.units import letter as letter_of

    model = load_model(DEFAULT)
    scores = model([FaceClip(0, 0, 0.0, crop, None)])
    column = model.spec.units.index(ActionUnit.AU12)
    assert (unit, " ".join(name)) == ("AU12", ActionUnit.AU12.label)
    assert float(probability) == pytest.approx(float(scores.probability[0, column]), abs=1e-3)
    assert letter == letter_of(float(scores.intensity[0, column]))
    assert page.locator("#units li").count() == len(model.spec.units)


@pytest.mark.parametrize("precision", ["fp32", "fp16", "int8"])
def test_the_page_checks_itself_with_the_example(page, precision):
    page.locator("#precision").select_option(precision)
    page.get_by_text(f"{DEFAULT}, {precision}, ").wait_for()
    assert page.locator("#status").inner_text().endswith(" ms, as it should be")
    page.locator("#precision").select_option("fp32")
