"""Files of coders, as their programs write them."""

from __future__ import annotations

import pytest


@pytest.fixture
def elan(tmp_path):
    """Write annotations with pympi: tier -> (start ms, end ms, value), ..."""
    pympi = pytest.importorskip("pympi")

    def write(tiers, name="coder.eaf"):
        document = pympi.Eaf()
        document.remove_tier("default")
        for tier, rows in tiers.items():
            document.add_tier(tier)
            for row in rows:
                document.add_annotation(tier, *row)
        document.to_file(str(tmp_path / name))
        return tmp_path / name

    return write


@pytest.fixture
def text(tmp_path):
    def write(lines, name="a.tsv"):
        (tmp_path / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
        return tmp_path / name

    return write


@pytest.fixture
def spans(tmp_path):
    """BIDS events: (label, start, end) -> file."""

    def write(name, *rows):
        lines = ["onset\tduration\ttrial_type"]
        lines += [f"{start}\t{end - start}\t{label}" for label, start, end in rows]
        (tmp_path / name).write_text("\n".join(lines) + "\n")
        return tmp_path / name

    return write
