# SPDX-License-Identifier: Apache-2.0
"""The comparison with a real recording: reading, recovery of known values, and the result."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.real_trace import PUBLISHED, RAV4, at_10hz, fits, main, report
from benchmarks.recorded_trace import RecordedTrace, load_trace
from benchmarks.steering_fit import (
    SteeringModel,
    align,
    bootstrap,
    conditioning,
    fit,
    judge,
    predict,
    reverse_ratio,
)
from wpt_core.metrics import comfort_score
from wpt_core.types import InputError
from wpt_core.vehicle import curvature_from_wheel_angle, with_understeer

TRUE = SteeringModel(ratio=15.2, understeer_s2pm2=1.8e-3, offset_rad=0.01, delay_s=0.13)
START = SteeringModel(ratio=20.0, understeer_s2pm2=5e-4, offset_rad=0.0, delay_s=0.0)
ALL, SPEEDY = (0, 1, 2, 3), 11.0


def synthetic(
    *, speed_swing_mps: float = SPEEDY, noise_rad: float = 0.0, seed: int = 0
) -> RecordedTrace:
    """A minute of a car that is exactly `TRUE`, steered smoothly over +-40 degrees."""
    generator = np.random.default_rng(seed)
    times_s = np.arange(0.0, 60.0, 0.002)
    speeds_mps = 19.0 - speed_swing_mps * np.cos(2 * np.pi * times_s / 40.0)

    def steering(at_s: np.ndarray) -> np.ndarray:
        waves = ((0.35, 0.11, 0.0), (0.2, 0.23, 1.0), (0.1, 0.41, 2.0))
        return sum(size * np.sin(2 * np.pi * rate * at_s + at) for size, rate, at in waves)

    car = with_understeer(RAV4, TRUE.understeer_s2pm2)
    wheel_rad = (steering(times_s - TRUE.delay_s) - TRUE.offset_rad) / TRUE.ratio
    rates_radps = speeds_mps * curvature_from_wheel_angle(car, wheel_rad, speeds_mps)
    yaws_rad = np.cumsum(rates_radps) * 0.002
    steps_m = speeds_mps[:, None] * np.stack([np.cos(yaws_rad), np.sin(yaws_rad)], -1) * 0.002
    pose, can = slice(0, None, 25), slice(0, None, 6)
    count = len(times_s[can])
    return RecordedTrace(
        times_s[pose],
        np.cumsum(steps_m, axis=0)[pose],
        yaws_rad[pose],
        times_s[can],
        speeds_mps[can],
        times_s[can],
        steering(times_s[can]) + noise_rad * generator.standard_normal(count),
    )


def test_the_fit_recovers_what_was_put_in() -> None:
    turns = align(synthetic(), RAV4)
    found = fit(turns, START)
    assert found.ratio == pytest.approx(TRUE.ratio, rel=0.01)
    assert found.understeer_s2pm2 == pytest.approx(TRUE.understeer_s2pm2, rel=0.02)
    assert found.offset_rad == pytest.approx(TRUE.offset_rad, abs=5e-4)
    assert found.delay_s == pytest.approx(TRUE.delay_s, abs=0.005)
    assert judge(turns, found).r_squared > 0.9999
    assert judge(turns, START).r_squared < 0.99
    assert reverse_ratio(turns, found) == pytest.approx(found.ratio, rel=0.001)


def test_the_intervals_hold_the_truth_and_are_narrow_with_good_excitation() -> None:
    turns = align(synthetic(noise_rad=0.02, seed=3), RAV4)
    draws = bootstrap(turns, fit(turns, START), np.random.default_rng(0), resamples=60)
    low, high = np.percentile(draws, [1, 99], axis=0)
    assert np.all(high - low < 0.2 * np.array([15.0, 2e-3, 0.02, 0.2]))
    assert low[0] * 0.99 <= TRUE.ratio <= high[0] * 1.01
    assert low[1] * 0.95 <= TRUE.understeer_s2pm2 <= high[1] * 1.05


def test_without_a_change_of_speed_ratio_and_understeer_cannot_be_told_apart() -> None:
    lively, steady = (align(synthetic(speed_swing_mps=swing), RAV4) for swing in (SPEEDY, 0.2))
    assert conditioning(lively, TRUE, ALL) < 30.0
    assert conditioning(steady, TRUE, ALL) > 300.0
    assert conditioning(steady, TRUE, (0, 2, 3)) < 30.0


def test_understeer_stays_physical_where_the_data_ask_for_oversteer() -> None:
    turns = align(synthetic(), RAV4)
    flipped = replace(turns, curvatures_1pm=turns.curvatures_1pm * (turns.speeds_mps / 19.0) ** 2)
    assert fit(flipped, START).understeer_s2pm2 == 0.0


def test_a_constant_residual_becomes_a_parabola_of_offset() -> None:
    turns = align(synthetic(speed_swing_mps=0.0), RAV4)
    shifted = replace(turns, curvatures_1pm=predict(turns, TRUE) - 1e-4)
    quality = judge(shifted, TRUE)
    assert quality.bias_1pm == pytest.approx(1e-4)
    assert quality.rms_1pm == pytest.approx(1e-4)
    assert quality.offset_rms_1s_m == pytest.approx(0.5 * 1e-4 * 19.0**2 * 1.0, rel=1e-3)
    assert quality.offset_rms_2s_m == pytest.approx(0.5 * 1e-4 * 19.0**2 * 4.0, rel=1e-3)


def test_a_trace_too_short_to_trim_is_refused() -> None:
    trace = synthetic()
    short = replace(
        trace,
        times_s=trace.times_s[:80],
        positions_m=trace.positions_m[:80],
        yaws_rad=trace.yaws_rad[:80],
    )
    with pytest.raises(InputError, match=r'needs 6 s in common, this has 4\.0 s'):
        align(short, RAV4)


def write_segment(folder: Path, *, latitude_deg: float, longitude_deg: float) -> np.ndarray:
    """A quarter circle of 200 m radius at 20 m/s, from east turning north; returns its plane."""
    lat, lon = np.radians([latitude_deg, longitude_deg])
    east = np.array([-np.sin(lon), np.cos(lon), 0.0])
    up = np.array([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    north = np.cross(up, east)
    times_s = np.arange(0.0, 15.7, 0.05)
    yaws_rad = 0.1 * times_s
    plane_m = 200.0 * np.stack([np.sin(yaws_rad), 1.0 - np.cos(yaws_rad)], axis=-1)
    across_m = 6378137.0 / np.sqrt(1.0 - 6.69437999014e-3 * np.sin(lat) ** 2)
    origin = across_m * (up - np.array([0.0, 0.0, 6.69437999014e-3 * np.sin(lat)]))
    forward = np.cos(yaws_rad)[:, None] * east + np.sin(yaws_rad)[:, None] * north
    axes = np.stack([forward, np.cross(forward, up), np.broadcast_to(-up, forward.shape)], axis=-1)

    def write(name: str, values: np.ndarray) -> None:
        path = folder / 'drive' / '7' / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open('wb') as file:
            np.save(file, values)

    write('global_pose/frame_times', times_s + 4000.0)
    write('global_pose/frame_positions', origin + plane_m @ np.stack([east, north]))
    write('global_pose/frame_orientations', np.array([quaternion(matrix) for matrix in axes]))
    can_s = np.arange(0.01, 15.6, 0.012) + 4000.0
    for name, values in (
        ('speed', np.full((len(can_s), 1), 20.0)),
        ('steering_angle', np.full(len(can_s), 12.0)),
    ):
        write(f'processed_log/CAN/{name}/t', can_s)
        write(f'processed_log/CAN/{name}/value', values)
    return plane_m


def quaternion(matrix: np.ndarray) -> np.ndarray:
    """(w, x, y, z) as the eigenvector of the rotation's symmetric 4 x 4 form."""
    (xx, xy, xz), (yx, yy, yz), (zx, zy, zz) = matrix
    form = np.array(
        [
            [xx + yy + zz, zy - yz, xz - zx, yx - xy],
            [zy - yz, xx - yy - zz, xy + yx, xz + zx],
            [xz - zx, xy + yx, yy - xx - zz, yz + zy],
            [yx - xy, xz + zx, yz + zy, zz - xx - yy],
        ]
    )
    return np.linalg.eigh(form)[1][:, -1]


