# SPDX-License-Identifier: Apache-2.0
"""Parser of the option `--faults`: `planner=kill@10s,camera:left=dead@5s`."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from wpt_core.types import InputError
from wpt_ros.parts.faults import Fault, Kind

__all__ = ['PROCESSES', 'parse_faults', 'process_faults', 'world_faults']

PROCESSES = ('planner', 'controller', 'gate', 'visualizer')
_CAMERA = 'camera:'
_MAY: dict[Kind, tuple[str, ...]] = {
    Kind.DEAD: ('cameras', 'odometry'),
    Kind.FREEZE: ('odometry',),
    Kind.ZERO: ('odometry',),
    Kind.SCALE: ('odometry',),
    Kind.SECOND: ('odometry',),
    Kind.STOP: ('clock',),
    Kind.JUMP: ('clock',),
    Kind.KILL: PROCESSES,
    Kind.HANG: PROCESSES,
    Kind.GARBAGE: (),
    Kind.FLOOD: ('commands',),
    Kind.IMPOSTOR: ('commands',),
}
_CAMERAS_TOO = (Kind.DEAD, Kind.FREEZE, Kind.GARBAGE)
_BY_WORLD = (Kind.DEAD, Kind.FREEZE, Kind.ZERO, Kind.SCALE, Kind.STOP, Kind.JUMP)


def parse_faults(text: str, cameras: Iterable[str]) -> tuple[Fault, ...]:
    """Return the faults by start time; raise InputError, with examples, for an invalid text.

    `camera:left` names all cameras with that word in their name, unless one has exactly this name.
    """
    known = tuple(cameras)
    parts = [part.strip() for part in text.split(',') if part.strip()]
    faults = [fault for part in parts for fault in _parsed(part, known)]
    return tuple(sorted(faults, key=lambda fault: fault.at_s))


def world_faults(faults: Iterable[Fault]) -> tuple[str, ...]:
    """Return the faults of the world node, as its parameter `faults`."""
    return tuple(str(fault) for fault in faults if fault.kind in _BY_WORLD)


def process_faults(faults: Iterable[Fault]) -> list[Fault]:
    """Return the faults that act on the other processes."""
    return [fault for fault in faults if fault.kind not in _BY_WORLD]


def _parsed(part: str, cameras: tuple[str, ...]) -> list[Fault]:
    try:
        fault = Fault.of(part)
    except InputError as error:
        raise InputError(f'--faults: {error}') from error
    kind, may = fault.kind, _MAY[fault.kind]
    of_cameras = cameras if kind in _CAMERAS_TOO else ()
    if fault.target.startswith(_CAMERA):
        targets = _named(fault.target.removeprefix(_CAMERA), of_cameras)
    else:
        targets = [target for target in may if target == fault.target]
    if not targets:
        named = [*may, *(f'{_CAMERA}{camera}' for camera in of_cameras)]
        raise InputError(f'--faults: {part!r}: {kind.value} needs one of {", ".join(named)}')
    return [replace(fault, target=target) for target in targets]


def _named(word: str, cameras: Sequence[str]) -> Sequence[str]:
    """Return the camera of this name, or else all with this word in their name."""
    if word in cameras:
        return (word,)
    return [camera for camera in cameras if word in camera.split('_')]
