# SPDX-License-Identifier: Apache-2.0
"""Does our car steer like a real one, and would our comfort score pass a human?

    python -m benchmarks.real_trace [--recording DIR] [--out DIR]

Prints what one recorded minute of a comma2k19 car says about `wpt_core.vehicle` and
`wpt_core.metrics`; with --out, also draws the two curvatures over time. See docs/real_trace.md.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.recorded_trace import RecordedTrace, load_trace
from benchmarks.steering_fit import (
    SMOOTHING_S,
    SteeringModel,
    Turns,
    align,
    bootstrap,
    conditioning,
    fit,
    judge,
    predict,
    reverse_ratio,
)
from wpt_core.metrics import (
    COMFORT_BOUNDS,
    COMFORT_FIT,
    Trajectory,
    comfort_score,
    comfort_signals,
)
from wpt_core.types import InputError
from wpt_core.vehicle import VehicleParameters

__all__ = ['PUBLISHED', 'RAV4', 'Fitted', 'at_10hz', 'comfort_lines', 'fits', 'main', 'report']

RECORDING = Path(__file__).resolve().parents[2] / 'shared' / 'data' / 'comma2k19_example1'

RAV4 = replace(
    VehicleParameters(),
    wheelbase_m=2.66,
    mass_kg=1792.0,
    rear_axle_to_gravity_centre_m=0.56 * 2.66,
    front_stiffness_npr=121.5e3,
    rear_stiffness_npr=151e3,
)
"""The recording's notes name the car: a Toyota RAV4 (sold 2016-18). Wheelbase by its maker, 104.7
inches. The rest is what the recorder's open driver-assistance project assumes: 3,650 lb and
136 kg of load, 56 % of it in front, stiffness scaled from its reference car."""

PUBLISHED = SteeringModel(16.88, RAV4.understeer_s2pm2, offset_rad=0.0, delay_s=0.0)
"""Steering ratio by the same project; understeer as it follows from the above."""

ENOUGH = np.array([0.15, 0.3, 0.25, 0.05])
"""Half width of an interval that still counts as known: share of the ratio, share of the
understeer, degrees, seconds."""
_NAMES = ('steering ratio', 'understeer 1e-3 s2/m2', 'steering offset deg', 'delay s')
_SHOWN = np.array([1.0, 1e3, np.degrees(1.0), 1.0])


@dataclass(frozen=True, eq=False, slots=True)
class Fitted:
    """One fit and how far it may be trusted."""

    title: str
    model: SteeringModel
    free: tuple[int, ...]
    """Which of ratio, understeer, offset and delay were fitted."""
    draws: NDArray[np.float64]
    """(resamples, 4), bootstrapped: ratio, understeer, offset, delay."""


def fits(turns: Turns, *, resamples: int = 200, seed: int = 0) -> tuple[Fitted, Fitted]:
    """Once with the published understeer, once with all four free."""
    results = []
    start = PUBLISHED
    for title, free in (
        ('ratio, offset, delay fitted', (0, 2, 3)),
        ('understeer fitted as well', (0, 1, 2, 3)),
    ):
        start = fit(turns, start, understeer_is_free=1 in free)
        draws = bootstrap(
            turns,
            start,
            np.random.default_rng(seed),
            understeer_is_free=1 in free,
            resamples=resamples,
        )
        results.append(Fitted(title, start, free, draws))
    return results[0], results[1]


def report(trace: RecordedTrace, turns: Turns, fitted: Sequence[Fitted]) -> list[str]:
    lateral_mps2 = turns.curvatures_1pm * turns.speeds_mps**2
    models = [('published, nothing fitted', PUBLISHED)]
    models += [(one.title, one.model) for one in fitted]
    lines = [
        f'{turns.times_s[-1] - turns.times_s[0]:.0f} s, '
        f'{turns.speeds_mps.min():.1f} to {turns.speeds_mps.max():.1f} m/s, '
        f'steering wheel over {np.degrees(np.ptp(trace.steering_rad)):.1f} degrees, '
        f'lateral acceleration at most {np.abs(lateral_mps2).max():.2f} m/s2',
        f'curvature of the poses: standard deviation {1e3 * turns.curvatures_1pm.std():.3f} 1/km; '
        f'both curvatures through one Hann window of {SMOOTHING_S:g} s',
        '',
        'steering minus poses             R2   rms 1/km  bias 1/km   rms apart, 1 s         2 s',
    ]
    lines += [_quality_line(name, turns, model) for name, model in models]
    for one in fitted:
        lines += ['', *_fit_lines(turns, one)]
    return [*lines, '', *_ratio_lines(turns, fitted[0].model), '', *comfort_lines(trace)]


def _quality_line(name: str, turns: Turns, model: SteeringModel) -> str:
    quality = judge(turns, model)
    return (
        f'{name:28} {quality.r_squared:6.2f} {1e3 * quality.rms_1pm:10.3f} '
        f'{round(1e3 * quality.bias_1pm, 3) + 0.0:10.3f} {100 * quality.offset_rms_1s_m:14.1f} cm '
        f'{100 * quality.offset_rms_2s_m:8.1f} cm'
    )


def _fit_lines(turns: Turns, one: Fitted) -> list[str]:
    low, high = np.percentile(one.draws, [5.0, 95.0], axis=0)
    model = one.model
    value = np.array([model.ratio, model.understeer_s2pm2, model.offset_rad, model.delay_s])
    reach = 0.5 * (high - low) * np.array([1.0 / value[0], 1.0, np.degrees(1.0), 1.0])
    reach[1] = reach[1] / value[1] if value[1] > 0.0 else np.inf
    known = reach <= ENOUGH
    # Resampling cannot see that noise in the steering flattens the line; the reverse fit can.
    known[0] &= low[0] <= reverse_ratio(turns, model) <= high[0]
    # Ratio and understeer trade against each other: neither is known without the other.
    known[0] &= 1 not in one.free or known[1]
    lines = [f'{one.title}: condition number {conditioning(turns, model, one.free):.1f}']
    for index in one.free:
        lines.append(
            f'  {_NAMES[index]:22}{_SHOWN[index] * value[index]:7.2f}   90 % interval '
            f'{_SHOWN[index] * low[index]:6.2f} to {_SHOWN[index] * high[index]:6.2f}   '
            f'{"known" if known[index] else "NOT known"}'
        )
    return lines


def _ratio_lines(turns: Turns, model: SteeringModel) -> list[str]:
    lines = [
        f'ratio at the published understeer: {model.ratio:.1f} fitting curvature to steering '
        f'(too high if the steering is noisy),',
        f'  {reverse_ratio(turns, model):.1f} fitting steering to curvature (too low if the poses '
        f'are noisy), {PUBLISHED.ratio:.1f} published',
        'ratio for an assumed understeer (1e-3 s2/m2), and how well that fits:',
    ]
    for understeer in (0.0, 1e-3, 2e-3, 4e-3):
        start = replace(model, understeer_s2pm2=understeer)
        other = fit(turns, start, understeer_is_free=False)
        r_squared = judge(turns, other).r_squared
        lines.append(f'  {1e3 * understeer:.0f}: ratio {other.ratio:5.1f}, R2 {r_squared:.3f}')
    return lines


def at_10hz(trace: RecordedTrace) -> Trajectory:
    """The camera's motion at the rate for which comfort chunks are published."""
    motion = Trajectory(trace.times_s, trace.positions_m, trace.yaws_rad)
    return motion.at(np.arange(0.0, trace.times_s[-1], 0.1))


