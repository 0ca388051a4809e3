# SPDX-License-Identifier: Apache-2.0
"""Meshes of actors; the same actor has the same mesh in every image."""

from functools import lru_cache

import numpy as np

from wpt_sim.render.bodies.cars import car
from wpt_sim.render.bodies.finishes import paint, pick
from wpt_sim.render.bodies.mesh import Finish, Mesh
from wpt_sim.render.bodies.people import clothes, pedestrian
from wpt_sim.render.bodies.shapes import HATCHBACK, SALOON, SUV, VAN
from wpt_sim.render.bodies.trucks import truck
from wpt_sim.render.bodies.works import barrier, cone
from wpt_sim.scene import Actor, Kind, Size

__all__ = ['actor_mesh']

_STEPS = 24
"""Poses in a walking cycle, enough for 20 images per second."""
_SPOKE_STEPS = 8
_SPOKE_RAD = 2 * np.pi / 5
_TARPAULINS = (
    (0.58, 0.58, 0.57), (0.58, 0.58, 0.57), (0.50, 0.49, 0.45), (0.03, 0.07, 0.20),
    (0.30, 0.03, 0.025), (0.05, 0.13, 0.08), (0.34, 0.20, 0.03),
)  # fmt: skip


def actor_mesh(actor: Actor, detail: int) -> Mesh:
    """Return the mesh of an actor in a level of detail: 0 far, 1 normal, 2 close."""
    if actor.kind is Kind.PEDESTRIAN:
        step = round(actor.phase_rad / (2 * np.pi) * _STEPS) % _STEPS
    elif actor.kind in (Kind.CAR, Kind.VAN, Kind.TRUCK) and detail == 2:
        step = round(actor.phase_rad / _SPOKE_RAD * _SPOKE_STEPS) % _SPOKE_STEPS
    else:
        step = 0
    return _mesh(actor.kind, actor.size, actor.paint_seed, step, detail)


@lru_cache(maxsize=256)
def _mesh(kind: Kind, size: Size, paint_seed: int, step: int, detail: int) -> Mesh:
    generator = np.random.default_rng(abs(paint_seed))
    if kind is Kind.PEDESTRIAN:
        phase_rad = 2 * np.pi * step / _STEPS
        return pedestrian(size, clothes(generator), phase_rad=phase_rad, detail=detail)
    if kind is Kind.BARRIER:
        return barrier(size)
    if kind is Kind.CONE:
        return cone(size)
    turn_rad = step / _SPOKE_STEPS * _SPOKE_RAD
    return _vehicle(kind, size, generator, turn_rad=turn_rad, detail=detail)


def _vehicle(
    kind: Kind, size: Size, generator: np.random.Generator, *, turn_rad: float, detail: int
) -> Mesh:
    draw, colour = generator.random(), paint(generator)
    if kind is Kind.TRUCK:
        box = Finish(_TARPAULINS[pick(generator.random(), (1.0,) * len(_TARPAULINS))], 0.02)
        return truck(size, colour, box=box, turn_rad=turn_rad, detail=detail)
    if kind is Kind.VAN:
        if draw < 0.55:
            colour = Finish((0.64, 0.64, 0.62), 0.045)
        return car(VAN, size, colour, turn_rad=turn_rad, detail=detail)
    if size.height_m > 1.58:
        shape = SUV
    else:
        shape = (SALOON, HATCHBACK)[int(draw < (0.3 if size.length_m > 4.35 else 0.8))]
    return car(shape, size, colour, turn_rad=turn_rad, detail=detail)
