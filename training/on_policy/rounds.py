# SPDX-License-Identifier: Apache-2.0
"""Rollouts of one on-policy round, driven with the newest student."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tqdm import tqdm

from training.engine.run_folder import RunFolder
from training.on_policy.actors import Actors, FinishedRollout, RolloutStart
from wpt_core.types import WptError

__all__ = ['RoundPlan', 'drive_round']

_SEED_STEP = 1_000_000
"""Start numbers per seed."""
_POLL_S = 30.0


@dataclass(frozen=True, slots=True)
class RoundPlan:
    """Rollouts of one round."""

    number: int
    """Number of the round, from 0; also the version of its student."""
    episodes: int
    """Rollouts per round."""
    seed: int

    def starts(self, folder: Path) -> list[RolloutStart]:
        """Return the rollouts that have no episode in the folder yet."""
        first = self.number * self.episodes
        starts = [
            RolloutStart(self.seed * _SEED_STEP + index, folder / f'student_{index:06d}')
            for index in range(first, first + self.episodes)
        ]
        return [start for start in starts if not start.path.is_dir()]


def drive_round(
    actors: Actors, plan: RoundPlan, folder: Path, artifact: Path, run: RunFolder
) -> None:
    """Drive the missing rollouts; log their number, losses and the age of the weights.

    Lost rollouts are repeated when the run is started again. WptError if all were lost.
    """
    folder.mkdir(parents=True, exist_ok=True)
    starts = plan.starts(folder)
    if not starts:
        return
    actors.publish(artifact, plan.number)
    actors.submit(starts)
    finished: list[FinishedRollout] = []
    with tqdm(total=len(starts), desc='driving', disable=None, smoothing=0.05) as bar:
        while len(finished) < len(starts):
            new = actors.completed(_POLL_S)
            finished += new
            bar.update(len(new))
    lost = [one for one in finished if one.path is None]
    for one in lost:
        print(f'{one.start.path.name} is lost: {one.reason}')
    if len(lost) == plan.episodes:
        raise WptError(f'no rollout of round {plan.number + 1} was completed: {lost[0].reason}')
    _log(run, plan, finished, len(lost))


def _log(run: RunFolder, plan: RoundPlan, finished: list[FinishedRollout], lost: int) -> None:
    ages = [plan.number - one.version for one in finished if one.path is not None]
    run.log(
        (plan.number + 1) * plan.episodes,
        {
            'actors/rollouts': float(len(ages)),
            'actors/lost': float(lost),
            'actors/weight_age': float(np.mean(ages)) if ages else 0.0,
        },
    )
