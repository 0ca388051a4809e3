# SPDX-License-Identifier: Apache-2.0
"""Bench2Drive's driving score: route completion times infraction penalties.

A route that is not finished in time fails, and its completion counts without a factor. The
published factor of 0.7 is for a *scenario* on the route that exceeds its own time limit.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from wpt_core.metrics.intervals import Interval, mean_interval, wilson_interval
from wpt_core.types import InputError

__all__ = [
    'PENALTIES',
    'Infraction',
    'RouteOutcome',
    'SeedSummary',
    'SuiteScore',
    'over_seeds',
    'suite_score',
]


class Infraction(Enum):
    """Infractions that reduce the score; each occurrence counts."""

    PEDESTRIAN = 'collision with a pedestrian'
    VEHICLE = 'collision with a vehicle'
    STATIC = 'collision with something that stands'
    RED_LIGHT = 'red light'
    STOP_SIGN = 'stop sign'
    SCENARIO_TIMEOUT = 'scenario timeout'
    """A scenario of the route exceeded its own time limit; not the route itself."""
    EMERGENCY_VEHICLE = 'no way given to an emergency vehicle'


PENALTIES = {
    Infraction.PEDESTRIAN: 0.5,
    Infraction.VEHICLE: 0.6,
    Infraction.STATIC: 0.65,
    Infraction.RED_LIGHT: 0.7,
    Infraction.STOP_SIGN: 0.8,
    Infraction.SCENARIO_TIMEOUT: 0.7,
    Infraction.EMERGENCY_VEHICLE: 0.7,
}
"""Published factor for each occurrence."""

_COMPLETE = 1.0 - 1e-9


@dataclass(frozen=True, slots=True)
class RouteOutcome:
    """Outcome of one drive along one route."""

    route: str
    completion: float
    """Driven share of the route, 0 to 1."""
    infractions: tuple[Infraction, ...] = ()

    def __post_init__(self) -> None:
        if not (math.isfinite(self.completion) and 0.0 <= self.completion <= 1.0):
            raise InputError(
                f'completion of route {self.route!r} must lie between 0 and 1, '
                f'not {self.completion}.'
            )

    @property
    def score(self) -> float:
        """Completion in percent times the factor of each infraction, 0 to 100."""
        return 100.0 * self.completion * math.prod(PENALTIES[i] for i in self.infractions)

    @property
    def success(self) -> bool:
        """Whether the route was completed without infraction."""
        return self.completion >= _COMPLETE and not self.infractions


@dataclass(frozen=True, slots=True)
class SuiteScore:
    """One run of one driver over a list of routes."""

    driving_score: float
    """Mean over the routes, 0 to 100; a route without an outcome counts 0."""
    successes: Interval
    """Share of successful routes, 0 to 1, with Wilson's interval."""
    missing: tuple[str, ...]
    """Routes without an outcome."""
    infractions: tuple[tuple[Infraction, int], ...]
    """Count of each infraction, in the order of the enumeration."""


@dataclass(frozen=True, slots=True)
class SeedSummary:
    """The same suite over several seeds, with Student's intervals."""

    driving_score: Interval
    success_rate: Interval
    """Over the rates of the runs, so it shows the influence of the seed; not clipped to 0..1."""


def suite_score(outcomes: Sequence[RouteOutcome], routes: Sequence[str]) -> SuiteScore:
    """Score the outcomes of one run against the routes of the suite."""
    _check_routes([outcome.route for outcome in outcomes], routes)
    driven = {outcome.route for outcome in outcomes}
    counts = Counter(infraction for outcome in outcomes for infraction in outcome.infractions)
    return SuiteScore(
        driving_score=sum(outcome.score for outcome in outcomes) / len(routes),
        successes=wilson_interval(sum(outcome.success for outcome in outcomes), len(routes)),
        missing=tuple(route for route in routes if route not in driven),
        infractions=tuple((kind, counts[kind]) for kind in Infraction if counts[kind]),
    )


def over_seeds(scores: Sequence[SuiteScore], level: float = 0.95) -> SeedSummary:
    """Return mean and interval over at least two runs that differ only in their seed."""
    return SeedSummary(
        mean_interval([score.driving_score for score in scores], level),
        mean_interval([score.successes.estimate for score in scores], level),
    )


def _check_routes(driven: Sequence[str], routes: Sequence[str]) -> None:
    if not routes:
        raise InputError('routes must name at least one route.')
    for name, names in (('routes', routes), ('outcomes', driven)):
        again = [route for route, count in Counter(names).items() if count > 1]
        if again:
            raise InputError(f'{name} must name each route once, {again[0]!r} comes more often.')
    unknown = sorted(set(driven) - set(routes))
    if unknown:
        raise InputError(f'outcomes must be of routes of the suite; {unknown[0]!r} is not.')
