# SPDX-License-Identifier: Apache-2.0
"""Status of the planner: state, rate, and duration of each stage of a tick."""

import math
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from statistics import median

from builtin_interfaces.msg import Time
from wpt_msgs.msg import PlannerStatus

from wpt_core.sensing import SetAssembler
from wpt_core.types import Level, Notice
from wpt_ros.conversions.commands import notice_messages
from wpt_ros.topics import PLAN

__all__ = ['PlannerReport', 'camera_notices']

_KEPT = 100
"""Ticks that the figures cover."""


def camera_notices(cameras: Sequence[str], ages_s: Sequence[float]) -> list[Notice]:
    """Return a notice for each masked camera."""
    return [
        Notice(
            Level.WARNING,
            'camera_masked',
            f'Camera {name!r} is masked: no usable image of it is new enough.',
        )
        for name, age_s in zip(cameras, ages_s, strict=True)
        if math.isinf(age_s)
    ]


class PlannerReport:
    """Collects the result of each tick, and builds the status message."""

    def __init__(self, cameras: Sequence[str]) -> None:
        self._cameras = list(cameras)
        self._stages_s: dict[str, deque[float]] = {}
        self._plans_s: deque[float] = deque()
        self._stamp, self._ages_s = Time(), [math.inf] * len(self._cameras)
        self._latency_s = math.nan
        self._state = PlannerStatus.WAITING
        self.sets = 0
        """Camera sets that were due."""

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Measure the duration of the block."""
        started_s = time.perf_counter()
        yield
        taken_s = time.perf_counter() - started_s
        self._stages_s.setdefault(name, deque(maxlen=_KEPT)).append(taken_s)

    def begin_set(self, stamp: Time) -> None:
        """Start a tick; its state is FAULT until a plan is published."""
        self.sets += 1
        self._stamp, self._state, self._latency_s = stamp, PlannerStatus.FAULT, math.nan

    def see(self, ages_s: Sequence[float]) -> tuple[Notice, ...]:
        """Set the image ages of the camera set; return notices about masked cameras."""
        self._ages_s = list(ages_s)
        return tuple(camera_notices(self._cameras, ages_s))

    def end_set(self, latency_s: float) -> tuple[Notice, ...]:
        """End a tick with a plan published `latency_s` after its images."""
        complete = all(map(math.isfinite, self._ages_s))
        self._state = PlannerStatus.PLANNING if complete else PlannerStatus.DEGRADED
        self._latency_s = latency_s
        self._plans_s.append(time.monotonic())
        if PLAN.stale_after_s is None or latency_s <= PLAN.stale_after_s:
            return ()
        text = (
            f'A plan comes {latency_s:.2f} s after its images and is not used from '
            f'{PLAN.stale_after_s:g} s on; check the load of this machine and the clocks.'
        )
        return (Notice(Level.WARNING, 'plan_late', text),)

    def silence(self) -> tuple[Notice, ...]:
        """Report that no camera sends usable images."""
        if self.sets:
            self._state = PlannerStatus.FAULT
        self._latency_s = math.nan
        return self.see([math.inf] * len(self._cameras))

    def message(self, notices: Iterable[Notice]) -> PlannerStatus:
        status = PlannerStatus(
            state=self._state,
            cameras=self._cameras,
            camera_ages_s=self._ages_s,
            latency_s=self._latency_s,
            rate_hz=float(self._rate_hz()),
            notices=notice_messages(notices),
        )
        status.header.stamp, status.header.frame_id = self._stamp, 'base_link'
        return status

    def figures(self, assembler: SetAssembler) -> dict[str, str]:
        """Return figures for the diagnostics."""
        stages = {
            f'{name}_ms': f'{1e3 * median(taken_s):.1f} (most {1e3 * max(taken_s):.1f})'
            for name, taken_s in self._stages_s.items()
        }
        counts = {
            'sets': self.sets,
            'dropped': assembler.dropped,
            'pictures_ignored': assembler.ignored,
            'rate_hz': self._rate_hz(),
        }
        return stages | {name: str(count) for name, count in counts.items()}

    def _rate_hz(self) -> int:
        """Return the number of plans in the last second."""
        while self._plans_s and self._plans_s[0] < time.monotonic() - 1.0:
            self._plans_s.popleft()
        return len(self._plans_s)
