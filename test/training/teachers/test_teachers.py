# SPDX-License-Identifier: Apache-2.0
"""Teachers label recorded rollouts and state their knowledge."""

import numpy as np
import pytest

from training.episodes.episode import Labels
from training.episodes.rollout import Driven, Rollout, Targets, targets_of
from training.simulators import SIMULATORS
from training.teachers import TEACHERS, find_teacher
from wpt_core.types import InputError


def straight_on(length_s: float) -> Rollout:
    times_s = np.arange(round(length_s / 0.05) + 1) * 0.05
    still = np.zeros_like(times_s)
    driven = Driven(times_s, 8.0 * times_s, still, still, still + 8.0, still, still)
    return Rollout(driven, np.arange(0.0, length_s, 0.2), 0.3)


def test_the_table_states_names_and_knowledge() -> None:
    assert {name: teacher.name for name, teacher in TEACHERS.items()} == {n: n for n in TEACHERS}
    assert {name: teacher.knowledge for name, teacher in TEACHERS.items()} == {
        'recorded': 'bag',
        'recovery': 'privileged',
    }
    assert all(kind.teacher in TEACHERS for kind in SIMULATORS.values())
    with pytest.raises(InputError, match="unknown name 'oracle'; expected one of recorded"):
        find_teacher('oracle')


def test_recorded_needs_no_truth_and_masks_what_is_not_known() -> None:
    targets = TEACHERS['recorded'].label(straight_on(6.0))
    assert targets.plans.shape == (30, 1, 33, 6)
    assert targets.probabilities[0, 0] == 1.0
    assert targets.known[0, 0].sum() == np.count_nonzero(10.0 * (np.arange(33) / 32) ** 2 <= 6.0)
    assert targets.plans[0, 0, targets.known[0, 0]][-1, 0] == pytest.approx(48.0, abs=4.0)
    # Less than two seconds of the future are left.
    assert targets.probabilities[-1, 0] == 0.0
    assert not targets.known[-1].any()
    assert targets.labels(29) is None
    assert np.isnan(targets.lanes_m).all()


def test_recovery_refuses_a_rollout_without_privileged_truth() -> None:
    with pytest.raises(InputError, match='privileged truth of the proving ground'):
        TEACHERS['recovery'].label(straight_on(6.0))


def test_of_several_hypotheses_the_most_probable_is_the_label() -> None:
    plan = np.arange(33 * 6, dtype=np.float64).reshape(33, 6)
    one = targets_of([Labels(plan, 0.01), None])
    both = Targets(
        plans=np.concatenate([one.plans, -one.plans], axis=1),
        known=np.concatenate([one.known, one.known], axis=1),
        probabilities=np.array([[0.3, 0.7], [0.0, 0.0]], np.float32),
        curvatures_1pm=one.curvatures_1pm,
        lanes_m=one.lanes_m,
    )
    label = both.labels(0)
    assert label is not None
    assert np.array_equal(label.plan, -plan)
    assert label.curvature_1pm == pytest.approx(0.01)
    assert label.lane_m is None
    assert both.labels(1) is None
