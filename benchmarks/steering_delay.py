# SPDX-License-Identifier: Apache-2.0
"""Does a car learn its own steering delay while it drives?

    python -m benchmarks.steering_delay [--recording DIR]

First on cars whose delay we know, because we made them; then on a recorded minute of a real one,
beside what a fit over the whole minute says. See docs/real_trace.md.
"""

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.real_trace import PUBLISHED, RAV4, RECORDING, fits
from benchmarks.recorded_trace import RecordedTrace, load_trace
from benchmarks.steering_fit import align
from wpt_core.planning import DelayEstimator
from wpt_core.types import Action, EgoState, InputError, Pose2
from wpt_core.vehicle import Car, VehicleParameters, curvature_from_wheel_angle, randomised

__all__ = ['Received', 'main', 'recorded', 'simulated', 'total_delay_s']

SEEDS = range(24)
SECONDS = 60.0
NOISES_1PM = (2e-4, 5e-4, 1e-3)
SIZES_MPS2 = (0.15, 0.4, 0.8)
"""Lateral acceleration of each of four waves; every size meets every noise."""
PRIOR_S = 0.3
"""Delay and lag of the default car, which the randomised ones are not."""
REAL_PRIORS_S = (0.05, 0.1, 0.2, 0.3)
_PHYSICS_S = 0.01
_WIND_MPS2 = 0.15
_WIND_S = 1.5
"""Size (rms) and memory of gusts."""
_REAL_STEP_S = 0.02


@dataclass(frozen=True, slots=True)
class Received:
    """What an estimator is told at one moment."""

    now_s: float
    commanded_1pm: float
    driven_1pm: float
    speed_mps: float

    def tell(self, estimator: DelayEstimator) -> None:
        estimator.take(
            self.now_s,
            commanded_1pm=self.commanded_1pm,
            driven_1pm=self.driven_1pm,
            speed_mps=self.speed_mps,
        )


def total_delay_s(parameters: VehicleParameters, speed_mps: float) -> float:
    """From asking to driving: the area between a small step asked for and the car's answer.

    Of a dead time and lags in a row, this is their sum. It holds the tyres' own answer as well.
    """
    car = Car(replace(parameters, steering_offset_rad=0.0), Pose2(0.0, 0.0, 0.0), speed_mps)
    step_s, action = 0.002, Action(0.1 / speed_mps**2, 0.0)
    driven = np.array([car.step(action, step_s).curvature_1pm for _ in range(2500)])
    return float(np.sum(1.0 - driven / driven[-1]) * step_s)


@dataclass(frozen=True, eq=False, slots=True)
class _Weave:
    rates_hz: NDArray[np.float64]
    phases_rad: NDArray[np.float64]
    sizes_1pm: NDArray[np.float64]

    def at(self, now_s: float) -> float:
        waves = np.sin(2.0 * np.pi * self.rates_hz * now_s + self.phases_rad)
        return float(self.sizes_1pm @ waves)


def _weave(generator: np.random.Generator, size_mps2: float, speed_mps: float) -> _Weave:
    """Four waves from 0.05 to 0.5 Hz, the quicker the smaller."""
    rates_hz = generator.uniform(0.05, 0.5, 4)
    phases_rad = generator.uniform(0.0, 2.0 * np.pi, 4)
    return _Weave(rates_hz, phases_rad, size_mps2 / speed_mps**2 / np.sqrt(rates_hz / 0.1))


