"""What is said of the agreement of two files: the table, the sentences, the picture."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest

from facs.errors import InputError
from facs.evaluation.agree import Pairing, pair
from facs.evaluation.agree_plot import plot_agreement
from facs.evaluation.agree_views import agreement_facts, agreement_table, write_agreement
from facs.evaluation.report import ReportOptions, evaluate


@pytest.fixture
def compared(spans):
    first = spans("a.tsv", ("AU12", 0, 5), ("AU4", 9, 10))
    second = spans("b.tsv", ("AU12", 1, 6), ("AU4", 2, 3))
    aligned = pair(first, second, Pairing(units=("AU1", "AU4", "AU12")))
    return evaluate(aligned, "a", ReportOptions(draws=0)), aligned


def test_the_table_has_both_prevalences_and_every_measure(compared):
    view = agreement_table(compared[0])
    assert view.columns[:4] == ("unit", "frames", "prevalence 1", "prevalence 2")
    rows = {row[0]: row for row in view.rows}
    assert rows["AU12"][1:5] == ["250", "0.500", "0.500", "0.600"]
    assert set(rows["AU1"][4:-3]) == {"-"}
    assert rows["mean"][4] == f"{(0.6 - 1 / 9) / 2:.3f}"
    assert rows["units in the mean"][4:] == ["2", "2", "0", "0", "2", "2", "", "", ""]
    assert view.columns[-3:] == ("graded frames", "events 1", "events 2")
    assert rows["AU4"][-3:] == ["0", "1", "1"]


def test_the_facts_name_both_sides_and_the_index_of_the_manual(compared):
    facts = "\n".join(agreement_facts(compared[0], "machine", "human"))
    assert "1 is machine, 2 is human; 250 frames" in facts
    # a second each: only 1; both; AU12 by both and AU4 by 2; both; both; only 2; only 1
    index = np.mean([0, 1, 2 / 3, 1, 1, 0, 0])
    assert f"{index:.3f}; the manual asks coders for 0.70" in facts
    assert "mean over the 175 frames in which either saw a unit" in facts


def test_who_saw_a_unit_and_who_could_not_code_is_said_of_both(spans):
    first = spans("a.tsv", ("AU12", 0, 2), ("not_scored", 8, 9))
    second = spans("b.tsv", ("AU4", 0, 2), ("not_scored", 4, 7))
    aligned = pair(first, second, Pairing(units=("AU1", "AU4", "AU12"), until=10))
    report = evaluate(aligned, "a", ReportOptions(draws=0, coders=True))
    facts = "\n".join(agreement_facts(report, "a", "b"))
    assert "250 frames, of which 1 could not code 25 and 2 75" in facts
    for words in ("seen by neither in these rows: AU1", "by 1 alone in these rows: AU12"):
        assert words in facts
    assert "seen by 2 alone in these rows: AU4" in facts
    assert "never there" not in facts and "interval" not in facts


def test_what_is_rare_is_not_nothing_and_zero_has_no_sign(spans):
    first, second = spans("a.tsv", ("AU12", 1, 1.04)), spans("b.tsv", ("AU12", 3, 3.04))
    report = evaluate(pair(first, second, Pairing(until=400)), "a", ReportOptions(draws=0))
    row = agreement_table(report).rows[0]
    assert row[:5] == ["AU12", "10,000", "0.0001", "0.0001", "0.000"]


@pytest.mark.parametrize("name", ["a.md", "a.csv", "a.json"])
def test_the_numbers_are_written(compared, tmp_path, name):
    write_agreement(compared[0], tmp_path / name, "machine", "human")
    text = (tmp_path / name).read_text()
    if name == "a.csv":
        rows = {row["unit"]: row for row in csv.DictReader(text.splitlines())}
        assert float(rows["AU12"]["kappa"]) == compared[0].labels["AU12"].metrics["kappa"].value
        assert (rows["AU1"]["kappa"], rows["AU4"]["events_2"]) == ("", "1")
    elif name == "a.json":
        assert json.loads(text)["labels"]["AU12"]["metrics"]["kappa"]["value"] == pytest.approx(0.6)
    else:
        assert "| AU12 | 250 | 0.500 | 0.500 | 0.600 |" in text
        assert "1 is machine, 2 is human" in text


def test_another_ending_is_refused(compared, tmp_path):
    with pytest.raises(InputError, match=r"\.md"):
        write_agreement(compared[0], tmp_path / "a.xlsx", "a", "b")
    with pytest.raises(InputError, match=r"\.png"):
        plot_agreement(*compared, tmp_path / "a.gif", "a", "b")
    assert not [path for path in tmp_path.iterdir() if path.stem == "a" and path.suffix != ".tsv"]


def test_the_picture_shows_each_unit_and_both_names(compared, tmp_path):
    pytest.importorskip("matplotlib")
    plot_agreement(*compared, tmp_path / "a.svg", "machine $x$.csv", "human")
    text = (tmp_path / "a.svg").read_text()
    for words in ("AU1", "AU4", "AU12", "machine $x$.csv", "human", "kappa with tolerance"):
        assert f"<!-- {words} -->" in text


def test_the_picture_shows_where_the_two_differ(compared, tmp_path):
    matplotlib = pytest.importorskip("matplotlib.figure")
    from facs.evaluation import agree_plot

    axes = matplotlib.Figure().add_subplot()
    drawn = []
    axes.broken_barh = lambda spans, place, **_: drawn.append((round(place[0], 2), spans))
    agree_plot._draw_times(axes, compared[1], ["AU12"])
    found = {place: spans for place, spans in drawn if spans}
    assert found[-0.32] == [(0.0, pytest.approx(5.0))]
    assert found[0.04] == [(1.0, pytest.approx(5.0))]


def test_there_is_a_picture_without_times(tmp_path):
    pytest.importorskip("matplotlib")
    (tmp_path / "a.csv").write_text("file,AU12\nx.png,1\ny.png,0\n")
    (tmp_path / "b.csv").write_text("file,AU12\nx.png,1\ny.png,1\n")
    aligned = pair(tmp_path / "a.csv", tmp_path / "b.csv")
    report = evaluate(aligned, "a", ReportOptions(draws=0))
    plot_agreement(report, aligned, tmp_path / "a.png", "a", "b")
    assert (tmp_path / "a.png").read_bytes()[1:4] == b"PNG"


def test_the_picture_shows_every_stretch_of_a_film_and_grey_between(tmp_path):
    matplotlib = pytest.importorskip("matplotlib.figure")
    from facs.evaluation import agree_plot

    lines = [f"{k},{k / 25 + (30 if k >= 100 else 0)},{int(k % 100 < 50)}" for k in range(200)]
    (tmp_path / "a.csv").write_text("\n".join(["frame,time,AU12", *lines]) + "\n")
    aligned = pair(tmp_path / "a.csv", tmp_path / "a.csv")
    axes = matplotlib.Figure().add_subplot()
    drawn = []
    axes.broken_barh = lambda spans, place, **_: drawn.append([tuple(map(float, s)) for s in spans])
    agree_plot._draw_times(axes, aligned, ["AU12"])
    assert drawn[0] == [pytest.approx((4.0, 30.0))]
    assert drawn[1] == [pytest.approx((0.0, 2.0)), pytest.approx((34.0, 2.0))]
    assert axes.get_xlim() == pytest.approx((0, 38))


def test_the_picture_says_that_it_shows_the_first_of_several_films(tmp_path):
    matplotlib = pytest.importorskip("matplotlib.figure")
    from facs.evaluation import agree_plot

    lines = [f"{film}.mp4,{k},{k / 25},{k % 2}" for film in "ab" for k in range(9)]
    (tmp_path / "a.csv").write_text("\n".join(["file,frame,time,AU12", *lines]) + "\n")
    axes = matplotlib.Figure().add_subplot()
    agree_plot._draw_times(axes, pair(tmp_path / "a.csv", tmp_path / "a.csv"), ["AU12"])
    assert "of the first of 2 films" in axes.get_xlabel()
