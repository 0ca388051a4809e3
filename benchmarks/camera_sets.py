# SPDX-License-Identifier: Apache-2.0
"""How many camera sets are left when pictures get lost, or a camera dies?

    python -m benchmarks.camera_sets

Six cameras send 20 pictures a second for 100 periods of the anchor, with jitter and delays of
their own. The same arrivals go to our assembler and to an approximate-time synchroniser.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.approximate_time import synchroniser
from wpt_core.sensing import SetAssembler, surround_rig

__all__ = ['FAULTS', 'Fault', 'arrivals', 'by_assembler', 'by_synchroniser', 'main']

PERIODS, PERIOD_S = 100, 0.05
SEEDS = range(20)
_START_S = 1000.0
_JITTER_S = 0.002
_TRANSPORT_S = 0.005
_LOOK_S = 0.01
"""As often as the planner looks whether a set has waited long enough."""
_SLOP_NS, _QUEUE = 25_000_000, 10
"""Of the synchroniser: half a period, as the assembler has it, and a usual queue."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to the pictures, and how many sets are to be left of 100, on average."""

    name: str
    lost: float
    dead: tuple[int, ...]
    wanted: float


FAULTS = (
    Fault('nothing', 0.0, (), 100.0),
    Fault('10 % of pictures lost', 0.1, (), 88.0),
    Fault('30 % of pictures lost', 0.3, (), 68.0),
    Fault('one camera dead', 0.0, (2,), 100.0),
    Fault('one camera dead, 10 % lost', 0.1, (2,), 88.0),
    Fault('the anchor dead', 0.0, (0,), 96.0),
)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A picture of one camera."""

    heard_s: float
    camera: int
    stamp_s: float


def arrivals(fault: Fault, generator: np.random.Generator, *, cameras: int = 6) -> list[Arrival]:
    """In the order in which they are heard."""
    shape = (PERIODS, cameras)
    phases_s = generator.uniform(-_JITTER_S, _JITTER_S, cameras)
    ticks_s = _START_S + PERIOD_S * np.arange(PERIODS)
    stamps_s = ticks_s[:, None] + phases_s + generator.normal(0.0, _JITTER_S / 2, shape)
    heard_s = stamps_s + 0.002 + generator.exponential(_TRANSPORT_S, shape)
    came: NDArray[np.bool_] = generator.random(shape) >= fault.lost
    came[:, list(fault.dead)] = False
    found = [
        Arrival(float(heard_s[place]), int(place[1]), float(stamps_s[place]))
        for place in zip(*np.nonzero(came), strict=True)
    ]
    return sorted(found, key=lambda one: one.heard_s)


def by_assembler(stream: Sequence[Arrival]) -> int:
    """Sets that our assembler says are due, looked at as the planner does."""
    names = surround_rig().names
    assembler, sets, looked_s = SetAssembler(names), 0, _START_S
    for arrival in stream:
        for now_s in _looks(looked_s, arrival.heard_s):
            sets += assembler.due(now_s) is not None
            looked_s = now_s
        name, heard_s = names[arrival.camera], arrival.heard_s
        assembler.odometry_arrived(arrival.stamp_s)
        assembler.image_arrived(name, arrival.stamp_s, received_s=heard_s, now_s=heard_s)
        sets += assembler.due(heard_s) is not None
    return sets + (assembler.due(stream[-1].heard_s + 1.0) is not None)


def _looks(after_s: float, until_s: float) -> Iterator[float]:
    while after_s + _LOOK_S < until_s:
        after_s += _LOOK_S
        yield after_s


def by_synchroniser(stream: Sequence[Arrival], *, cameras: int = 6) -> int:
    """Sets of all cameras within the slop."""
    approximate = synchroniser(cameras, queue_size=_QUEUE, slop_ns=_SLOP_NS)
    return sum(
        approximate.add(one.camera, round(1e9 * one.stamp_s), one) is not None for one in stream
    )


def main() -> int:
    how = type(synchroniser(6, queue_size=_QUEUE, slop_ns=_SLOP_NS)).__name__
    print(f'sets of {PERIODS} periods, mean over {len(SEEDS)} seeds (least to most); {how}')
    print(f'{"fault":28}{"anchor sends":>20}{"ours":>20}{"wanted":>8}{"approximate time":>20}')
    enough = True
    for fault in FAULTS:
        streams = [arrivals(fault, np.random.default_rng(seed)) for seed in SEEDS]
        anchors = [sum(one.camera == 0 for one in stream) for stream in streams]
        ours = [by_assembler(stream) for stream in streams]
        theirs = [by_synchroniser(stream) for stream in streams]
        enough &= float(np.mean(ours)) >= fault.wanted
        print(
            f'{fault.name:28}{_spread(anchors):>20}{_spread(ours):>20}{fault.wanted:>8g}'
            f'{_spread(theirs):>20}'
        )
    print('all as wanted' if enough else 'fewer than wanted')
    return 0 if enough else 1


def _spread(counts: Sequence[int]) -> str:
    return f'{np.mean(counts):.1f} ({min(counts)} to {max(counts)})'


if __name__ == '__main__':
    sys.exit(main())
