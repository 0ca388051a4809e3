# SPDX-License-Identifier: Apache-2.0
"""What lasts is asked for a little more, and what passes a little less, than the network says.

A network that is not sure how tight a bend is says a milder one, because that is the likeliest to
be nearly right; the car then holds itself outside of its line, by as much as makes up for it. And
what a network says from single pictures trembles; on a car that answers late and heavily this can
grow into a swing from side to side. One first-order lag mends both.
"""

import math
from dataclasses import dataclass

from wpt_core.types import InputError

__all__ = ['Steadying', 'SteadyingSettings']


@dataclass(frozen=True, slots=True)
class SteadyingSettings:
    """How much of it. With both shares 1 what is asked for stays as it is."""

    lasting: float = 1.05
    """Share of what the network says in the end, if it says the same for long."""
    sudden: float = 0.92
    """Share of it at once."""
    time_constant_s: float = 1.7
    """After so long two thirds of the way from the one to the other are done."""

    def __post_init__(self) -> None:
        for name in self.__dataclass_fields__:
            value = getattr(self, name)
            if not (math.isfinite(value) and value > 0.0):
                raise InputError(
                    f'SteadyingSettings.{name} must be a finite number above 0, got {value}.'
                )


class Steadying:
    """Between what the network says and what is wanted; `begin` before the first `wanted`."""

    def __init__(self, settings: SteadyingSettings | None = None) -> None:
        self._settings = settings or SteadyingSettings()
        self._now_s = 0.0
        self._said_1pm = self._lasting_1pm = 0.0

    def begin(self, now_s: float, driven_1pm: float) -> None:
        """Anew, on a road that bends as the car is driven."""
        self._now_s = now_s
        self._said_1pm = self._lasting_1pm = driven_1pm

    def wanted(self, now_s: float, said_1pm: float) -> float:
        """The curvature to want now; asking again at the same time replaces what was said then."""
        settings = self._settings
        if now_s > self._now_s:
            left = math.exp((self._now_s - now_s) / settings.time_constant_s)
            self._lasting_1pm = self._said_1pm + left * (self._lasting_1pm - self._said_1pm)
            self._now_s = now_s
        self._said_1pm = said_1pm
        more = settings.lasting - settings.sudden
        return settings.sudden * said_1pm + more * self._lasting_1pm
