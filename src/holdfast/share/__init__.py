"""Share: nothing leaves but through :func:`release`, and every writer takes only what it returns.

released = release(findings, "nhs_secondary_care", measures=measures, ledger="releases.jsonl")
write_report("report.html", released, changes, measures, Meta("Westshire", now))
write_tables("released", released)
"""

from holdfast.share.disclosure import DEFAULT, Profile, Released, profile, profiles, release, require_released
from holdfast.share.report import Meta, report, write_report
from holdfast.share.tables import write_tables, write_workbook

__all__ = [
    "DEFAULT",
    "Meta",
    "Profile",
    "Released",
    "profile",
    "profiles",
    "release",
    "report",
    "require_released",
    "write_report",
    "write_tables",
    "write_workbook",
]
