# SPDX-License-Identifier: Apache-2.0
"""Markers: each lies where the plan, the car and the command say, and what is old is gone."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

pytest.importorskip('wpt_msgs', reason='wpt_msgs cannot be imported; ./wpt test brings it')

from drive_samples import circles
from visualization_msgs.msg import Marker, MarkerArray

from wpt_core.drawing import PlanStyle, ribbon_colours, ribbon_of
from wpt_core.safety import GateState
from wpt_core.types import LateralCommand, Level, Notice, Plan
from wpt_core.vehicle import VehicleParameters
from wpt_ros.conversions.states import GateSummary, PlannerSummary
from wpt_ros.parts.markers import markers_message, state_text
from wpt_ros.parts.snapshot import Latest, Snapshot, SnapshotBuffer

CAR = VehicleParameters()
TURN_1PM = 0.02
PLAN = circles(TURN_1PM, 0.0, -0.02, odds=(0.6, 0.3, 0.1))
ENGAGED = GateSummary(GateState.ENGAGED)
LATE = Notice(Level.WARNING, 'plan_late', 'The plan is late.')


def command(curvature_1pm: float = TURN_1PM, *, valid: bool = True) -> LateralCommand:
    return LateralCommand(100.0, 100.0, curvature_1pm, 0.0, valid)


def snapshot(**known: Any) -> Snapshot:
    given = {'plan': PLAN, 'plan_age_s': 0.08, 'command': command(), 'gate': ENGAGED}
    return Snapshot(**{**given, 'speed_mps': 10.0, **known})


def message(what: Snapshot) -> MarkerArray:
    return markers_message(what, CAR, now_s=100.08, plan_lifetime_s=0.3)


def test_the_way_driven_is_a_line_behind_the_car() -> None:
    driven_m = np.array([[-8.0, 1.0], [-4.0, 0.25], [0.0, 0.0]])
    (line,) = named(message(snapshot(driven_m=driven_m)), 'driven')
    assert line.type == Marker.LINE_STRIP
    np.testing.assert_allclose(points_m(line), driven_m)
    assert named(message(snapshot()), 'driven') == []


def named(array: MarkerArray, name: str) -> list[Marker]:
    return [marker for marker in array.markers if marker.ns == name]


def points_m(marker: Marker) -> np.ndarray:
    return np.array([(point.x, point.y) for point in marker.points])


def numbers(marker: Marker) -> list[float]:
    where, how, size = marker.pose.position, marker.pose.orientation, marker.scale
    colours = [marker.color, *marker.colors]
    return [
        *(where.x, where.y, where.z, how.x, how.y, how.z, how.w, size.x, size.y, size.z),
        *(value for point in marker.points for value in (point.x, point.y, point.z)),
        *(value for one in colours for value in (one.r, one.g, one.b, one.a)),
    ]


def test_each_has_its_name_and_number_the_stamp_of_the_plan_and_a_lifetime() -> None:
    array = message(snapshot())
    assert sorted((marker.ns, marker.id) for marker in array.markers) == [
        ('car', 0),
        ('command', 0),
        ('others', 0),
        ('others', 1),
        ('plan', 0),
        ('state', 0),
        ('uncertainty', 0),
    ]
    for marker in array.markers:
        assert marker.action == Marker.ADD
        assert (marker.header.frame_id, marker.header.stamp.sec) == ('base_link', 100)
        assert marker.pose.orientation.w == 1.0
        assert 0.0 < marker.lifetime.sec + marker.lifetime.nanosec * 1e-9 <= 1.0
    assert named(array, 'plan')[0].lifetime.nanosec == 300_000_000


def test_the_ribbon_is_as_wide_as_the_car_around_the_circle_of_the_plan() -> None:
    (ribbon,) = named(message(snapshot()), 'plan')
    assert ribbon.type == Marker.TRIANGLE_LIST
    assert len(ribbon.points) % 3 == 0
    assert len(ribbon.colors) == len(ribbon.points)
    radii_m = np.linalg.norm(points_m(ribbon) - (0.0, 1.0 / TURN_1PM), axis=-1)
    inner, outer = radii_m < 1.0 / TURN_1PM, radii_m > 1.0 / TURN_1PM
    np.testing.assert_allclose(radii_m[inner], 1.0 / TURN_1PM - CAR.width_m / 2, atol=0.1)
    np.testing.assert_allclose(radii_m[outer], 1.0 / TURN_1PM + CAR.width_m / 2, atol=0.1)
    assert inner.any()
    assert outer.any()


def test_the_triangles_of_the_ribbon_cover_it_once_and_face_up() -> None:
    straight = circles(0.0)
    (ribbon,) = named(message(snapshot(plan=straight)), 'plan')
    triangles_m = points_m(ribbon).reshape(-1, 3, 2)
    (ax, ay), (bx, by) = ((triangles_m[:, i] - triangles_m[:, 0]).T for i in (1, 2))
    areas_m2 = 0.5 * (ax * by - ay * bx)
    assert (areas_m2 > 0.0).all()
    assert areas_m2.sum() == pytest.approx(100.0 * CAR.width_m, rel=1e-6)


def test_the_colours_are_those_of_the_overlay() -> None:
    slowing = replace(PLAN, speeds_mps=np.linspace(30.0, 0.0, 33) + np.zeros((3, 1)))
    (ribbon,) = named(message(snapshot(plan=slowing)), 'plan')
    style = PlanStyle(width_m=CAR.width_m)
    ramp = ribbon_colours(ribbon_of(slowing, 0, style), style) / 255.0
    first, last = ribbon.colors[0], ribbon.colors[-1]
    np.testing.assert_allclose((first.r, first.g, first.b), ramp[0], atol=1e-6)
    np.testing.assert_allclose((last.r, last.g, last.b), ramp[-1], atol=1e-6)
    assert first.b > first.r
    assert last.r > last.b
    assert first.a > last.a > 0.0


def test_the_others_are_lines_the_fainter_the_less_probable() -> None:
    likely, unlikely = named(message(snapshot()), 'others')
    assert likely.type == unlikely.type == Marker.LINE_STRIP
    assert likely.color.a == pytest.approx(2 * 0.8 * 0.25)
    assert unlikely.color.a == pytest.approx(0.8 / 6)
    np.testing.assert_allclose(points_m(likely)[:, 1], 0.0, atol=1e-4)  # the straight one
    assert points_m(unlikely)[-1, 1] < -10.0


def test_the_numbers_stay_when_another_hypothesis_becomes_the_best() -> None:
    turned = replace(PLAN, probabilities=PLAN.probabilities[::-1])
    before, after = (message(snapshot(plan=plan)) for plan in (PLAN, turned))
    keys = [[(marker.ns, marker.id) for marker in array.markers] for array in (before, after)]
    assert keys[0] == keys[1]
    assert points_m(named(after, 'plan')[0])[-1, 1] < -10.0


def test_an_ellipse_stands_at_each_second_with_the_scales_as_half_axes() -> None:
    (ellipses,) = named(message(snapshot(plan=circles(0.0))), 'uncertainty')
    triangles_m = points_m(ellipses).reshape(10, -1, 3, 2)
    for second, fan in enumerate(triangles_m, 1):
        np.testing.assert_allclose(fan[:, 0], np.tile((10.0 * second, 0.0), (24, 1)), atol=1e-4)
        rim = (fan[:, 1:] - fan[:, :1]) / (2.0 * second, 0.5 * second)
        np.testing.assert_allclose(np.linalg.norm(rim, axis=-1), 1.0, atol=0.03)


def test_a_scale_that_is_no_number_has_no_ellipse() -> None:
    scales_m = PLAN.position_scales_m.copy()
    scales_m[0, 20:] = math.nan
    (ellipses,) = named(
        message(snapshot(plan=replace(PLAN, position_scales_m=scales_m))), 'uncertainty'
    )
    assert np.isfinite(points_m(ellipses)).all()
    nothing = replace(PLAN, position_scales_m=scales_m * math.nan)
    assert not named(message(snapshot(plan=nothing)), 'uncertainty')


def test_the_car_stands_on_the_ground_around_its_rear_axle() -> None:
    (car,) = named(message(snapshot()), 'car')
    assert car.type == Marker.CUBE
    assert car.pose.position.x - car.scale.x / 2 == pytest.approx(-CAR.rear_overhang_m)
    assert car.pose.position.z - car.scale.z / 2 == pytest.approx(0.0)
    assert (car.scale.x, car.scale.y) == pytest.approx((CAR.length_m, CAR.width_m))


@pytest.mark.parametrize('curvature_1pm', [0.05, -0.05, 1e-5, 0.0, 0.4])
def test_the_command_is_an_arc_of_its_curvature_that_begins_at_the_nose(
    curvature_1pm: float,
) -> None:
    (arc,) = named(message(snapshot(command=command(curvature_1pm))), 'command')
    x_m, y_m = points_m(arc).T
    nose_m = CAR.length_m - CAR.rear_overhang_m
    np.testing.assert_allclose(curvature_1pm * (x_m**2 + y_m**2), 2.0 * y_m, atol=1e-4)
    driven_m = np.linalg.norm(np.diff(points_m(arc), axis=0), axis=-1).sum()
    if abs(curvature_1pm) < 0.1:
        assert math.hypot(x_m[0], y_m[0]) == pytest.approx(nose_m, rel=0.01)
        assert driven_m == pytest.approx(15.0, rel=0.01)
    else:
        assert driven_m < math.pi / abs(curvature_1pm)  # no more than half a circle


@pytest.mark.parametrize('one', [None, command(valid=False), command(math.nan)])
def test_a_command_that_is_not_obeyed_has_no_arc(one: LateralCommand | None) -> None:
    assert not named(message(snapshot(command=one)), 'command')


@pytest.mark.parametrize('state', list(GateState))
def test_the_state_has_its_own_colour_and_tells_its_reasons(state: GateState) -> None:
    says = GateSummary(state, (LATE,))
    (text,) = named(message(snapshot(gate=says)), 'state')
    assert text.type == Marker.TEXT_VIEW_FACING
    assert text.text.startswith(f'{state.name}, 36 km/h\nplan 0.08 s old')
    assert text.text.endswith('\nThe plan is late.')
    assert text.pose.position.z > CAR.height_m + text.scale.z
    others = [
        named(message(snapshot(gate=GateSummary(other))), 'state')[0].color
        for other in GateState
        if other is not state
    ]
    assert text.color not in others


def test_many_reasons_are_cut_and_counted() -> None:
    reasons = tuple(Notice(Level.ERROR, 'x', f'Reason number {i}.') for i in range(12))
    lines = state_text(snapshot(gate=GateSummary(GateState.FAULT, reasons))).splitlines()
    assert len(lines) == 8
    assert lines[-1] == '(7 lines more)'


def test_what_planner_and_gate_both_say_is_said_once() -> None:
    planner = PlannerSummary('DEGRADED', (LATE, Notice(Level.WARNING, 'dead', 'back is dead.')))
    words = state_text(snapshot(gate=GateSummary(GateState.DEGRADED, (LATE,)), planner=planner))
    assert words.count('The plan is late.') == 1
    assert words.endswith('back is dead.')
    assert 'planner DEGRADED' in words


def test_without_a_plan_all_that_was_shown_before_is_wiped() -> None:
    array = message(snapshot(plan=None, plan_age_s=1.25, command=None))
    assert array.markers[0].action == Marker.DELETEALL
    assert [marker.ns for marker in array.markers[1:]] == ['car', 'state']
    assert 'PLAN IS OLD: 1.2 s' in array.markers[-1].text
    assert array.markers[0].header.stamp.nanosec == pytest.approx(80_000_000, abs=10)


def test_nothing_known_is_said_in_words() -> None:
    words = state_text(Snapshot())
    assert words == 'no gate, speed unknown\nno plan yet, no planner status'
    assert 'FROM THE FUTURE: 5.0 s' in state_text(Snapshot(plan_age_s=-5.0))


STANDING = circles(0.0, odds=(1.0,), speed_mps=0.0)


@pytest.mark.parametrize(
    'plan',
    [PLAN, STANDING, replace(PLAN, probabilities=np.zeros(3))],
    ids=['fast', 'still', 'odd'],
)
def test_all_numbers_are_finite(plan: Plan) -> None:
    for marker in message(snapshot(plan=plan)).markers:
        assert np.isfinite(numbers(marker)).all()
        assert marker.type not in (Marker.LINE_STRIP, Marker.TRIANGLE_LIST) or marker.points


def test_the_newest_holds_until_it_is_old_whichever_way_time_goes() -> None:
    newest: Latest[str] = Latest(0.25)
    assert newest.at(0.0) is None
    newest.take('a', 10.0)
    assert [newest.at(now_s) for now_s in (9.5, 9.75, 10.0, 10.25, 10.5)] == [
        None,
        'a',
        'a',
        'a',
        None,
    ]
    newest.take('b', 3.0)  # the recording begins again
    assert newest.at(3.1) == 'b'


def test_the_onlooker_forgets_each_at_its_own_age() -> None:
    buffer = SnapshotBuffer()
    buffer.plan.take(PLAN, 100.0)
    buffer.command.take(command(), 100.0)
    buffer.gate.take(ENGAGED, 100.0)
    buffer.speed_mps.take(10.0, 100.0)
    late = buffer.at(100.2)
    assert (late.plan, late.command, late.gate, late.speed_mps) == (PLAN, None, ENGAGED, 10.0)
    assert not late.gate_lost
    later = buffer.at(100.9)
    assert (later.plan, later.gate, later.speed_mps) == (None, None, None)
    assert later.plan_age_s == pytest.approx(0.9)
    assert later.gate_lost
    assert not SnapshotBuffer().at(0.0).gate_lost
