# SPDX-License-Identifier: Apache-2.0
"""Set-up of a checkout: `.venv`, its packages, the built messages. Standard library only.

`./wpt` runs `python -m wpt_ros.bootstrap`: it performs missing steps, reports them on stderr, and
prints the environment of the verbs on stdout, as assignments for the shell.
"""
