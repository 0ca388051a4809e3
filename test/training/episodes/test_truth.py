# SPDX-License-Identifier: Apache-2.0
"""Privileged topics: written data is read back, and matches the proving ground."""

from pathlib import Path

import numpy as np
import pytest
from small_episode import VIEWS

from training.episodes.episode import About, EpisodeWriter
from training.episodes.truth import (
    TRUTH,
    Polyline,
    TruthWriter,
    depth_topic,
    read_depths_m,
    read_instances,
    read_map,
    read_occupancy,
)
from training.simulators.proving_ground.scenarios import training_scenario
from training.simulators.proving_ground.truth_recorder import TruthRecorder
from wpt_core.bags import Bag
from wpt_core.types import InputError
from wpt_sim.drive import World
from wpt_sim.scenario import Split
from wpt_sim.truth import Grid, occupancy

ABOUT = About('test', 'human', 0.2)
STAMP_S, STAMP_NS = 1.25, 1_250_000_000


def test_depth_is_exact_to_half_a_millimetre_and_unknown_where_it_is(tmp_path: Path) -> None:
    depth_m = np.array([[0.0014, 12.3456, 65.53], [65.6, np.inf, np.nan]], np.float32)
    with EpisodeWriter(tmp_path / 'drive', VIEWS, ABOUT) as episode:
        TruthWriter(episode).depth(STAMP_S, 'front', depth_m)
    ((stamp_ns, found),) = read_depths_m(tmp_path / 'drive', 'front')
    assert stamp_ns == STAMP_NS
    assert found[0] == pytest.approx(depth_m[0], abs=5.1e-4)
    assert np.isnan(found[1]).all()


def test_depth_is_what_the_transport_of_ros_expects(tmp_path: Path) -> None:
    with EpisodeWriter(tmp_path / 'drive', VIEWS, ABOUT) as episode:
        TruthWriter(episode).depth(STAMP_S, 'front', np.ones((2, 3), np.float32))
    with Bag.open(tmp_path / 'drive') as bag:
        (message,) = bag.messages([depth_topic('front')])
    assert message.message.format == '16UC1; compressedDepth png'
    assert bytes(message.message.data[12:16]) == b'\x89PNG'


def test_instances(tmp_path: Path) -> None:
    instances = np.array([[0, 1], [300, 65535]], np.int32)
    with EpisodeWriter(tmp_path / 'drive', VIEWS, ABOUT) as episode:
        truth = TruthWriter(episode)
        truth.instances(STAMP_S, 'back', instances)
        with pytest.raises(InputError, match='must lie from 0 to 65535, got 0 to 65536'):
            truth.instances(STAMP_S, 'back', np.array([[0, 65536]], np.int32))
    ((_, found),) = read_instances(tmp_path / 'drive', 'back')
    assert np.array_equal(found, instances)


def test_occupancy_keeps_its_axes(tmp_path: Path) -> None:
    cells = np.zeros((4, 4), np.bool_)
    cells[3, 0] = True  # ahead, on the right
    with EpisodeWriter(tmp_path / 'drive', VIEWS, ABOUT) as episode:
        TruthWriter(episode).occupancy(STAMP_S, cells, 0.5)
    ((_, found, cell_m),) = read_occupancy(tmp_path / 'drive')
    assert np.array_equal(found, cells)
    assert cell_m == 0.5
    with Bag.open(tmp_path / 'drive') as bag:
        (grid,) = (one.message for one in bag.messages(['/truth/occupancy']))
    # As ROS counts: column along x, row along y.
    assert grid.data[0 * 4 + 3] == 100
    assert (grid.data > 0).sum() == 1
    assert grid.info.origin.position.x == grid.info.origin.position.y == -1.0


def test_the_map(tmp_path: Path) -> None:
    lines = [
        Polyline('lane', 3.5, np.array([[0.0, 0.0], [1.0, 0.5]])),
        Polyline('dashed', 0.12, np.array([[0.0, 1.75], [1.0, 2.25], [2.0, 3.0]])),
    ]
    with EpisodeWriter(tmp_path / 'drive', VIEWS, ABOUT) as episode:
        TruthWriter(episode).map(STAMP_S, lines)
    found = read_map(tmp_path / 'drive')
    assert [(line.kind, line.width_m) for line in found] == [('lane', 3.5), ('dashed', 0.12)]
    assert all(np.array_equal(a.points_m, b.points_m) for a, b in zip(found, lines, strict=True))


def test_the_proving_ground_writes_what_is_there(tmp_path: Path) -> None:
    number = next(n for n in range(7, 100) if training_scenario(n).roles)
    world = World(training_scenario(number, clean=True), number, split=Split.TRAINING)
    scene = world.scene
    assert scene.actors
    with EpisodeWriter(tmp_path / 'drive', VIEWS, ABOUT) as episode:
        truth = TruthRecorder(episode, world, VIEWS, kinds=TRUTH)
        truth.begin(STAMP_S)
        truth.scene(STAMP_S, scene)
    ((_, cells, cell_m),) = read_occupancy(tmp_path / 'drive')
    assert np.array_equal(cells, occupancy(scene, Grid()).kinds > 0)
    assert cell_m == pytest.approx(Grid().cell_m)
    numbers = {actor.instance for actor in scene.actors} | {0}
    seen = {name: next(read_instances(tmp_path / 'drive', name))[1] for name in VIEWS.names}
    assert all(set(np.unique(image).tolist()) <= numbers for image in seen.values())
    ((_, depth_m),) = read_depths_m(tmp_path / 'drive', 'front')
    below = depth_m[-1, depth_m.shape[1] // 2]  # the ground before the car
    assert 1.0 < below < 15.0
    lanes = [line for line in read_map(tmp_path / 'drive') if line.kind == 'lane']
    pose = scene.ego.pose
    gaps_m = [np.hypot(*(line.points_m - [pose.x_m, pose.y_m]).T).min() for line in lanes]
    assert len(lanes) == len(world.road.section.lanes)
    assert min(gaps_m) < 2.5


def test_what_is_not_recorded_is_told(tmp_path: Path) -> None:
    with EpisodeWriter(tmp_path / 'drive', VIEWS, ABOUT) as episode:
        TruthWriter(episode).map(STAMP_S, [])
    with pytest.raises(InputError, match=r'has no /truth/occupancy; .*--truth depth instances'):
        next(read_occupancy(tmp_path / 'drive'))
