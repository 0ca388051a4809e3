# SPDX-License-Identifier: Apache-2.0
"""Drives that execute commands from outside, in lockstep with the sender."""

from wpt_sim.lockstep.commanded_drive import CommandedDrive
from wpt_sim.lockstep.pacing import Lockstep, LockstepConfig

__all__ = ['CommandedDrive', 'Lockstep', 'LockstepConfig']
