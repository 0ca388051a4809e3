# SPDX-License-Identifier: Apache-2.0
"""How a node is doing, for `/diagnostics`: the worst of what it found, and its figures."""

from collections.abc import Mapping, Sequence

from builtin_interfaces.msg import Time
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus

from wpt_core.types import Level, Notice
from wpt_ros.facades.diagnostic_updater import diagnostics, status

__all__ = ['Health']

_LEVELS = {
    Level.INFO: DiagnosticStatus.OK,
    Level.WARNING: DiagnosticStatus.WARN,
    Level.ERROR: DiagnosticStatus.ERROR,
}


class Health:
    """Notices that hold now, by who found them, and figures; made into a message on demand."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._found: dict[str, tuple[Notice, ...]] = {}
        self._figures: dict[str, str] = {}

    def found(self, where: str, notices: Sequence[Notice]) -> None:
        """What `where` finds wrong now; nothing when it is well again."""
        if notices:
            self._found[where] = tuple(notices)
        else:
            self._found.pop(where, None)

    def figures(self, figures: Mapping[str, object]) -> None:
        """Numbers and words to show; those of the same name are replaced."""
        self._figures.update({name: str(value) for name, value in figures.items()})

    @property
    def notices(self) -> tuple[Notice, ...]:
        """All that holds, the worst first."""
        rank = list(Level)
        held = [notice for notices in self._found.values() for notice in notices]
        return tuple(sorted(held, key=lambda notice: -rank.index(notice.level)))

    def message(self, state: str, stamp: Time) -> DiagnosticArray:
        """As the aggregators expect it."""
        notices = self.notices
        worst = notices[0].level if notices else Level.INFO
        found = status(
            f'wpt_ros: {self._name}',
            _LEVELS[worst],
            message=' '.join(notice.text for notice in notices) or state,
            hardware_id='wpt_ros',
            values=(
                ('state', state),
                *self._figures.items(),
                *((notice.code, notice.text) for notice in notices),
            ),
        )
        return diagnostics(stamp, found)
