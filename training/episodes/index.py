# SPDX-License-Identifier: Apache-2.0
"""Index of a folder of episodes: all data but the images, read once and cached."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from training.episodes.episode import About, about_from, image_topic
from training.episodes.rollout import Driven, Rollout, Targets
from wpt_core.bags import Bag
from wpt_core.files import replacing
from wpt_core.model import CHANNELS
from wpt_core.model.units import ACCELERATION
from wpt_core.types import POINT_COUNT, BagError, InputError, plan_times_s

__all__ = ['Episode', 'bag_state', 'load_index']

Float32 = NDArray[np.float32]
_LANE_POINTS = 12
_VERSION = 5
_NOT_ARRAYS = ('path', 'about')


@dataclass(frozen=True, eq=False, slots=True)
class Episode:
    """Data of one bag without images, over T samples (sets of views)."""

    path: Path
    about: About
    stamps_ns: NDArray[np.int64]
    """(T,)."""
    valid: NDArray[np.bool_]
    """(T, N): mask of the views that have an image."""
    positions_m: NDArray[np.float64]
    """(T, 3): position of `base_link` in the frame of the odometry."""
    orientations: NDArray[np.float64]
    """(T, 4): unit quaternions x, y, z, w, world from `base_link`."""
    speeds_mps: Float32
    """(T,)."""
    commands: NDArray[np.int64]
    """(T,)."""
    plans: Float32
    """(T, 33, 6), 0 where unknown."""
    known: NDArray[np.int64]
    """(T,): number of known points of the plan; 0 without a label."""
    actions: Float32
    """(T, 2): curvature and acceleration at the stamp + actuator delay."""
    lanes: Float32
    """(T, 12, 2, 2): left and right border of the lane ahead, x and y; NaN where unknown."""


class Labeller(Protocol):
    """Part of `training.teachers.protocol.Teacher` that the index uses."""

    @property
    def name(self) -> str: ...

    def label(self, rollout: Rollout) -> Targets: ...


def load_index(
    folder: Path, views: tuple[str, ...], *, teacher: Labeller | None = None, most: int = 0
) -> list[Episode]:
    """Load the episodes of a folder in the order of their names, at most `most` if above 0.

    Labels are those in the bags, or made by `teacher`. The index is cached beside the bags and
    renewed for bags that changed. Raise InputError if there is no episode.
    """
    paths = sorted(path for path in folder.glob('*') if (path / 'metadata.yaml').is_file())
    if not paths:
        raise InputError(f'{folder} has no episodes; make some with ./wpt prepare')
    if 0 < most < len(paths):
        paths = [paths[number * len(paths) // most] for number in range(most)]
    kept = _Cache(_index_folder(folder, views, teacher))
    missing = [path for path in paths if not kept.has(path)]
    for path in tqdm(missing, desc=f'indexing {folder.name}', disable=None, leave=False):
        kept.put(path, _read(path, views, teacher))
    return [kept.get(path) for path in paths]


def bag_state(path: Path) -> tuple[int, int]:
    """Return size in bytes and last change of a bag; caches of it depend on both."""
    states = [file.stat() for file in path.iterdir()]
    return sum(state.st_size for state in states), max(state.st_mtime_ns for state in states)


def _index_folder(folder: Path, views: tuple[str, ...], teacher: Labeller | None) -> Path:
    source = 'bag' if teacher is None else teacher.name
    return folder / f'.index-{source}-{crc32(",".join(views).encode()):08x}'


class _Cache:
    """One file per episode, named after the state of its bag."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(exist_ok=True)

    def _file(self, path: Path) -> Path:
        digest = crc32(repr((_VERSION, bag_state(path))).encode())
        return self._folder / f'{path.name}-{digest:08x}.npz'

    def has(self, path: Path) -> bool:
        return self._file(path).is_file()

    def put(self, path: Path, episode: Episode) -> None:
        arrays = {
            name: getattr(episode, name) for name in Episode.__slots__ if name not in _NOT_ARRAYS
        }
        about = {name: getattr(episode.about, name) for name in About.__slots__}
        with replacing(self._file(path)) as aside:
            np.savez(aside, about=np.array(json.dumps(about)), **arrays)

    def get(self, path: Path) -> Episode:
        with np.load(self._file(path), allow_pickle=False) as kept:
            about = about_from(str(kept['about']), where=str(path))
            arrays = {name: kept[name] for name in Episode.__slots__ if name not in _NOT_ARRAYS}
        return Episode(path=path, about=about, **arrays)


