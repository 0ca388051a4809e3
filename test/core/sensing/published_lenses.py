# SPDX-License-Identifier: Apache-2.0
"""Calibrations of real cameras that others have published, as `sensor_msgs/CameraInfo` holds them.

KINECT      Azure Kinect DK, colour, 1280 x 720, factory calibration as its ROS driver publishes it
            (the values stand in several public repositories that use this camera).
OAK_D       OAK-D Lite, 250 x 250 preview of its colour camera, `ros2 topic echo` of depthai-ros.
CAR         Automotive camera of 2880 x 1860 pixels, calibrated for projecting lidar points.
TUM_VI      TUM VI benchmark, camera 0, 512 x 512, a fisheye of 195 degrees (Schubert et al., The
            TUM VI Benchmark for Evaluating Visual-Inertial Odometry, 2018; pinhole-equi-512).
KALIBR      Visual-inertial sensor, 752 x 480: a camchain file of Kalibr from a public tutorial.
            (pinhole with equidistant distortion).
UDACITY     The chessboard images of Udacity's CarND, `config/udacity_front.yaml` (plumb_bob).
"""

from types import SimpleNamespace
from typing import Any

Published = tuple[str, tuple[int, int], tuple[float, float, float, float], tuple[float, ...]]
"""Model, size, fx fy cx cy, coefficients."""

KINECT: Published = (
    'rational_polynomial',
    (1280, 720),
    (611.9021606445312, 611.7799682617188, 637.0317993164062, 369.0512390136719),
    (
        *(0.5463702082633972, -2.601414203643799, 0.0008451102185063064, -0.0003721700340975076),
        *(1.4684650897979736, 0.42450839281082153, -2.430366039276123, 1.4001946449279785),
    ),
)
OAK_D: Published = (
    'rational_polynomial',
    (250, 250),
    (196.7876739501953, 196.7876739501953, 123.86207580566406, 127.05023193359375),
    (
        *(-4.0933966636657715, 9.190781593322754, 0.0012543922057375312, -0.0010304413735866547),
        *(-8.917245864868164, -4.187956809997559, 9.556831359863281, -9.303533554077148),
    ),
)
CAR: Published = (
    'rational_polynomial',
    (2880, 1860),
    (1495.316895, 1494.778564, 1424.459106, 943.463684),
    (
        *(0.929988205433, 0.165922805667, -0.000024369263, -0.000013859207),
        *(0.002885974478, 1.331432461739, 0.435830116272, 0.027607271448),
    ),
)
TUM_VI: Published = (
    'equidistant',
    (512, 512),
    (190.97847715128717, 190.9733070521226, 254.93170605935475, 256.8974428996504),
    (0.0034823894022493434, 0.0007150348452162257, -0.0020532361418706202, 0.00020293673591811182),
)
KALIBR: Published = (
    'equidistant',
    (752, 480),
    (461.487246372674, 460.1113992557959, 356.39105303227853, 231.15719697054647),
    (-0.0016509958435871643, 0.02437222940989351, -0.03582816956989852, 0.019860839087717054),
)
UDACITY: Published = (
    'plumb_bob',
    (1280, 720),
    (1158.8, 1154.1, 669.6, 388.1),
    (-0.25678, 0.04339, -0.00069, 0.00013, -0.11503),
)
EVERY = {
    'kinect': KINECT,
    'oak_d': OAK_D,
    'car': CAR,
    'tum_vi': TUM_VI,
    'kalibr': KALIBR,
    'udacity': UDACITY,
}


def camera_info(published: Published, **changed: Any) -> SimpleNamespace:
    """As a message of ROS 2, with some fields changed."""
    model, (width, height), (fx, fy, cx, cy), d = published
    fields = {
        'width': width,
        'height': height,
        'distortion_model': model,
        'd': list(d),
        'k': [fx, 0.0, cx, 0.0, fy, cy, 0.0, 0.0, 1.0],
        'r': [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0],
        'p': [fx, 0.0, cx, 0.0, 0.0, fy, cy, 0.0, 0.0, 0.0, 1.0, 0.0],
        'binning_x': 0,
        'binning_y': 0,
        'roi': SimpleNamespace(x_offset=0, y_offset=0, width=0, height=0, do_rectify=False),
    }
    return SimpleNamespace(**(fields | changed))
