"""The living report: what we have learned so far."""

from holdfast.share.report.meta import Meta
from holdfast.share.report.page import report, write_report

__all__ = ["Meta", "report", "write_report"]
