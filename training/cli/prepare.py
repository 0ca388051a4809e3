# SPDX-License-Identifier: Apache-2.0
"""`wpt prepare`: episodes to learn from, out of the proving ground or out of a recording."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

import tyro
from tqdm import tqdm

from training.engine.optim import Count
from training.episodes.episode import VALIDATION
from training.episodes.foreign import ConversionReport, convert_bag, explain_source
from training.episodes.summary import summarise, write_summary
from training.on_policy.recording import EpisodeJob, Style, record_episode
from training.processes.pool import work
from training.teachers import TEACHERS
from wpt_core.files import writable_folder
from wpt_core.sensing import surround_rig
from wpt_core.types import Bounds, InputError, check_bounds

__all__ = ['HELD_OUT', 'Prepare', 'jobs', 'prepare']

_CLEAN_FIRST, _BESIDE_FIRST = 100_000, 150_000
_MOST = 50_000
"""Scenarios of a kind, so that their numbers do not meet."""
HELD_OUT = 900_000
"""Scenarios from here on are for looking at a training while it runs, never for learning."""

Truth = Literal['depth', 'instances', 'occupancy', 'map']
Number = Annotated[int, Bounds(0, 50_000)]


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
    perturbed: Number = 900
    """Drives of the expert that are pushed off their line now and then."""
    clean: Number = 250
    """Drives of the expert that are not."""
    beside: Number = 300
    """Drives of the expert beside its line, to where a student that errs a little gets."""
    first: Number = 0
    """Number of the first scenario; other numbers, other worlds."""
    held_out: Number = 20
    """Drives that no training learns from: its validation loss is that on them."""
    truth: tuple[Truth, ...] = ()
    """Record as well what only the proving ground knows, on topics below /truth."""
    processes: Count = field(default_factory=lambda: os.cpu_count() or 1)
    bag: Path | None = None
    """Take this recording instead of driving."""
    mapping: Path | None = None
    """How its topics are to be understood: config/mapping_example.yaml explains it."""
    overwrite: bool = False
    """Make anew what is there already."""

    def __post_init__(self) -> None:
        check_bounds(self)
        if self.first + max(self.perturbed, self.clean, self.beside, self.held_out) > _MOST:
            raise InputError(f'prepare: numbers of scenarios end at {_MOST}')
        if self.bag is None and self.mapping is not None:
            raise InputError('--mapping says how to read a recording; name it with --bag')
        if self.bag is not None and self.truth:
            raise InputError(
                '--truth is known in the proving ground only; leave it out, or leave out --bag'
            )


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
    numbers = range(config.first, config.first + config.held_out)
    held_out = [
        EpisodeJob(
            HELD_OUT + n,
            Style.PERTURBED if n % 2 else Style.CLEAN,
            config.out / f'held_out_{n:05d}',
            split=VALIDATION,
            truth=config.truth,
        )
        for n in numbers
    ]
    learnt = [
        EpisodeJob(start + n, style, config.out / f'{style.value}_{n:05d}', truth=config.truth)
        for style, count, start in kinds
        for n in range(config.first, config.first + count)
    ]
    return [*held_out, *learnt]


def _drive(config: Prepare) -> None:
    writable_folder(config.out, '--out')
    wanted = [job for job in jobs(config) if config.overwrite or not job.path.is_dir()]
    for _ in work(record_episode, wanted, processes=config.processes, title='driving'):
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
            label=TEACHERS['recorded'].label,
            overwrite=config.overwrite,
            progress=bar.update,
        )


def main(words: Sequence[str] | None = None) -> None:
    """The verb `prepare`."""
    config = tyro.cli(Prepare, args=words, prog='wpt prepare')
    prepare(config)
