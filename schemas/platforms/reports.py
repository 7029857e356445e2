"""Reports: one literal table of the files that tell about a meeting after the fact."""

from collections.abc import Mapping

from schemas.platforms.graph_attendance import GRAPH_ATTENDANCE
from schemas.platforms.source import Report
from schemas.platforms.teams_csv import TEAMS_CSV
from schemas.platforms.zoom_csv import ZOOM_CSV

REPORTS: Mapping[str, Report] = {
    report.name: report for report in (ZOOM_CSV, TEAMS_CSV, GRAPH_ATTENDANCE)
}
