# SPDX-License-Identifier: Apache-2.0
"""What is learned from: episodes in bags, and how they are read."""
