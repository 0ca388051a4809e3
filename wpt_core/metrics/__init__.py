# SPDX-License-Identifier: Apache-2.0
"""Metrics: open loop, likelihood, comfort, PDM score, driving score, lane rules, intervals."""

from wpt_core.metrics.comfort import (
    COMFORT_BOUNDS,
    COMFORT_FIT,
    ComfortBounds,
    ComfortFit,
    ComfortScore,
    ComfortSignals,
    comfort_score,
    comfort_signals,
)
from wpt_core.metrics.driving_score import (
    PENALTIES,
    Infraction,
    RouteOutcome,
    SeedSummary,
    SuiteScore,
    over_seeds,
    suite_score,
)
from wpt_core.metrics.efficiency import EFFICIENCY_SECTIONS, driving_efficiency
from wpt_core.metrics.horizon import OPEN_LOOP_SAMPLING, HorizonFigures, Sampling
from wpt_core.metrics.intervals import (
    Interval,
    bootstrap_interval,
    mean_interval,
    wilson_interval,
)
from wpt_core.metrics.lane_rules import (
    LANE_CENTRE_RULE,
    LANE_CHANGE_RULE,
    Finding,
    LaneCentreRule,
    LaneChangeRule,
    LaneTrace,
    Verdict,
    judge_lane_centre,
    judge_lane_change,
)
from wpt_core.metrics.likelihood import (
    COVERAGE_LEVELS,
    Reliability,
    laplace_coverage,
    laplace_mixture_nll,
    laplace_nll,
)
from wpt_core.metrics.open_loop import (
    NUSCENES_EGO,
    CollisionRates,
    JitteredCollisionRates,
    OpenLoopCase,
    collision_rates,
    displacement_errors,
    jittered_collision_rates,
    trajectory_mae_m,
)
from wpt_core.metrics.pdm import PdmScores, pdm_scores
from wpt_core.metrics.pdm_scene import PdmScene
from wpt_core.metrics.trajectory import Footprint, Tracks, Trajectory

__all__ = [
    'COMFORT_BOUNDS',
    'COMFORT_FIT',
    'COVERAGE_LEVELS',
    'EFFICIENCY_SECTIONS',
    'LANE_CENTRE_RULE',
    'LANE_CHANGE_RULE',
    'NUSCENES_EGO',
    'OPEN_LOOP_SAMPLING',
    'PENALTIES',
    'CollisionRates',
    'ComfortBounds',
    'ComfortFit',
    'ComfortScore',
    'ComfortSignals',
    'Finding',
    'Footprint',
    'HorizonFigures',
    'Infraction',
    'Interval',
    'JitteredCollisionRates',
    'LaneCentreRule',
    'LaneChangeRule',
    'LaneTrace',
    'OpenLoopCase',
    'PdmScene',
    'PdmScores',
    'Reliability',
    'RouteOutcome',
    'Sampling',
    'SeedSummary',
    'SuiteScore',
    'Tracks',
    'Trajectory',
    'Verdict',
    'bootstrap_interval',
    'collision_rates',
    'comfort_score',
    'comfort_signals',
    'displacement_errors',
    'driving_efficiency',
    'jittered_collision_rates',
    'judge_lane_centre',
    'judge_lane_change',
    'laplace_coverage',
    'laplace_mixture_nll',
    'laplace_nll',
    'mean_interval',
    'over_seeds',
    'pdm_scores',
    'suite_score',
    'trajectory_mae_m',
    'wilson_interval',
]
