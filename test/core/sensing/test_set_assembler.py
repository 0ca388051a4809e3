# SPDX-License-Identifier: Apache-2.0
"""Camera sets are due when they are complete, or after a wait, and never twice or out of order."""

import numpy as np
import pytest

from wpt_core.sensing import CameraSetDue, SetAssembler
from wpt_core.types import InputError

CAMERAS = ('front', 'left', 'right')
PERIOD_S = 0.05


class Street:
    """Cameras with an assembler; images arrive `late_s` after their stamps."""

    def __init__(self, *, wait_s: float = 0.02) -> None:
        self.assembler = SetAssembler(CAMERAS, wait_s=wait_s)

    def see(self, stamp_s: float, *cameras: str, late_s: float = 0.0) -> list[bool]:
        received_s = stamp_s + late_s
        return [
            self.assembler.image_arrived(camera, stamp_s, received_s=received_s, now_s=received_s)
            for camera in cameras
        ]

    def round(self, stamp_s: float, *cameras: str) -> CameraSetDue | None:
        """Images of these cameras and odometry at one time; returns the due set."""
        self.see(stamp_s, *cameras)
        self.assembler.odometry_arrived(stamp_s)
        return self.assembler.due(stamp_s)


@pytest.fixture
def street() -> Street:
    return Street()


@pytest.fixture
def driving(street: Street) -> Street:
    """After two complete sets, at 1.00 and 1.05 s."""
    for stamp_s in (1.0, 1.05):
        assert street.round(stamp_s, *CAMERAS) == CameraSetDue('front', stamp_s)
    return street


def test_a_whole_set_is_due_at_once_and_only_once(street: Street) -> None:
    assert street.round(1.0, *CAMERAS) == CameraSetDue('front', 1.0)
    assert street.assembler.due(1.0) is None
    assert street.assembler.due(9.0) is None


def test_nothing_is_due_before_the_first_image(street: Street) -> None:
    assert street.assembler.due(5.0) is None
    street.assembler.odometry_arrived(5.0)
    assert street.assembler.due(9.0) is None
    assert street.assembler.living(5.0) == ()


def test_the_first_set_waits_for_cameras_that_may_still_come(street: Street) -> None:
    assert street.round(1.0, 'front', 'left') is None
    assert street.assembler.due(1.019) is None
    assert street.assembler.due(1.021) == CameraSetDue('front', 1.0)


@pytest.mark.parametrize('missing', ['left', 'right'])
def test_an_image_that_is_late_is_waited_for_but_not_long(driving: Street, missing: str) -> None:
    others = [camera for camera in CAMERAS if camera != missing]
    assert driving.round(1.1, *others) is None
    assert driving.assembler.due(1.119) is None
    assert driving.assembler.due(1.121) == CameraSetDue('front', 1.1)


def test_the_late_image_itself_ends_the_wait(driving: Street) -> None:
    assert driving.round(1.1, 'front', 'left') is None
    driving.see(1.1, 'right', late_s=0.011)
    assert driving.assembler.due(1.111) == CameraSetDue('front', 1.1)


def test_the_odometry_is_waited_for_like_a_camera(driving: Street) -> None:
    driving.see(1.1, *CAMERAS)
    assert driving.assembler.due(1.1) is None
    driving.assembler.odometry_arrived(1.1 - 0.4 * PERIOD_S)
    assert driving.assembler.due(1.1) == CameraSetDue('front', 1.1)


@pytest.mark.parametrize('first', CAMERAS)
def test_after_a_stall_who_is_heard_first_waits_for_the_others(
    driving: Street, first: str
) -> None:
    driving.see(2.0, first)
    assert driving.assembler.due(2.0) is None
    driving.see(2.0, *(camera for camera in CAMERAS if camera != first))
    assert driving.assembler.due(2.0) is None
    driving.assembler.odometry_arrived(2.0)
    assert driving.assembler.due(2.0) == CameraSetDue('front', 2.0)


