# SPDX-License-Identifier: Apache-2.0
"""Which steering ratio, understeer, offset and delay explain how a recorded car turned?"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.recorded_trace import RecordedTrace
from wpt_core.types import InputError
from wpt_core.vehicle import VehicleParameters, curvature_from_wheel_angle, with_understeer

__all__ = [
    'SMOOTHING_S',
    'Quality',
    'SteeringModel',
    'Turns',
    'align',
    'bootstrap',
    'conditioning',
    'fit',
    'judge',
    'predict',
    'reverse_ratio',
]

FloatArray = NDArray[np.float64]

SMOOTHING_S = 1.0
_STEP_S = 0.05
_FINE_S = 0.01
_MARGIN_S = 1.5
"""Left out at both ends: half a smoothing window and the longest delay."""
_BLOCK_S = 3.0
"""Of the bootstrap: longer than the residual remembers itself."""

_SCALES = np.array([1 / 16.0, 1e-3, np.radians(1.0), 0.1])
"""Ordinary sizes of 1/ratio, understeer, offset and delay, which make them comparable."""
_LOWEST = np.array([1 / 100.0, 0.0, -0.5, -0.4])
_HIGHEST = np.array([1 / 5.0, 0.01, 0.5, 0.9])


@dataclass(frozen=True, slots=True)
class SteeringModel:
    """Road-wheel angle = (steering wheel angle `delay_s` ago - offset) / ratio; then our car."""

    ratio: float
    understeer_s2pm2: float
    offset_rad: float
    """Of the steering wheel when the car goes straight."""
    delay_s: float

    def vector(self) -> FloatArray:
        return np.array([1.0 / self.ratio, self.understeer_s2pm2, self.offset_rad, self.delay_s])

    @classmethod
    def of_vector(cls, vector: FloatArray) -> 'SteeringModel':
        gain, understeer, offset, delay = (float(value) for value in vector)
        return cls(1.0 / gain, understeer, offset, delay)


@dataclass(frozen=True, eq=False, slots=True)
class Turns:
    """What the poses and the steering say about turning, both smoothed alike."""

    times_s: FloatArray
    """(N,), every 0.05 s."""
    curvatures_1pm: FloatArray
    """(N,) yaw rate of the poses over wheel speed."""
    speeds_mps: FloatArray
    steering_times_s: FloatArray
    """(M,), every 0.01 s, a margin wider than `times_s`."""
    steering_rad: FloatArray
    """(M,)."""
    car: VehicleParameters
    """Whose wheelbase is taken for granted."""


@dataclass(frozen=True, slots=True)
class Quality:
    """How well a model's curvature follows that of the poses."""

    r_squared: float
    rms_1pm: float
    bias_1pm: float
    offset_rms_1s_m: float
    """Lateral distance that the residual alone drives the car apart within one second."""
    offset_rms_2s_m: float


def align(trace: RecordedTrace, car: VehicleParameters) -> Turns:
    """Everything on one grid, through one Hann window of `SMOOTHING_S`: no phase, same band."""
    end_s = min(trace.times_s[-1], trace.speed_times_s[-1], trace.steering_times_s[-1])
    if end_s < 4.0 * _MARGIN_S:
        raise InputError(f'a trace needs {4.0 * _MARGIN_S:g} s in common, this has {end_s:.1f} s.')
    grid_s = np.arange(0.0, end_s, _STEP_S)
    fine_s = np.arange(0.0, end_s, _FINE_S)
    yaw_rates_radps = np.gradient(np.interp(grid_s, trace.times_s, trace.yaws_rad), _STEP_S)
    speeds_mps = _smoothed(np.interp(grid_s, trace.speed_times_s, trace.speeds_mps), _STEP_S)
    steering_rad = np.interp(fine_s, trace.steering_times_s, trace.steering_rad)
    inner = (grid_s >= _MARGIN_S) & (grid_s <= end_s - _MARGIN_S)
    return Turns(
        times_s=grid_s[inner],
        curvatures_1pm=(_smoothed(yaw_rates_radps, _STEP_S) / speeds_mps)[inner],
        speeds_mps=speeds_mps[inner],
        steering_times_s=fine_s,
        steering_rad=_smoothed(steering_rad, _FINE_S),
        car=car,
    )


def predict(turns: Turns, model: SteeringModel) -> FloatArray:
    """Curvature, (N,), that our vehicle model makes of the steering."""
    asked_s = turns.times_s - model.delay_s
    steering_rad = np.interp(asked_s, turns.steering_times_s, turns.steering_rad)
    wheel_rad: FloatArray = (steering_rad - model.offset_rad) / model.ratio
    car = with_understeer(turns.car, model.understeer_s2pm2)
    return curvature_from_wheel_angle(car, wheel_rad, turns.speeds_mps)


