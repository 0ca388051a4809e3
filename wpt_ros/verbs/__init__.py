# SPDX-License-Identifier: Apache-2.0
"""The verbs of the command line: one module each, imported only when its verb is called.

A verb module has `SUMMARY: str`, `add_arguments(parser) -> None` (arguments, and an epilog with
examples) and `run(arguments) -> int` (the exit code). It reports what is wrong by raising
`WptError` with one sentence.
"""

__all__ = ['CHECKOUT_VERBS', 'VERBS']

VERBS = {
    'drive': 'drive the proving ground, closed loop, on real ROS 2',
    'replay': 'play a recording through the planner and report on its plans',
    'world': 'drive the proving ground and look at what happened',
    'bag': 'say what a recording holds',
    'doctor': 'say what is there, what is missing and what to do about it',
}
"""Name of the module and one line for the overview, which imports none of them."""

CHECKOUT_VERBS = {
    'prepare': 'episodes to learn from, out of the proving ground or a recording',
    'train student': 'imitation of the expert, from recorded drives',
    'train on-policy': 'the student drives, the expert corrects it, the student learns',
    'evaluate': 'how well a student drives: closed loop, open loop, robustness',
    'export': 'write a student in another format',
    'watch': 'what a student would do in a video',
    'setup': 'install what is missing and build the messages',
    'build': 'build both packages with colcon',
    'check': 'lint, types, contracts and the fast tests',
    'test': 'everything: check, slow tests, node tests, build and test with colcon',
    'mutate': 'change the safety code in many ways: do its tests notice?',
}
"""What only the script `./wpt` of a checkout can do; those of training are in `training.cli`."""
