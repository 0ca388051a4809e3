# SPDX-License-Identifier: Apache-2.0
"""A student at the wheel: what the nodes on a car do, in one process and without topics."""

from collections import deque
from collections.abc import Callable

from training.simulators.proving_ground.disturbance import Disturbance
from wpt_core.pipeline import Planner, PlannerOutput
from wpt_core.planning import Controller
from wpt_core.types import Action, Observation
from wpt_sim.drive import STEP_S, Longitudinal
from wpt_sim.drivers import DriverKind

__all__ = ['StudentDriver', 'student_kind']


class StudentDriver:
    """Plans on every set of pictures it is shown, and steers in between."""

    def __init__(
        self, planner: Planner, *, plan_every: int = 1, disturbance: Disturbance | None = None
    ) -> None:
        self._planner = planner
        self._plan_every = plan_every
        self._disturbance = disturbance or Disturbance()
        late = round(self._disturbance.extra_delay_s / STEP_S)
        self._late: deque[Action] = deque([Action(0.0, 0.0)] * late)
        self._controller = Controller()
        self._tick = 0
        self.planned: PlannerOutput | None = None
        """What the newest pictures led to."""

    def act(self, seen: Observation) -> Action:
        seen = self._disturbance.observed(seen, self._tick)
        if self._tick % self._plan_every == 0:
            self.planned = self._planner.plan(
                seen.frames,
                stamp_s=seen.time_s,
                speed_mps=seen.speed_mps,
                command=seen.command,
                delay_s=seen.actuator_delay_s,
            )
            self._controller.take_plan(
                self.planned.plan, self.planned.action, delay_s=seen.actuator_delay_s
            )
        self._tick += 1
        assert self.planned is not None
        self._controller.take_motion(seen.speed_mps, seen.curvature_1pm)
        asked_1pm = self._controller.command_at(seen.time_s).curvature_1pm
        self._late.append(Action(asked_1pm, self.planned.action.acceleration_mps2))
        return self._late.popleft()


def student_kind(
    name: str,
    make_planner: Callable[[], Planner],
    *,
    plan_every: int = 1,
    disturbance: Disturbance | None = None,
) -> DriverKind:
    """A kind of driver that plans every so many steps of 50 ms and leaves the speed to the ACC."""

    def make() -> StudentDriver:
        return StudentDriver(make_planner(), plan_every=plan_every, disturbance=disturbance)

    return DriverKind(
        name,
        'a student: sees pictures, its speed and the command; the cruise control keeps the speed',
        make,
        needs_cameras=True,
        longitudinal=Longitudinal.ACC,
        frames_every=plan_every,
    )
