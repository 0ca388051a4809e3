# SPDX-License-Identifier: Apache-2.0
"""How long after asking does the car turn? Try all delays at once and see which explains best.

Asked and driven curvature go through the same band-pass, so that a crooked steering wheel, a
banked road, steady wind and the noise of a gyro hardly count and the delay between the two stays
what it was. Each candidate delay then has its own forgetting regression of driven on asked, with
the gain free, and the one that leaves the least unexplained, held to the prior, wins.

What is found is the delay at the frequencies at which the car is steered. A lag of first order
delays those less than its time constant, so the estimate is below dead time plus lag: by 5 ms for
a lag of 0.1 s, 15 to 25 ms for 0.2 s, 30 to 50 ms for 0.3 s, the more the quicker the steering.
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
"""Between candidates, and between the moments that are compared."""
_SMOOTH_S = 0.2
"""Each of two lags that take out noise."""
_SLOW_S = 2.0
"""What changes more slowly than this is taken for offset, bank or wind."""
_SETTLED_S = 2.0 * _SLOW_S
"""After a start, until the band-pass has forgotten where it began."""
_EXCITED_S = 2.0
"""Over so long it is judged whether anything is asked of the steering."""
_INDEPENDENT_S = 0.5
"""What a regression leaves is alike for so long, and counts as one piece of evidence."""
_LEAST_SEEN_S = 1.0
"""Of steering; with less there is no estimate but the prior."""
_FLOOR_MPS2 = 0.005
"""No fit is believed to be better than this (rms): quiet or perfect signals prove no more."""

_SAME_TIME_S = 1e-4
_LONGEST_GAP_S = 1.0
_TIGHTEST_1PM = 1.0
_FASTEST_MPS = 150.0
_HARDEST_MPS2 = 20.0
"""Beyond these three it is not a car that drives or asks; such input is ignored like a NaN."""


@dataclass(frozen=True, slots=True)
class DelaySettings:
    """What the delay may be, and how much it takes to believe it."""

    least_s: float = 0.0
    """No estimate is below this."""
    most_s: float = 0.8
    """No estimate is above this; at most 2."""
    memory_s: float = 60.0
    """Seconds of steering, not of straight driving, after which what was seen counts 1/e."""
    least_excitation_mps2: float = 0.02
    """While less lateral acceleration is asked for (rms over 2 s), nothing is learned."""
    prior_spread_s: float = 0.1
    """How far, as a standard deviation, the truth may be from the prior; less holds stronger."""
    least_speed_mps: float = 4.0
    """Below this the yaw rate says too little about the curvature, and nothing is learned."""

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
    """Learns, while driving, the time from asking for a curvature to driving it.

    That is the dead time plus all lags on the way, the car's own yaw response among them: what a
    planner has to look ahead by. A gap or a jump back in time, or driving too slowly, ends the
    window in which asked and driven are compared; what was learned stays.
    """

    def __init__(self, prior_s: float, settings: DelaySettings | None = None) -> None:
        self._settings = settings = settings or DelaySettings()
        if not settings.least_s <= prior_s <= settings.most_s:
            raise InputError(
                f'the prior of the steering delay must be within {settings.least_s} and '
                f'{settings.most_s} s, got {prior_s}'
            )
        self._prior_s = prior_s
        # One candidate beyond each bound, so that a parabola can be laid at the bound.
        first = max(math.floor(settings.least_s / _STEP_S) - 1, 0)
        last = math.ceil(settings.most_s / _STEP_S) + 1
        self._first = first
        self._candidates_s = _STEP_S * np.arange(first, last + 1, dtype=np.float64)
        self._window: _Window | None = None
        self._asked_asked = np.zeros(len(self._candidates_s))
        self._asked_driven = np.zeros(len(self._candidates_s))
        self._driven_driven = 0.0
        self._seen_s = 0.0
        """Weight of the three sums, which are of (m/s²)² s."""
        self._found: tuple[float, float] | None = (prior_s, 0.0)

    @property
    def delay_s(self) -> float:
        """Within the bounds, always; the prior itself until the car was seen to steer."""
        return self._estimate()[0]

    @property
    def known(self) -> float:
        """How much of the estimate is evidence and not prior, 0 to 1."""
        return self._estimate()[1]

    def take(
        self, now_s: float, *, commanded_1pm: float, driven_1pm: float, speed_mps: float
    ) -> None:
        """What is asked for from now on until the next call, and what is driven at this moment."""
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
            for asked, driven in window.advance(now_s, commanded_1pm, driven_1pm):
                if window.is_telling(asked[0] * speed_mps**2, self._settings):
                    self._learn(asked[self._first :], driven, weight=_STEP_S * speed_mps**4)

    def _learn(self, commanded_1pm: FloatArray, driven_1pm: float, *, weight: float) -> None:
        """One moment: what was asked for each candidate ago, and what is driven."""
        kept = math.exp(-_STEP_S / self._settings.memory_s)
        weighted = weight * commanded_1pm
        self._asked_asked = kept * self._asked_asked + weighted * commanded_1pm
        self._asked_driven = kept * self._asked_driven + weighted * driven_1pm
        self._driven_driven = kept * self._driven_driven + weight * driven_1pm * driven_1pm
        self._seen_s = kept * self._seen_s + _STEP_S
        self._found = None

    def _estimate(self) -> tuple[float, float]:
        if self._found is None:
            enough = self._seen_s >= _LEAST_SEEN_S
            self._found = self._weigh() if enough else (self._prior_s, 0.0)
        return self._found

    def _weigh(self) -> tuple[float, float]:
        """The delay of the least cost, by a parabola through three, and the share of evidence."""
        cost = self._surprise()
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

    def _surprise(self) -> FloatArray:
        """Minus the log likelihood of each candidate, the size of the noise being unknown.

        A steering that answers to the wrong side explains nothing.
        """
        right = np.maximum(self._asked_driven, 0.0)
        explained = right * right / np.maximum(self._asked_asked, np.finfo(np.float64).tiny)
        left = np.maximum(self._driven_driven - explained, 0.0) + self._seen_s * _FLOOR_MPS2**2
        surprise: FloatArray = 0.5 * self._seen_s / _INDEPENDENT_S * np.log(left)
        return surprise


class _Window:
    """Asked and driven since the last interruption, band-passed, at moments `_STEP_S` apart."""

    __slots__ = (
        '_asked_pass',
        '_at',
        '_commanded_1pm',
        '_driven_1pm',
        '_driven_pass',
        '_excitation',
        '_moments',
        '_past',
        '_since_s',
        '_size',
        'now_s',
    )

    def __init__(
        self, now_s: float, commanded_1pm: float, driven_1pm: float, *, size: int
    ) -> None:
        self.now_s = now_s
        self._commanded_1pm, self._driven_1pm = commanded_1pm, driven_1pm
        self._asked_pass, self._driven_pass = _BandPass(commanded_1pm), _BandPass(driven_1pm)
        self._since_s = 0.0
        """Time since the last moment."""
        self._moments = 0
        self._excitation = 0.0
        self._size, self._at = size, 0
        self._past = np.zeros(2 * size)
        """A ring written twice, so that the newest `size` values are always one slice."""

    def advance(
        self, now_s: float, commanded_1pm: float, driven_1pm: float
    ) -> Iterator[tuple[FloatArray, float]]:
        """Each moment up to now: all that was asked, newest first, and what was driven."""
        dt_s = now_s - self.now_s
        asked, driven = self._asked_pass.value, self._driven_pass.value
        # A command is held until the next one; a measurement is of its moment.
        asked_rise = (
            self._asked_pass.advance(self._commanded_1pm, self._commanded_1pm, dt_s) - asked
        )
        driven_rise = self._driven_pass.advance(self._driven_1pm, driven_1pm, dt_s) - driven
        since_s = self._since_s
        count = int((since_s + dt_s) / _STEP_S)
        self.now_s, self._commanded_1pm, self._driven_1pm = now_s, commanded_1pm, driven_1pm
        self._since_s = since_s + dt_s - count * _STEP_S
        for moment in range(1, count + 1):
            share = (moment * _STEP_S - since_s) / dt_s
            yield self._remember(asked + share * asked_rise), driven + share * driven_rise

    def is_telling(self, asked_mps2: float, settings: DelaySettings) -> bool:
        """Once for each moment: enough steering asked for lately, and the start is forgotten?"""
        self._excitation += _STEP_S / _EXCITED_S * (asked_mps2 * asked_mps2 - self._excitation)
        if self._moments < self._size + _SETTLED_S / _STEP_S:
            return False
        return self._excitation >= settings.least_excitation_mps2**2

    def _remember(self, commanded_1pm: float) -> FloatArray:
        self._moments += 1
        self._at = (self._at or self._size) - 1
        self._past[self._at] = self._past[self._at + self._size] = commanded_1pm
        return self._past[self._at : self._at + self._size]


class _BandPass:
    """Two lags, less a third and slow one; exact for input that is straight within a step."""

    __slots__ = ('_once', '_slow', '_twice', 'value')

    def __init__(self, start: float) -> None:
        self._once = self._twice = self._slow = start
        self.value = 0.0

    def advance(self, first: float, last: float, dt_s: float) -> float:
        """Input from `first` to `last` over `dt_s`; returns what passes at the end of it."""
        once = _lagged(self._once, first, last, dt_s / _SMOOTH_S)
        twice = _lagged(self._twice, self._once, once, dt_s / _SMOOTH_S)
        self._slow = _lagged(self._slow, self._twice, twice, dt_s / _SLOW_S)
        self._once, self._twice = once, twice
        self.value = twice - self._slow
        return self.value


def _lagged(value: float, first: float, last: float, lags: float) -> float:
    """A first-order lag after a straight stretch of input that took `lags` time constants."""
    behind = (last - first) / lags
    return last - behind + (value - first + behind) * math.exp(-lags)


def _plausible(now_s: float, curvatures_1pm: tuple[float, float], speed_mps: float) -> bool:
    """Finite, and of a car. Every comparison with a NaN is false."""
    tightest_1pm = min(_TIGHTEST_1PM, _HARDEST_MPS2 / max(speed_mps * speed_mps, 1e-9))
    return (
        math.isfinite(now_s)
        and abs(speed_mps) <= _FASTEST_MPS
        and all(abs(curvature_1pm) <= tightest_1pm for curvature_1pm in curvatures_1pm)
    )