def simulated(
    parameters: VehicleParameters,
    generator: np.random.Generator,
    *,
    speed_mps: float,
    size_mps2: float = 0.4,
    noise_1pm: float = 5e-4,
    seconds: float = SECONDS,
    step_s: float = 0.05,
    holds_line: bool = False,
) -> Iterator[Received]:
    """A car that weaves in gusty wind at a slowly changing speed, seen through a noisy gyro.

    One that holds a line also steers back towards it, so what it asks for answers to the wind.
    """
    car = Car(parameters, Pose2(0.0, 0.0, 0.0), speed_mps)
    asking, gust_mps2 = _weave(generator, size_mps2, speed_mps), 0.0
    pieces = max(round(step_s / _PHYSICS_S), 1)
    piece_s = step_s / pieces
    for tick in range(round(seconds / step_s)):
        now_s, ego = tick * step_s, car.ego
        commanded_1pm = asking.at(now_s) - (_back_1pm(ego) if holds_line else 0.0)
        driven_1pm = ego.curvature_1pm + noise_1pm * float(generator.standard_normal())
        yield Received(now_s, commanded_1pm, driven_1pm, ego.speed_mps)
        wanted_mps = speed_mps + 3.0 * np.sin(0.1 * now_s)
        action = Action(commanded_1pm, float(0.5 * (wanted_mps - ego.speed_mps)))
        for _ in range(pieces):
            push_mps2 = _WIND_MPS2 * np.sqrt(2.0 * piece_s / _WIND_S) * generator.standard_normal()
            gust_mps2 += float(push_mps2) - gust_mps2 * piece_s / _WIND_S
            car.step(action, piece_s, wind_lateral_mps2=gust_mps2)


def _back_1pm(ego: EgoState) -> float:
    """The curvature to take off what is asked for, to come back to the x axis."""
    return ego.pose.yaw_rad / ego.speed_mps + 0.25 * ego.pose.y_m / ego.speed_mps**2


def recorded(trace: RecordedTrace) -> list[Received]:
    """The steering wheel as what is asked for, yaw rate over speed as what is driven; 50 Hz."""
    end_s = min(trace.times_s[-1], trace.speed_times_s[-1], trace.steering_times_s[-1])
    times_s = np.arange(trace.steering_times_s[0], end_s, _REAL_STEP_S)
    speeds_mps = np.interp(times_s, trace.speed_times_s, trace.speeds_mps)
    # A command is held until the next; the wheel goes on turning, so it is read in mid-step.
    middles_s = times_s + 0.5 * _REAL_STEP_S
    steering_rad = np.interp(middles_s, trace.steering_times_s, trace.steering_rad)
    commanded_1pm = curvature_from_wheel_angle(RAV4, steering_rad / PUBLISHED.ratio, speeds_mps)
    rates_radps = np.gradient(trace.yaws_rad, trace.times_s)
    driven_1pm = np.interp(times_s, trace.times_s, rates_radps) / speeds_mps
    columns = (times_s, commanded_1pm, driven_1pm, speeds_mps)
    return [Received(*row) for row in np.stack(columns, axis=-1).tolist()]


@dataclass(frozen=True, slots=True)
class _Drive:
    """One simulated car, and what came of it."""

    seed: int
    speed_mps: float
    size_mps2: float
    noise_1pm: float
    parameters: VehicleParameters
    estimate_s: float
    known: float

    @property
    def truth_s(self) -> float:
        return total_delay_s(self.parameters, self.speed_mps)


