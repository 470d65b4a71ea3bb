"""Official files, exactly as published, turned into tidy tables. ``holdfast import KIND FILES --into FOLDER``."""

from holdfast.workspace.importers.ae_monthly import AE_MONTHLY
from holdfast.workspace.importers.gp_appointments import GP_APPOINTMENTS
from holdfast.workspace.importers.importing import Imported, Importer, ImportReport, run_import

IMPORTERS: dict[str, Importer] = {kind.name: kind for kind in (AE_MONTHLY, GP_APPOINTMENTS)}
"""Every importer by its name."""

__all__ = ["AE_MONTHLY", "GP_APPOINTMENTS", "IMPORTERS", "ImportReport", "Imported", "Importer", "run_import"]
