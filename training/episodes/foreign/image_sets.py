# SPDX-License-Identifier: Apache-2.0
"""Selects sets of images at 5 Hz and decodes them from a recording."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.episodes.foreign.images import decode_image
from training.episodes.foreign.mapping import Source
from training.episodes.foreign.scan import topic_types
from training.episodes.foreign.segments import Part
from wpt_core.bags import Bag
from wpt_core.types import CameraFrame

__all__ = ['ImageSet', 'choose', 'fetch']

_STEP_S = 0.2
_LONGEST_AGE_S = 0.15
_SAME_TIME_S = 0.02
"""Cameras triggered together may be stamped this much later than the anchor."""


@dataclass(frozen=True, slots=True)
class ImageSet:
    """Message numbers of the images of one sample, by camera."""

    stamp_s: float
    """Stamp of the anchor's image."""
    numbers: dict[str, int]


def choose(part: Part) -> list[ImageSet]:
    """Select the anchor image nearest to each tick, and recent images of other cameras."""
    name = next(iter(part.images))
    anchor = part.images[name]
    ticks_s = np.arange(part.start_s, part.stop_s + 1e-6, _STEP_S)
    places = _nearest(anchor.stamps_s, ticks_s)
    near = np.abs(anchor.stamps_s[places] - ticks_s) <= 0.5 * _STEP_S
    sets = []
    for place in np.unique(places[near]).tolist():
        stamp_s = float(anchor.stamps_s[place])
        numbers = {name: int(anchor.messages[place])}
        for other, selected in part.images.items():
            newest = _newest(selected.stamps_s, stamp_s + _SAME_TIME_S)
            if other == name or newest < 0:
                continue
            if stamp_s - float(selected.stamps_s[newest]) <= _LONGEST_AGE_S:
                numbers[other] = int(selected.messages[newest])
        sets.append(ImageSet(stamp_s, numbers))
    return sets


def fetch(
    bag: Bag, sources: tuple[Source, ...], sets: list[ImageSet]
) -> Iterator[tuple[ImageSet, list[CameraFrame]]]:
    """Yield the sets with decoded images in order; damaged images are left out.

    Reads only the span of the recording with these images, and holds few of them.
    """
    cameras = {source.image: source.name for source in sources}
    needed = {
        name: {chosen.numbers[name] for chosen in sets if name in chosen.numbers}
        for name in cameras.values()
    }
    topics = [topic for topic, name in cameras.items() if needed[name]]
    stamps_ns = {topic: bag.stamps_ns(topic) for topic in topics}
    first_ns = min(int(stamps_ns[t][min(needed[cameras[t]])]) for t in topics)
    last_ns = max(int(stamps_ns[t][max(needed[cameras[t]])]) for t in topics)
    count = {t: int(np.searchsorted(stamps_ns[t], first_ns)) for t in topics}
    types = topic_types(bag)
    held: dict[tuple[str, int], NDArray[np.uint8] | None] = {}
    waiting = 0
    for message in bag.messages(topics, start_ns=first_ns, stop_ns=last_ns + 1):
        topic, name = message.topic, cameras[message.topic]
        number = count[topic]
        count[topic] += 1
        if number not in needed[name]:
            continue
        held[name, number] = decode_image(message.message, types[topic])
        while waiting < len(sets) and all(key in held for key in sets[waiting].numbers.items()):
            yield sets[waiting], _frames(sets[waiting], held)
            waiting += 1
            _forget(held, sets[waiting] if waiting < len(sets) else None)


def _frames(
    chosen: ImageSet, held: dict[tuple[str, int], NDArray[np.uint8] | None]
) -> list[CameraFrame]:
    images = {name: held[name, number] for name, number in chosen.numbers.items()}
    return [
        CameraFrame(name, chosen.stamp_s, image)
        for name, image in images.items()
        if image is not None
    ]


def _forget(
    held: dict[tuple[str, int], NDArray[np.uint8] | None], following: ImageSet | None
) -> None:
    """Drop images before the next set; message numbers increase from set to set."""
    if following is None:
        held.clear()
        return
    for name, number in list(held):
        # A camera missing in the next set may continue with any later number.
        if number < following.numbers.get(name, 0):
            del held[name, number]


def _newest(times_s: NDArray[np.float64], at_s: float) -> int:
    return int(np.searchsorted(times_s, at_s, 'right')) - 1


def _nearest(times_s: NDArray[np.float64], at_s: NDArray[np.float64]) -> NDArray[np.int64]:
    after = np.clip(np.searchsorted(times_s, at_s), 1, len(times_s) - 1)
    earlier = at_s - times_s[after - 1] <= times_s[after] - at_s
    return np.where(earlier, after - 1, after)
