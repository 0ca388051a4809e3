# SPDX-License-Identifier: Apache-2.0
"""Episodes: scenarios with all random properties drawn."""

import math
from dataclasses import dataclass, replace

import numpy as np

from wpt_core.types import Pose2
from wpt_core.vehicle import VehicleParameters, randomised
from wpt_sim.randomness import Split, random_stream
from wpt_sim.render.look import Daylight, Look, Weather, draw_look
from wpt_sim.road import (
    Arc,
    Clothoid,
    CrossSection,
    Piece,
    Road,
    RoadKind,
    Straight,
    city,
    motorway,
    random_arterial,
    random_section,
    reference_line,
    worn,
)
from wpt_sim.scenario.description import Conditions, Hand, Layout, Leg, Scenario
from wpt_sim.traffic import Traffic

__all__ = ['START_S_M', 'Episode', 'Wind', 'draw_episode']

START_S_M = 80.0
"""Road behind the start, for the rear camera and for traffic from behind."""
_TAIL_M = 220.0
"""Road beyond the end of the drive, so that its end is not in sight."""
_TRANSITION_JERK_MPS3 = 0.7
"""Lateral jerk of a transition at the set speed; design practice is 0.3 to 0.9."""
_WET_FRICTION = 0.75
_CALIBRATION_ERROR = 0.15
_STEADY_MPS2 = 0.12
_GUST_MPS2 = 0.15
_GUSTS = 3


@dataclass(frozen=True, slots=True)
class Wind:
    """Lateral acceleration of the ego by wind: a constant and a few slow waves."""

    steady_mps2: float = 0.0
    gusts: tuple[tuple[float, float, float], ...] = ()
    """Amplitude in m/s², angular frequency in rad/s, phase in rad."""

    @classmethod
    def drawn(cls, generator: np.random.Generator) -> 'Wind':
        """Draw wind from either side, with gusts of 0.1 to 0.5 Hz."""
        gusts = []
        for _ in range(_GUSTS):
            size = float(generator.uniform(0.0, _GUST_MPS2 / _GUSTS))
            rate = 2.0 * math.pi * float(generator.uniform(0.1, 0.5))
            gusts.append((size, rate, float(generator.uniform(0.0, 2.0 * math.pi))))
        return cls(float(generator.uniform(-_STEADY_MPS2, _STEADY_MPS2)), tuple(gusts))

    def at(self, time_s: float) -> float:
        """Return the acceleration to the left in m/s²."""
        waves = (size * math.sin(rate * time_s + phase) for size, rate, phase in self.gusts)
        return self.steady_mps2 + sum(waves)


@dataclass(frozen=True, eq=False, slots=True)
class Episode:
    """Everything drawn before the first step."""

    road: Road
    look: Look
    parameters: VehicleParameters
    wind: Wind
    traffic: Traffic
    start: Pose2
    set_speed_mps: float
    calibrated_delay_s: float
    """Dead time and lag of the steering, with a calibration error."""


def draw_episode(scenario: Scenario, seed: int, split: Split) -> Episode:
    """Draw one episode. Raise InputError if the seed is out of range."""

    def generator_of(purpose: str) -> np.random.Generator:
        return random_stream(seed, scenario.key, purpose=purpose, split=split)

    set_speed_mps = scenario.speed_mps.draw(generator_of('speed'))
    look = _look(generator_of('look'), scenario.conditions)
    road = _road(generator_of('road'), scenario, set_speed_mps=set_speed_mps)
    parameters = randomised(generator_of('vehicle'))
    if look.weather is Weather.RAIN:
        parameters = replace(parameters, friction=parameters.friction * _WET_FRICTION)
    dark = look.daylight is not Daylight.DAY or look.weather is Weather.RAIN
    traffic = Traffic(
        road,
        scenario.roles,
        start_s_m=START_S_M,
        generator=generator_of('traffic'),
        head_lamps=dark,
    )
    return Episode(
        road=road,
        look=look if not scenario.conditions.glare.high else _into_the_sun(look, road),
        parameters=parameters,
        wind=Wind.drawn(generator_of('wind')),
        traffic=traffic,
        start=_start_pose(generator_of('start'), scenario, road),
        set_speed_mps=set_speed_mps,
        calibrated_delay_s=_calibrated_delay(generator_of('calibration'), parameters),
    )


def _calibrated_delay(generator: np.random.Generator, parameters: VehicleParameters) -> float:
    """Return the true delay with a calibration error."""
    error = 1.0 + float(generator.uniform(-_CALIBRATION_ERROR, _CALIBRATION_ERROR))
    return error * (parameters.steering_delay_s + parameters.steering_lag_s)


