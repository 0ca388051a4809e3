# SPDX-License-Identifier: Apache-2.0
"""Committed result files, the source of all results in the documentation.

A file has one row of a table: driver, weights, code, command, and the outcome of each drive.
Results of earlier runs without stored drives are marked as transcribed.
"""

import json
import platform
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from training.engine.run_folder import commit
from training.referee.open_loop import OpenLoopFigures
from training.referee.outcome import DriveResult
from training.referee.report import Findings
from training.referee.rows import Row, file_name
from wpt_core.files import write_atomic
from wpt_core.metrics import Infraction, RouteOutcome
from wpt_core.model.artifact import load_artifact
from wpt_core.types import InputError

__all__ = ['DriveRecord', 'Outcomes', 'Source', 'load_outcomes', 'outcomes_of', 'write_outcomes']


@dataclass(frozen=True, slots=True)
class Source:
    """Origin of results."""

    command: str
    commit: str
    """Commit of the checkout; `-dirty` with uncommitted changes."""
    code: str
    """Digest of the code that drives depend on; empty if not recorded."""
    weights_sha256: str | None
    """None for a driver without a network; empty if the weights were not stored."""
    machine: str
    note: str = ''
    """Further remarks for readers."""


@dataclass(frozen=True, slots=True)
class DriveRecord:
    """Outcome of one drive."""

    scenario: str
    seed: int
    passed: bool
    completion: float
    infractions: tuple[str, ...]
    efficiency: float | None
    final_offset_m: float
    ended_s: float
    reasons: tuple[str, ...]

    @classmethod
    def of(cls, result: DriveResult) -> 'DriveRecord':
        return cls(
            scenario=result.scenario,
            seed=result.seed,
            passed=result.passed,
            completion=round(result.completion, 6),
            infractions=result.infractions,
            efficiency=None if result.efficiency is None else round(result.efficiency, 4),
            final_offset_m=round(result.final_offset_m, 4),
            ended_s=round(result.ended_s, 2),
            reasons=result.reasons,
        )

    @property
    def route(self) -> RouteOutcome:
        infractions = tuple(Infraction(name) for name in self.infractions)
        return RouteOutcome(self.scenario, self.completion, infractions)


@dataclass(frozen=True, slots=True)
class Outcomes:
    """One row of one table: drives, or transcribed results."""

    row: str
    table: str
    """A suite, `robustness` or `open_loop`."""
    source: Source
    drives: tuple[DriveRecord, ...] = ()
    passed_by_seed: Mapping[str, int] | None = None
    """Transcribed passes of each seed, of `drives_a_seed`."""
    drives_a_seed: int = 0
    figures: Mapping[str, float] | None = None
    """Open-loop metrics by name."""

    @property
    def transcribed(self) -> bool:
        return not self.drives and self.source.code == ''

    @property
    def passes(self) -> dict[str, tuple[int, int]]:
        """Number of passed and of all drives by seed."""
        if self.passed_by_seed is not None:
            return {
                seed: (passed, self.drives_a_seed)
                for seed, passed in sorted(self.passed_by_seed.items())
            }
        found: dict[str, tuple[int, int]] = {}
        for drive in sorted(self.drives, key=lambda drive: drive.seed):
            passed, driven = found.get(str(drive.seed), (0, 0))
            found[str(drive.seed)] = (passed + drive.passed, driven + 1)
        return found


def outcomes_of(
    found: Findings, rows: Sequence[Row], command: str, *, code_digest: str
) -> Iterator[Outcomes]:
    """Yield all results of `command` with the code of this digest."""
    sources = {row.name: _source(row, command, code_digest) for row in rows}
    for (row, suite), results in found.closed.items():
        yield Outcomes(row, suite, sources[row], tuple(map(DriveRecord.of, results)))
    for row, figures in found.open_loop.items():
        yield Outcomes(row, 'open_loop', sources[row], figures=_figures(figures))
    for condition, results in found.robustness.items():
        source = sources[results[0].row]
        yield Outcomes(condition, 'robustness', source, tuple(map(DriveRecord.of, results)))


def _source(row: Row, command: str, code_digest: str) -> Source:
    artifact = row.artifact
    weights = None if artifact is None else load_artifact(artifact).manifest.weights_sha256
    machine = f'{platform.machine()}, Python {platform.python_version()}'
    return Source(command, commit(), code_digest, weights, machine)


def _figures(one: OpenLoopFigures) -> dict[str, float]:
    errors = {f'mean error to {to_s:g} s, m': round(mae_m, 3) for to_s, _, mae_m in one.mae_m}
    return {
        'moments': one.cases,
        **errors,
        'L2 at 3 s, m': round(one.displacement.at[-1], 3),
        'L2 up to 3 s, m': round(one.displacement.mean_up_to[-1], 3),
    }


def write_outcomes(folder: Path, outcomes: Outcomes) -> Path:
    """Write `TABLE/ROW.json`, one line per drive, for readable diffs."""
    head = {key: value for key, value in asdict(outcomes).items() if key != 'drives' and value}
    text = json.dumps(head, indent=2, ensure_ascii=False, allow_nan=False)
    if outcomes.drives:
        lines = [json.dumps(asdict(drive), ensure_ascii=False) for drive in outcomes.drives]
        text = f'{text[:-2]},\n  "drives": [\n    ' + ',\n    '.join(lines) + '\n  ]\n}'
    path = folder / outcomes.table / f'{file_name(outcomes.row)}.json'
    write_atomic(path, text + '\n')
    return path


def load_outcomes(folder: Path) -> Sequence[Outcomes]:
    """Load all result files of a folder; InputError names a malformed one."""
    return [_load(path) for path in sorted(folder.glob('*/*.json'))]


def _load(path: Path) -> Outcomes:
    try:
        found = json.loads(path.read_text(encoding='utf-8'))
        drives = tuple(DriveRecord(**_tuples(drive)) for drive in found.pop('drives', ()))
        return Outcomes(source=Source(**found.pop('source')), drives=drives, **found)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise InputError(
            f'{path}: expected what `./wpt evaluate --publish` writes, got {error}; publish anew.'
        ) from error


def _tuples(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: tuple(value) if isinstance(value, list) else value for name, value in values.items()
    }
