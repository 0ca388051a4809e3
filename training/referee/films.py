# SPDX-License-Identifier: Apache-2.0
"""Films of the worst failures, driven once more with somebody watching."""

from collections.abc import Sequence
from pathlib import Path

from tqdm import tqdm

from training.referee.drives import Job, drive
from training.referee.result import DriveResult
from wpt_core.sensing import surround_rig
from wpt_sim.films import FILM_RATE_HZ, Film, VideoWriter

__all__ = ['film_all', 'worst_failures']


def worst_failures(
    driven: Sequence[tuple[Job, DriveResult]], count: int
) -> list[tuple[Job, DriveResult]]:
    """Failed drives, the worst first, no scenario twice.

    Worse is whoever got less far, then whoever ended farther from where to be.
    """
    failed = sorted(
        (pair for pair in driven if not pair[1].passed),
        key=lambda pair: (pair[1].completion, -abs(pair[1].final_offset_m)),
    )
    first_of: dict[str, tuple[Job, DriveResult]] = {}
    for job, result in failed:
        first_of.setdefault(job.scenario.key, (job, result))
    return list(first_of.values())[:count]


def film_all(failures: Sequence[tuple[Job, DriveResult]], folder: Path) -> list[Path]:
    """One video each; equal jobs give equal drives, so what failed fails again."""
    films = []
    for job, _ in tqdm(failures, desc='filming', disable=None):
        path = folder / f'{job.scenario.suite}-{job.scenario.name}-{job.seed}.mp4'
        folder.mkdir(parents=True, exist_ok=True)
        with VideoWriter(path, rate_hz=FILM_RATE_HZ) as video:
            drive(job, Film(video, surround_rig(), stills_s=()))
        films.append(path)
    return films
