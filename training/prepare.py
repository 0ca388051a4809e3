# SPDX-License-Identifier: Apache-2.0
"""`wpt prepare`: episodes to learn from, out of the proving ground or out of a recording."""

import multiprocessing
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import tyro
from tqdm import tqdm

from training.data.foreign import ConversionReport, convert_bag, explain_source
from training.data.summary import summarise, write_summary
from training.simulators.proving_ground import EpisodeJob, Style, record_episode
from wpt_core.sensing import surround_rig
from wpt_core.types import InputError

__all__ = ['HELD_OUT', 'Prepare', 'jobs', 'prepare']

_CLEAN_FIRST, _BESIDE_FIRST = 100_000, 150_000
_MOST = 50_000
"""Scenarios of a kind, so that their numbers do not meet."""
HELD_OUT = 900_000
"""Scenarios from here on are for looking at a training while it runs, never for learning."""


@dataclass(frozen=True)
class Prepare:
    """Make episodes to learn from; what is there already is kept, so it can be interrupted.

    examples:
      wpt prepare                                      from the proving ground, into out/data/train
      wpt prepare --perturbed 20 --clean 10 --out out/data/few
      wpt prepare --bag my_bag --mapping my_map.yaml --out data/mine
    """

    out: Path = Path('out/data/train')
    """Folder of the episodes."""
    perturbed: int = 900
    """Drives of the expert that are pushed off their line now and then."""
    clean: int = 250
    """Drives of the expert that are not."""
    beside: int = 300
    """Drives of the expert beside its line, to where a student that errs a little gets."""
    first: int = 0
    """Number of the first scenario; other numbers, other worlds."""
    held_out: bool = False
    """Scenarios that no training learns from."""
    processes: int = field(default_factory=lambda: os.cpu_count() or 1)
    bag: Path | None = None
    """Take this recording instead of driving."""
    mapping: Path | None = None
    """How its topics are to be understood: config/mapping_example.yaml explains it."""
    overwrite: bool = False
    """Make anew what is there already."""

    def __post_init__(self) -> None:
        counts = (self.perturbed, self.clean, self.beside, self.first)
        if min(counts) < 0 or self.processes < 1:
            raise InputError(
                '--perturbed, --clean, --beside and --first must be 0 or more, '
                '--processes 1 or more'
            )
        if self.first + max(counts[:3]) > _MOST:
            raise InputError(f'prepare: numbers of scenarios end at {_MOST}')


def prepare(config: Prepare) -> None:
    """Make the episodes, then sum them up in pictures."""
    if config.bag is not None:
        report = _convert(config, config.bag)
        print('\n'.join(report.lines()))
    else:
        _drive(config)
    summary = summarise(config.out)
    write_summary(summary, config.out)
    print(f'{summary.headline}; see {config.out / "summary.png"} and {config.out / "summary.md"}')


def jobs(config: Prepare) -> list[EpisodeJob]:
    """Which episodes of the proving ground are wanted."""
    kinds = (
        (Style.PERTURBED, config.perturbed, 0),
        (Style.CLEAN, config.clean, _CLEAN_FIRST),
        (Style.BESIDE, config.beside, _BESIDE_FIRST),
    )
    wanted = [
        (HELD_OUT if config.held_out else first, style, n)
        for style, count, first in kinds
        for n in range(count)
    ]
    return [
        EpisodeJob(
            start + config.first + n, style, config.out / f'{style.value}_{config.first + n:05d}'
        )
        for start, style, n in wanted
    ]


def _drive(config: Prepare) -> None:
    wanted = [job for job in jobs(config) if config.overwrite or not job.path.is_dir()]
    config.out.mkdir(parents=True, exist_ok=True)
    spawn = multiprocessing.get_context('spawn')
    with ProcessPoolExecutor(config.processes, mp_context=spawn) as pool:
        made = pool.map(record_episode, wanted)
        for _ in tqdm(made, 'driving', len(wanted), disable=None, unit=' episodes'):
            pass


def _convert(config: Prepare, bag: Path) -> ConversionReport:
    if (sentence := explain_source(bag)) is not None:
        raise InputError(sentence)
    if config.mapping is None:
        raise InputError(
            f'{bag}: --mapping FILE must say which topics are cameras and odometry; '
            'config/mapping_example.yaml is one to copy'
        )
    bar = tqdm(desc='converting', disable=None, unit=' sets')
    with bar:
        return convert_bag(
            bag,
            config.mapping,
            config.out,
            views=surround_rig(),
            overwrite=config.overwrite,
            progress=bar.update,
        )


def main(words: Sequence[str] | None = None) -> None:
    """The verb `prepare`."""
    config = tyro.cli(Prepare, args=words, prog='wpt prepare')
    prepare(config)