def _read(path: Path, views: tuple[str, ...], teacher: Labeller | None) -> Episode:
    with Bag.open(path) as bag:
        topics = {topic.name for topic in bag.info.topics if topic.count}
        needed = {'/odometry', '/command', '/episode'}
        if not needed <= topics:
            raise BagError(
                f'{path} is no episode: it has no {", ".join(sorted(needed - topics))}; '
                'convert it with ./wpt prepare --bag'
            )
        text = next(iter(bag.messages(['/episode']))).message.data
        about = about_from(text, where=str(path))
        commands = [(m.stamp_ns, m.message.command) for m in bag.messages(['/command'])]
        stamps_ns = np.array([stamp for stamp, _ in commands], np.int64)
        valid = [_has(bag, topics, image_topic(view), stamps_ns) for view in views]
        poses = _poses(bag)
        driven = _driven(poses)
        if teacher is not None:
            times_s = stamps_ns.astype(np.float64) * 1e-9
            rollout = Rollout(driven, times_s, about.actuator_delay_s)
            labels = _labels_from_targets(teacher.label(rollout))
        else:
            labels = _labels_from_bag(bag, topics, stamps_ns)
        lanes = _lanes(bag, topics, stamps_ns)
    plans, known, curvatures = labels
    positions_m, orientations = _interpolated(poses, stamps_ns)
    return Episode(
        path=path,
        about=about,
        stamps_ns=stamps_ns,
        valid=np.stack(valid, axis=1),
        positions_m=positions_m,
        orientations=orientations,
        speeds_mps=np.interp(stamps_ns * 1e-9, driven.times_s, driven.speed_mps).astype(
            np.float32
        ),
        commands=np.array([command for _, command in commands], np.int64),
        plans=plans,
        known=known,
        actions=np.stack(
            [curvatures, _accelerations(plans, known, about.actuator_delay_s)], axis=1
        ),
        lanes=lanes,
    )


def _has(
    bag: Bag, topics: set[str], topic: str, stamps_ns: NDArray[np.int64]
) -> NDArray[np.bool_]:
    if topic not in topics:
        return np.zeros(len(stamps_ns), np.bool_)
    return np.isin(stamps_ns, bag.stamps_ns(topic))


_Poses = NDArray[np.float64]
"""(K, 10): time [s], position, quaternion x, y, z, w, forward speed and yaw rate."""


def _poses(bag: Bag) -> _Poses:
    """Read the odometry: 20 Hz without gaps."""
    rows = []
    for _, stamp_ns, odometry in bag.messages(['/odometry']):
        pose, twist = odometry.pose.pose, odometry.twist.twist
        at, q = pose.position, pose.orientation
        place = (at.x, at.y, at.z, q.x, q.y, q.z, q.w)
        rows.append((stamp_ns * 1e-9, *place, twist.linear.x, twist.angular.z))
    return np.array(rows, np.float64)


def _driven(poses: _Poses) -> Driven:
    """Return the motion in the plane."""
    times_s, x_m, y_m, _, x, y, z, w, speeds, rates = poses.T
    yaws = np.unwrap(np.arctan2(2.0 * (w * z + x * y), 1.0 - 2.0 * (y * y + z * z)))
    return Driven(times_s, x_m, y_m, yaws, speeds, np.gradient(speeds, times_s), rates)


