# SPDX-License-Identifier: Apache-2.0
"""Faults of a drive as text (`odometry=freeze@5s+2s`), and what those of the world do."""

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
    """What happens."""

    DEAD = 'dead'
    """A camera, all of them, or the odometry is not published any more."""
    FREEZE = 'freeze'
    """The last picture of a camera, or the last pose and speed, under new stamps."""
    ZERO = 'zero'
    """Odometry with speed 0 at the last pose, under new stamps."""
    SCALE = 'scale'
    """Odometry with half the speed; the pose is true."""
    SECOND = 'second'
    """A second publisher of the odometry, with speed 0."""
    STOP = 'stop'
    """/clock stands still while the world goes on."""
    JUMP = 'jump'
    """/clock and all stamps are 10 s ahead."""
    KILL = 'kill'
    """A process is gone at once, and is started again after a while of the drive."""
    HANG = 'hang'
    """A process stands still for a while."""
    GARBAGE = 'garbage'
    """Somebody else sends random bytes as pictures of a camera."""
    FLOOD = 'flood'
    """Somebody else sends commands to the gate as fast as it goes."""
    IMPOSTOR = 'impostor'
    """A second node with the name of the controller sends commands to the gate."""

    @property
    def duration_s(self) -> float:
        """Unless it is given; infinite: until the end of the drive."""
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
    """By the clock of the drive."""

    @classmethod
    def of(cls, text: str) -> 'Fault':
        """From `what=kind@seconds` or `what=kind@seconds+seconds`; InputError shows the form."""
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
    """What the proving ground publishes in place of the truth, at which time of the drive."""

    def __init__(self, texts: Iterable[str]) -> None:
        """InputError for a text that is not a fault."""
        self._faults = [Fault.of(text) for text in texts]
        self._ego: EgoState | None = None
        self._clock_s = 0.0

    def active(self, what: str, kind: Kind, time_s: float) -> bool:
        return any(
            fault.target == what
            and fault.kind is kind
            and fault.at_s <= time_s < fault.at_s + fault.duration_s
            for fault in self._faults
        )

    def ahead_s(self, time_s: float) -> float:
        """To add to all stamps."""
        return _JUMP_S if self.active('clock', Kind.JUMP, time_s) else 0.0

    def clock_s(self, stamp_s: float, time_s: float) -> float:
        """What /clock tells at this stamp; call it at every step."""
        if not self.active('clock', Kind.STOP, time_s):
            self._clock_s = stamp_s
        return self._clock_s

    def odometry(self, ego: EgoState, time_s: float) -> EgoState:
        """What the odometry tells of this motion; call it at every step."""
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
