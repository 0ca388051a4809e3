# SPDX-License-Identifier: Apache-2.0
"""What if somebody else steers? A drive that obeys commands from outside, step by step."""

from wpt_sim.ride.lockstep import Lockstep, Pace
from wpt_sim.ride.ride import Ride

__all__ = ['Lockstep', 'Pace', 'Ride']
