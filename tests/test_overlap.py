from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest

import facs
from facs.overlap import ahead, overlapped

THREADS = pytest.mark.parametrize("threads", [1, 2, 4])


@THREADS
def test_items_come_in_order_and_once(threads):
    assert list(ahead(range(50), threads)) == list(range(50))
    assert list(overlapped(lambda n: n * n, range(50), threads)) == [(n, n * n) for n in range(50)]


@THREADS
def test_nothing_in_is_nothing_out(threads):
    assert list(ahead([], threads)) == [] == list(overlapped(len, [], threads))


def failing():
    yield 1
    raise OSError("the disk is gone")


@THREADS
def test_what_goes_wrong_in_the_other_thread_is_raised_in_this_one(threads):
    with pytest.raises(OSError, match="the disk is gone"):
        list(ahead(failing(), threads))
    with pytest.raises(ZeroDivisionError):
        list(overlapped(lambda n: 1 / n, [1, 0], threads))


def test_the_next_item_is_made_while_the_last_is_worked_on():
    made = threading.Event()

    def items():
        yield "first"
        made.set()
        yield "second"

    # would wait for ever if the second item were made after the work on the first
    found = overlapped(lambda _: made.wait(timeout=20), items(), threads=2)
    assert [result for _, result in found] == [True, True]


@THREADS
def test_a_reader_that_stops_early_leaves_no_thread(threads):
    before = threading.active_count()
    items = ahead(range(100), threads)
    assert next(items) == 0
    items.close()
    assert threading.active_count() == before


def test_threads_do_not_change_what_is_measured():
    video = Path(__file__).parents[1] / "examples" / "synthetic_face.mp4"
    one, two = (facs.analyze(video, stop=1.0, threads=n) for n in (1, 2))
    assert one.people
    for a, b in zip(one.people, two.people, strict=True):
        np.testing.assert_allclose(a.probability, b.probability, atol=1e-5)
        np.testing.assert_array_equal(a.boxes, b.boxes)
