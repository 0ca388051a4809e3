# SPDX-License-Identifier: Apache-2.0
"""The one table of topics and services: name, type, quality, who speaks, how often, until when.

Names are relative, so that a namespace or a remapping moves them. `{camera}` stands for the name
of each camera of the rig.
"""

from wpt_ros.wire import Call, Quality, Wire

__all__ = ['SERVICES', 'WIRES', 'Call', 'Quality', 'Wire']


_SENSOR, _SURE, _KEPT = Quality.SENSOR, Quality.SURE, Quality.KEPT
_CAR = ('car', 'world', 'player')

IMAGE = Wire(
    '{camera}/image_raw',
    'sensor_msgs/msg/Image',
    _SENSOR,
    _CAR,
    'a picture; the first camera of the rig is the anchor of a camera set',
    20.0,
    0.16,
    most_bytes=2**28,
)
COMPRESSED = Wire(
    '{camera}/image_raw/compressed',
    'sensor_msgs/msg/CompressedImage',
    _SENSOR,
    _CAR,
    'the same as jpeg or png; the planner takes it with `compressed: true`',
    20.0,
    0.16,
    most_bytes=2**28,
)
CAMERA_INFO = Wire(
    '{camera}/camera_info',
    'sensor_msgs/msg/CameraInfo',
    _SENSOR,
    _CAR,
    'the lens; used with `calibration: camera_info`',
    20.0,
)
ODOMETRY = Wire(
    'odometry',
    'nav_msgs/msg/Odometry',
    _SENSOR,
    _CAR,
    'how the car moves: pose in a continuous frame, twist of base_link; one source only',
    20.0,
    0.3,
    exclusive=True,
)
DRIVING_COMMAND = Wire(
    'command',
    'wpt_msgs/msg/DrivingCommand',
    _SURE,
    _CAR,
    'what the route or the driver wants next; without it the lane is kept',
    None,
    1.0,
)
BLINKER = Wire(
    'blinker',
    'std_msgs/msg/Int8',
    _SURE,
    ('car',),
    '1 left, -1 right, 0 off: asks for a change of lane',
    None,
    1.0,
)
PLAN = Wire(
    'plan',
    'wpt_msgs/msg/Plan',
    _SURE,
    ('planner',),
    'hypotheses of the next 10 s, and what the network asks for now',
    20.0,
    0.3,
    exclusive=True,
    most_bytes=2**20,
)
PATH = Wire(
    'plan/path', 'nav_msgs/msg/Path', _SURE, ('planner',), 'the likeliest hypothesis', 20.0
)
PLANNER_STATUS = Wire(
    'planner/status',
    'wpt_msgs/msg/PlannerStatus',
    _SURE,
    ('planner',),
    'cameras used, age, latency, and what is wrong',
    20.0,
    1.0,
)
WANTED = Wire(
    'controller/command',
    'wpt_msgs/msg/LateralCommand',
    _SURE,
    ('controller',),
    'the curvature to ask for, before the gate',
    50.0,
    0.3,
    exclusive=True,
)
STEERING_DELAY = Wire(
    'controller/steering_delay',
    'std_msgs/msg/Float32',
    _KEPT,
    ('controller',),
    'estimate of the time from asking to driving, s',
    1.0,
)
COMMAND = Wire(
    'gate/command',
    'wpt_msgs/msg/LateralCommand',
    _SURE,
    ('gate',),
    'what the actuator is to obey, if valid; when it falls silent the driver steers',
    100.0,
    0.1,
    exclusive=True,
    watched=True,
)
ACKERMANN = Wire(
    'gate/ackermann',
    'ackermann_msgs/msg/AckermannDriveStamped',
    _SURE,
    ('gate',),
    'the same, only while valid, with `output: ackermann`',
    100.0,
    0.1,
    exclusive=True,
)
AUTOWARE = Wire(
    'gate/lateral',
    'autoware_control_msgs/msg/Lateral',
    _SURE,
    ('gate',),
    'the same, only while valid, with `output: autoware`',
    100.0,
    0.1,
    exclusive=True,
)
GATE_STATE = Wire(
    'gate/state',
    'wpt_msgs/msg/DriveState',
    _KEPT,
    ('gate',),
    'who steers, and why',
    20.0,
    0.3,
    watched=True,
)
ALERT = Wire(
    'gate/alert',
    'wpt_msgs/msg/Notice',
    _KEPT,
    ('gate',),
    'what the driver must be shown or told at once',
)
DRIVER_STEERS = Wire(
    'driver/steers',
    'std_msgs/msg/Bool',
    _SURE,
    ('car',),
    'true while the hands work against the plan; said again whenever it changes',
    exclusive=True,
)
DRIVER_TORQUE = Wire(
    'driver/torque',
    'std_msgs/msg/Float32',
    _SENSOR,
    ('car',),
    'torque of the hands on the wheel, Nm; above `override_nm` they steer; once heard, it must '
    'go on',
    exclusive=True,
)
MARKERS = Wire(
    'markers',
    'visualization_msgs/msg/MarkerArray',
    _SURE,
    ('visualizer',),
    'plan, car, command and state for RViz',
    20.0,
)
OVERLAY = Wire(
    '{camera}/overlay',
    'sensor_msgs/msg/Image',
    _SENSOR,
    ('visualizer',),
    'the picture with the plan on the road',
    10.0,
)
PROGRESS = Wire(
    'world/progress',
    'wpt_msgs/msg/DriveProgress',
    _KEPT,
    ('world',),
    'what the proving ground knows of the drive; for people, never for a driver',
    20.0,
)
TRANSFORMS = Wire(
    '/tf',
    'tf2_msgs/msg/TFMessage',
    _SURE,
    ('car', 'world'),
    'where the car and its cameras are: RViz, `extrinsics: tf`; where the type is installed',
)
FIXED_TRANSFORMS = Wire(
    '/tf_static', 'tf2_msgs/msg/TFMessage', _KEPT, ('car', 'world'), 'the same, said once'
)
CLOCK = Wire(
    '/clock', 'rosgraph_msgs/msg/Clock', _SURE, ('world', 'player'), 'the time of a simulation'
)
DIAGNOSTICS = Wire(
    '/diagnostics',
    'diagnostic_msgs/msg/DiagnosticArray',
    _SURE,
    ('planner', 'controller', 'gate', 'visualizer', 'world', 'player'),
    'health of each node',
    1.0,
)

WIRES = (
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

ENGAGE = Call(
    'gate/engage', 'std_srvs/srv/Trigger', 'gate', 'begin to steer; refused with reasons'
)
DISENGAGE = Call('gate/disengage', 'std_srvs/srv/Trigger', 'gate', 'leave it to the driver')
CHANGE_LEFT = Call(
    'planner/change_left', 'std_srvs/srv/Trigger', 'planner', 'change to the lane on the left'
)
CHANGE_RIGHT = Call(
    'planner/change_right', 'std_srvs/srv/Trigger', 'planner', 'change to the lane on the right'
)
PAUSE = Call(
    'player/pause', 'std_srvs/srv/SetBool', 'player', 'true: stop the clock; false: go on'
)

SERVICES = (ENGAGE, DISENGAGE, CHANGE_LEFT, CHANGE_RIGHT, PAUSE)
