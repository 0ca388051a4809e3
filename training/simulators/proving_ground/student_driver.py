# SPDX-License-Identifier: Apache-2.0
"""Driver that runs planner and controller of a student, as the nodes of a car do."""

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
    """Plans on every `plan_every`-th observation and steers at each one."""

    def __init__(
        self, planner: Planner, *, plan_every: int = 1, disturbance: Disturbance | None = None
    ) -> None:
        self._planner = planner
        self._plan_every = plan_every
        self._disturbance = disturbance or Disturbance()
        delay_steps = round(self._disturbance.extra_delay_s / STEP_S)
        self._delayed: deque[Action] = deque([Action(0.0, 0.0)] * delay_steps)
        self._controller = Controller()
        self._tick = 0
        self.planned: PlannerOutput | None = None
        """Result of the newest planning step."""

    def act(self, observation: Observation) -> Action:
        observation = self._disturbance.observed(observation, self._tick)
        if self._tick % self._plan_every == 0:
            self.planned = self._planner.plan(
                observation.frames,
                stamp_s=observation.time_s,
                speed_mps=observation.speed_mps,
                command=observation.command,
                delay_s=observation.actuator_delay_s,
            )
            self._controller.take_plan(
                self.planned.plan, self.planned.action, delay_s=observation.actuator_delay_s
            )
        self._tick += 1
        assert self.planned is not None
        self._controller.take_motion(observation.speed_mps, observation.curvature_1pm)
        curvature_1pm = self._controller.command_at(observation.time_s).curvature_1pm
        self._delayed.append(Action(curvature_1pm, self.planned.action.acceleration_mps2))
        return self._delayed.popleft()


def student_kind(
    name: str,
    make_planner: Callable[[], Planner],
    *,
    plan_every: int = 1,
    disturbance: Disturbance | None = None,
) -> DriverKind:
    """Return a driver kind that plans every `plan_every` steps of 50 ms; ACC keeps the speed."""

    def make() -> StudentDriver:
        return StudentDriver(make_planner(), plan_every=plan_every, disturbance=disturbance)

    return DriverKind(
        name,
        'a student: sees images, its speed and the command; the cruise control keeps the speed',
        make,
        needs_cameras=True,
        longitudinal=Longitudinal.ACC,
        frames_every=plan_every,
    )
