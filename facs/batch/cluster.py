"""The videos of a batch on a Ray cluster, by Ray Data: the same work, the same files."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from facs.batch.manifest import Entry
from facs.batch.options import BatchOptions
from facs.batch.pool import Crew
from facs.batch.work import Task
from facs.errors import MissingPackageError

__all__ = ["run_on_ray"]


def run_on_ray(
    tasks: Sequence[Task],
    out: Path,
    options: BatchOptions,
    how: dict[str, Any],
    address: str,
) -> Iterator[Entry]:
    """Yield the entry of each task, in the order in which they are done.

    Parameters
    ----------
    tasks, out, options, how
        As for `facs.batch.pool.run_tasks`. Every machine of the cluster has to see the
        videos and `out` under the same paths. `options.jobs` is not looked at: there are as
        many actors as the cluster has processors.
    address : str
        ``"local"`` begins a cluster of this machine alone.

    Raises
    ------
    MissingPackageError
        If Ray is not installed.
    """
    try:
        import ray
        from ray import data
    except ImportError:
        raise MissingPackageError.of("ray", "ray", "a batch on a cluster") from None
    ours = not ray.is_initialized()
    if ours:
        ray.init(address=address, log_to_driver=False)
    try:
        yield from _with_the_lost(tasks, _rows(ray, data, tasks, out, options, how))
    finally:
        if ours:
            ray.shutdown()


def _rows(
    ray: Any,
    data: Any,
    tasks: Sequence[Task],
    out: Path,
    options: BatchOptions,
    how: dict[str, Any],
) -> Iterator[dict[str, str]]:
    context = data.DataContext.get_current()
    context.max_errored_blocks = -1  # what is lost is reported at the end
    context.enable_progress_bars = False
    settings = (str(out), replace(options, jobs=1).plain(), how)
    # One block for each video: finished ones arrive while others are still being analysed.
    videos = data.from_items(
        [{"task": json.dumps(asdict(task))} for task in tasks], override_num_blocks=len(tasks)
    )
    most = max(1, int(ray.cluster_resources().get("CPU", 1)))
    entries = videos.map(
        Actor,
        fn_constructor_args=settings,
        compute=data.ActorPoolStrategy(min_size=1, max_size=min(most, len(tasks))),
        num_cpus=1,
    )
    yield from entries.iter_rows()


def _with_the_lost(tasks: Sequence[Task], rows: Iterator[dict[str, str]]) -> Iterator[Entry]:
    missing = {task.source: task for task in tasks}
    for row in rows:
        entry = Entry(**json.loads(row["entry"]))
        if missing.pop(entry.source, None) is not None:
            yield entry
    for task in missing.values():
        yield Entry(task.source, task.name, "failed", "the cluster lost it; see the log of Ray")


class Actor:
    """Takes videos on one processor of the cluster, in a process that may crash."""

    def __init__(self, out: str, options: dict[str, Any], how: dict[str, Any]) -> None:
        self._crew = Crew(Path(out), BatchOptions.from_plain(options), how)

    def __call__(self, row: dict[str, str]) -> dict[str, str]:
        """Analyse one video; the entry as JSON, because Arrow cannot hold every file name."""
        (entry,) = self._crew.run([Task(**json.loads(row["task"]))])
        return {"entry": json.dumps(asdict(entry))}

    def __del__(self) -> None:
        self._crew.close()
