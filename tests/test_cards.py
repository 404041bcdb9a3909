"""Every shipped file of weights has a model card that means this very file."""

from __future__ import annotations

from pathlib import Path

import pytest

from facs.files import sha256_of
from facs.network.weights import shipped, spec_of

ROOT = Path(__file__).resolve().parents[1]
FILES = sorted((ROOT / "facs" / "weights").glob("*.onnx"))
CARDS = {path.name: path.read_text() for path in (ROOT / "docs" / "models").glob("*.md")}


def test_there_are_weights_and_cards():
    assert FILES and CARDS


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_card_names_the_checksum_of_each_file(path):
    assert any(path.name in card and sha256_of(path) in card for card in CARDS.values())


@pytest.mark.parametrize("name", sorted(shipped()))
def test_a_card_has_the_version_and_the_units_of_its_file(name):
    spec, card = spec_of(shipped()[name]), CARDS[f"{name.removesuffix('-int8')}.md"]
    assert f"# Model card: {spec.name.removesuffix('-int8')} {spec.version}" in card
    assert ", ".join(str(unit) for unit in spec.units) in card


def test_the_files_of_the_action_unit_models_are_small_together():
    files = [f for m in shipped().values() for f in (m.spatial, m.temporal) if f is not None]
    assert sum(f.stat().st_size for f in files) <= 25_000_000


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_file_says_nothing_of_the_machine_that_wrote_it(path):
    said = path.read_bytes()
    assert not [word for word in (b'.py"', b"/home/", b"/tmp/", b"site-packages") if word in said]
