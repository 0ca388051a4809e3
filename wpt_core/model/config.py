# SPDX-License-Identifier: Apache-2.0
"""Sizes of the student network, and the named presets."""

import math
from dataclasses import dataclass

from wpt_core.types import POINT_COUNT, InputError, unknown_name

__all__ = ['CHANNELS', 'COMMANDS', 'CONDITIONS', 'PRESETS', 'StudentConfig', 'preset']

CHANNELS = 6
"""Channels of a plan point: x, y, speed, acceleration, yaw, yaw rate."""
COMMANDS = 6
CONDITIONS = 2 + COMMANDS
"""Conditions of a step besides the images: speed, actuator delay, one-hot command."""


@dataclass(frozen=True)
class StudentConfig:
    """All settings that the shapes of the weights depend on."""

    views: int = 6
    view_height_px: int = 128
    view_width_px: int = 256
    stages: tuple[int, ...] = (32, 64, 128, 192)
    """Channels of the backbone at 1/4, 1/8, 1/16, ... of the view size."""
    view_channels: int = 32
    """Channels to which the last stage is reduced, without pooling, before the read-out."""
    view_token: int = 160
    features: int = 512
    capacity_bits: float = 700.0
    """Most bits that pass the bottleneck noise in training; infinite: no noise."""
    width: int = 256
    layers: int = 3
    heads: int = 4
    history: int = 10
    """Steps of the temporal model, including the current one."""
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
            raise InputError(
                f'capacity_bits must be above 0 and history_step_s finite and above 0, '
                f'got {self.capacity_bits} and {self.history_step_s}.'
            )

    @property
    def map_cells(self) -> tuple[int, int]:
        """Height and width of a view's last feature map."""
        shrink = 4 * 2 ** (len(self.stages) - 1)
        return self.view_height_px // shrink, self.view_width_px // shrink

    @property
    def signal_to_noise(self) -> float:
        """Feature power over noise power: features x 0.5 log2(1 + ratio) = capacity_bits."""
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
"""`debug`: tests and short trials; `mini`: ships; `base`: for a GPU."""


def preset(name: str) -> StudentConfig:
    """Return the preset; raise InputError listing all presets for an unknown name."""
    if name not in PRESETS:
        raise unknown_name('preset', name, PRESETS)
    return PRESETS[name]
