"""Triggers that keep a final decision as it was made, on both databases.

Only the account that wrote it may be forgotten (its row is deleted, and the link with it).
"""

from typing import Any

from django.db import migrations

KEPT = (
    *("cell_id", "version", "state", "verdict", "reasons", "decided_by", "conditions", "review_on"),
    *("recommendation_id", "departs_because", "supersedes_id", "duties", "batch", "made_at", "final_at"),
)
SAID = "a final decision is never altered"

SQLITE_UPDATE = f"""
CREATE TRIGGER decision_is_final_update BEFORE UPDATE OF {", ".join(KEPT)} ON board_decision WHEN OLD.state = 'final'
BEGIN SELECT RAISE(ABORT, '{SAID}'); END;
"""
SQLITE_DELETE = f"""
CREATE TRIGGER decision_is_final_delete BEFORE DELETE ON board_decision WHEN OLD.state = 'final'
BEGIN SELECT RAISE(ABORT, '{SAID}'); END;
"""
POSTGRES = f"""
CREATE OR REPLACE FUNCTION decision_refuses() RETURNS trigger AS $$
BEGIN RAISE EXCEPTION '{SAID}'; END; $$ LANGUAGE plpgsql;
CREATE TRIGGER decision_is_final_update BEFORE UPDATE OF {", ".join(KEPT)} ON board_decision
FOR EACH ROW WHEN (OLD.state = 'final') EXECUTE FUNCTION decision_refuses();
CREATE TRIGGER decision_is_final_delete BEFORE DELETE ON board_decision
FOR EACH ROW WHEN (OLD.state = 'final') EXECUTE FUNCTION decision_refuses();
"""


def guard(_apps: Any, editor: Any) -> None:
    if editor.connection.vendor == "sqlite":
        editor.execute(SQLITE_UPDATE)
        editor.execute(SQLITE_DELETE)
    else:
        editor.execute(POSTGRES)


def unguard(_apps: Any, editor: Any) -> None:
    if editor.connection.vendor == "sqlite":
        editor.execute("DROP TRIGGER decision_is_final_update")
        editor.execute("DROP TRIGGER decision_is_final_delete")
    else:
        editor.execute("DROP TRIGGER decision_is_final_update ON board_decision")
        editor.execute("DROP TRIGGER decision_is_final_delete ON board_decision")
        editor.execute("DROP FUNCTION decision_refuses()")


class Migration(migrations.Migration):
    dependencies = (("board", "0003_what_the_board_keeps"),)
    operations = (migrations.RunPython(guard, unguard),)