def fit(
    turns: Turns,
    start: SteeringModel,
    *,
    understeer_is_free: bool = True,
    weights: FloatArray | None = None,
) -> SteeringModel:
    """Least squares of the curvature residual by damped Gauss-Newton within physical bounds."""
    scale = np.ones(len(turns.times_s)) if weights is None else np.sqrt(weights)
    vector, damping = start.vector(), 1e-3
    residual = scale * _residual(turns, vector)
    for _ in range(60):
        slope = scale[:, None] * _slopes(turns, vector)
        normal, gradient = slope.T @ slope, slope.T @ residual
        free = _free(vector, gradient) & np.array([True, understeer_is_free, True, True])
        step = np.zeros(4)
        damped = normal + damping * np.diag(np.diag(normal))
        step[free] = np.linalg.solve(damped[np.ix_(free, free)], -gradient[free])
        tried = np.clip(vector + step * _SCALES, _LOWEST, _HIGHEST)
        tried_residual = scale * _residual(turns, tried)
        if tried_residual @ tried_residual > residual @ residual:
            damping *= 10.0
            if damping > 1e6:
                break
            continue
        settled = np.abs((tried - vector) / _SCALES).max() < 1e-7
        vector, residual, damping = tried, tried_residual, max(damping / 10.0, 1e-9)
        if settled:
            break
    return SteeringModel.of_vector(vector)


def judge(turns: Turns, model: SteeringModel) -> Quality:
    residual = _residual(turns, model.vector())
    spread = turns.curvatures_1pm - turns.curvatures_1pm.mean()
    return Quality(
        r_squared=float(1.0 - residual @ residual / (spread @ spread)),
        rms_1pm=_rms(residual),
        bias_1pm=float(residual.mean()),
        offset_rms_1s_m=_rms(_offsets(turns, residual, 1.0)),
        offset_rms_2s_m=_rms(_offsets(turns, residual, 2.0)),
    )


def bootstrap(
    turns: Turns,
    start: SteeringModel,
    generator: np.random.Generator,
    *,
    understeer_is_free: bool = True,
    resamples: int = 200,
) -> FloatArray:
    """(resamples, 4): the fit on blocks of 3 s drawn with replacement; columns as in the model."""
    block = np.arange(len(turns.times_s)) // round(_BLOCK_S / _STEP_S)
    count = int(block[-1]) + 1
    rows = []
    for _ in range(resamples):
        drawn = np.bincount(generator.integers(0, count, count), minlength=count)
        weights = drawn[block].astype(np.float64)
        model = fit(turns, start, understeer_is_free=understeer_is_free, weights=weights)
        rows.append([model.ratio, model.understeer_s2pm2, model.offset_rad, model.delay_s])
    return np.array(rows)


def conditioning(turns: Turns, model: SteeringModel, free: tuple[int, ...]) -> float:
    """Condition number of the problem in the `free` parameters, each in its ordinary size."""
    return float(np.linalg.cond(_slopes(turns, model.vector())[:, free]))


def reverse_ratio(turns: Turns, model: SteeringModel) -> float:
    """The ratio with all noise blamed on the poses' side instead: steering fitted to curvature.

    Least squares of curvature on steering takes the steering for exact, and every movement of it
    that the car does not follow flattens the line. The two answers bracket the truth.
    """
    predicted = predict(turns, model)
    spread = turns.curvatures_1pm - turns.curvatures_1pm.mean()
    slope = float(spread @ (predicted - predicted.mean()) / (spread @ spread))
    return model.ratio * slope


def _smoothed(values: FloatArray, step_s: float) -> FloatArray:
    window = np.hanning(round(SMOOTHING_S / step_s) + 1)
    return np.convolve(values, window / window.sum(), mode='same')


def _residual(turns: Turns, vector: FloatArray) -> FloatArray:
    return predict(turns, SteeringModel.of_vector(vector)) - turns.curvatures_1pm


def _slopes(turns: Turns, vector: FloatArray) -> FloatArray:
    """(N, 4): change of the residual per ordinary size of each parameter, by differences."""
    base = _residual(turns, vector)
    steps = np.diag(1e-3 * _SCALES)
    return np.stack([(_residual(turns, vector + step) - base) / 1e-3 for step in steps], axis=-1)


def _free(vector: FloatArray, gradient: FloatArray) -> NDArray[np.bool_]:
    """Which parameters are not held at a bound that the fit would like to cross."""
    held = ((vector <= _LOWEST) & (gradient > 0.0)) | ((vector >= _HIGHEST) & (gradient < 0.0))
    return ~held


def _offsets(turns: Turns, residual_1pm: FloatArray, horizon_s: float) -> FloatArray:
    """Lateral offset after `horizon_s` from every start: residual curvature, integrated twice."""
    steps = round(horizon_s / _STEP_S)
    way_m = turns.speeds_mps * _STEP_S
    yaw_rad = np.concatenate([[0.0], np.cumsum(residual_1pm * way_m)])
    mean_yaw_rad = 0.5 * (yaw_rad[1:] + yaw_rad[:-1])
    side_m = np.concatenate([[0.0], np.cumsum(mean_yaw_rad * way_m)])
    rolled_m = np.concatenate([[0.0], np.cumsum(way_m)])
    starts = np.arange(len(residual_1pm) - steps + 1)
    ends = starts + steps
    straight_m = yaw_rad[starts] * (rolled_m[ends] - rolled_m[starts])
    result: FloatArray = side_m[ends] - side_m[starts] - straight_m
    return result


def _rms(values: FloatArray) -> float:
    return float(np.sqrt(np.mean(values * values)))
