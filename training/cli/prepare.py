# SPDX-License-Identifier: Apache-2.0
"""`wpt prepare`: makes episodes from the proving ground or from a recording."""

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
from wpt_core.types import Bounds, InputError, check_bounds, unknown_name

__all__ = ['HELD_OUT', 'Prepare', 'jobs', 'prepare']

_CLEAN_FIRST, _BESIDE_FIRST = 100_000, 150_000
_MOST = 50_000
"""Largest number of scenarios of a kind, so that the ranges do not overlap."""
HELD_OUT = 900_000
"""First scenario for validation; trainings do not learn from these."""

Truth = Literal['depth', 'instances', 'occupancy', 'map']
Number = Annotated[int, Bounds(0, 50_000)]


@dataclass(frozen=True)
class Prepare:
    """Make episodes for training. Existing episodes are kept, so it can be interrupted.

    examples:
      wpt prepare                                      from the proving ground, into out/data/train
      wpt prepare --perturbed 20 --clean 10 --out out/data/few
      wpt prepare --bag my_bag --mapping my_map.yaml --out data/mine
    """

    out: Path = Path('out/data/train')
    """Folder of the episodes."""
    perturbed: Number = 900
    """Drives of the expert with pushes off the line."""
    clean: Number = 250
    """Drives of the expert without pushes."""
    beside: Number = 300
    """Drives of the expert at an offset from its line, as a student with small errors has."""
    first: Number = 0
    """Number of the first scenario; each number is another world."""
    held_out: Number = 20
    """Drives for the validation loss; trainings do not learn from them."""
    cameras: tuple[str, ...] = ()
    """Cameras to render, such as `front`, which takes a fifth of the time; default: all."""
    truth: tuple[Truth, ...] = ()
    """Privileged truth to record on topics below /truth."""
    processes: Count = field(default_factory=lambda: os.cpu_count() or 1)
    """Parallel drives."""
    bag: Path | None = None
    """Convert this recording instead of driving."""
    mapping: Path | None = None
    """Mapping file of its topics; config/mapping_example.yaml is a commented example."""
    overwrite: bool = False
    """Replace existing episodes."""

    def __post_init__(self) -> None:
        check_bounds(self)
        if self.first + max(self.perturbed, self.clean, self.beside, self.held_out) > _MOST:
            raise InputError(
                f'prepare: --first plus the number of drives of a kind may be {_MOST} at most'
            )
        for name in self.cameras:
            if name not in surround_rig().names:
                raise unknown_name('camera', name, surround_rig().names)
        if self.bag is None and self.mapping is not None:
            raise InputError('--mapping needs a recording; name it with --bag')
        if self.bag is not None and self.truth:
            raise InputError('--truth needs the proving ground; leave out --truth or --bag')


def prepare(config: Prepare) -> None:
    """Make the episodes and a summary of the folder."""
    if config.bag is not None:
        report = _convert(config, config.bag)
        print('\n'.join(report.lines()))
    else:
        _drive(config)
    summary = summarise(config.out)
    write_summary(summary, config.out)
    print(f'{summary.headline}; see {config.out / "summary.png"} and {config.out / "summary.md"}')


def jobs(config: Prepare) -> list[EpisodeJob]:
    """Return all episodes of the proving ground that the options describe."""
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
            cameras=config.cameras,
        )
        for n in numbers
    ]
    training = [
        EpisodeJob(
            start + n,
            style,
            config.out / f'{style.value}_{n:05d}',
            truth=config.truth,
            cameras=config.cameras,
        )
        for style, count, start in kinds
        for n in range(config.first, config.first + count)
    ]
    return [*held_out, *training]


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
            f'{bag}: --mapping FILE must name the topics of cameras and odometry; copy '
            'config/mapping_example.yaml'
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
