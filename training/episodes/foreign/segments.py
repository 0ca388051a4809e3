# SPDX-License-Identifier: Apache-2.0
"""Which parts of a recording become episodes: those in which anchor and odometry are whole."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from training.episodes.foreign.cuts import (
    Faults,
    Limits,
    backward_steps,
    gaps,
    odometry_faults,
    overlaps,
    rising,
    split,
)
from training.episodes.foreign.odometry import Odometry, driven, odometry_of
from training.episodes.foreign.recording import Recording, Stream
from training.episodes.foreign.report import Cut
from training.episodes.rollout import Driven

__all__ = ['Part', 'Selected', 'parts_of']

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]

_SAME_CUT_S = 1.0
"""All topics feel a step of the clock, each with its own next message."""


@dataclass(frozen=True, eq=False, slots=True)
class Selected:
    """Sound messages of a topic, rising in time."""

    messages: IntArray
    """(N,): their numbers on the topic."""
    stamps_s: FloatArray
    recorded_s: FloatArray


@dataclass(frozen=True, eq=False, slots=True)
class Part:
    """A stretch without a fault, to become one episode."""

    start_s: float
    """By the clock of the mapping, at a picture of the anchor."""
    stop_s: float
    recorded_s: float
    """When that picture was recorded."""
    pictures: dict[str, Selected]
    """By camera, those of the anchor within the part only."""
    commands: Selected
    driven: Driven
    """May begin before the part and end after it: odometry goes on where pictures fail."""


def parts_of(
    recording: Recording, *, base_from_odometry: FloatArray, limits: Limits
) -> tuple[list[Part], list[Cut]]:
    """In the order of the recording, with all cuts in the order of their time."""
    anchor = next(iter(recording.pictures.values()))
    edges, cuts = _clock_steps({'pictures': anchor, 'odometry': recording.motion}, limits)
    odometry = odometry_of(
        recording.motion.stamps_s,
        recording.rows,
        base_from_odometry=base_from_odometry,
        twist=recording.twist,
    )
    parts: list[Part] = []
    for start_s, stop_s in pairwise([-np.inf, *edges, np.inf]):
        found, more = _between(recording, odometry, (start_s, stop_s), limits)
        parts += found
        cuts += more
    return parts, sorted(cuts, key=lambda cut: cut.at_s)


def _clock_steps(streams: dict[str, Stream], limits: Limits) -> tuple[list[float], list[Cut]]:
    """When (by the time of recording) a clock went back, and a cut for each time it did."""
    steps = sorted(
        (float(stream.recorded_s[i]), float(stream.stamps_s[i - 1] - stream.stamps_s[i]), what)
        for what, stream in streams.items()
        for i in backward_steps(stream.stamps_s, limits)
    )
    cuts: list[Cut] = []
    for at_s, back_s, what in steps:
        if not cuts or at_s - cuts[-1].at_s > _SAME_CUT_S:
            cuts.append(Cut(at_s, f'the clock of the {what} goes back by {back_s:.2f} s'))
    return [at_s for at_s, _, _ in steps], cuts


def _between(
    recording: Recording, odometry: Odometry, window_s: tuple[float, float], limits: Limits
) -> tuple[list[Part], list[Cut]]:
    """The parts recorded while no clock went back."""
    pictures = {
        name: _selected(stream, window_s, sound=bool(place))
        for place, (name, stream) in enumerate(recording.pictures.items())
    }
    name = next(iter(pictures))
    anchor = pictures[name]
    motion = _selected(recording.motion, window_s)
    samples = odometry.select(motion.messages)
    bad, breaks = odometry_faults(samples, limits)
    motion_runs = split(len(samples), bad=bad, breaks=breaks)
    cuts = _cuts(motion, bad, breaks)
    bad, breaks = _picture_faults(name, anchor, recording.pictures[name].faults, limits)
    picture_runs = split(len(anchor.stamps_s), bad=bad, breaks=breaks)
    cuts += _cuts(anchor, bad, breaks)
    drives: dict[int, Driven] = {}
    parts: list[Part] = []
    for i, start_s, stop_s in overlaps(
        [(motion.stamps_s[a], motion.stamps_s[b - 1]) for a, b in motion_runs],
        [(anchor.stamps_s[a], anchor.stamps_s[b - 1]) for a, b in picture_runs],
    ):
        inside = np.flatnonzero((anchor.stamps_s >= start_s) & (anchor.stamps_s <= stop_s))
        if not len(inside):
            continue
        chosen = _chosen(anchor, inside)
        length_s = float(chosen.stamps_s[-1] - chosen.stamps_s[0])
        if length_s < limits.shortest_s:
            reason = f'only {length_s:.2f} s without a fault, {limits.shortest_s:g} s are needed'
            cuts.append(Cut(float(chosen.recorded_s[0]), reason))
            continue
        if i not in drives:
            drives[i] = driven(samples.select(slice(*motion_runs[i])))
        parts.append(
            Part(
                start_s=float(chosen.stamps_s[0]),
                stop_s=float(chosen.stamps_s[-1]),
                recorded_s=float(chosen.recorded_s[0]),
                pictures={**pictures, name: chosen},
                commands=_selected(recording.commands, window_s),
                driven=drives[i],
            )
        )
    return parts, cuts


def _picture_faults(
    name: str, anchor: Selected, faults: Faults, limits: Limits
) -> tuple[Faults, Faults]:
    """Pictures that are bad in themselves; and pictures before which there was none for long."""
    bad = {
        place: f'a picture of {name} cannot be used: {faults[number]}'
        for place, number in enumerate(anchor.messages.tolist())
        if number in faults
    }
    return bad, gaps(anchor.stamps_s, limits.anchor_gap_s, f'picture of {name}')


def _selected(stream: Stream, window_s: tuple[float, float], *, sound: bool = False) -> Selected:
    """Messages recorded in a window, without those that come late; `sound`: without faults."""
    inside = (stream.recorded_s >= window_s[0]) & (stream.recorded_s < window_s[1])
    if sound:
        inside[list(stream.faults)] = False
    messages = np.flatnonzero(inside)
    messages = messages[rising(stream.stamps_s[messages])]
    return Selected(messages, stream.stamps_s[messages], stream.recorded_s[messages])


def _chosen(selected: Selected, places: IntArray) -> Selected:
    return Selected(
        selected.messages[places], selected.stamps_s[places], selected.recorded_s[places]
    )


def _cuts(selected: Selected, bad: Faults, breaks: Faults) -> list[Cut]:
    """A break is dated by the last sample before it; bad samples in a row are one cut."""
    cuts = [Cut(float(selected.recorded_s[i - 1]), reason) for i, reason in breaks.items()]
    for first in (i for i in bad if i - 1 not in bad):
        count = next(n for n in range(1, len(bad) + 1) if first + n not in bad)
        more = f' ({count} in a row)' if count > 1 else ''
        cuts.append(Cut(float(selected.recorded_s[first]), bad[first] + more))
    return cuts
