# SPDX-License-Identifier: Apache-2.0
"""Components of the nodes that need ROS messages or the graph."""
