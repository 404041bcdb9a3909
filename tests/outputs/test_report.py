"""The report: what it says, that it says no more, and that no name can do anything in it."""

from __future__ import annotations

import re
import shutil
import subprocess
from html.parser import HTMLParser

import numpy as np
import pytest

from facs.errors import InputError, OutputError
from facs.outputs.report import write_report
from facs.outputs.report_people import MOST_EVENTS
from facs.outputs.spans import spans_of
from tests.builders import NAN, make_model, make_person, make_recording
from tests.outputs.builders import nobody, two_people, with_a_hole

VOID = {"meta", "br", "rect", "path", "line"}
HOSTILE = '"><script>document.title="owned"<!--<img src=x onerror=alert(1)>&amp;.mp4'


class Page(HTMLParser):
    """A report as a reader meets it: elements, attributes, text, cells by row."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.links, self.open = [], [], []
        self.text, self.rows = "", []
        self.feed(text)
        assert self.open == [], "every element is closed"

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.links += [v for k, v in attributes if k in ("href", "src", "data", "action")]
        assert not [k for k, _ in attributes if k.startswith("on")]
        if tag not in VOID:
            self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_startendtag(self, tag, attributes):
        self.tags.append(tag)

    def handle_endtag(self, tag):
        assert tag in VOID or self.open.pop() == tag

    def handle_data(self, data):
        self.text += data
        if self.open and self.open[-1] in ("td", "th"):
            self.rows[-1][-1] += data


@pytest.fixture
def report(tmp_path):
    def read(recording, **options):
        write_report(recording, tmp_path / "a.html", **options)
        return Page((tmp_path / "a.html").read_text(encoding="utf-8"))

    return read


# what it says


def test_it_says_who_was_seen_and_when(report):
    rows = report(two_people()).rows
    assert ["0", "0.00", "0.36", "0.32", "86 %", "0.04"] in rows
    assert ["4", "0.24", "0.36", "0.12", "43 %", "0.24"] in rows


def test_it_lists_the_events_with_their_sides(report):
    rows = report(two_people()).rows
    listed = [row for row in rows if len(row) == 9 and row[0].startswith("AU")]
    assert listed == [
        [
            *(str(s.unit), s.unit.label, s.side),
            *(f"{value:.2f}" for value in (s.start, s.apex, s.end, s.duration)),
            *(s.letter, f"{s.peak:.2f}"),
        ]
        for person in two_people()
        for s in spans_of(person)
    ]
    assert [
        "AU12",
        "Lip Corner Puller",
        "left",
        "0.32",
        "0.32",
        "0.36",
        "0.04",
        "D",
        "0.80",
    ] in rows


def test_it_sums_up_each_unit(report):
    rows = report(two_people()).rows
    assert ["AU12", "Lip Corner Puller", "2", "0.20", "63 %", "0.16", "E"] in rows


def test_it_says_what_was_not_scored_and_why(report):
    rows = report(two_people()).rows
    assert ["0", "turned away", "1", "0.04", "11 %", "0.04", "0.24"] in rows
    assert ["4", "not seen", "1", "0.24", "67 %", "0.24", "0.00"] in rows


def test_a_hole_in_the_times_is_nearly_all_of_a_film(report):
    rows = report(make_recording(with_a_hole())).rows
    (row,) = [row for row in rows if "no frames" in row]
    assert "100 %" in row


def test_it_says_how_well_the_faces_could_be_seen(report):
    assert ["0", "0.80", "0.80", "60", "10", "100 %"] in report(two_people()).rows


def test_it_says_by_which_model_and_thresholds(report):
    page = report(two_people())
    for words in ("tiny, version 1.0", "0" * 64, "MIT", "nothing at all", "docs/models/tiny.md"):
        assert words in page.text
    assert ["AU9", "Nose Wrinkler", "0.50", "0.40", "0.75", "\N{EN DASH}"] in page.rows
    assert ["AU12", "Lip Corner Puller", "0.50", "0.40", "0.75", "apart"] in page.rows


def test_a_unit_that_was_never_sure_has_no_row(report):
    rows = [[0.6, 0.1, 0.9]] * 3 + [[0.1, 0.1, 0.1]] * 4  # AU6 is shown, and never surely
    page = report(make_recording(make_person(rows)))
    assert "Looked for, without an event: AU6, AU9." in page.text


def test_it_says_what_was_looked_for_in_vain(report):
    assert "Looked for, without an event: AU6, AU9." in report(two_people()).text


def test_it_says_what_is_wrong_with_the_source(report):
    page = report(two_people(damage="lost & found", notes=("The rate changes.",)))
    assert "The source is damaged: lost & found" in page.text
    assert "The rate changes." in page.text


def test_a_colleague_is_told_how_to_read_it(report):
    text = report(two_people()).text
    assert "It is not a feeling" in text
    assert "it does not mean that the face was at rest" in text
    assert "no diagnosis and no alarm" in text


@pytest.mark.parametrize(
    "word", ["happy", "happiness", "sad", "anger", "fear", "disgust", "genuine"]
)
def test_it_claims_no_feeling(report, word):
    assert not re.search(rf"\b{word}", report(two_people()).text, flags=re.IGNORECASE)


def test_long_times_are_minutes(report):
    person = make_person([[0.1, 0.9, 0.1]] * 2, times=[0.0, 3725.0])
    assert any("124:10.00" in row for row in report(make_recording(person)).rows)


def test_tables_that_scroll_are_told_apart_by_ear(tmp_path):
    write_report(two_people(), tmp_path / "a.html")
    labels = re.findall(r'role="region" aria-label="([^"]*)"', (tmp_path / "a.html").read_text())
    assert len(labels) == len(set(labels)) > 4
    assert [label for label in labels if label.startswith("Person 4: ")]


# timelines


def test_strips_show_events_and_gaps_where_they_were(tmp_path):
    write_report(two_people(), tmp_path / "a.html")
    text = (tmp_path / "a.html").read_text()
    row = re.search(r'aria-label="AU12: 2 events">(.*?)</svg>', text)[1]
    found = re.findall(r'<rect class="(\w+)" x="([\d.]+)" y="\d+" width="([\d.]+)"', row)
    whole = 0.36 / 1000
    assert [(k, float(x) * whole, float(w) * whole) for k, x, w in found] == [
        ("gap", pytest.approx(0.24, abs=1e-4), pytest.approx(0.04, abs=1e-4)),
        ("event", pytest.approx(0.04, abs=1e-4), pytest.approx(0.16, abs=1e-4)),
        ("event", pytest.approx(0.32, abs=1e-4), pytest.approx(0.04, abs=1e-4)),
    ]


def test_an_event_of_one_frame_in_an_hour_can_be_seen(tmp_path):
    scores = np.full((3600, 3), 0.1)
    scores[1000, 2] = 0.9
    person = make_person(scores, times=np.arange(3600.0))
    write_report(make_recording(person), tmp_path / "a.html")
    text = (tmp_path / "a.html").read_text()
    assert '<rect class="event" x="277.8" y="19" width="2.0"' in text


def test_strips_are_as_high_as_the_probability(tmp_path):
    person = make_person([[0.1, 0.1, 0.5], [0.1, 0.1, 1.0]])
    write_report(make_recording(person), tmp_path / "a.html")
    path = re.search(r'1 event">.*?d="([^"]*)"', (tmp_path / "a.html").read_text())[1]
    assert path == "M0 24v-12H500V24zM500 24v-24H1000V24z"


# what it must not do


def test_it_holds_no_script_and_loads_nothing(report, tmp_path):
    page = report(two_people())
    assert page.links == []
    assert not {"script", "img", "iframe", "link", "object"} & set(page.tags)
    text = (tmp_path / "a.html").read_text()
    assert "default-src 'none'" in text
    assert "@import" not in text and "url(" not in text and "http://" not in text


def test_a_hostile_name_is_only_a_name(report):
    model = make_model(name=HOSTILE, training=HOSTILE, licence=HOSTILE, sha256=HOSTILE)
    plain, hostile = two_people(), two_people(
        source=HOSTILE, model=model, damage=HOSTILE, notes=(HOSTILE,)
    )  # fmt: skip
    page = report(hostile)
    assert HOSTILE in page.text
    noted = report(two_people(damage="x", notes=("y",)))
    assert page.tags == noted.tags
    assert set(page.tags) == set(report(plain).tags)


@pytest.mark.skipif(shutil.which("chromium") is None, reason="Chromium is not installed")
def test_a_hostile_name_does_nothing_in_a_browser(tmp_path):
    write_report(two_people(source=HOSTILE), tmp_path / "a.html")
    done = subprocess.run(
        [
            *("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom"),
            *(f"--user-data-dir={tmp_path / 'profile'}", (tmp_path / "a.html").as_uri()),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    page = Page(done.stdout.replace("<!doctype html>", ""))
    assert "<title>owned" not in done.stdout
    assert HOSTILE in page.text
    assert "script" not in page.tags


def test_the_card_is_a_link_where_it_is_on_the_web(report):
    assert report(two_people(), card="https://example.org/a?b&c").links == [
        "https://example.org/a?b&c"
    ]


@pytest.mark.parametrize("card", ["javascript:alert(1)", "file:///etc/passwd", ""])
def test_the_card_is_not_just_any_link(tmp_path, card):
    with pytest.raises(InputError, match="https://"):
        write_report(two_people(), tmp_path / "a.html", card=card)
    assert list(tmp_path.iterdir()) == []


# there is always a report


def test_nobody_is_a_report(report):
    page = report(nobody())
    assert "Nobody was found." in page.text
    assert "0 people" in page.text


@pytest.mark.parametrize(
    "recording",
    [
        make_recording(people=(), times=[], size=None, rate=None, model=None),
        make_recording(make_person([[0.1, 0.9, 0.2]])),
        make_recording(make_person([[NAN] * 3] * 3)),
        make_recording(make_person(np.zeros((2, 0)), units=(), reasons=[0, 0]), model=None),
        make_recording(source=""),
        make_recording(source="\udcff \u05d0 \u6f22.mp4"),
    ],
    ids=["empty", "picture", "never seen", "no units", "no name", "odd name"],
)
def test_there_is_always_a_report(report, recording):
    assert "How it was measured" in report(recording).text


def test_many_events_are_counted_rather_than_listed(report):
    wave = np.tile([0.1, 0.9], MOST_EVENTS + 100)
    page = report(make_recording(make_person(np.stack([wave * 0, wave, wave * 0], axis=1))))
    listed = [row for row in page.rows if len(row) == 9 and row[0] == "AU9"]
    assert len(listed) == MOST_EVENTS
    assert "100 more events follow" in page.text


def test_half_an_hour_is_no_larger_than_a_letter_carries(tmp_path):
    rng = np.random.default_rng(0)
    scores = np.clip(rng.normal(0.3, 0.2, (18_000, 3)), 0, 1)
    write_report(make_recording(make_person(scores)), tmp_path / "a.html")
    assert (tmp_path / "a.html").stat().st_size < 250_000


def test_nothing_is_left_of_a_report_that_cannot_be_written(tmp_path):
    with pytest.raises(OutputError):
        write_report(two_people(), tmp_path / "absent" / "a.html")
    assert list(tmp_path.iterdir()) == []
