# SPDX-License-Identifier: Apache-2.0
"""Faults of a drive as text (`odometry=freeze@5s+2s`), and their effect on the world node."""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Enum

from wpt_core.types import EgoState, InputError

__all__ = ['Fault', 'Kind', 'WorldFaults']

_JUMP_S = 10.0
_SHORT_S = 2.0


class Kind(Enum):
    """Kind of a fault."""

    DEAD = 'dead'
    """A camera, all cameras, or the odometry stop publishing."""
    FREEZE = 'freeze'
    """A camera repeats its last image, or odometry its last pose and speed, with new stamps."""
    ZERO = 'zero'
    """Odometry reports speed 0 at the last pose, with new stamps."""
    SCALE = 'scale'
    """Odometry reports half the speed, with true poses."""
    SECOND = 'second'
    """A second publisher of the odometry, with speed 0."""
    STOP = 'stop'
    """/clock stops while the simulation continues."""
    JUMP = 'jump'
    """/clock and all stamps jump ahead by 10 s."""
    KILL = 'kill'
    """A process is killed, and restarted after the duration."""
    HANG = 'hang'
    """A process is stopped (SIGSTOP), and continued after the duration."""
    GARBAGE = 'garbage'
    """A second publisher sends random bytes as images of a camera."""
    FLOOD = 'flood'
    """A second publisher floods the gate with commands."""
    IMPOSTOR = 'impostor'
    """A second node with the name of the controller sends commands to the gate."""

    @property
    def duration_s(self) -> float:
        """Return the default duration; infinite: until the end of the drive."""
        return math.inf if self in _UNTIL_THE_END else _SHORT_S


_UNTIL_THE_END = (Kind.DEAD, Kind.FREEZE, Kind.ZERO, Kind.SCALE, Kind.JUMP)
_FORM = re.compile(
    r'(?P<what>(camera:)?\w+)=(?P<kind>\w+)@(?P<at>\d+(\.\d+)?)s?(\+(?P<for>\d+(\.\d+)?)s?)?'
)


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault of one target during one interval of the drive."""

    target: str
    """A process, `odometry`, `clock`, `cameras`, `commands`, or the name of a camera."""
    kind: Kind
    at_s: float
    """Since the start of the drive."""
    duration_s: float
    """Duration in time of the drive."""

    @classmethod
    def of(cls, text: str) -> 'Fault':
        """Parse `target=kind@start` or `...@start+duration`; raise InputError if invalid."""
        form, kinds = _FORM.fullmatch(text), [kind.value for kind in Kind]
        if form is None or form['kind'] not in kinds:
            raise InputError(
                f'cannot read {text!r}; expected for example camera:front_left=dead@5s, '
                f'planner=kill@10s or planner=hang@6s+2s, with one of {", ".join(kinds)}'
            )
        kind = Kind(form['kind'])
        duration_s = float(form['for']) if form['for'] else kind.duration_s
        return cls(form['what'], kind, float(form['at']), duration_s)

    def __str__(self) -> str:
        lasts = f'+{self.duration_s:g}' if math.isfinite(self.duration_s) else ''
        return f'{self.target}={self.kind.value}@{self.at_s:g}{lasts}'


class WorldFaults:
    """Applies faults to clock and odometry of the world node."""

    def __init__(self, texts: Iterable[str]) -> None:
        """Raise InputError for a text that is not a fault."""
        self._faults = [Fault.of(text) for text in texts]
        self._ego: EgoState | None = None
        self._clock_s = 0.0

    def active(self, target: str, kind: Kind, time_s: float) -> bool:
        return any(
            fault.target == target
            and fault.kind is kind
            and fault.at_s <= time_s < fault.at_s + fault.duration_s
            for fault in self._faults
        )

    def ahead_s(self, time_s: float) -> float:
        """Return the offset to add to all stamps."""
        return _JUMP_S if self.active('clock', Kind.JUMP, time_s) else 0.0

    def clock_s(self, stamp_s: float, time_s: float) -> float:
        """Return the time of /clock at this stamp; call it at every step."""
        if not self.active('clock', Kind.STOP, time_s):
            self._clock_s = stamp_s
        return self._clock_s

    def odometry(self, ego: EgoState, time_s: float) -> EgoState:
        """Return the motion that odometry reports; call it at every step."""
        zero, freeze, scale = (
            self.active('odometry', kind, time_s) for kind in (Kind.ZERO, Kind.FREEZE, Kind.SCALE)
        )
        if self._ego is None or not (zero or freeze):
            self._ego = ego
        if zero:
            still = replace(self._ego, speed_mps=0.0, acceleration_mps2=0.0)
            return replace(still, yaw_rate_radps=0.0, curvature_1pm=0.0)
        if freeze:
            return self._ego
        return replace(ego, speed_mps=ego.speed_mps / 2) if scale else ego
