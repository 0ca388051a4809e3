# SPDX-License-Identifier: Apache-2.0
"""In place of `server.py`: a car without springs and slip on one road with a bend of 40 m.

With the word `dies` or `hangs` it does so at the first step.
"""

import json
import math
import sys
import time

BEND_1PM, STRAIGHT_M, LENGTH_M, STEP_S, WHEELBASE_M = 1.0 / 40.0, 30.0, 140.0, 0.05, 2.5
CENTRE_M = -3.5
"""Of the lane with number 1: the road is drawn as MetaDrive does, its left lane at y = 0."""


def place(s_m: float) -> list[float]:
    turned = max(s_m - STRAIGHT_M, 0.0) * BEND_1PM
    along = min(s_m, STRAIGHT_M) + math.sin(turned) / BEND_1PM
    return [along, CENTRE_M + (1.0 - math.cos(turned)) / BEND_1PM]


def main(fault: str) -> None:
    car = {'x_m': 0.0, 'y_m': 0.0, 'yaw_rad': 0.0, 'speed_mps': 0.0, 'yaw_rate_radps': 0.0}
    for line in sys.stdin:
        request = json.loads(line)
        verb, answer, image = request['verb'], car, b''
        if verb == 'reset':
            car |= {'x_m': request['start_s_m'], 'y_m': CENTRE_M + request['offset_m']}
            car['yaw_rad'] = request['heading_rad']
            points = [place(0.5 * step) for step in range(round(2.0 * LENGTH_M))]
            lane = {'lane_points_m': points, 'lane_width_m': 3.5, 'half_track_m': 0.9}
            answer = {**car, **lane, 'wheelbase_m': WHEELBASE_M}
        elif verb == 'speed':
            car['speed_mps'] = request['speed_mps']
        elif verb == 'step':
            if fault == 'dies':
                sys.exit('the graphics driver is gone')
            if fault == 'hangs':
                time.sleep(60.0)
            rate = car['speed_mps'] * math.tan(request['wheel_angle_rad']) / WHEELBASE_M
            middle = car['yaw_rad'] + 0.5 * rate * STEP_S
            car['x_m'] += car['speed_mps'] * STEP_S * math.cos(middle)
            car['y_m'] += car['speed_mps'] * STEP_S * math.sin(middle)
            car['yaw_rad'] += rate * STEP_S
            car['yaw_rate_radps'] = rate
            car['speed_mps'] += request['pedal'] * STEP_S
        elif verb == 'image':
            image = bytes([90]) * (128 * 256 * 3)
            answer = {'image_bytes': len(image)}
        sys.stdout.buffer.write(json.dumps(answer).encode() + b'\n' + image)
        sys.stdout.buffer.flush()


if __name__ == '__main__':
    main(sys.argv[1] if len(sys.argv) > 1 else '')
