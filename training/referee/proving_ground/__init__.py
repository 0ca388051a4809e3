# SPDX-License-Identifier: Apache-2.0
"""The proving ground as an arena."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path

import wpt_core
from training.referee.arena import Case, Suite
from training.referee.outcome import DriveResult, HeldOut, Trace, digest_of_code
from training.referee.proving_ground.held_out import plan_along_expert
from training.referee.rows import Row, planner_of
from training.simulators.proving_ground.disturbance import ROBUSTNESS, Condition
from training.simulators.proving_ground.student_driver import student_kind
from wpt_core.sensing import surround_rig
from wpt_core.types import unknown_name
from wpt_sim import suites
from wpt_sim.drive import World
from wpt_sim.drivers import DRIVERS, AnyDriverKind, find_driver
from wpt_sim.films import FILM_RATE_HZ, Film, VideoWriter
from wpt_sim.scenario import Rule, Scenario, Split

__all__ = ['ARENA', 'ProvingGround']

_PLAN_EVERY = 2
"""Steps of 50 ms per plan: 10 Hz, the lowest planning rate of a car."""
_TRACE_EVERY = 2
"""Steps of 50 ms per point of the trace."""
_ROOMS = ('geometry', 'metrics', 'model', 'planning', 'sensing', 'types', 'vehicle')
_NOT_DRIVEN = ('wpt_sim/films', 'wpt_sim/lockstep', 'wpt_core/model/runtime/onnx')
"""Code that no drive runs."""
_TRAINING = (
    'referee/outcome.py',
    'referee/rows.py',
    'referee/proving_ground/__init__.py',
    'referee/proving_ground/held_out.py',
    'simulators/proving_ground/disturbance.py',
    'simulators/proving_ground/student_driver.py',
)


class ProvingGround:
    """The arena; it uses only the evaluation split, which training never uses."""

    drivers = tuple(kind.name for kind in DRIVERS)
    conditions = tuple(condition.name for condition in ROBUSTNESS)
    rig = surround_rig()
    about = (
        'Students see six cameras, their own speed, the command and the nominal delay of the '
        'steering; a cruise control keeps the speed. Car, delay, wind, road and look are '
        'random in every drive'
    )

    def __init__(self, simulated: Sequence[suites.Suite] = suites.SUITES) -> None:
        self._simulated = {suite.name: suite for suite in simulated}
        self.suites = tuple(
            Suite(
                suite.name,
                suite.rule,
                tuple(scenario.name for scenario in suite.scenarios),
                scored=all(scenario.rule is Rule.ROUTE for scenario in suite.scenarios),
            )
            for suite in simulated
        )

    def code_digest(self) -> str:
        return _code_digest()

    def description(self, case: Case) -> str:
        return repr(('proving_ground', self._scenario(case), case.seed, _condition(case)))

    def drive(
        self, row: Row, case: Case, observer: Callable[[World], None] | None = None
    ) -> DriveResult:
        """Drive once and return the result; `observer` is called before each step."""
        kind = _kind(row, case)
        rig = self.rig if kind.needs_cameras or observer is not None else None
        outcome = suites.run_scenario(
            self._scenario(case),
            kind,
            case.seed,
            rig=rig,
            observer=observer,
            split=Split.EVALUATION,
        )
        return _result(row, outcome)

    def film(self, row: Row, case: Case, path: Path) -> None:
        with VideoWriter(path, rate_hz=FILM_RATE_HZ) as video:
            self.drive(row, case, Film(video, self.rig, stills_s=()))

    def plan_along(self, rows: Sequence[Row], case: Case) -> dict[str, HeldOut]:
        return plan_along_expert(rows, self._scenario(case), case.seed)

    def _scenario(self, case: Case) -> Scenario:
        if case.suite not in self._simulated:
            raise unknown_name('suite', case.suite, self._simulated)
        return suites.find_scenario(self._simulated[case.suite], case.scenario)


ARENA = ProvingGround()


@lru_cache(maxsize=1)
def _code_digest() -> str:
    root = Path(str(wpt_core.__file__)).parents[1]
    files = [root / 'wpt_core' / 'pipeline.py']
    files += [root / 'training' / name for name in _TRAINING]
    for folder in (*(root / 'wpt_core' / room for room in _ROOMS), root / 'wpt_sim'):
        files += sorted(folder.rglob('*.py'))
    return digest_of_code(
        file for file in files if not file.relative_to(root).as_posix().startswith(_NOT_DRIVEN)
    )


def _condition(case: Case) -> Condition:
    for condition in ROBUSTNESS:
        if condition.name == case.condition:
            return condition
    raise unknown_name('condition', case.condition, (one.name for one in ROBUSTNESS))


def _kind(row: Row, case: Case) -> AnyDriverKind:
    """Return the driver of a row under the condition of a case."""
    key = f'{case.suite}/{case.scenario}'
    disturbance = _condition(case).disturbance.for_drive(case.seed, key)
    if not row.learned:
        return find_driver(row.name)
    believed_rig = disturbance.believed_rig(surround_rig())
    return student_kind(
        row.name,
        lambda: planner_of(row, believed_rig),
        plan_every=_PLAN_EVERY,
        disturbance=disturbance,
    )


def _result(row: Row, outcome: suites.Outcome) -> DriveResult:
    log, scenario = outcome.log, outcome.scenario
    columns = (log.time_s, log.position_error_m, log.heading_error_rad, log.s_m)
    trace = Trace(
        *(tuple(round(float(value), 4) for value in column[::_TRACE_EVERY]) for column in columns)
    )
    return DriveResult(
        row=row.name,
        suite=scenario.suite,
        scenario=scenario.name,
        ability=scenario.ability.value,
        seed=outcome.seed,
        passed=outcome.passed,
        reasons=outcome.verdict.reasons,
        completion=outcome.route.completion,
        infractions=tuple(kind.value for kind in outcome.route.infractions),
        score=outcome.route.score,
        comfort=outcome.comfort,
        efficiency=outcome.efficiency,
        final_offset_m=float(log.position_error_m[-1]),
        ended_s=float(log.time_s[-1]),
        trace=trace,
    )
