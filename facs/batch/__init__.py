"""Many videos: a folder or a list of them, resumed where it stopped, on one machine or a cluster.

`run_batch` is the door. What it leaves in the folder of the results::

    a/x.csv, b/x.csv      results, in the folders of their videos
    manifest.jsonl        one line for every video: done or failed, and of what exactly
    .facs-batch/          a lock, and files that are not whole yet
"""

from __future__ import annotations

from facs.batch.manifest import Entry, read_manifest
from facs.batch.options import BatchOptions
from facs.batch.run import BatchProgress, BatchResult, run_batch

__all__ = ["BatchOptions", "BatchProgress", "BatchResult", "Entry", "read_manifest", "run_batch"]
