"""The clock: it counts the time in which a laptop sleeps."""

from __future__ import annotations

import time

import pytest

from facs.live.clock import SystemClock


def test_it_goes_on_like_any_clock():
    clock = SystemClock()
    begun, real = clock.now(), time.perf_counter()
    clock.wait_until(begun + 0.05)
    assert 0.05 <= clock.now() - begun <= time.perf_counter() - real + 0.05


@pytest.mark.skipif(not hasattr(time, "CLOCK_BOOTTIME"), reason="a clock of Linux")
def test_sleep_counts(monkeypatch):
    slept, real = 3600.0, time.clock_gettime
    clock = SystemClock()
    before = clock.now()
    monkeypatch.setattr(
        time, "clock_gettime", lambda which: real(which) + slept * (which == time.CLOCK_BOOTTIME)
    )
    assert clock.now() - before >= slept