@pytest.mark.parametrize(
    ('latitude_deg', 'longitude_deg'), [(0.0, 0.0), (37.7, -122.5), (-33.9, 151.2), (60.0, 25.0)]
)
def test_poses_anywhere_on_earth_come_out_in_the_plane(
    tmp_path: Path, latitude_deg: float, longitude_deg: float
) -> None:
    plane_m = write_segment(tmp_path, latitude_deg=latitude_deg, longitude_deg=longitude_deg)
    trace = load_trace(tmp_path)
    assert trace.positions_m == pytest.approx(plane_m, abs=1e-5)
    assert trace.yaws_rad == pytest.approx(0.1 * trace.times_s, abs=1e-5)
    assert trace.speed_times_s[0] == pytest.approx(0.01)
    assert trace.steering_rad == pytest.approx(np.radians(12.0))
    turns = align(trace, RAV4)
    assert turns.curvatures_1pm == pytest.approx(1 / 200.0, rel=1e-4)


def spoil_missing(path: Path) -> None:
    path.unlink()


def spoil_truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:200])


def spoil_pickled(path: Path) -> None:
    with path.open('wb') as file:
        np.save(file, np.array([{'a': 1}], dtype=object), allow_pickle=True)


def spoil_shape(path: Path) -> None:
    with path.open('wb') as file:
        np.save(file, np.zeros((3, 3)))


