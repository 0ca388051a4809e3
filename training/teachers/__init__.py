# SPDX-License-Identifier: Apache-2.0
"""Teachers, which label rollouts; see docs/adding/teacher.md."""

from training.teachers.protocol import Teacher
from training.teachers.recorded import RecordedTeacher
from training.teachers.recovery import RecoveryTeacher
from wpt_core.types import unknown_name

__all__ = ['TEACHERS', 'Teacher', 'find_teacher']

TEACHERS: dict[str, Teacher] = {
    'recorded': RecordedTeacher(),
    'recovery': RecoveryTeacher(),
}


def find_teacher(name: str) -> Teacher:
    """Return the teacher of this name; raise InputError with all names if unknown."""
    if name not in TEACHERS:
        raise unknown_name('teacher', name, TEACHERS)
    return TEACHERS[name]