def test_odometry_that_has_ended_is_waited_for_no_more(driving: Street) -> None:
    found = []
    for step in range(1, 7):
        stamp_s = 1.05 + PERIOD_S * step
        driving.see(stamp_s, *CAMERAS)
        found.append(driving.assembler.due(stamp_s) is not None)
        driving.assembler.due(stamp_s + 0.021)
    assert found == [False] * 4 + [True] * 2


@pytest.mark.parametrize(('behind', 'due'), [(0.45, True), (0.55, False)])
def test_half_a_period_behind_counts_as_the_same_moment(
    driving: Street, behind: float, due: bool
) -> None:
    driving.see(1.1 - behind * PERIOD_S, 'left', 'right')
    driving.see(1.1, 'front')
    driving.assembler.odometry_arrived(1.1)
    assert (driving.assembler.due(1.1) is not None) is due


def test_a_dead_camera_costs_a_few_waits_and_then_none(driving: Street) -> None:
    waited = []
    for step in range(1, 8):
        stamp_s = 1.05 + PERIOD_S * step
        waited.append(driving.round(stamp_s, 'front', 'left') is None)
        driving.assembler.due(stamp_s + 0.021)
    assert waited == [True] * 4 + [False] * 3
    assert driving.assembler.living(1.4) == ('front', 'left')


def test_a_camera_that_is_back_is_waited_for_again(driving: Street) -> None:
    for step in range(1, 8):
        stamp_s = 1.05 + PERIOD_S * step
        driving.round(stamp_s, 'front', 'left')
        driving.assembler.due(stamp_s + 0.021)
    assert driving.round(1.45, *CAMERAS) == CameraSetDue('front', 1.45)
    assert driving.round(1.5, 'front', 'left') is None
    assert driving.assembler.living(1.5) == CAMERAS


def test_the_newest_wins_and_what_it_replaced_is_counted(driving: Street) -> None:
    for stamp_s in (1.1, 1.15, 1.2):
        driving.see(stamp_s, *CAMERAS)
    driving.assembler.odometry_arrived(1.2)
    assert driving.assembler.due(1.2) == CameraSetDue('front', 1.2)
    assert driving.assembler.due(2.0) is None
    assert driving.assembler.dropped == 2


def test_what_was_planned_on_in_time_is_not_counted_as_dropped(driving: Street) -> None:
    driving.round(1.1, *CAMERAS)
    driving.round(1.15, *CAMERAS)
    assert driving.assembler.dropped == 0


def test_duplicates_and_reordered_images_are_counted_and_not_kept(driving: Street) -> None:
    assert driving.see(1.05, *CAMERAS) == [False] * 3
    assert driving.see(1.0, *CAMERAS) == [False] * 3
    assert driving.assembler.ignored == 6
    assert driving.assembler.due(2.0) is None
    assert driving.round(1.1, *CAMERAS) == CameraSetDue('front', 1.1)


def test_while_the_anchor_is_silent_the_next_camera_stands_in(driving: Street) -> None:
    found = [driving.round(1.05 + PERIOD_S * step, 'left', 'right') for step in range(1, 5)]
    assert found == [None] * 4
    assert driving.assembler.due(1.271) == CameraSetDue('left', pytest.approx(1.25))
    assert driving.round(1.3, 'left', 'right') == CameraSetDue('left', 1.3)
    assert driving.round(1.35, *CAMERAS) == CameraSetDue('front', 1.35)


def test_a_change_of_the_anchor_does_not_plan_twice_on_one_moment(driving: Street) -> None:
    for step in range(1, 6):
        driving.round(1.05 + PERIOD_S * step, 'left', 'right')
        driving.assembler.due(1.071 + PERIOD_S * step)
    driving.see(1.31, 'front')
    assert driving.assembler.due(2.0) is None
    assert driving.round(1.36, *CAMERAS) == CameraSetDue('front', 1.36)


