# SPDX-License-Identifier: Apache-2.0
"""What is kept of one judged drive: enough for every table and plot, small enough to keep."""

from dataclasses import asdict, dataclass

from wpt_core.metrics import Infraction, RouteOutcome
from wpt_sim.suites import Outcome

__all__ = ['DriveResult', 'Trace']

_EVERY = 2
"""Steps of 50 ms from one kept moment to the next."""


@dataclass(frozen=True, slots=True)
class Trace:
    """A drive over time, at 10 Hz."""

    time_s: tuple[float, ...]
    position_error_m: tuple[float, ...]
    """From the human-like position in the lane to be in."""
    heading_error_rad: tuple[float, ...]
    s_m: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class DriveResult:
    """One drive of one row, judged."""

    row: str
    suite: str
    scenario: str
    ability: str
    seed: int
    passed: bool
    reasons: tuple[str, ...]
    completion: float
    infractions: tuple[str, ...]
    score: float
    """Driving score of the route, 0 to 100."""
    comfort: float
    efficiency: float | None
    """Speed over that of the other vehicles; None without a route or without others."""
    final_offset_m: float
    ended_s: float
    trace: Trace

    @property
    def route(self) -> RouteOutcome:
        return RouteOutcome(
            self.scenario, self.completion, tuple(Infraction(name) for name in self.infractions)
        )

    @classmethod
    def of(cls, outcome: Outcome, row: str) -> 'DriveResult':
        log, scenario = outcome.log, outcome.scenario
        trace = Trace(
            *(
                tuple(round(float(value), 4) for value in values[::_EVERY])
                for values in (
                    log.time_s,
                    log.position_error_m,
                    log.heading_error_rad,
                    log.s_m,
                )
            )
        )
        return cls(
            row=row,
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

    def as_json(self) -> dict[str, object]:
        return asdict(self)

    @classmethod
    def of_json(cls, kept: dict[str, object]) -> 'DriveResult':
        """The inverse of `as_json`; TypeError or ValueError for anything else."""
        values = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in kept.items()
        }
        trace = values.pop('trace')
        if not isinstance(trace, dict):
            raise TypeError('trace must be an object')
        columns = {name: tuple(column) for name, column in trace.items()}
        return cls(**values, trace=Trace(**columns))  # type: ignore[arg-type]  # checked by caller