def _road(generator: np.random.Generator, scenario: Scenario, *, set_speed_mps: float) -> Road:
    pieces: list[Piece] = [Straight(START_S_M)]
    for leg in scenario.layout.legs:
        pieces += _leg(generator, leg, set_speed_mps)
    laid_m = sum(piece.length_m for piece in pieces)
    needed_m = START_S_M + (scenario.route_m or set_speed_mps * scenario.duration_s)
    pieces.append(Straight(max(needed_m - laid_m, 0.0) + _TAIL_M))
    heading_rad = float(generator.uniform(-math.pi, math.pi))
    section = worn(_section(generator, scenario.layout), scenario.conditions.wear.draw(generator))
    return Road(reference_line(pieces, start=Pose2(0.0, 0.0, heading_rad)), section, set_speed_mps)


def _leg(generator: np.random.Generator, leg: Leg, speed_mps: float) -> list[Piece]:
    """Draw a straight, and a bend between transitions that are comfortable at the speed."""
    pieces: list[Piece] = [Straight(max(leg.straight_m.draw(generator), 1.0))]
    if leg.turn is None:
        return pieces
    radius_m = leg.turn.radius_m.draw(generator)
    hand = leg.turn.hand or (Hand.LEFT if generator.random() < 0.5 else Hand.RIGHT)
    if not leg.turn.transitions:
        return [*pieces, Arc(hand.value * radius_m, leg.turn.arc_m.draw(generator))]
    bend = hand.value / radius_m
    # A bend too tight for the set speed is driven at a lateral acceleration of 2 m/s².
    bend_mps = min(speed_mps, math.sqrt(2.0 * radius_m))
    transition_m = max(bend_mps**3 / (radius_m * _TRANSITION_JERK_MPS3), 15.0)
    arc = Arc(hand.value * radius_m, leg.turn.arc_m.draw(generator))
    return [*pieces, Clothoid(transition_m, 0.0, bend), arc, Clothoid(transition_m, bend, 0.0)]


def _section(generator: np.random.Generator, layout: Layout) -> CrossSection:
    if layout.kind is RoadKind.MOTORWAY:
        lane_m = round(float(generator.uniform(3.5, 3.75)), 2)
        dash_m, gap_m = [(6.0, 12.0), (3.0, 9.0), (3.05, 9.14)][int(generator.integers(3))]
        return motorway(layout.lanes, lane_m=lane_m, dash_m=dash_m, gap_m=gap_m)
    if layout.kind is RoadKind.CITY and layout.lanes > 1:
        return city(layout.lanes, lane_m=round(float(generator.uniform(3.1, 3.4)), 2))
    if layout.kind is RoadKind.ARTERIAL:
        return random_arterial(generator, layout.lanes)
    return random_section(generator, layout.kind)


def _start_pose(generator: np.random.Generator, scenario: Scenario, road: Road) -> Pose2:
    start = scenario.start
    lane = road.lane_pose(start.lane, START_S_M)
    offset_m = start.offset_m.draw(generator)
    return Pose2(
        lane.x_m - offset_m * math.sin(lane.yaw_rad),
        lane.y_m + offset_m * math.cos(lane.yaw_rad),
        lane.yaw_rad + start.heading_rad.draw(generator),
    )


def _look(generator: np.random.Generator, conditions: Conditions) -> Look:
    """Draw a look within the conditions; by default dry, mostly by day."""
    dusk, cloudy = generator.random() < 0.15, generator.random() < 0.4
    daylight = conditions.daylight or (Daylight.DUSK if dusk else Daylight.DAY)
    weather = conditions.weather or (Weather.OVERCAST if cloudy else Weather.CLEAR)
    look = draw_look(generator, daylight, weather)
    glare = conditions.glare.draw(generator)
    return replace(look, glare=glare, seams=conditions.seams.draw(generator))


def _into_the_sun(look: Look, road: Road) -> Look:
    """Put a low sun ahead of the start; its height is drawn from the look's seed."""
    generator = np.random.default_rng(look.seed)
    ahead = road.reference.pose_at(START_S_M + 60.0)
    return replace(
        look,
        weather=Weather.CLEAR,
        sun_azimuth_rad=ahead.yaw_rad + float(generator.uniform(-0.15, 0.15)),
        sun_elevation_rad=float(generator.uniform(0.08, 0.2)),
    )
