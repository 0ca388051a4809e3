# SPDX-License-Identifier: Apache-2.0
"""The sizes of a student, and the presets that have a name."""

import math
from dataclasses import dataclass

from wpt_core.types import POINT_COUNT, InputError, unknown_name

__all__ = ['CHANNELS', 'COMMANDS', 'CONDITIONS', 'PRESETS', 'StudentConfig', 'preset']

CHANNELS = 6
"""Of a plan point: x, y, speed, acceleration, yaw, yaw rate."""
COMMANDS = 6
CONDITIONS = 2 + COMMANDS
"""Of a step besides the pictures: speed, actuator delay, and one number for each command."""


@dataclass(frozen=True)
class StudentConfig:
    """What the weights of a student depend on; anything else can change without new weights."""

    views: int = 6
    view_height_px: int = 128
    view_width_px: int = 256
    stages: tuple[int, ...] = (32, 64, 128, 192)
    """Channels of the extractor at 1/4, 1/8, 1/16, ... of the view's size."""
    view_channels: int = 32
    """To which the last stage is squeezed, keeping its places, before a view becomes a token."""
    view_token: int = 160
    features: int = 512
    capacity_bits: float = 700.0
    """What the noise of the training lets through the features at most; infinite: no noise."""
    width: int = 256
    layers: int = 3
    heads: int = 4
    history: int = 10
    """Steps that the temporal model sees, the present one included."""
    history_step_s: float = 0.2
    hypotheses: int = 5
    points: int = POINT_COUNT

    def __post_init__(self) -> None:
        shrink = 4 * 2 ** (len(self.stages) - 1)
        for name in ('view_height_px', 'view_width_px'):
            value = getattr(self, name)
            if value <= 0 or value % shrink:
                raise InputError(f'{name} must be a positive multiple of {shrink}, got {value}.')
        for name in ('views', 'view_channels', 'view_token', 'features', 'layers', 'history'):
            if getattr(self, name) < 1:
                raise InputError(f'{name} must be at least 1, got {getattr(self, name)}.')
        if self.heads < 1 or self.width % self.heads:
            raise InputError(f'width must be a multiple of heads, got {self.width}/{self.heads}.')
        if self.hypotheses < 1 or self.points != POINT_COUNT:
            raise InputError(
                f'hypotheses must be at least 1 and points {POINT_COUNT}, '
                f'got {self.hypotheses} and {self.points}.'
            )
        if not self.capacity_bits > 0.0 or not 0.0 < self.history_step_s < math.inf:
            raise InputError('capacity_bits and history_step_s must be above 0.')

    @property
    def map_cells(self) -> tuple[int, int]:
        """Height and width of the last stage's map of one view."""
        shrink = 4 * 2 ** (len(self.stages) - 1)
        return self.view_height_px // shrink, self.view_width_px // shrink

    @property
    def signal_to_noise(self) -> float:
        """Power of a feature over that of the noise: features x 0.5 log2(1 + it) = capacity."""
        return float(2.0 ** (2.0 * self.capacity_bits / self.features) - 1.0)


PRESETS = {
    'debug': StudentConfig(
        stages=(8, 16, 24, 32),
        view_channels=8,
        view_token=32,
        features=128,
        capacity_bits=175.0,
        width=64,
        layers=1,
        heads=2,
        hypotheses=3,
    ),
    'mini': StudentConfig(),
    'base': StudentConfig(
        stages=(64, 128, 256, 512),
        view_channels=64,
        view_token=256,
        features=1024,
        capacity_bits=1400.0,
        width=512,
        layers=6,
        heads=8,
    ),
}
"""`debug` is for tests and a short try, `mini` ships, `base` is for a GPU."""


def preset(name: str) -> StudentConfig:
    """The sizes of this name; InputError lists the names there are."""
    if name not in PRESETS:
        raise unknown_name('preset', name, PRESETS)
    return PRESETS[name]
