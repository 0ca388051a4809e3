# SPDX-License-Identifier: Apache-2.0
"""Meshes of walking pedestrians."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wpt_sim.render.bodies.finishes import pick
from wpt_sim.render.bodies.loft import Loft, hoop, tube
from wpt_sim.render.bodies.mesh import Finish, Mesh, MeshBuilder
from wpt_sim.scene import Size

__all__ = ['Clothes', 'clothes', 'pedestrian']

_SHIRTS = (
    (0.30, 0.31, 0.33), (0.035, 0.037, 0.042), (0.03, 0.05, 0.13), (0.32, 0.04, 0.035),
    (0.55, 0.54, 0.51), (0.06, 0.10, 0.06), (0.36, 0.25, 0.12), (0.42, 0.34, 0.06),
    (0.10, 0.20, 0.30), (0.21, 0.10, 0.16),
)  # fmt: skip
_TROUSERS = ((0.018, 0.019, 0.024), (0.03, 0.045, 0.085), (0.10, 0.09, 0.075), (0.20, 0.17, 0.13))
_SKINS = ((0.50, 0.31, 0.22), (0.36, 0.20, 0.13), (0.17, 0.085, 0.05), (0.08, 0.04, 0.026))
_HAIRS = ((0.012, 0.010, 0.009), (0.05, 0.028, 0.015), (0.19, 0.13, 0.06), (0.25, 0.25, 0.25))


@dataclass(frozen=True, slots=True)
class Clothes:
    """Clothes and build of a pedestrian."""

    shirt: Finish
    trousers: Finish
    skin: Finish
    hair: Finish
    shoes: Finish
    stout: float
    """Breadth of the figure, 1 in the mean."""
    coat: bool


def clothes(generator: np.random.Generator) -> Clothes:
    """Draw a common outfit."""

    def one(colours: tuple[tuple[float, float, float], ...]) -> Finish:
        return Finish(colours[pick(generator.random(), (1.0,) * len(colours))])

    shirt, trousers, skin, hair = one(_SHIRTS), one(_TROUSERS), one(_SKINS), one(_HAIRS)
    shoes = Finish((0.02, 0.018, 0.016) if generator.random() < 0.7 else (0.45, 0.45, 0.44))
    stout = float(generator.uniform(0.9, 1.15))
    return Clothes(shirt, trousers, skin, hair, shoes, stout, bool(generator.random() < 0.3))


def pedestrian(size: Size, wear: Clothes, *, phase_rad: float, detail: int) -> Mesh:
    """Build a pedestrian at a phase of the walking cycle, facing x."""
    builder, h = MeshBuilder(), size.height_m
    sides = 6 if detail else 4
    broad = wear.stout * h
    swing = 0.44 * np.sin(phase_rad)
    hip = 0.52 * h - 0.012 * h * abs(np.sin(phase_rad))
    for side in (1.0, -1.0):
        inner = (0.0, 0.0, 1.0, -1.0) if side > 0 else (0.0, -1.0, 0.0, 0.0)
        builder.part((0.0, side * 0.05 * h, 0.3 * h), inner)
        _leg(
            builder,
            np.array([0.0, side * 0.052 * h, hip]),
            side * swing,
            h,
            wear=wear,
            sides=sides,
        )
    low = hip - (0.17 if wear.coat else 0.03) * h
    _torso(builder, low, hip, h, broad=broad, wear=wear, sides=10 if detail else 6)
    for side in (1.0, -1.0):
        out = 0.112 * broad
        builder.part((0.0, side * out, 0.65 * h), (0.0, side, 0.0, out * 0.75))
        shoulder = np.array([0.0, side * out, 0.80 * h])
        _arm(builder, shoulder, -side * swing * 0.8, h, wear=wear, sides=sides)
    _head(builder, h, wear=wear, sides=8 if detail else 6)
    return builder.mesh()


def _along(angle_rad: float, length_m: float) -> NDArray[np.float64]:
    """Return the vector of a hanging limb, rotated forwards by an angle."""
    return length_m * np.array([np.sin(angle_rad), 0.0, -np.cos(angle_rad)])


def _leg(
    builder: MeshBuilder,
    hip_m: NDArray[np.float64],
    swing: float,
    h: float,
    *,
    wear: Clothes,
    sides: int,
) -> None:
    bend = 0.15 + max(0.0, -swing) * 1.3
    knee = hip_m + _along(swing + 0.10, 0.255 * h)
    ankle = knee + _along(swing + 0.10 - bend, 0.235 * h)
    lift = max(0.0, 0.03 * h - ankle[2])
    ankle[2] += lift
    for ends, radii, finish in (
        ((hip_m, knee), (0.056 * h, 0.040 * h), wear.trousers),
        ((knee, ankle), (0.040 * h, 0.027 * h), wear.trousers),
        (
            (
                np.subtract(ankle, (0.03 * h, 0, 0.008 * h)),
                np.add(ankle, (0.10 * h, 0, -0.014 * h)),
            ),
            (0.03 * h, 0.022 * h),
            wear.shoes,
        ),
    ):
        builder.inside_m = (ends[0] + ends[1]) / 2
        tube(builder, ends, radii, finish, sides=sides)


def _arm(
    builder: MeshBuilder,
    shoulder_m: NDArray[np.float64],
    swing: float,
    h: float,
    *,
    wear: Clothes,
    sides: int,
) -> None:
    elbow = shoulder_m + _along(swing, 0.17 * h)
    hand = elbow + _along(swing + 0.35, 0.15 * h)
    tip = hand + _along(swing + 0.35, 0.07 * h)
    for ends, radii, finish in (
        ((shoulder_m, elbow), (0.033 * h, 0.027 * h), wear.shirt),
        ((elbow, hand), (0.027 * h, 0.021 * h), wear.shirt),
        ((hand, tip), (0.021 * h, 0.014 * h), wear.skin),
    ):
        builder.inside_m = (ends[0] + ends[1]) / 2
        tube(builder, ends, radii, finish, sides=sides)


def _torso(
    builder: MeshBuilder,
    low_m: float,
    hip_m: float,
    h: float,
    *,
    broad: float,
    wear: Clothes,
    sides: int,
) -> None:
    rows = (
        (low_m, 0.062, 0.098), (hip_m + 0.04 * h, 0.062, 0.092), (0.62 * h, 0.064, 0.088),
        (0.76 * h, 0.066, 0.108), (0.815 * h, 0.050, 0.105), (0.84 * h, 0.028, 0.050),
    )  # fmt: skip
    rings = [hoop(z, (a * broad, b * broad), sides) for z, a, b in rows]
    builder.part((0.0, 0.0, 0.65 * h), (0.0, 0.0, 1.0, low_m))
    Loft(np.array(rings), closed=True).skin(builder, wear.shirt)
    builder.face(rings[-1], wear.shirt)


def _head(builder: MeshBuilder, h: float, *, wear: Clothes, sides: int) -> None:
    neck = np.array([0.0, 0.0, 0.835 * h])
    builder.part((0.0, 0.0, 0.92 * h), (0.0, 0.0, 1.0, 0.83 * h))
    tube(
        builder, (neck, np.add(neck, (0.008 * h, 0, 0.05 * h))), (0.030 * h, 0.028 * h), wear.skin
    )
    rows = ((0.868, 0.028), (0.895, 0.045), (0.93, 0.051), (0.965, 0.047), (0.99, 0.028))
    rings = np.array(
        [
            hoop(z * h, (1.12 * r * h, 0.92 * r * h), sides, x_m=0.012 * h, turn_rad=np.pi / sides)
            for z, r in rows
        ]
    )
    builder.inside_m = np.array([0.012 * h, 0.0, 0.93 * h])
    loft = Loft(rings, closed=True)
    quarter = sides / 4
    loft.patch(builder, (0, 3), (0, sides), wear.skin)
    loft.patch(builder, (1, 3), (quarter, sides - quarter), wear.hair)
    loft.patch(builder, (2.6, 4), (0, sides), wear.hair)
    builder.face(rings[-1], wear.hair, smooth=True)
