# SPDX-License-Identifier: Apache-2.0
"""Output files of drives, written atomically: films, contact sheets, plots, tables."""

from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from wpt_core.drawing import contact_sheet
from wpt_core.files import writable_folder, write_atomic
from wpt_core.types import Rig
from wpt_sim.drivers import AnyDriverKind
from wpt_sim.films import FILM_RATE_HZ, Film, VideoWriter, plot_drive
from wpt_sim.suites import Outcome, run_scenario

__all__ = ['DriveFiles']

_STILLS = 4


class DriveFiles:
    """Output folder of one run, created immediately so that an unwritable path fails early."""

    def __init__(self, out: Path, name: str, rig: Rig) -> None:
        self.folder = out / name
        self._rig = rig
        writable_folder(self.folder, '--out')

    def film(self, outcome: Outcome, driver: AnyDriverKind) -> None:
        """Repeat the drive with cameras; write video, contact sheet, and plots over time."""
        scenario, end_s = outcome.scenario, float(outcome.log.time_s[-1])
        stills_s = [(k + 0.5) * end_s / _STILLS for k in range(_STILLS)]
        with VideoWriter(self.folder / f'{scenario.name}.mp4', rate_hz=FILM_RATE_HZ) as video:
            film = Film(video, self._rig, stills_s=stills_s)
            run_scenario(scenario, driver, outcome.seed, rig=self._rig, observer=film)
        self._write(f'{scenario.name}-sheet.png', _png(contact_sheet(film.stills)))
        title = f'{scenario.key}, {outcome.driver}, seed {outcome.seed}'
        self._write(f'{scenario.name}-curves.png', plot_drive(outcome.log, title))

    def write_table(self, lines: Iterable[str]) -> None:
        """Write the printed table."""
        self._write('table.txt', '\n'.join([*lines, '']).encode())

    def _write(self, name: str, data: bytes) -> None:
        write_atomic(self.folder / name, data)


def _png(image: NDArray[np.uint8]) -> bytes:
    _, content = cv2.imencode('.png', cv2.cvtColor(image, cv2.COLOR_RGB2BGR))
    return content.tobytes()
