"""From the camera to the result, and what one can do there."""

from __future__ import annotations

import re

import pytest

import facs
from facs.events import least_peak
from tests.web.conftest import frames_of_example, wait_for
from tests.web.pages.conftest import choose, click_track, cursor, labels, now, opened
from tests.web.pages.test_everybody import faults

# From the camera to the result


def test_record_analyse_see_five_labels_and_click_where_they_were(visit, real):
    page = visit()
    page.get_by_role("button", name="Turn on the camera").click()
    wait_for(lambda: page.evaluate("document.getElementById('camera').videoWidth > 0"))
    page.get_by_role("button", name="Record", exact=True).click()
    page.wait_for_timeout(1500)
    page.get_by_role("button", name="Stop").click()
    page.get_by_role("button", name="Analyse this").click()
    opened(page)

    job = page.url.rpartition("/")[2]
    facts = real.client.get(f"/api/jobs/{job}/result").json()
    assert facts["source"].startswith("recorded ") and facts["frames"] >= 10
    assert 5 < facts["rate"] < 61  # of the frames, and not of the recorder's clock
    top = [row["unit"] for row in facts["people"][0]["top"]]
    assert labels(page, "video") == top and len(top) == 5
    assert len(labels(page, "frame")) == 5

    duration = facts["duration"]
    for share in (0.75, 0.25):
        click_track(page, top[0], share)
        wait_for(lambda s=share: abs(now(page) - s * duration) < 0.15)
        shown = float(page.locator("#time").inner_text().split()[0])
        assert abs(shown - share * duration) < 0.15
    page.evaluate("document.getElementById('video').playbackRate = 0.5")
    page.get_by_role("button", name="Play").click()
    before = cursor(page)
    wait_for(lambda: cursor(page) > before + 5)
    page.get_by_role("button", name="Pause").click()
    assert abs(float(page.locator("#time").inner_text().split()[0]) - now(page)) < 0.1


def test_the_camera_is_let_go_of(visit):
    page = visit()
    page.get_by_role("button", name="Turn on the camera").click()
    page.get_by_role("button", name="Turn it off").click()
    assert page.evaluate("document.getElementById('camera').srcObject") is None
    assert page.get_by_role("button", name="Turn on the camera").is_visible()


# The result


def test_events_in_the_browser_are_those_of_the_library(result, clip):
    person = facs.analyze(clip).people[0]
    found = result.evaluate(
        """async (job) => {
            const { loadRecording } = await import("/recording.js");
            const recording = await loadRecording(job);
            const all = {};
            for (const on of [0.02, 0.1, 0.3, 0.6, null])
              recording.units.forEach((unit, column) => {
                if (on === null) recording.thresholds.clear();
                else recording.thresholds.set(unit.unit, on);
                all[`${unit.unit} ${on}`] = recording.events(recording.people[0], column)
                  .map((e) => [e.first, e.apex, e.last].map((row) => recording.times[row]));
              });
            return all;
        }""",
        result.url.rpartition("/")[2],
    )
    assert len(found) == 5 * len(person.units)
    for key, events in found.items():
        unit, on = key.split()
        wanted = person.events(unit)
        if on != "null":  # the page moves the peak with the threshold
            wanted = person.events(unit, on=float(on), min_peak=least_peak(float(on)))
        assert events == [pytest.approx([e.onset, e.apex, e.offset]) for e in wanted], key
    assert any(found.values())


def test_a_threshold_changes_the_events_and_the_files(result):
    page = result
    page.get_by_role("button", name=re.compile("^AU6 ")).last.click()
    assert page.locator("#events li").count() == 1
    own = page.locator("#threshold-value").inner_text()
    page.locator("#threshold").fill("0.98")
    high = page.locator("#unit-facts").inner_text()
    assert page.locator("#threshold-value").inner_text() == "0.98"
    assert "on=AU6%3A0.98" in page.get_by_role("link", name=re.compile("^Events")).get_attribute(
        "href"
    )
    page.get_by_role("button", name="Reset to the model").click()
    assert page.locator("#threshold-value").inner_text() == own
    assert page.locator("#unit-facts").inner_text() != high
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("^Events")).click()
    assert download.value.suggested_filename == "smile.events.csv"


def test_the_page_says_why_a_unit_was_seen_in_the_frame(result):
    page = result
    page.get_by_role("button", name=re.compile("^AU12 ")).last.click()
    page.keyboard.press("End")
    page.get_by_role("button", name="Why AU12 in this frame?").click()
    picture = page.locator("#why-picture")
    picture.wait_for()
    wait_for(lambda: picture.evaluate("image => image.naturalWidth") == 448)
    at = page.locator("#time").inner_text()
    assert at in page.locator("#why-words").inner_text()
    assert "AU12" in picture.get_attribute("alt") and at in picture.get_attribute("alt")
    assert faults(page) == []
    page.keyboard.press(",")  # another frame: the picture is not of it
    page.locator("#why").wait_for(state="hidden")
    assert page.get_by_role("button", name="Why AU12 in this frame?").is_enabled()


def test_keys_do_what_the_list_says(result):
    page = result
    at = "Number(document.getElementById('seek').value)"
    press = page.keyboard.press
    press("End")
    assert page.evaluate(at) == 29
    press(",")
    press(",")
    press(".")
    assert page.evaluate(at) == 28
    press("Home")
    assert page.evaluate(at) == 0
    page.get_by_label("only units that were shown").uncheck()
    page.get_by_role("button", name=re.compile("^AU12 ")).last.click()
    chosen = page.locator(".unit-row.chosen b")
    units = page.locator(".unit-row:visible b").all_inner_texts()
    press("ArrowDown")
    assert chosen.inner_text() == units[units.index("AU12") + 1]
    press("ArrowUp")
    assert chosen.inner_text() == "AU12"
    press("n")
    onset = page.evaluate(at)
    assert onset > 0
    press("ArrowLeft")
    assert page.evaluate(at) == 0
    press("?")
    assert page.get_by_role("dialog", name="Keys").is_visible()
    page.get_by_label("keys are on").uncheck()
    page.keyboard.press("Escape")
    press("End")
    assert page.evaluate(at) == 0


def test_the_person_is_chosen(visit, real, write_video):
    import numpy as np

    pictures = [np.hstack([p, p[:, ::-1]]) for p in frames_of_example(24, 34)]
    job = real.submitted("two.mp4", write_video("two.mp4", pictures).read_bytes())
    assert real.over(job)["people"] == 2
    page = opened(visit(f"/#/jobs/{job}"))
    first, second = page.get_by_role("radio").all()
    assert first.is_checked() and not second.is_checked()
    page.keyboard.press("2")
    assert second.is_checked()


def test_a_result_is_deleted_from_the_page_and_from_disk(visit, real, clip):
    page = visit()
    choose(page, clip)
    opened(page)
    job = page.url.rpartition("/")[2]
    assert (real.folder / job).exists()
    page.get_by_role("button", name="Keep it").click()
    page.get_by_text("It stays until somebody deletes it.").wait_for()
    page.get_by_role("link", name="New video").click()
    page.get_by_role("link", name="smile.mp4").click()
    opened(page)
    page.get_by_role("button", name="Delete now").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_role("heading", name="Which facial muscles").wait_for()
    assert not (real.folder / job).exists()
    assert not page.get_by_role("link", name="smile.mp4").is_visible()
