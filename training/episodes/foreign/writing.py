# SPDX-License-Identifier: Apache-2.0
"""Writes one part of a recording as an episode: views, resampled motion, labels."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.episodes.episode import About, EpisodeWriter
from training.episodes.foreign.image_sets import ImageSet, fetch
from training.episodes.foreign.mapping import Mapping
from training.episodes.foreign.odometry import STEP_S
from training.episodes.foreign.scan import Recording
from training.episodes.foreign.segments import Part
from training.episodes.rollout import Rollout, Targets
from wpt_core.bags import Bag
from wpt_core.geometry import rotation_from_rpy, transform
from wpt_core.sensing import ViewWarper
from wpt_core.types import Command, EgoState, Pose2, Rig, plan_times_s

__all__ = ['PartWriter']

_BEGIN_S = 1.0
"""Stamp of an episode's first views."""
_LEAST_SPEED_MPS = 1.0


@dataclass(frozen=True, eq=False, slots=True)
class PartWriter:
    """Writer for all parts of one recording."""

    bag: Bag
    mapping: Mapping
    recording: Recording
    cameras: tuple[str, ...]
    """Cameras in use."""
    views: Rig
    warper: ViewWarper
    label: Callable[[Rollout], Targets]
    """Method of a teacher with bag knowledge."""

    def write(self, target: Path, part: Part, sets: list[ImageSet]) -> Counter[str]:
        """Write an episode; return the number of damaged images by camera."""
        delay_s = self.mapping.actuator_delay_s
        about = About(self.bag.info.path.stem, self.mapping.driver, delay_s, scenario=target.name)
        sources = tuple(s for s in self.mapping.cameras if s.name in self.cameras)
        later_s = _BEGIN_S - part.start_s
        times_s = np.array([chosen.stamp_s for chosen in sets])
        targets = self.label(Rollout(part.driven, times_s, delay_s))
        damaged: Counter[str] = Counter()
        with EpisodeWriter(target, self.views, about) as episode:
            for row, (chosen, frames) in enumerate(fetch(self.bag, sources, sets)):
                lost = set(chosen.numbers) - {frame.camera for frame in frames}
                damaged.update(lost)
                if self.mapping.anchor.name in lost:
                    continue
                images, alive = self.warper.warp(frames)
                views = {
                    name: images[place]
                    for place, name in enumerate(self.views.names)
                    if alive[place]
                }
                stamp_s = chosen.stamp_s + later_s
                episode.views(stamp_s, views, self._command(part, chosen.stamp_s))
                labels = targets.labels(row)
                if labels is not None:
                    episode.labels(stamp_s, labels, plan_times_s())
            for ego, world_from_base in _states(part, later_s):
                episode.odometry(ego, world_from_base)
        return damaged

    def _command(self, part: Part, at_s: float) -> Command:
        """Return the newest command; KEEP before the first one."""
        newest = int(np.searchsorted(part.commands.stamps_s, at_s, 'right')) - 1
        if newest < 0:
            return Command.KEEP
        return self.recording.requested[int(part.commands.messages[newest])]


def _states(part: Part, later_s: float) -> Iterator[tuple[EgoState, NDArray[np.float64]]]:
    """Yield states and poses (4, 4) at 20 Hz, with one more at each end of the part."""
    driven = part.driven
    inside = (driven.times_s > part.start_s - STEP_S) & (driven.times_s < part.stop_s + STEP_S)
    for i in np.flatnonzero(inside).tolist():
        speed, rate = float(driven.speed_mps[i]), float(driven.yaw_rate_radps[i])
        pose = Pose2(float(driven.x_m[i]), float(driven.y_m[i]), float(driven.yaw_rad[i]))
        z_m, roll, pitch = (0.0, 0.0, 0.0) if driven.tilt is None else driven.tilt[i].tolist()
        turn = rotation_from_rpy(roll, pitch, pose.yaw_rad)
        ego = EgoState(
            stamp_s=float(driven.times_s[i]) + later_s,
            pose=pose,
            speed_mps=speed,
            acceleration_mps2=float(driven.acceleration_mps2[i]),
            yaw_rate_radps=rate,
            curvature_1pm=rate / max(speed, _LEAST_SPEED_MPS),
        )
        yield ego, transform(turn, [pose.x_m, pose.y_m, z_m])
