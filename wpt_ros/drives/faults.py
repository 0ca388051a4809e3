# SPDX-License-Identifier: Apache-2.0
"""What is to go wrong on a drive, and when, in words: `planner=kill@10s,camera:left=dead@5s`."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from wpt_core.types import InputError

__all__ = ['PROCESSES', 'Fault', 'Kind', 'for_others', 'for_world', 'parse_faults']

PROCESSES = ('planner', 'controller', 'gate', 'visualizer')


class Kind(Enum):
    """What happens."""

    DEAD = 'dead'
    """A camera, all of them, or the odometry says nothing any more."""
    FREEZE = 'freeze'
    """A camera sends its last picture again and again, under new stamps."""
    KILL = 'kill'
    """A process is gone at once, and is started again after a while of the drive."""
    HANG = 'hang'
    """A process stands still for a while."""
    GARBAGE = 'garbage'
    """Somebody else sends random bytes as pictures of a camera."""
    FLOOD = 'flood'
    """Somebody else sends commands to the gate as fast as it goes."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One of them."""

    what: str
    """A process, `odometry`, `cameras`, `commands`, or the name of a camera."""
    kind: Kind
    at_s: float
    """Since the start of the drive."""
    for_s: float = 2.0
    """A kill, hang, garbage or flood lasts so long, by the clock of the drive."""


_FORM = re.compile(
    r'(?P<camera>camera:)?(?P<what>\w+)=(?P<kind>\w+)@(?P<at>\d+(\.\d+)?)s?'
    r'(\+(?P<for>\d+(\.\d+)?)s?)?'
)
_MAY: dict[Kind, tuple[str, ...]] = {
    Kind.DEAD: ('cameras', 'odometry'),
    Kind.KILL: PROCESSES,
    Kind.HANG: PROCESSES,
    Kind.FREEZE: (),
    Kind.GARBAGE: (),
    Kind.FLOOD: ('commands',),
}
_CAMERAS_TOO = (Kind.DEAD, Kind.FREEZE, Kind.GARBAGE)
_BY_WORLD = (Kind.DEAD, Kind.FREEZE)


def parse_faults(text: str, cameras: Iterable[str]) -> tuple[Fault, ...]:
    """In order of time; InputError shows how it is written.

    `camera:left` is every camera with that word in its name, unless one has just this name.
    """
    known = tuple(cameras)
    parts = [part.strip() for part in text.split(',') if part.strip()]
    faults = [fault for part in parts for fault in _parsed(part, known)]
    return tuple(sorted(faults, key=lambda fault: fault.at_s))


def for_world(faults: Sequence[Fault]) -> dict[str, tuple[str, ...]]:
    """Parameters of the world: whom it silences and freezes when."""
    found = {
        name: tuple(f'{fault.what}@{fault.at_s:g}' for fault in faults if fault.kind is kind)
        for name, kind in (('silent', Kind.DEAD), ('frozen', Kind.FREEZE))
    }
    return {name: told for name, told in found.items() if told}


def for_others(faults: Iterable[Fault]) -> list[Fault]:
    """Those that befall the processes around the world."""
    return [fault for fault in faults if fault.kind not in _BY_WORLD]


def _parsed(part: str, cameras: tuple[str, ...]) -> list[Fault]:
    form = _FORM.fullmatch(part)
    kinds = [kind.value for kind in Kind]
    if form is None or form['kind'] not in kinds:
        raise InputError(
            f'--faults: cannot read {part!r}; expected for example camera:front_left=dead@5s, '
            f'planner=kill@10s or planner=hang@6s+2s, with one of {", ".join(kinds)}'
        )
    kind = Kind(form['kind'])
    of_cameras = cameras if kind in _CAMERAS_TOO else ()
    may = of_cameras if form['camera'] else _MAY[kind]
    word = form['what']
    befallen = _named(word, may) if form['camera'] else [what for what in may if what == word]
    if not befallen:
        named = [*_MAY[kind], *(f'camera:{camera}' for camera in of_cameras)]
        raise InputError(f'--faults: {part!r}: {kind.value} can befall {", ".join(named)}')
    lasts = {'for_s': float(form['for'])} if form['for'] else {}
    return [Fault(what, kind, float(form['at']), **lasts) for what in befallen]


def _named(word: str, cameras: Sequence[str]) -> Sequence[str]:
    """The camera of this name, or else all with this word in their name."""
    if word in cameras:
        return (word,)
    return [camera for camera in cameras if word in camera.split('_')]