def test_without_the_anchor_from_the_start_another_plans(street: Street) -> None:
    assert street.round(1.0, 'left', 'right') is None
    assert street.assembler.due(1.021) == CameraSetDue('left', 1.0)
    assert street.round(1.05, 'left', 'right') == CameraSetDue('left', 1.05)


def test_a_jump_back_of_the_anchor_begins_anew(driving: Street) -> None:
    assert driving.see(0.2, 'left') == [False]
    assert driving.see(0.2, *CAMERAS) == [True] * 3
    driving.assembler.odometry_arrived(0.2)
    assert driving.assembler.due(0.2) == CameraSetDue('front', 0.2)
    assert driving.assembler.living(0.2) == CAMERAS


def test_a_small_step_back_does_not(driving: Street) -> None:
    assert driving.see(0.6, 'front') == [False]
    assert driving.round(1.1, *CAMERAS) == CameraSetDue('front', 1.1)


def test_a_stamp_from_the_future_is_refused_and_changes_nothing(driving: Street) -> None:
    with pytest.raises(InputError, match='5 s ahead of the clock here'):
        driving.assembler.image_arrived('front', 6.1, received_s=1.1, now_s=1.1)
    driving.assembler.image_arrived('front', 1.19, received_s=1.1, now_s=1.1)
    assert driving.round(1.2, 'left', 'right') == CameraSetDue('front', 1.19)


def test_a_stamp_before_the_beginning_of_time_is_refused_and_changes_nothing(
    driving: Street,
) -> None:
    with pytest.raises(InputError, match='expected 0 s or more'):
        driving.assembler.image_arrived('front', -2.0, received_s=1.1, now_s=1.1)
    assert driving.round(1.1, *CAMERAS) == CameraSetDue('front', 1.1)


def test_all_cameras_dead(driving: Street) -> None:
    assert driving.assembler.due(99.0) is None
    assert driving.assembler.living(1.3) == CAMERAS
    assert driving.assembler.living(1.36) == ()


def test_the_wait_is_on_the_clock_of_arrival_also_while_stamps_stand_still() -> None:
    assembler = SetAssembler(CAMERAS)
    assembler.image_arrived('front', 1.0, received_s=500.0, now_s=1.0)
    assert assembler.due(500.01) is None
    assert assembler.due(500.03) == CameraSetDue('front', 1.0)


def test_a_fast_camera_is_planned_on_at_most_every_half_period(street: Street) -> None:
    stamps_s = 1.0 + np.arange(60) / 60.0
    planned = [one for stamp in stamps_s if (one := street.round(float(stamp), *CAMERAS))]
    gaps_s = np.diff([one.stamp_s for one in planned])
    assert len(planned) == 30
    assert gaps_s == pytest.approx(np.full(29, 2 / 60))
    assert street.assembler.dropped == 0


def test_each_anchor_image_that_arrives_leads_to_a_set_whatever_else_is_lost() -> None:
    street, noise = Street(), np.random.default_rng(3)
    arrived, planned = [], []
    for step in range(200):
        stamp_s = 1.0 + PERIOD_S * step
        came = [camera for camera in CAMERAS if noise.random() < 0.7]
        arrived += [stamp_s] if 'front' in came else []
        found = street.round(stamp_s, *came), street.assembler.due(stamp_s + 0.03)
        planned += [due.stamp_s for due in found if due is not None and due.anchor == 'front']
    assert planned == arrived
    assert street.assembler.dropped == 0


@pytest.mark.parametrize(
    ('cameras', 'settings'),
    [
        ((), {}),
        (CAMERAS, {'period_s': 0.0}),
        (CAMERAS, {'period_s': 1.0}),
        (CAMERAS, {'wait_s': -0.01}),
        (CAMERAS, {'wait_s': float('nan')}),
    ],
)
def test_settings_that_make_no_sense_are_refused(
    cameras: tuple[str, ...], settings: dict[str, float]
) -> None:
    with pytest.raises(InputError, match='a camera set needs'):
        SetAssembler(cameras, **settings)
