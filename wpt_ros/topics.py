# SPDX-License-Identifier: Apache-2.0
"""The one table of topics and services: name, type, quality, publishers, rate, age.

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
    'a picture; the first camera of the rig is the anchor of a camera set',
    20.0,
    0.16,
    most_bytes=2**28,
)
COMPRESSED = Topic(
    '{camera}/image_raw/compressed',
    'sensor_msgs/msg/CompressedImage',
    _SENSOR,
    _CAR,
    'the same as jpeg or png; the planner takes it with `compressed: true`',
    20.0,
    0.16,
    most_bytes=2**28,
)
CAMERA_INFO = Topic(
    '{camera}/camera_info',
    'sensor_msgs/msg/CameraInfo',
    _SENSOR,
    _CAR,
    'the lens; used with `calibration: camera_info`',
    20.0,
)
ODOMETRY = Topic(
    'odometry',
    'nav_msgs/msg/Odometry',
    _SENSOR,
    _CAR,
    'how the car moves: pose in a continuous frame, twist of base_link; one source only',
    20.0,
    0.3,
    exclusive=True,
)
DRIVING_COMMAND = Topic(
    'command',
    'wpt_msgs/msg/DrivingCommand',
    _RELIABLE,
    _CAR,
    'what the route or the driver wants next; without it the lane is kept',
    None,
    1.0,
)
BLINKER = Topic(
    'blinker',
    'std_msgs/msg/Int8',
    _RELIABLE,
    ('car',),
    '1 left, -1 right, 0 off: asks for a change of lane',
    None,
    1.0,
)
PLAN = Topic(
    'plan',
    'wpt_msgs/msg/Plan',
    _RELIABLE,
    ('planner',),
    'hypotheses of the next 10 s, and what the network asks for now',
    20.0,
    0.3,
    exclusive=True,
    most_bytes=2**20,
)
PATH = Topic(
    'plan/path', 'nav_msgs/msg/Path', _RELIABLE, ('planner',), 'the likeliest hypothesis', 20.0
)
PLANNER_STATUS = Topic(
    'planner/status',
    'wpt_msgs/msg/PlannerStatus',
    _RELIABLE,
    ('planner',),
    'cameras used, age, latency, and what is wrong',
    20.0,
    1.0,
)
WANTED = Topic(
    'controller/command',
    'wpt_msgs/msg/LateralCommand',
    _RELIABLE,
    ('controller',),
    'the curvature to ask for, before the gate',
    50.0,
    0.3,
    exclusive=True,
)
STEERING_DELAY = Topic(
    'controller/steering_delay',
    'std_msgs/msg/Float32',
    _LATCHED,
    ('controller',),
    'estimate of the time from asking to driving, s',
    1.0,
)
COMMAND = Topic(
    'gate/command',
    'wpt_msgs/msg/LateralCommand',
    _RELIABLE,
    ('gate',),
    'what the actuator is to obey, if valid; when it falls silent the driver steers',
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
    'the same, only while valid, with `output: ackermann`',
    100.0,
    0.1,
    exclusive=True,
)
AUTOWARE = Topic(
    'gate/lateral',
    'autoware_control_msgs/msg/Lateral',
    _RELIABLE,
    ('gate',),
    'the same, only while valid, with `output: autoware`',
    100.0,
    0.1,
    exclusive=True,
)
GATE_STATE = Topic(
    'gate/state',
    'wpt_msgs/msg/DriveState',
    _LATCHED,
    ('gate',),
    'driving state with its reasons',
    20.0,
    0.3,
    watched=True,
)
ALERT = Topic(
    'gate/alert',
    'wpt_msgs/msg/Notice',
    _LATCHED,
    ('gate',),
    'what the driver must be shown or told at once',
)
DRIVER_STEERS = Topic(
    'driver/steers',
    'std_msgs/msg/Bool',
    _RELIABLE,
    ('car',),
    'true while the hands work against the plan; said again whenever it changes',
    exclusive=True,
)
DRIVER_TORQUE = Topic(
    'driver/torque',
    'std_msgs/msg/Float32',
    _SENSOR,
    ('car',),
    'torque of the hands on the wheel, Nm; above `override_nm` they steer; once heard, it must '
    'go on',
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
    'the picture with the plan on the road',
    10.0,
)
PROGRESS = Topic(
    'world/progress',
    'wpt_msgs/msg/DriveProgress',
    _LATCHED,
    ('world',),
    'what the proving ground knows of the drive; for people, never for a driver',
    20.0,
)
TRANSFORMS = Topic(
    '/tf',
    'tf2_msgs/msg/TFMessage',
    _RELIABLE,
    ('car', 'world'),
    'where the car and its cameras are: RViz, `extrinsics: tf`; where the type is installed',
)
FIXED_TRANSFORMS = Topic(
    '/tf_static', 'tf2_msgs/msg/TFMessage', _LATCHED, ('car', 'world'), 'the same, said once'
)
CLOCK = Topic(
    '/clock', 'rosgraph_msgs/msg/Clock', _RELIABLE, ('world', 'player'), 'the time of a simulation'
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
    'gate/engage', 'std_srvs/srv/Trigger', 'gate', 'begin to steer; refused with reasons'
)
DISENGAGE = Service('gate/disengage', 'std_srvs/srv/Trigger', 'gate', 'leave it to the driver')
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
