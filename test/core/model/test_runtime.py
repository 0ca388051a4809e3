# SPDX-License-Identifier: Apache-2.0
"""CPU back ends agree with the student within stated tolerances."""

from dataclasses import fields

import numpy as np
import pytest
import torch
from model_samples import random_history, random_views
from torch import nn

from wpt_core.model import RawDecision, Student, preset
from wpt_core.model.runtime import Backend, EagerBackend, best_backend, has_fast_bfloat16
from wpt_core.model.runtime.backend import blank_history
from wpt_core.types import InputError

ALIVE = np.array([True, True, False, True, True, True])


def rms(array: np.ndarray) -> float:
    return float(np.sqrt(np.square(array, dtype=np.float64).mean()))


@pytest.fixture(scope='module')
def exact(student: Student) -> Backend:
    return EagerBackend(student)


@torch.no_grad()
def test_single_precision_is_the_student_itself(exact: Backend, student: Student) -> None:
    views = random_views(student.config, seed=11)
    features = student.extract(torch.from_numpy(views)[None], torch.from_numpy(ALIVE)[None])
    np.testing.assert_allclose(exact.extract(views, ALIVE), features[0].numpy(), atol=1e-4)
    history = random_history(student.config, seed=11)
    arrays = (history.features, history.conditions, history.known)
    decision = student.decide(*(torch.from_numpy(array)[None] for array in arrays))
    found = exact.decide(history)
    for field, expected in zip(fields(RawDecision), decision, strict=True):
        array = getattr(found, field.name)
        assert array.dtype == np.float32
        np.testing.assert_allclose(array, expected[0].numpy(), atol=1e-5)


def test_bfloat16_moves_features_by_at_most_3_percent(exact: Backend, student: Student) -> None:
    short = EagerBackend(student, precision='bfloat16')
    for seed in range(3):
        views = random_views(student.config, seed=seed)
        expected, found = exact.extract(views, ALIVE), short.extract(views, ALIVE)
        assert found.dtype == np.float32
        assert 0.0 < rms(found - expected) < 0.03 * rms(expected)
    history = random_history(student.config, seed=12)
    # Only the backbone has reduced precision: equal features give equal decisions.
    np.testing.assert_array_equal(short.decide(history).means, exact.decide(history).means)


def test_bfloat16_moves_the_plan_by_at_most_2_hundredths_of_a_unit(
    exact: Backend, student: Student
) -> None:
    short = EagerBackend(student, precision='bfloat16')
    decisions = []
    for backend in (exact, short):
        history = random_history(student.config, seed=13)
        for step in range(student.config.history):
            history.features[step] = backend.extract(
                random_views(student.config, seed=step), ALIVE
            )
        decisions.append(backend.decide(history))
    apart = np.abs(decisions[0].means - decisions[1].means)
    assert 0.0 < apart.max() < 0.02
    assert np.abs(decisions[0].action_means - decisions[1].action_means).max() < 0.02


def test_the_student_that_is_given_is_left_as_it_is(student: Student) -> None:
    before = {name: tensor.clone() for name, tensor in student.state_dict().items()}
    EagerBackend(student, precision='bfloat16')
    after = student.state_dict()
    assert before.keys() == after.keys()
    assert all(torch.equal(before[name], after[name]) for name in before)
    assert all(parameter.requires_grad for parameter in student.parameters())
    assert any(isinstance(module, nn.BatchNorm2d) for module in student.modules())


def test_a_student_in_training_mode_is_run_without_noise() -> None:
    learner = Student(preset('debug')).train()
    backend = EagerBackend(learner)
    views = random_views(learner.config, seed=1)
    np.testing.assert_array_equal(backend.extract(views, ALIVE), backend.extract(views, ALIVE))
    assert learner.training


def test_images_are_not_changed_and_matter(exact: Backend, student: Student) -> None:
    views = random_views(student.config, seed=2)
    before = views.copy()
    features = exact.extract(views, ALIVE)
    np.testing.assert_array_equal(views, before)
    again = exact.extract(random_views(student.config, seed=3), ALIVE)
    assert rms(features - again) > 1e-3


def test_results_are_kept_when_the_next_ones_come(exact: Backend, student: Student) -> None:
    first = exact.extract(random_views(student.config, seed=2), ALIVE)
    kept = first.copy()
    exact.extract(random_views(student.config, seed=3), ALIVE)
    np.testing.assert_array_equal(first, kept)


def test_wrong_shapes_are_refused(exact: Backend, student: Student) -> None:
    views = random_views(student.config, seed=2)
    for wrong in (views[:5], views[:, :64], views.astype(np.float32)):
        with pytest.raises(InputError, match=r'views must be \(6, 128, 256, 3\) uint8'):
            exact.extract(wrong, ALIVE)
    with pytest.raises(InputError, match='with 6 flags'):
        exact.extract(views, ALIVE[:5])
    history = blank_history(student.config)
    shorter = type(history)(history.features[1:], history.conditions[1:], history.known[1:])
    with pytest.raises(InputError, match=r'history.features must be \(10, 128\)'):
        exact.decide(shorter)


def test_threads_are_set_when_they_are_named(student: Student) -> None:
    before = torch.get_num_threads()
    try:
        EagerBackend(student, threads=1)
        assert torch.get_num_threads() == 1
        EagerBackend(student, threads=2)
        EagerBackend(student)
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)


@pytest.mark.parametrize(
    ('capabilities', 'fast'),
    [
        ({'avx512_bf16': True}, True),
        ({'amx_bf16': True, 'avx512_bf16': False}, True),
        ({'avx2': True, 'avx512_bf16': False}, False),
        ({}, False),
    ],
)
def test_the_best_one_goes_by_what_the_machine_has(
    student: Student, monkeypatch: pytest.MonkeyPatch, capabilities: dict[str, bool], fast: bool
) -> None:
    monkeypatch.setattr('torch.cuda.is_available', lambda: False)
    monkeypatch.setattr('torch.cpu.get_capabilities', lambda: capabilities, raising=False)
    assert has_fast_bfloat16() is fast
    expected = 'eager cpu bfloat16' if fast else 'eager cpu float32'
    assert best_backend(student).name == expected


def test_a_pytorch_that_cannot_tell_runs_in_single_precision(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delattr('torch.cpu.get_capabilities', raising=False)
    assert has_fast_bfloat16() is False