def comfort_lines(trace: RecordedTrace) -> list[str]:
    motion = at_10hz(trace)
    score, signals, bounds = comfort_score(motion), comfort_signals(motion), COMFORT_BOUNDS
    forward_mps2 = signals.longitudinal_acceleration_mps2
    table = (
        ('|jerk| m/s3', np.abs(signals.jerk_mps3), bounds.jerk_mps3),
        (
            '|lateral acceleration| m/s2',
            np.abs(signals.lateral_acceleration_mps2),
            bounds.lateral_acceleration_mps2,
        ),
        ('acceleration m/s2', forward_mps2, bounds.acceleration_mps2),
        ('deceleration m/s2', -forward_mps2, bounds.deceleration_mps2),
        (
            '|yaw acceleration| rad/s2',
            np.abs(signals.yaw_acceleration_radps2),
            bounds.yaw_acceleration_radps2,
        ),
        (
            '|longitudinal jerk| m/s3',
            np.abs(signals.longitudinal_jerk_mps3),
            bounds.longitudinal_jerk_mps3,
        ),
        ('|yaw rate| rad/s', np.abs(signals.yaw_rate_radps), bounds.yaw_rate_radps),
    )
    lines = [
        f'the human: {100 * score.chunk_share:.0f} % of {score.chunks} chunks of 20 steps at '
        f'10 Hz inside all six bounds (camera poses, local polynomials of order '
        f'{COMFORT_FIT.order} over {COMFORT_FIT.window_s:g} s)',
        'signal                            50 %      95 %       max     bound',
    ]
    for name, values, bound in table:
        middle, most = np.percentile(values, [50.0, 95.0])
        lines.append(f'{name:28}{middle:10.3f}{most:10.3f}{values.max():10.3f}{bound:10.2f}')
    return lines


def draw(turns: Turns, model: SteeringModel, folder: Path) -> Path:
    """Both curvatures over time and their difference, as a PNG."""
    try:
        import matplotlib
    except ModuleNotFoundError as error:
        raise InputError('--out draws with matplotlib: pip install matplotlib first.') from error
    matplotlib.use('Agg')
    from matplotlib import pyplot

    predicted_1pkm = 1e3 * predict(turns, model)
    measured_1pkm = 1e3 * turns.curvatures_1pm
    figure, (upper, lower) = pyplot.subplots(
        2, 1, figsize=(11.0, 6.0), sharex=True, height_ratios=(2, 1), layout='constrained'
    )
    upper.plot(turns.times_s, measured_1pkm, color='black', label='poses')
    upper.plot(turns.times_s, predicted_1pkm, color='tab:orange', label='steering, fitted model')
    upper.set_ylabel('curvature, left positive [1/km]')
    upper.set_title(f'comma2k19 example, R² = {judge(turns, model).r_squared:.2f}')
    upper.legend()
    lower.plot(turns.times_s, predicted_1pkm - measured_1pkm, color='tab:red')
    lower.set_ylabel('steering − poses [1/km]')
    lower.set_xlabel('time [s]')
    for axes in (upper, lower):
        axes.axhline(0.0, color='grey', linewidth=0.5)
    path = folder / 'real_trace.png'
    folder.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110)
    pyplot.close(figure)
    return path


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('--recording', type=Path, default=RECORDING, help='folder of the segment')
    parser.add_argument('--out', type=Path, help='folder for the picture of both curvatures')
    options = parser.parse_args(arguments)
    try:
        trace = load_trace(options.recording)
        turns = align(trace, RAV4)
        fitted = fits(turns)
        print('\n'.join(report(trace, turns, fitted)))
        if options.out is not None:
            print(f'\npicture: {draw(turns, fitted[0].model, options.out)}')
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        print(f'--out {options.out} cannot be written: {error}.', file=sys.stderr)
        return 2
    return 0


if __name__ == '__main__':
    sys.exit(main())
