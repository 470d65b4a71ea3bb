"""Where records live: a folder of tables with one configuration, or frames; read through one engine."""

from holdfast.workspace.space import Workspace
from holdfast.workspace.writing.findings import read_findings, write_findings
from holdfast.workspace.writing.ledger import altered, fix_protocol, protocols
from holdfast.workspace.writing.template import new_workspace

__all__ = [
    "Workspace",
    "altered",
    "fix_protocol",
    "new_workspace",
    "protocols",
    "read_findings",
    "write_findings",
]
