# SPDX-License-Identifier: Apache-2.0
"""The load to compare with: MetaDrive, whose own driver drives in its traffic, with one camera."""

import importlib
import importlib.util
import os
from enum import Enum
from typing import Any

__all__ = ['HOW_TO_GET', 'MetaDriveCamera', 'Settings', 'why_not']

HOW_TO_GET = (
    "pip install '.[sim]' && pip install --no-deps metadrive-simulator==0.3.0.1, "
    'and start this under xvfb-run -a (Debian: xvfb, xauth, libgl1-mesa-dri); '
    'see docs/benchmarks.md'
)
WIDTH_PX, HEIGHT_PX = 256, 128
_ANISOTROPIC = '-GL_EXT_texture_filter_anisotropic -GL_ARB_texture_filter_anisotropic'


class Settings(Enum):
    """How much MetaDrive draws."""

    DEFAULT = 'default'
    """As it comes: shadows in a map of 8192 x 8192 px, and a small dashboard."""
    CHEAPEST = 'cheapest'
    """Hardly any shadows (128 x 128 px), nothing but the camera, one thread."""


_CHEAPEST = {
    'global_light': False,
    'interface_panel': [],
    'show_interface': False,
    'show_fps': False,
    'multi_thread_render': False,
}


def why_not() -> str | None:
    """What keeps MetaDrive from running here, if anything does."""
    if importlib.util.find_spec('metadrive') is None:
        return f'MetaDrive is not installed. To compare with it: {HOW_TO_GET}.'
    if not os.environ.get('DISPLAY'):
        return (
            'MetaDrive is installed, but there is no display for it to draw on: start this '
            'under xvfb-run -a.'
        )
    return None


class MetaDriveCamera:
    """One drive; a step is what its driver decides, 100 ms of physics and one RGB picture."""

    frames_per_step = 1

    def __init__(self, settings: Settings) -> None:
        # Mesa's software renderer needs 35 s a picture with anisotropic filtering of textures, and
        # less than half a second without: only the latter makes a fair comparison.
        os.environ['MESA_EXTENSION_OVERRIDE'] = _ANISOTROPIC
        policy: Any = importlib.import_module('metadrive.policy.idm_policy')
        simulator: Any = importlib.import_module('metadrive')
        self._env = simulator.MetaDriveEnv(
            {
                'image_observation': True,
                'vehicle_config': {
                    'image_source': 'rgb_camera',
                    'rgb_camera': (WIDTH_PX, HEIGHT_PX),
                    'stack_size': 1,
                },
                'rgb_clip': False,
                'agent_policy': policy.IDMPolicy,
                'map': 'SCSCSC',
                **(_CHEAPEST if settings is Settings.CHEAPEST else {}),
            }
        )
        self._env.reset()
        engine = self._env.engine
        renderer = engine.win.getGsg().getDriverRenderer()
        vehicles = len(engine.traffic_manager.vehicles) - 1
        self.about = f'{vehicles} other vehicles, {renderer}'

    def step(self) -> None:
        seen, _, done, _ = self._env.step([0.0, 0.0])
        image = seen['image']
        if image.shape[:3] != (HEIGHT_PX, WIDTH_PX, 3):
            raise RuntimeError(f'{HEIGHT_PX} x {WIDTH_PX} x 3 pixels expected, got {image.shape}')
        if done:
            self._env.reset()
