"""Charts drawn on this machine as accessible SVG, each with the table of its numbers."""

from holdfast.share.charts.adoption import adoption_chart
from holdfast.share.charts.chart import Chart, Table
from holdfast.share.charts.event_time import event_time_chart
from holdfast.share.charts.forest import for_whom_chart
from holdfast.share.charts.gaps import gap_chart, gap_table
from holdfast.share.charts.levels import levels_chart

__all__ = [
    "Chart",
    "Table",
    "adoption_chart",
    "event_time_chart",
    "for_whom_chart",
    "gap_chart",
    "gap_table",
    "levels_chart",
]
