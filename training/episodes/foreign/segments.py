# SPDX-License-Identifier: Apache-2.0
"""Parts of a recording without faults of anchor and odometry, which become episodes."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from training.episodes.foreign.conversion_report import Cut
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
from training.episodes.foreign.scan import Recording, Stream
from training.episodes.rollout import Driven

__all__ = ['Part', 'Selected', 'parts_of']

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]

_SAME_CUT_S = 1.0
"""A step of the clock shows on all topics, within this time."""


@dataclass(frozen=True, eq=False, slots=True)
class Selected:
    """Messages of a topic without faults, in increasing time."""

    messages: IntArray
    """(N,): message numbers on the topic."""
    stamps_s: FloatArray
    recorded_s: FloatArray


@dataclass(frozen=True, eq=False, slots=True)
class Part:
    """A part without faults, for one episode."""

    start_s: float
    """Time of the first anchor image, on the clock of the mapping."""
    stop_s: float
    recorded_s: float
    """Time of recording of that image."""
    images: dict[str, Selected]
    """Images by camera; those of the anchor only within the part."""
    commands: Selected
    driven: Driven
    """May begin before the part and end after it."""


def parts_of(
    recording: Recording, *, base_from_odometry: FloatArray, limits: Limits
) -> tuple[list[Part], list[Cut]]:
    """Return parts and cuts in the order of time."""
    anchor = next(iter(recording.images.values()))
    edges, cuts = _clock_steps({'images': anchor, 'odometry': recording.motion}, limits)
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
    """Return recording times at which a clock stepped back, and the cuts."""
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
    """Return the parts between two clock steps."""
    images = {
        name: _selected(stream, window_s, sound=bool(place))
        for place, (name, stream) in enumerate(recording.images.items())
    }
    name = next(iter(images))
    anchor = images[name]
    motion = _selected(recording.motion, window_s)
    samples = odometry.select(motion.messages)
    bad, breaks = odometry_faults(samples, limits)
    motion_runs = split(len(samples), bad=bad, breaks=breaks)
    cuts = _cuts(motion, bad, breaks)
    bad, breaks = _image_faults(name, anchor, recording.images[name].faults, limits)
    image_runs = split(len(anchor.stamps_s), bad=bad, breaks=breaks)
    cuts += _cuts(anchor, bad, breaks)
    drives: dict[int, Driven] = {}
    parts: list[Part] = []
    for i, start_s, stop_s in overlaps(
        [(motion.stamps_s[a], motion.stamps_s[b - 1]) for a, b in motion_runs],
        [(anchor.stamps_s[a], anchor.stamps_s[b - 1]) for a, b in image_runs],
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
                images={**images, name: chosen},
                commands=_selected(recording.commands, window_s),
                driven=drives[i],
            )
        )
    return parts, cuts


def _image_faults(
    name: str, anchor: Selected, faults: Faults, limits: Limits
) -> tuple[Faults, Faults]:
    """Return bad images, and images after a gap, with reasons."""
    bad = {
        place: f'an image of {name} cannot be used: {faults[number]}'
        for place, number in enumerate(anchor.messages.tolist())
        if number in faults
    }
    return bad, gaps(anchor.stamps_s, limits.anchor_gap_s, f'image of {name}')


def _selected(stream: Stream, window_s: tuple[float, float], *, sound: bool = False) -> Selected:
    """Select messages recorded in a window, without late ones; `sound`: without faults."""
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
    """Return cuts; gaps are dated by the last sample before, consecutive bad samples are one."""
    cuts = [Cut(float(selected.recorded_s[i - 1]), reason) for i, reason in breaks.items()]
    for first in (i for i in bad if i - 1 not in bad):
        count = next(n for n in range(1, len(bad) + 1) if first + n not in bad)
        more = f' ({count} in a row)' if count > 1 else ''
        cuts.append(Cut(float(selected.recorded_s[first]), bad[first] + more))
    return cuts
