# SPDX-License-Identifier: Apache-2.0
"""Writes privileged truth of the proving ground into episodes."""

from collections.abc import Collection, Iterator
from functools import cached_property

from training.episodes.episode import EpisodeWriter
from training.episodes.truth import Polyline, TruthWriter
from wpt_core.types import Rig
from wpt_sim.drive import World
from wpt_sim.render.renderer import Renderer
from wpt_sim.road import Pattern, Road
from wpt_sim.scene import Scene
from wpt_sim.truth import Grid, occupancy

__all__ = ['TruthRecorder', 'map_lines']

_POINT_EVERY_M = 2.0


class TruthRecorder:
    """Writes some kinds of truth (see `training.episodes.truth`) of one drive."""

    def __init__(
        self, episode: EpisodeWriter, world: World, rig: Rig, *, kinds: Collection[str]
    ) -> None:
        self._writer, self._kinds = TruthWriter(episode), kinds
        self._world, self._rig, self._grid = world, rig, Grid()

    def begin(self, stamp_s: float) -> None:
        """Write what occurs once per episode."""
        if 'map' in self._kinds:
            self._writer.map(stamp_s, list(map_lines(self._world.road)))

    def scene(self, stamp_s: float, scene: Scene) -> None:
        """Write depth and instances of all cameras, including dead ones, and occupied cells."""
        if {'depth', 'instances'} & set(self._kinds):
            for buffer in self._renderer.radiance(scene).buffers:
                if 'depth' in self._kinds:
                    self._writer.depth(stamp_s, buffer.camera.name, buffer.depth_m)
                if 'instances' in self._kinds:
                    self._writer.instances(stamp_s, buffer.camera.name, buffer.instances)
        if 'occupancy' in self._kinds:
            cells = occupancy(scene, self._grid).kinds > 0
            self._writer.occupancy(stamp_s, cells, self._grid.cell_m)

    @cached_property
    def _renderer(self) -> Renderer:
        """A second renderer: the one of the world returns images only."""
        return Renderer(self._rig, self._world.road, self._world.look)


def map_lines(road: Road) -> Iterator[Polyline]:
    """Yield the centre of each lane, in driving direction, and each painted line."""
    step = max(1, round(_POINT_EVERY_M * len(road.reference.s_m) / road.length_m))
    for index, lane in enumerate(road.section.lanes):
        yield Polyline('lane', lane.width_m, road.lane_path(index).points_m[::step])
    for marking in road.section.markings:
        if marking.pattern is not Pattern.NONE:
            along = road.reference.parallel(marking.offset_m).points_m[::step]
            yield Polyline(marking.pattern.value, marking.width_m, along)
