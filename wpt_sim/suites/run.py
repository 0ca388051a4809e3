# SPDX-License-Identifier: Apache-2.0
"""Run and judge scenarios and suites."""

from collections.abc import Callable, Iterator
from itertools import count

from wpt_core.types import Rig
from wpt_sim.drive import World
from wpt_sim.drivers import AnyDriverKind, make_driver
from wpt_sim.scenario import Scenario, Split
from wpt_sim.suites.outcome import Outcome, judge
from wpt_sim.suites.suite import Suite

__all__ = ['run_scenario', 'run_suite']

Observer = Callable[[World], None]


def run_scenario(
    scenario: Scenario,
    driver: AnyDriverKind,
    seed: int,
    *,
    rig: Rig | None = None,
    observer: Observer | None = None,
    split: Split = Split.EVALUATION,
) -> Outcome:
    """Drive to the end and judge; `observer` gets the world before every step and at the end.

    Frames of `rig` are rendered only for drivers that need cameras.
    """
    world = World(scenario, seed, rig=rig, longitudinal=driver.longitudinal, split=split)
    agent = make_driver(driver, world)
    for step in count():
        if world.done:
            break
        if observer is not None:
            observer(world)
        frames = driver.needs_cameras and step % driver.frames_every == 0
        world.step(agent.act(world.observe(frames=frames)))
    if observer is not None:
        observer(world)
    return judge(scenario, world.log, world.road, driver=driver.name, seed=seed)


def run_suite(
    suite: Suite,
    driver: AnyDriverKind,
    seed: int,
    *,
    rig: Rig | None = None,
    split: Split = Split.EVALUATION,
) -> Iterator[Outcome]:
    """Yield the outcomes in the order of the suite."""
    for scenario in suite.scenarios:
        yield run_scenario(scenario, driver, seed, rig=rig, split=split)
