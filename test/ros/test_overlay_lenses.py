# SPDX-License-Identifier: Apache-2.0
"""The visualizer draws through the lens that the camera tells, and says while it knows none."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip('wpt_msgs', reason='wpt_msgs cannot be imported; ./wpt test brings it')

from drive_samples import circles
from node_harness import Probe, running
from own_domain import quiet_domain

from wpt_core.sensing import surround_rig
from wpt_core.types import Action
from wpt_ros import topics
from wpt_ros.conversions.cameras import camera_info_message
from wpt_ros.conversions.images import image_message
from wpt_ros.conversions.plans import plan_message
from wpt_ros.conversions.stamps import seconds

FRONT = surround_rig().cameras[0]
GREY = np.full((128, 256, 3), 100, np.uint8)
PLACE = 'lenses'


def test_no_overlay_before_camera_info_and_one_after(tmp_path: Path) -> None:
    with (
        quiet_domain(),
        Probe(PLACE) as probe,
        running(
            'visualizer', tmp_path / 'log', namespace=PLACE, calibration='camera_info'
        ) as node,
    ):
        images = probe.advertise(topics.IMAGE.of('front'))
        infos = probe.advertise(topics.CAMERA_INFO.of('front'))
        plans = probe.advertise(topics.PLAN)
        overlays = probe.collect(topics.OVERLAY.of('front'))
        diagnosis = probe.diagnosis('visualizer')
        known: list[bool] = []

        def step() -> None:
            stamp = probe.node.get_clock().now().to_msg()
            if known:
                infos.publish(camera_info_message(FRONT, stamp=stamp))
            plan = circles(0.0, stamp_s=seconds(stamp))
            plans.publish(plan_message(plan, Action(0.0, 0.0), delay_s=0.3, stamp=stamp))
            images.publish(image_message(GREY, stamp=stamp, frame_id='front'))

        probe.steps.append(step)
        words = 'neither its lens nor where it sits is known'
        probe.until(lambda: (said := diagnosis()) and words in said.message, words)
        assert not overlays
        known.append(True)
        probe.until(lambda: overlays, 'an overlay', otherwise=lambda: node.log_text)
        assert node.tracebacks == 0
