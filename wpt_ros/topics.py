# SPDX-License-Identifier: Apache-2.0
"""The table of topics and services: name, type, quality of service, publishers, rate, age.

Names are relative, so that a namespace or a remapping moves them. `{camera}` stands for the name
of each camera of the rig.
"""

from wpt_ros.topic import Quality, Service, Topic

__all__ = ['SERVICES', 'TOPICS', 'Quality', 'Service', 'Topic']


_SENSOR, _RELIABLE, _LATCHED = Quality.SENSOR, Quality.RELIABLE, Quality.LATCHED
_CAR = ('car', 'world', 'player')

IMAGE = Topic(
    '{camera}/image_raw',
    'sensor_msgs/msg/Image',
    _SENSOR,
    _CAR,
    'image; the first camera of the rig is the anchor of a camera set',
    20.0,
    0.16,
    most_bytes=2**28,
)
COMPRESSED = Topic(
    '{camera}/image_raw/compressed',
    'sensor_msgs/msg/CompressedImage',
    _SENSOR,
    _CAR,
    'image as jpeg or png; used instead with `compressed: true`',
    20.0,
    0.16,
    most_bytes=2**28,
)
CAMERA_INFO = Topic(
    '{camera}/camera_info',
    'sensor_msgs/msg/CameraInfo',
    _SENSOR,
    _CAR,
    'intrinsics; used with `calibration: camera_info`',
    20.0,
)
ODOMETRY = Topic(
    'odometry',
    'nav_msgs/msg/Odometry',
    _SENSOR,
    _CAR,
    'motion of the car: pose in a continuous frame, twist of base_link; exactly one publisher',
    20.0,
    0.3,
    exclusive=True,
)
DRIVING_COMMAND = Topic(
    'command',
    'wpt_msgs/msg/DrivingCommand',
    _RELIABLE,
    _CAR,
    'driving command of route or driver; without it the car keeps its lane',
    None,
    1.0,
)
BLINKER = Topic(
    'blinker',
    'std_msgs/msg/Int8',
    _RELIABLE,
    ('car',),
    '1 left, -1 right, 0 off: requests a lane change',
    None,
    1.0,
)
PLAN = Topic(
    'plan',
    'wpt_msgs/msg/Plan',
    _RELIABLE,
    ('planner',),
    'trajectory hypotheses for the next 10 s, and the action for now',
    20.0,
    0.3,
    exclusive=True,
    most_bytes=2**20,
)
PATH = Topic(
    'plan/path', 'nav_msgs/msg/Path', _RELIABLE, ('planner',), 'most likely hypothesis', 20.0
)
PLANNER_STATUS = Topic(
    'planner/status',
    'wpt_msgs/msg/PlannerStatus',
    _RELIABLE,
    ('planner',),
    'cameras used, their ages, latency, and notices',
    20.0,
    1.0,
)
WANTED = Topic(
    'controller/command',
    'wpt_msgs/msg/LateralCommand',
    _RELIABLE,
    ('controller',),
    'requested curvature, before the gate',
    50.0,
    0.3,
    exclusive=True,
)
STEERING_DELAY = Topic(
    'controller/steering_delay',
    'std_msgs/msg/Float32',
    _LATCHED,
    ('controller',),
    'estimated delay from command to motion, s',
    1.0,
)
COMMAND = Topic(
    'gate/command',
    'wpt_msgs/msg/LateralCommand',
    _RELIABLE,
    ('gate',),
    'command to the actuator, obeyed only if valid; when it stops, the driver steers',
    100.0,
    0.1,
    exclusive=True,
    watched=True,
)
ACKERMANN = Topic(
    'gate/ackermann',
    'ackermann_msgs/msg/AckermannDriveStamped',
    _RELIABLE,
    ('gate',),
    'the same command, only while valid, with `output: ackermann`',
    100.0,
    0.1,
    exclusive=True,
)
AUTOWARE = Topic(
    'gate/lateral',
    'autoware_control_msgs/msg/Lateral',
    _RELIABLE,
    ('gate',),
    'the same command, only while valid, with `output: autoware`',
    100.0,
    0.1,
    exclusive=True,
)
GATE_STATE = Topic(
    'gate/state',
    'wpt_msgs/msg/DriveState',
    _LATCHED,
    ('gate',),
    'state of the gate, with reasons',
    20.0,
    0.3,
    watched=True,
)
ALERT = Topic(
    'gate/alert',
    'wpt_msgs/msg/Notice',
    _LATCHED,
    ('gate',),
    'alert to show to the driver immediately',
)
DRIVER_STEERS = Topic(
    'driver/steers',
    'std_msgs/msg/Bool',
    _RELIABLE,
    ('car',),
    'true while the driver steers against the plan; published on change',
    exclusive=True,
)
DRIVER_TORQUE = Topic(
    'driver/torque',
    'std_msgs/msg/Float32',
    _SENSOR,
    ('car',),
    'steering torque of the driver, Nm; above `override_nm` the driver steers; must not stop once '
    'received',
    exclusive=True,
)
MARKERS = Topic(
    'markers',
    'visualization_msgs/msg/MarkerArray',
    _RELIABLE,
    ('visualizer',),
    'plan, car, command and state for RViz',
    20.0,
)
OVERLAY = Topic(
    '{camera}/overlay',
    'sensor_msgs/msg/Image',
    _SENSOR,
    ('visualizer',),
    'image with the plan drawn on the road',
    10.0,
)
PROGRESS = Topic(
    'world/progress',
    'wpt_msgs/msg/DriveProgress',
    _LATCHED,
    ('world',),
    'progress of the drive in the proving ground; not for planning',
    20.0,
)
TRANSFORMS = Topic(
    '/tf',
    'tf2_msgs/msg/TFMessage',
    _RELIABLE,
    ('car', 'world'),
    'poses of car and cameras, for RViz and `extrinsics: tf`; needs tf2_msgs',
)
FIXED_TRANSFORMS = Topic(
    '/tf_static', 'tf2_msgs/msg/TFMessage', _LATCHED, ('car', 'world'), 'fixed transforms'
)
CLOCK = Topic(
    '/clock', 'rosgraph_msgs/msg/Clock', _RELIABLE, ('world', 'player'), 'simulated time'
)
DIAGNOSTICS = Topic(
    '/diagnostics',
    'diagnostic_msgs/msg/DiagnosticArray',
    _RELIABLE,
    ('planner', 'controller', 'gate', 'visualizer', 'world', 'player'),
    'health of each node',
    1.0,
)

