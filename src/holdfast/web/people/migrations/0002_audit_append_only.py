"""Triggers that keep the audit log append-only on both databases."""

from typing import Any

from django.db import migrations

SQLITE = """
CREATE TRIGGER audit_no_{deed} BEFORE {deed} ON people_auditevent
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
"""
POSTGRES = """
CREATE OR REPLACE FUNCTION audit_refuses() RETURNS trigger AS $$
BEGIN RAISE EXCEPTION 'the audit log is append-only'; END; $$ LANGUAGE plpgsql;
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON people_auditevent
FOR EACH ROW EXECUTE FUNCTION audit_refuses();
"""


def guard(_apps: Any, editor: Any) -> None:
    if editor.connection.vendor == "sqlite":
        for deed in ("UPDATE", "DELETE"):
            editor.execute(SQLITE.format(deed=deed))
    else:
        editor.execute(POSTGRES)


def unguard(_apps: Any, editor: Any) -> None:
    if editor.connection.vendor == "sqlite":
        for deed in ("UPDATE", "DELETE"):
            editor.execute(f"DROP TRIGGER audit_no_{deed}")
    else:
        editor.execute("DROP TRIGGER audit_append_only ON people_auditevent; DROP FUNCTION audit_refuses()")


class Migration(migrations.Migration):
    dependencies = (("people", "0001_initial"),)
    operations = (migrations.RunPython(guard, unguard),)
