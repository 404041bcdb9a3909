from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("numba", reason="rendering needs numba")

from facs.synthesis.assets import Assets, load
from facs.synthesis.clips import Studio

ASSETS = Path(__file__).resolve().parents[2] / "../shared/synthesis/assets"


@pytest.fixture(scope="session")
def assets() -> Assets:
    if not ASSETS.is_dir():
        pytest.skip("the assets of the synthetic faces are not beside the checkout")
    return load(ASSETS)


@pytest.fixture(scope="session")
def studio(assets: Assets) -> Studio:
    return Studio(assets, size=96)


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(7)