TOPICS = (
    IMAGE,
    COMPRESSED,
    CAMERA_INFO,
    ODOMETRY,
    DRIVING_COMMAND,
    BLINKER,
    PLAN,
    PATH,
    PLANNER_STATUS,
    WANTED,
    STEERING_DELAY,
    COMMAND,
    ACKERMANN,
    AUTOWARE,
    GATE_STATE,
    ALERT,
    DRIVER_STEERS,
    DRIVER_TORQUE,
    MARKERS,
    OVERLAY,
    PROGRESS,
    TRANSFORMS,
    FIXED_TRANSFORMS,
    CLOCK,
    DIAGNOSTICS,
)

ENGAGE = Service(
    'gate/engage', 'std_srvs/srv/Trigger', 'gate', 'start steering, or refuse with reasons'
)
DISENGAGE = Service('gate/disengage', 'std_srvs/srv/Trigger', 'gate', 'stop steering')
CHANGE_LEFT = Service(
    'planner/change_left', 'std_srvs/srv/Trigger', 'planner', 'change to the lane on the left'
)
CHANGE_RIGHT = Service(
    'planner/change_right', 'std_srvs/srv/Trigger', 'planner', 'change to the lane on the right'
)
PAUSE = Service(
    'player/pause', 'std_srvs/srv/SetBool', 'player', 'true: stop the clock; false: go on'
)

SERVICES = (ENGAGE, DISENGAGE, CHANGE_LEFT, CHANGE_RIGHT, PAUSE)