def _interpolated(
    poses: _Poses, stamps_ns: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Interpolate positions (T, 3) and orientations (T, 4) at the stamps.

    Quaternions are interpolated linearly and normalised: over 50 ms, a turn of at most 0.1 rad,
    that differs from the arc by less than 1e-5 rad.
    """
    quaternions = poses[:, 4:8] / np.linalg.norm(poses[:, 4:8], axis=1, keepdims=True)
    # q and -q are the same orientation; neighbours must lie on the same side.
    turned = (quaternions[1:] * quaternions[:-1]).sum(axis=1) < 0.0
    quaternions[1:][np.cumsum(turned) % 2 == 1] *= -1.0
    columns = np.column_stack([poses[:, 1:4], quaternions]).T
    found = np.stack([np.interp(stamps_ns * 1e-9, poses[:, 0], c) for c in columns], axis=1)
    return found[:, :3], found[:, 3:] / np.linalg.norm(found[:, 3:], axis=1, keepdims=True)


_Labels = tuple[Float32, NDArray[np.int64], Float32]
"""Plans (T, 33, 6), number of known points (T,), curvatures (T,)."""


def _no_labels(count: int) -> _Labels:
    plans = np.zeros((count, POINT_COUNT, CHANNELS), np.float32)
    return plans, np.zeros(count, np.int64), np.zeros(count, np.float32)


def _labels_from_targets(targets: Targets) -> _Labels:
    """Select the most probable hypotheses."""
    count = len(targets.plans)
    plans, known, curvatures = _no_labels(count)
    for row in range(count):
        label = targets.labels(row)
        if label is not None:
            known[row] = len(label.plan)
            plans[row, : known[row]], curvatures[row] = label.plan, label.curvature_1pm
    return plans, known, curvatures


def _labels_from_bag(bag: Bag, topics: set[str], stamps_ns: NDArray[np.int64]) -> _Labels:
    plans, known, curvatures = _no_labels(len(stamps_ns))
    if not {'/labels/plan', '/labels/action'} <= topics:
        return plans, known, curvatures
    for _, stamp_ns, plan in bag.messages(['/labels/plan']):
        row, count = _row(stamps_ns, stamp_ns), len(plan.times_s)
        one = plan.hypotheses[0]
        columns = (one.speeds_mps, one.accelerations_mps2, one.yaws_rad, one.yaw_rates_radps)
        plans[row, :count, :2] = one.positions_m.reshape(-1, 2)
        plans[row, :count, 2:] = np.stack(columns, axis=1)
        known[row] = count
    for _, stamp_ns, command in bag.messages(['/labels/action']):
        curvatures[_row(stamps_ns, stamp_ns)] = command.curvature_1pm
    return plans, known, curvatures


def _accelerations(plans: Float32, known: NDArray[np.int64], delay_s: float) -> Float32:
    """Return accelerations (T,) of the plans after the actuator delay."""
    times_s = plan_times_s()
    rows = [np.interp(delay_s, times_s, plan[:, ACCELERATION]) for plan in plans]
    return np.where(known > 0, np.array(rows), 0.0).astype(np.float32)


def _lanes(bag: Bag, topics: set[str], stamps_ns: NDArray[np.int64]) -> Float32:
    lanes = np.full((len(stamps_ns), _LANE_POINTS, 2, 2), np.nan, np.float32)
    for side, name in enumerate(('/labels/lane_left', '/labels/lane_right')):
        if name not in topics:
            continue
        for _, stamp_ns, path in bag.messages([name]):
            places = [(at.pose.position.x, at.pose.position.y) for at in path.poses]
            lanes[_row(stamps_ns, stamp_ns), :, side] = places
    return lanes


def _row(stamps_ns: NDArray[np.int64], stamp_ns: int) -> int:
    return int(np.searchsorted(stamps_ns, stamp_ns))
