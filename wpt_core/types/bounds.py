# SPDX-License-Identifier: Apache-2.0
"""Allowed ranges of settings, written as annotations of dataclass fields."""

import math
from dataclasses import dataclass, fields
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from wpt_core.types.errors import InputError

__all__ = ['Bounds', 'bounds_of', 'check_bounds']


@dataclass(frozen=True, slots=True)
class Bounds:
    """Closed range, as in `late_s: Annotated[float, Bounds(0.1, 0.5)] = 0.3`."""

    least: float
    most: float

    def __str__(self) -> str:
        return f'{self.least:.10g} to {self.most:.10g}'

    def check(self, name: str, value: float) -> None:
        """Raise InputError naming the setting when the value is not finite or out of range."""
        if not (math.isfinite(value) and self.least <= value <= self.most):
            raise InputError(
                f'{name} must be between {self.least:.10g} and {self.most:.10g}, got {value:.10g}.'
            )


def bounds_of(config: type) -> dict[str, Bounds]:
    """Return the bounds of the fields that have some, by name."""
    hints = get_type_hints(config, include_extras=True)
    found = {}
    for field in fields(config):
        hint = hints[field.name]
        for mark in get_args(hint)[1:] if get_origin(hint) is Annotated else ():
            if isinstance(mark, Bounds):
                found[field.name] = mark
    return found


def check_bounds(config: Any) -> None:
    """Raise InputError for the first field that is not finite or out of range."""
    for name, bounds in bounds_of(type(config)).items():
        bounds.check(f'{type(config).__name__}.{name}', getattr(config, name))