def _drive(seed: int, *, weaves: bool, holds_line: bool) -> _Drive:
    generator = np.random.default_rng(seed)
    parameters, speed_mps = randomised(generator), float(generator.uniform(11.0, 21.0))
    noise_1pm = NOISES_1PM[seed % 3]
    size_mps2 = SIZES_MPS2[seed // 3 % 3] if weaves else 0.0
    estimator = DelayEstimator(PRIOR_S)
    for received in simulated(
        parameters,
        generator,
        speed_mps=speed_mps,
        size_mps2=size_mps2,
        noise_1pm=noise_1pm,
        seconds=SECONDS,
        holds_line=holds_line,
    ):
        received.tell(estimator)
    estimate_s, known = estimator.delay_s, estimator.known
    return _Drive(seed, speed_mps, size_mps2, noise_1pm, parameters, estimate_s, known)


def simulated_lines() -> list[str]:
    lines = [
        f'{len(SEEDS)} simulated cars, {SECONDS:g} s each at 20 Hz; "truth" is dead time, lag and '
        f'tyres together',
        'seed   m/s  waves m/s2  noise 1/km   dead+lag    truth  prior  estimate    error  known',
    ]
    drives = [_drive(seed, weaves=True, holds_line=False) for seed in SEEDS]
    lines += [_drive_line(drive) for drive in drives]
    lines += ['', '|error|, s                                median   90 % below   known (median)']
    priors = [replace(drive, estimate_s=PRIOR_S, known=0.0) for drive in drives]
    lines += [_summary('the prior', priors), _summary('weaving', drives)]
    for title, weaves in (
        ('weaving about a line, and holding it', True),
        ('only holding a line in the wind', False),
    ):
        others = [_drive(seed, weaves=weaves, holds_line=True) for seed in SEEDS]
        lines.append(_summary(title, others))
    return lines


def _drive_line(drive: _Drive) -> str:
    truth_s = drive.truth_s
    asked_s = drive.parameters.steering_delay_s + drive.parameters.steering_lag_s
    return (
        f'{drive.seed:4}{drive.speed_mps:6.1f}{drive.size_mps2:12.2f}'
        f'{1e3 * drive.noise_1pm:12.1f}{asked_s:11.3f}{truth_s:9.3f}{PRIOR_S:7.2f}'
        f'{drive.estimate_s:10.3f}{drive.estimate_s - truth_s:+9.3f}{drive.known:7.2f}'
    )


def _summary(title: str, drives: Sequence[_Drive]) -> str:
    errors_s = [abs(drive.estimate_s - drive.truth_s) for drive in drives]
    middle_s, most_s = np.percentile(errors_s, [50.0, 90.0])
    known = float(np.median([drive.known for drive in drives]))
    return f'{title:40}{middle_s:8.3f}{most_s:13.3f}{known:17.2f}'


def real_lines(trace: RecordedTrace) -> list[str]:
    fitted = fits(align(trace, RAV4))[0]
    low_s, high_s = np.percentile(fitted.draws[:, 3], [5.0, 95.0])
    received = recorded(trace)
    shown_s = list(range(10, int(received[-1].now_s), 10))
    lines = [
        'the real minute, wheel to yaw: estimate (known) after so many seconds, and at the end',
        'prior' + ''.join(f'{second:10} s' for second in shown_s) + '         end',
    ]
    for prior_s in REAL_PRIORS_S:
        estimator, cells = DelayEstimator(prior_s), list[str]()
        for one in received:
            if len(cells) < len(shown_s) and one.now_s >= shown_s[len(cells)]:
                cells.append(_cell(estimator))
            one.tell(estimator)
        lines.append(f'{prior_s:5.2f}' + ''.join([*cells, _cell(estimator)]))
    return [
        *lines,
        f'offline, whole minute: {fitted.model.delay_s:.2f} s, 90 % interval '
        f'{low_s:.2f} to {high_s:.2f}',
    ]


def _cell(estimator: DelayEstimator) -> str:
    return f'{estimator.delay_s:6.3f}({estimator.known:.2f})'


def time_line() -> str:
    """One call and one look at the estimate, at 20 and 100 Hz: median of five runs."""
    found = []
    for rate_hz in (20.0, 100.0):
        received = list(
            simulated(
                VehicleParameters(),
                np.random.default_rng(0),
                speed_mps=15.0,
                seconds=20.0,
                step_s=1.0 / rate_hz,
            )
        )
        found.append(
            f'{1e6 * np.median([_timed(received) for _ in range(5)]):.0f} at {rate_hz:g} Hz'
        )
    return 'processor microseconds a call, estimate read each time: ' + ', '.join(found)


def _timed(received: Sequence[Received]) -> float:
    """Processor time, as the machine may be busy; without the first seconds, which cost less."""
    estimator = DelayEstimator(PRIOR_S)
    start = len(received) // 2
    for one in received[:start]:
        one.tell(estimator)
    started_s = time.process_time()
    for one in received[start:]:
        one.tell(estimator)
        _ = estimator.delay_s
    return (time.process_time() - started_s) / (len(received) - start)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('--recording', type=Path, default=RECORDING, help='folder of the segment')
    options = parser.parse_args(arguments)
    print('\n'.join([*simulated_lines(), time_line(), '']), flush=True)
    try:
        print('\n'.join(real_lines(load_trace(options.recording))))
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == '__main__':
    sys.exit(main())
