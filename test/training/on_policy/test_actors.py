# SPDX-License-Identifier: Apache-2.0
"""Local processes and Ray behave alike: versions, deaths, failures, and a bounded buffer."""

from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path

import pytest
from drive_functions import FATAL, WRONG, note

from training.on_policy.actors import Actor, Actors, FinishedRollout, RolloutJob, RolloutStart
from training.on_policy.process_actors import ProcessActors
from training.on_policy.ray_actors import RayActors
from training.processes.worker import WorkerError
from training.simulators import SIMULATORS, find_simulator
from wpt_core.types import InputError

Make = Callable[..., Actors]
PATIENCE_S = 300.0
ray_missing = pytest.mark.skipif(find_spec('ray') is None, reason='the extra ray is not installed')


@pytest.fixture(params=['local', pytest.param('ray', marks=ray_missing)])
def actors(request: pytest.FixtureRequest) -> Iterator[Actors]:
    kinds: dict[str, Make] = {'local': ProcessActors, 'ray': RayActors}
    with kinds[request.param](note, 2, capacity=8) as made:
        yield made


def starts(folder: Path, *numbers: int) -> list[RolloutStart]:
    return [RolloutStart(number, folder / f'{number:03d}') for number in numbers]


def collected(actors: Actors, count: int) -> dict[int, FinishedRollout]:
    found: list[FinishedRollout] = []
    while len(found) < count:
        new = actors.completed(PATIENCE_S)
        assert new, 'nothing was completed in time'
        found += new
    return {one.start.number: one for one in found}


@pytest.mark.slow
def test_versions_deaths_and_failures(actors: Actors, tmp_path: Path) -> None:
    """One test, because starting processes takes most of its time."""
    actors.publish(Path('old'), 1)
    actors.submit(starts(tmp_path, 0, 1, 2))
    assert {one.version for one in collected(actors, 3).values()} == {1}
    assert (tmp_path / '002' / 'driven.txt').read_text() == 'old 1'

    actors.publish(Path('new'), 2)
    actors.submit(starts(tmp_path, FATAL, 3, 4, 5))
    found = collected(actors, 4)
    assert found[FATAL].path is None
    assert 'died' in found[FATAL].reason or 'exit code -9' in found[FATAL].reason
    assert {number for number, one in found.items() if one.path is not None} == {3, 4, 5}
    assert {one.version for one in found.values()} == {2}
    assert (tmp_path / '005' / 'driven.txt').read_text() == 'new 2'
    assert actors.pending == 0
    assert actors.completed(0.0) == []

    actors.submit(starts(tmp_path, WRONG))
    with pytest.raises(WorkerError):
        collected(actors, 1)


class InlineCrew:
    """Drives at once, in this process."""

    count = 1

    def start_actor(self) -> 'InlineActor':
        return InlineActor()

    def wait(self, busy: Sequence[Actor], timeout_s: float) -> Sequence[Actor]:
        del timeout_s
        return list(busy)


class InlineActor:
    def __init__(self) -> None:
        self._paths: list[Path] = []

    def begin(self, job: RolloutJob) -> None:
        self._paths.append(note(job))

    def result(self) -> Path:
        return self._paths.pop(0)

    def close(self) -> None: ...


def test_the_oldest_leave_a_buffer_that_nobody_reads(tmp_path: Path) -> None:
    actors = Actors(InlineCrew(), capacity=2)
    actors.publish(Path('a'), 0)
    actors.submit(starts(tmp_path, 0, 1, 2, 3))
    for _ in range(4):
        actors._collect(0.0)
    assert [one.start.number for one in actors.completed(0.0)] == [2, 3]
    assert actors.dropped == 2


def test_a_rollout_keeps_the_version_that_drove_it(tmp_path: Path) -> None:
    actors = Actors(InlineCrew(), capacity=9)
    actors.publish(Path('a'), 3)
    actors.submit(starts(tmp_path, 0, 1))
    actors.publish(Path('b'), 4)
    found = collected(actors, 2)
    # The first had begun when the second student was published.
    assert [found[0].version, found[1].version] == [3, 4]


def test_what_cannot_work_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match='capacity must be 1 or more'):
        Actors(InlineCrew(), capacity=0)
    actors = Actors(InlineCrew(), capacity=1)
    with pytest.raises(InputError, match='publish a student first'):
        actors.submit(starts(tmp_path, 0))
    actors.publish(Path('a'), 1)
    with pytest.raises(InputError, match='expected a version above 1, got 1'):
        actors.publish(Path('a'), 1)


@pytest.mark.skipif(find_spec('ray') is not None, reason='the extra ray is installed')
def test_without_ray_the_sentence_says_how_to_install_it() -> None:
    with pytest.raises(InputError, match='pip install'):
        RayActors(note, 1, capacity=1)


def test_an_unknown_simulator_is_reported_with_all_names() -> None:
    assert find_simulator('proving_ground') is SIMULATORS['proving_ground']
    with pytest.raises(InputError, match="unknown name 'moon'; expected one of proving_ground"):
        find_simulator('moon')
