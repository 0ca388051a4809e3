# SPDX-License-Identifier: Apache-2.0
"""Sets up a checkout: `.venv`, its packages, the built messages. Standard library only.

`./wpt` runs `python -m wpt_ros.bootstrap`: it does what is missing, tells so on stderr, and prints
the environment of the verbs on stdout, as assignments for the shell.
"""
