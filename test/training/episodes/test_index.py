# SPDX-License-Identifier: Apache-2.0
"""Episodes as they come out of the bags again."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from training.episodes.index import load_index
from training.student.image_batches import Augmentation, Samples, batches, drop, read_views
from training.student.sample_table import SampleTable
from training.teachers import TEACHERS
from wpt_core.bags import Bag
from wpt_core.model import units
from wpt_core.sensing import surround_rig
from wpt_core.types import BagError, InputError, plan_times_s

VIEWS = surround_rig()
pytestmark = pytest.mark.slow


def test_an_episode_says_what_it_is(episodes: Path) -> None:
    clean, perturbed = load_index(episodes, VIEWS.names)
    assert (clean.about.perturbed, perturbed.about.perturbed) == (False, True)
    assert clean.about.split == 'training'
    assert clean.about.scenario == 'training/100003'
    assert np.diff(clean.stamps_ns) == pytest.approx(0.2e9, abs=1)
    assert clean.valid.all()
    assert clean.valid.shape == (len(clean.stamps_ns), 6)
    assert np.isfinite(clean.lanes[clean.known > 0]).all()


def test_between_the_borders_of_the_lane_is_the_car(episodes: Path) -> None:
    clean, _ = load_index(episodes, VIEWS.names)
    keeping = (clean.known > 0) & (clean.commands == 0)
    left, right = clean.lanes[keeping, 0, 0, 1], clean.lanes[keeping, 0, 1, 1]
    assert (left > 0.0).mean() > 0.9
    assert (right < 0.0).mean() > 0.9


def test_a_clean_drive_goes_where_its_labels_said(episodes: Path) -> None:
    said = load_index(episodes, VIEWS.names)[0]
    driven = load_index(episodes, VIEWS.names, teacher=TEACHERS['recorded'])[0]
    both = (said.known > 25) & (driven.known > 25) & (said.commands == 0)
    two_s = int(np.searchsorted(plan_times_s(), 2.0))
    away = np.abs(said.plans - driven.plans)[both, :two_s]
    assert both.sum() > 10
    assert np.median(away[..., units.X]) < 0.05
    assert np.median(away[..., units.Y]) < 0.1
    assert np.median(away[..., units.YAW]) < 0.01


def test_what_was_read_is_kept_until_the_bag_changes(episodes: Path) -> None:
    first = load_index(episodes, VIEWS.names)
    again = load_index(episodes, VIEWS.names)
    assert np.array_equal(first[0].plans, again[0].plans)
    assert first[1].about == again[1].about


def test_pictures_come_out_where_they_belong(episodes: Path) -> None:
    episode = load_index(episodes, VIEWS.names)[0]
    images, alive = read_views(episode, [3, 7], VIEWS)
    assert alive.all()
    assert images.shape == (2, 6, 128, 256, 3)
    assert images.std(axis=(2, 3, 4)).min() > 5.0
    with Bag.open(episode.path) as bag:
        topic = bag.info.topics
    assert sum(t.count for t in topic if t.name.endswith('compressed')) == episode.valid.sum()


def test_batches_depend_on_their_number_alone(episodes: Path) -> None:
    samples = Samples.labelled(load_index(episodes, VIEWS.names))

    def take(first: int, workers: int) -> list:
        return list(
            batches(
                samples,
                VIEWS,
                size=6,
                first=first,
                end=3,
                seed=4,
                augmentation=Augmentation(),
                workers=workers,
            )
        )

    whole, rest = take(0, 0), take(2, 1)
    assert (whole[2].views == rest[0].views).all()
    assert (whole[2].alive == rest[0].alive).all()
    assert (whole[2].rows == rest[0].rows).all()
    assert not (whole[1].views == whole[2].views).all()
    assert whole[0].alive.any(dim=1).all()


def test_dropping_leaves_at_least_one_view() -> None:
    alive = np.ones((200, 6), np.bool_)
    all_gone = Augmentation(drop_view=1.0, drop_front=1.0)
    assert drop(alive, all_gone, np.random.default_rng(0)).any(axis=1).all()
    usual = drop(alive, Augmentation(), np.random.default_rng(0))
    assert 0.1 < (~usual[:, 1:]).mean() < 0.35
    assert usual.all(axis=1).mean() > 0.2


def test_a_sample_table_finds_every_moment(episodes: Path) -> None:
    found = load_index(episodes, VIEWS.names)
    table = SampleTable(found)
    assert len(table) == sum(len(episode.stamps_ns) for episode in found)
    number = int(table.starts[1]) + 4
    assert np.array_equal(table.target(np.array([number])).plans[0], found[1].plans[4])
    assert (np.diff(table.plan_scales()[:, units.X]) >= 0.0).all()


def test_no_episode_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r'has no episodes; make some with \./wpt prepare'):
        load_index(tmp_path, VIEWS.names)


def test_a_bag_that_is_no_episode_is_told(build: Callable[..., Path], tmp_path: Path) -> None:
    build('drive')
    with pytest.raises(BagError, match='is no episode: it has no /command'):
        load_index(tmp_path, VIEWS.names)
