# SPDX-License-Identifier: Apache-2.0
"""Health of a node for `/diagnostics`: its notices, the worst level, and figures."""

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
    """Holds the current notices by their source, and figures; builds the diagnostics message."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._found: dict[str, tuple[Notice, ...]] = {}
        self._figures: dict[str, str] = {}

    def found(self, where: str, notices: Sequence[Notice]) -> None:
        """Replace the notices of the source `where`; an empty sequence clears them."""
        if notices:
            self._found[where] = tuple(notices)
        else:
            self._found.pop(where, None)

    def figures(self, figures: Mapping[str, object]) -> None:
        """Update the figures to show by name."""
        self._figures.update({name: str(value) for name, value in figures.items()})

    @property
    def notices(self) -> tuple[Notice, ...]:
        """Return all current notices, the worst first."""
        rank = list(Level)
        held = [notice for notices in self._found.values() for notice in notices]
        return tuple(sorted(held, key=lambda notice: -rank.index(notice.level)))

    def message(self, state: str, stamp: Time) -> DiagnosticArray:
        """Return the diagnostics message of this node."""
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
