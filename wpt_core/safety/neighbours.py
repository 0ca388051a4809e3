# SPDX-License-Identifier: Apache-2.0
"""Who else speaks where only one may?"""

from collections.abc import Mapping, Sequence

__all__ = ['Neighbours']

_NAMESAKE_S = 8.0
"""A process that was killed is still listed until its lease ends, 5 s in our profile, beside the
one that was started in its place."""


class Neighbours:
    """Somebody of another name is an intruder at once; two of one name, when both stay."""

    def __init__(self) -> None:
        self._since_s: dict[str, float] = {}

    def intruders(self, now_s: float, speakers: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
        """In words; `speakers`: for each topic of one speaker only, the names that speak there.

        `now_s` is of a clock that neither jumps nor stands still.
        """
        found = []
        for topic, names in speakers.items():
            if len(names) < 2:
                self._since_s.pop(topic, None)
                continue
            since_s = self._since_s.setdefault(topic, now_s)
            if len(set(names)) > 1 or now_s - since_s > _NAMESAKE_S:
                found.append(f'{", ".join(sorted(names))} on {topic}')
        return tuple(found)
