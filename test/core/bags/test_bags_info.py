# SPDX-License-Identifier: Apache-2.0
"""Counts, rates and gaps of known recordings."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wpt_core.bags import Bag, BagInfo, BagWriter, Gap, TopicInfo
from wpt_core.bags.info import topic_info

Build = Callable[..., Path]


def of(stamps_s: list[float]) -> TopicInfo:
    stamps_ns = np.round(np.array(stamps_s) * 1e9).astype(np.int64)
    return topic_info('/t', 'a/msg/B', stamps_ns=stamps_ns, qos=(), readable=True)


def test_rate_and_gaps_by_hand() -> None:
    info = of([0.0, 0.1, 0.2, 0.6, 0.7, 0.8, 1.2])
    assert info.count == 7
    assert (info.first_ns, info.last_ns) == (0, 1_200_000_000)
    assert info.rate_hz == pytest.approx(6 / 1.2)
    assert info.largest_gap_s == pytest.approx(0.4)
    assert info.gaps == (Gap('/t', 200_000_000, 0.4), Gap('/t', 800_000_000, 0.4))


@pytest.mark.parametrize(
    ('interval_s', 'pause_s', 'told'),
    [
        (0.01, 0.199, False),  # many intervals, but a hiccup
        (0.01, 0.201, True),
        (0.1, 0.299, False),  # below three intervals
        (0.1, 0.301, True),
        (1.0, 2.9, False),
        (1.0, 3.1, True),
    ],
)
def test_a_gap_is_longer_than_three_intervals_and_a_fifth_of_a_second(
    interval_s: float, pause_s: float, told: bool
) -> None:
    before = [interval_s * number for number in range(10)]
    after = [before[-1] + pause_s + interval_s * number for number in range(10)]
    assert len(of(before + after).gaps) == int(told)


def test_too_few_messages_have_no_rate() -> None:
    for stamps_s in ([], [1.0], [1.0, 1.0]):
        assert of(stamps_s).rate_hz is None
        assert of(stamps_s).gaps == ()
    assert of([]).first_ns is None
    assert of([1.0]).largest_gap_s is None


@given(st.lists(st.integers(0, 10**12), min_size=2, max_size=50).map(sorted))
@settings(max_examples=100, deadline=None)
def test_gaps_are_pauses_between_neighbours_and_none_is_longer_than_the_largest(
    stamps: list[int],
) -> None:
    stamps_ns = np.array(stamps, np.int64)
    info = topic_info('/t', 'a/msg/B', stamps_ns=stamps_ns, qos=(), readable=True)
    assert info.largest_gap_s is not None
    for gap in info.gaps:
        following = stamps_ns[stamps_ns > gap.start_ns][0]
        assert gap.length_s == pytest.approx((following - gap.start_ns) * 1e-9)
        assert 0.2 < gap.length_s <= info.largest_gap_s
    # At most half of the intervals are longer than the median.
    assert 2 * len(info.gaps) <= len(stamps) - 1


@pytest.mark.parametrize('verify', [True, False])
@pytest.mark.parametrize('storage', ['mcap', 'sqlite3'])
def test_the_whole_bag(build: Build, storage: str, verify: bool) -> None:
    path = build(storage=storage)
    with Bag.open(path, verify=verify) as bag:
        info = bag.info
    assert isinstance(info, BagInfo)
    assert (info.storage, info.message_count, info.distribution) == (storage, 36, 'jazzy')
    assert info.duration_s == pytest.approx(11 * 0.05)
    assert [t.name for t in info.topics] == ['/count', '/front/image', '/plan']
    assert [t.count for t in info.topics] == [12, 12, 12]
    assert all(t.rate_hz == pytest.approx(20.0) for t in info.topics)
    assert info.topics[1].qos[0].reliability == 'best_effort'
    files = [file for file in path.iterdir() if file.name != 'metadata.yaml']
    assert info.size_bytes == sum(file.stat().st_size for file in files)
    assert not info.damaged


@pytest.mark.parametrize('storage', ['mcap', 'sqlite3'])
def test_a_sound_bag_without_messages_says_so(tmp_path: Path, storage: str) -> None:
    with BagWriter(tmp_path / 'bag', storage) as bag:  # type: ignore[arg-type]  # both are
        bag.add_topic('/text', 'std_msgs/msg/String')
    with Bag.open(tmp_path / 'bag') as read:
        assert [notice.code for notice in read.info.notices] == ['bag.empty']
        assert read.info.topics[0].count == 0
        assert (read.info.start_ns, read.info.duration_s) == (None, 0.0)
        assert list(read.messages()) == []


def test_parts_of_a_split_bag_are_one_recording(build: Build, tmp_path: Path) -> None:
    whole = build('whole')
    folder = tmp_path / 'split'
    folder.mkdir()
    with Bag.open(whole) as source:
        for part, (start, stop) in enumerate([(0, 18), (18, 36)]):
            with BagWriter(tmp_path / f'part{part}', definitions=source.definitions) as target:
                topics = {
                    t.name: target.add_topic(t.name, t.type_name) for t in source.info.topics
                }
                for raw in list(source.raw_messages())[start:stop]:
                    topics[raw.topic].write_raw(raw.stamp_ns, raw.data)
            (tmp_path / f'part{part}' / f'part{part}_0.mcap').rename(folder / f'a_{part}.mcap')
        with Bag.open(folder) as joined:
            assert list(joined.raw_messages()) == list(source.raw_messages())
            assert joined.info.message_count == 36
