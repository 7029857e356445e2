"""Outputs: what is published for readers, and on which topic each record lies."""

from collections.abc import Mapping

from schemas.recommendation import Recommendation
from schemas.score import Score
from schemas.topics import RECOMMENDATIONS, SCORES, VIOLATIONS, WEEKS
from schemas.violation import Violation
from schemas.week import Week

Output = Score | Week | Violation | Recommendation

OUTPUTS: Mapping[str, type[Output]] = {
    SCORES.name: Score,
    WEEKS.name: Week,
    VIOLATIONS.name: Violation,
    RECOMMENDATIONS.name: Recommendation,
}
"""The one record of each output topic, by the topic's name."""
