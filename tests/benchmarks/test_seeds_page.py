"""The page about the seed documents: what is measured, what is not, and why ours is below."""

from __future__ import annotations

import json

import pytest


def row(accuracy, epochs, name="cnn-4"):
    return {
        "name": name,
        "seed": 3,
        "parameters": 4_474_759,
        "trained": f"{epochs} of 30 epochs",
        "epochs": epochs,
        "cpu": 120.0,
        "command": "python benchmarks/fer.py --systems cnn-4",
        "private": {"accuracy": accuracy, "interval": [accuracy - 0.016, accuracy + 0.016]},
    }


@pytest.mark.parametrize(
    ("accuracy", "epochs", "wanted"),
    [
        (0.60, 2.0, ""),
        (0.50, 2.0, "trained for 2.0 epochs, the recipe asks for 30"),
        (0.57, 30.0, "within the interval of chance"),
        (0.50, 30.0, "trained to its end; chosen here: dense layers"),
    ],
)
def test_a_figure_below_the_document_has_a_reason(accuracy, epochs, wanted):
    from fer_systems import named
    from seeds_page import reason

    found = reason(named("cnn-4"), row(accuracy, epochs))
    assert found.startswith(wanted) and bool(found) == bool(wanted)


def test_the_page_takes_its_numbers_from_the_results_and_says_what_is_missing(tmp_path):
    from seeds_page import page

    assert "cnn-4 | four convolutions" in page(tmp_path) and "41.7 %" not in page(tmp_path)
    results = {"data": "some faces", "rows": [row(0.417, 2.0)]}
    (tmp_path / "fer.json").write_text(json.dumps(results))
    text = page(tmp_path)
    lines = {}
    for line in text.splitlines():
        lines.setdefault(line.split(" | ")[0], line)
    assert "| 58.0 % | 41.7 % | 40.1 to 43.3 |" in lines["| cnn-4"]
    assert "not measured yet" in lines["| cnn-2"]
    assert text.count("`python benchmarks/fer.py --systems cnn-4`") == 1


def test_configurations_appear_beside_their_document(tmp_path):
    from seeds_page import page

    rows = [{"name": "temporal", "seed": 0, "summary": {"precision": 0.25, "AUC": None}}]
    (tmp_path / "seed_configurations.json").write_text(json.dumps({"rows": rows}))
    assert "| temporal stream | drawn | precision 0.250 | 0 |" in page(tmp_path)
