# SPDX-License-Identifier: Apache-2.0
"""`wpt replay`: play a recording, collect and compare its plans, write a report."""
