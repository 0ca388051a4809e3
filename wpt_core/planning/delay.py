# SPDX-License-Identifier: Apache-2.0
"""Estimation of the steering delay: the candidate delay that explains the driven curvature best.

Commanded and driven curvature pass the same band-pass, so that a crooked steering wheel, a banked
road, steady wind and gyro noise have little influence and the delay between the two is preserved.
Each candidate delay has its own exponentially forgetting regression of driven on commanded
curvature, with a free gain. The candidate with the smallest residual, weighted with the prior,
wins.

The result is the delay at the frequencies of the steering. A first-order lag delays those by less
than its time constant, so the estimate is below dead time plus lag: by 5 ms for a lag of 0.1 s, 15
to 25 ms for 0.2 s, 30 to 50 ms for 0.3 s, more for faster steering.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from wpt_core.types import InputError

__all__ = ['DelayEstimator', 'DelaySettings']

FloatArray = NDArray[np.float64]

_STEP_S = 0.025
"""Spacing of the candidates and of the samples."""
_SMOOTH_S = 0.2
"""Time constant of each of the two low-pass filters."""
_SLOW_S = 2.0
"""Slower changes count as offset, bank or wind."""
_SETTLED_S = 2.0 * _SLOW_S
"""Settling time of the band-pass after a start."""
_EXCITED_S = 2.0
"""Averaging time of the steering excitation."""
_INDEPENDENT_S = 0.5
"""Correlation time of the residuals: one independent observation per interval."""
_LEAST_SEEN_S = 1.0
"""Steering time below which the prior is returned."""
_FLOOR_MPS2 = 0.005
"""Least residual (rms): perfect signals prove no more."""

_SAME_TIME_S = 1e-4
_LONGEST_GAP_S = 1.0
_TIGHTEST_1PM = 1.0
_FASTEST_MPS = 150.0
_HARDEST_MPS2 = 20.0
"""Inputs beyond these three limits are implausible and ignored like NaN."""


@dataclass(frozen=True, slots=True)
class DelaySettings:
    """Bounds of the delay and how much evidence an estimate needs."""

    least_s: float = 0.0
    """No estimate is below this."""
    most_s: float = 0.8
    """No estimate is above this; at most 2."""
    memory_s: float = 60.0
    """Time constant of forgetting, in seconds of steering."""
    least_excitation_mps2: float = 0.02
    """With less commanded lateral acceleration (rms over 2 s) nothing is learned."""
    prior_spread_s: float = 0.1
    """Standard deviation of the prior; a smaller value weighs it more."""
    least_speed_mps: float = 4.0
    """Below this speed the yaw rate says too little about the curvature, so nothing is learned."""

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name != 'least_s' and not 0.0 < value < math.inf:
                raise InputError(f'DelaySettings.{field.name} must be above 0, got {value}')
        if not 0.0 <= self.least_s < self.most_s <= 2.0:
            raise InputError(
                f'DelaySettings needs 0 <= least_s < most_s <= 2, '
                f'got {self.least_s} and {self.most_s}'
            )


class DelayEstimator:
    """Estimates, while driving, the time from commanding a curvature to driving it.

    This is the dead time plus all lags, including the car's yaw response: the time by which a
    planner looks ahead. A gap, a jump back in time, or a low speed starts a new comparison window;
    the learned sums are kept.
    """

    def __init__(self, prior_s: float, settings: DelaySettings | None = None) -> None:
        self._settings = settings = settings or DelaySettings()
        if not settings.least_s <= prior_s <= settings.most_s:
            raise InputError(
                f'the prior of the steering delay must be within {settings.least_s} and '
                f'{settings.most_s} s, got {prior_s}'
            )
        self._prior_s = prior_s
        # One candidate beyond each bound, so that a parabola can be fitted at the bound.
        first = max(math.floor(settings.least_s / _STEP_S) - 1, 0)
        last = math.ceil(settings.most_s / _STEP_S) + 1
        self._first = first
        self._candidates_s = _STEP_S * np.arange(first, last + 1, dtype=np.float64)
        self._window: _Window | None = None
        self._command_command = np.zeros(len(self._candidates_s))
        self._command_driven = np.zeros(len(self._candidates_s))
        self._driven_driven = 0.0
        self._seen_s = 0.0
        """Weight of the three sums, which are in (m/s²)² s."""
        self._found: tuple[float, float] | None = (prior_s, 0.0)

    @property
    def delay_s(self) -> float:
        """The estimate, within the bounds; the prior until there is enough steering."""
        return self._estimate()[0]

    @property
    def known(self) -> float:
        """Share of the estimate that is evidence and not prior, 0 to 1."""
        return self._estimate()[1]

    def take(
        self, now_s: float, *, commanded_1pm: float, driven_1pm: float, speed_mps: float
    ) -> None:
        """Add a sample: the command from now until the next call, and the curvature driven now."""
        if not _plausible(now_s, (commanded_1pm, driven_1pm), speed_mps):
            return
        window = self._window
        if speed_mps < self._settings.least_speed_mps:
            self._window = None
        elif window is None or not 0.0 <= now_s - window.now_s <= _LONGEST_GAP_S:
            self._window = _Window(
                now_s, commanded_1pm, driven_1pm, size=self._first + len(self._candidates_s)
            )
        elif now_s - window.now_s > _SAME_TIME_S:
            for command, driven in window.advance(now_s, commanded_1pm, driven_1pm):
                if window.is_informative(command[0] * speed_mps**2, self._settings):
                    self._learn(command[self._first :], driven, weight=_STEP_S * speed_mps**4)

    def _learn(self, commanded_1pm: FloatArray, driven_1pm: float, *, weight: float) -> None:
        """Add one sample: the commands of all candidate delays ago, and the driven curvature."""
        kept = math.exp(-_STEP_S / self._settings.memory_s)
        weighted = weight * commanded_1pm
        self._command_command = kept * self._command_command + weighted * commanded_1pm
        self._command_driven = kept * self._command_driven + weighted * driven_1pm
        self._driven_driven = kept * self._driven_driven + weight * driven_1pm * driven_1pm
        self._seen_s = kept * self._seen_s + _STEP_S
        self._found = None

    def _estimate(self) -> tuple[float, float]:
        if self._found is None:
            enough = self._seen_s >= _LEAST_SEEN_S
            self._found = self._weigh() if enough else (self._prior_s, 0.0)
        return self._found

    def _weigh(self) -> tuple[float, float]:
        """Return the delay of least cost, by a parabola through three candidates, and its
        evidence."""
        cost = self._negative_log_likelihood()
        prior = 0.5 * ((self._candidates_s - self._prior_s) / self._settings.prior_spread_s) ** 2
        cost += prior
        best = int(np.argmin(cost))
        middle = min(max(best, 1), len(cost) - 2)
        before, here, after = (float(value) for value in cost[middle - 1 : middle + 2])
        bend = before - 2.0 * here + after
        if bend > 0.0:
            delay_s = self._candidates_s[middle] + 0.5 * (before - after) / bend * _STEP_S
        else:
            delay_s = self._candidates_s[best]
        prior_bend = (_STEP_S / self._settings.prior_spread_s) ** 2
        known = max(1.0 - prior_bend / bend, 0.0) if bend > 0.0 else 0.0
        return min(max(float(delay_s), self._settings.least_s), self._settings.most_s), known

    def _negative_log_likelihood(self) -> FloatArray:
        """Return the negative log likelihood of each candidate, for unknown noise variance.

        A response with the wrong sign explains nothing.
        """
        right = np.maximum(self._command_driven, 0.0)
        explained = right * right / np.maximum(self._command_command, np.finfo(np.float64).tiny)
        left = np.maximum(self._driven_driven - explained, 0.0) + self._seen_s * _FLOOR_MPS2**2
        cost: FloatArray = 0.5 * self._seen_s / _INDEPENDENT_S * np.log(left)
        return cost


class _Window:
    """Commanded and driven curvature since the last interruption, band-passed, `_STEP_S` apart."""

    __slots__ = (
        '_command_pass',
        '_commanded_1pm',
        '_commands',
        '_driven_1pm',
        '_driven_pass',
        '_excitation',
        '_head',
        '_samples',
        '_since_s',
        '_size',
        'now_s',
    )

    def __init__(
        self, now_s: float, commanded_1pm: float, driven_1pm: float, *, size: int
    ) -> None:
        self.now_s = now_s
        self._commanded_1pm, self._driven_1pm = commanded_1pm, driven_1pm
        self._command_pass, self._driven_pass = _BandPass(commanded_1pm), _BandPass(driven_1pm)
        self._since_s = 0.0
        """Time since the last sample."""
        self._samples = 0
        self._excitation = 0.0
        self._size, self._head = size, 0
        self._commands = np.zeros(2 * size)
        """A ring buffer written twice, so that the newest `size` values are always one slice."""

    def advance(
        self, now_s: float, commanded_1pm: float, driven_1pm: float
    ) -> Iterator[tuple[FloatArray, float]]:
        """Yield each sample up to now: all commands, newest first, and the driven curvature."""
        dt_s = now_s - self.now_s
        command, driven = self._command_pass.value, self._driven_pass.value
        # A command is held until the next one; a measurement holds for its time only.
        command_rise = (
            self._command_pass.advance(self._commanded_1pm, self._commanded_1pm, dt_s) - command
        )
        driven_rise = self._driven_pass.advance(self._driven_1pm, driven_1pm, dt_s) - driven
        since_s = self._since_s
        count = int((since_s + dt_s) / _STEP_S)
        self.now_s, self._commanded_1pm, self._driven_1pm = now_s, commanded_1pm, driven_1pm
        self._since_s = since_s + dt_s - count * _STEP_S
        for sample in range(1, count + 1):
            share = (sample * _STEP_S - since_s) / dt_s
            yield self._push(command + share * command_rise), driven + share * driven_rise

    def is_informative(self, commanded_mps2: float, settings: DelaySettings) -> bool:
        """Call once per sample: return whether the excitation suffices and the start has
        settled."""
        self._excitation += (
            _STEP_S / _EXCITED_S * (commanded_mps2 * commanded_mps2 - self._excitation)
        )
        if self._samples < self._size + _SETTLED_S / _STEP_S:
            return False
        return self._excitation >= settings.least_excitation_mps2**2

    def _push(self, commanded_1pm: float) -> FloatArray:
        self._samples += 1
        self._head = (self._head or self._size) - 1
        self._commands[self._head] = self._commands[self._head + self._size] = commanded_1pm
        return self._commands[self._head : self._head + self._size]


class _BandPass:
    """Two low-pass filters minus a third, slow one; exact for piecewise linear input."""

    __slots__ = ('_once', '_slow', '_twice', 'value')

    def __init__(self, start: float) -> None:
        self._once = self._twice = self._slow = start
        self.value = 0.0

    def advance(self, first: float, last: float, dt_s: float) -> float:
        """Advance by `dt_s` with linear input; return the output at its end."""
        once = _lagged(self._once, first, last, dt_s / _SMOOTH_S)
        twice = _lagged(self._twice, self._once, once, dt_s / _SMOOTH_S)
        self._slow = _lagged(self._slow, self._twice, twice, dt_s / _SLOW_S)
        self._once, self._twice = once, twice
        self.value = twice - self._slow
        return self.value


def _lagged(value: float, first: float, last: float, lags: float) -> float:
    """Return the response of a first-order lag to linear input over `lags` time constants."""
    behind = (last - first) / lags
    return last - behind + (value - first + behind) * math.exp(-lags)


def _plausible(now_s: float, curvatures_1pm: tuple[float, float], speed_mps: float) -> bool:
    """Whether the inputs are finite and plausible for a car; comparisons with NaN are False."""
    tightest_1pm = min(_TIGHTEST_1PM, _HARDEST_MPS2 / max(speed_mps * speed_mps, 1e-9))
    return (
        math.isfinite(now_s)
        and abs(speed_mps) <= _FASTEST_MPS
        and all(abs(curvature_1pm) <= tightest_1pm for curvature_1pm in curvatures_1pm)
    )