def spoil_nan(path: Path) -> None:
    values = np.load(path)
    values[5] = np.nan
    with path.open('wb') as file:
        np.save(file, values)


@pytest.mark.parametrize(
    'spoil', [spoil_missing, spoil_truncated, spoil_pickled, spoil_shape, spoil_nan]
)
def test_a_spoilt_file_is_named_in_one_sentence_and_exits_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], spoil: Callable[[Path], None]
) -> None:
    write_segment(tmp_path, latitude_deg=10.0, longitude_deg=20.0)
    spoil(tmp_path / 'drive/7/global_pose/frame_positions')
    assert main(['--recording', str(tmp_path)]) == 2
    printed = capsys.readouterr()
    assert printed.out == ''
    assert 'frame_positions' in printed.err
    assert printed.err.count('\n') == 1


def test_a_missing_recording_exits_2_and_says_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(['--recording', str(tmp_path / 'nowhere')]) == 2
    assert re.fullmatch(
        r'expected one comma2k19 segment .* found 0; .*--recording\.\n', capsys.readouterr().err
    )


@pytest.fixture(scope='module')
def real(recordings: Path) -> RecordedTrace:
    folder = recordings / 'comma2k19_example1'
    if not folder.is_dir():
        pytest.skip(f'no recording at {folder}')
    return load_trace(folder)


def test_our_car_turns_like_the_real_one(real: RecordedTrace) -> None:
    turns = align(real, RAV4)
    unfitted = judge(turns, PUBLISHED)
    assert 0.5 < unfitted.r_squared < 0.7
    model = fit(turns, PUBLISHED, understeer_is_free=False)
    quality = judge(turns, model)
    assert 0.72 < quality.r_squared < 0.85  # higher would mean that the residual was smoothed away
    assert quality.rms_1pm < 1.0e-4
    assert abs(quality.bias_1pm) < 2e-6
    assert quality.offset_rms_2s_m < 0.05
    assert 0.05 < model.delay_s < 0.15
    assert -0.35 < np.degrees(model.offset_rad) < -0.10
    assert reverse_ratio(turns, model) < PUBLISHED.ratio < model.ratio


def test_one_minute_of_freeway_does_not_reveal_the_understeer(real: RecordedTrace) -> None:
    turns = align(real, RAV4)
    model = fit(turns, PUBLISHED)
    assert model.understeer_s2pm2 == 0.0  # held at the bound, against all we know of such cars
    assert conditioning(turns, model, ALL) > 2.0 * conditioning(turns, model, (0, 2, 3))


def test_the_human_is_comfortable(real: RecordedTrace) -> None:
    score = comfort_score(at_10hz(real))
    assert score.chunks == 30
    assert score.chunk_share == 1.0


def test_the_document_says_what_the_script_prints(real: RecordedTrace, root: Path) -> None:
    turns = align(real, RAV4)
    printed = '\n'.join(report(real, turns, fits(turns)))
    text = (root / 'docs' / 'real_trace.md').read_text(encoding='utf-8')
    written = text.split('```text\n')[1].split('\n```')[0]
    number = re.compile(r'-?\d+(?:\.\d+)?')
    assert number.sub('#', written) == number.sub('#', printed)
    assert [float(n) for n in number.findall(written)] == pytest.approx(
        [float(n) for n in number.findall(printed)], rel=0.02, abs=0.0101
    )
