"""Full-text search inside the database: FTS5 on SQLite, a generated tsvector column on PostgreSQL."""

from django.db import migrations

TABLE = "register_searchtext"
SQLITE = (
    f"""CREATE VIRTUAL TABLE register_fts USING fts5(
        title, names, body, content='{TABLE}', content_rowid='change_id',
        tokenize="porter unicode61 remove_diacritics 2", prefix='2 3')""",
    f"""CREATE TRIGGER register_fts_added AFTER INSERT ON {TABLE} BEGIN
        INSERT INTO register_fts(rowid, title, names, body) VALUES (new.change_id, new.title, new.names, new.body);
    END""",
    f"""CREATE TRIGGER register_fts_gone AFTER DELETE ON {TABLE} BEGIN
        INSERT INTO register_fts(register_fts, rowid, title, names, body)
        VALUES ('delete', old.change_id, old.title, old.names, old.body);
    END""",
    f"""CREATE TRIGGER register_fts_altered AFTER UPDATE ON {TABLE} BEGIN
        INSERT INTO register_fts(register_fts, rowid, title, names, body)
        VALUES ('delete', old.change_id, old.title, old.names, old.body);
        INSERT INTO register_fts(rowid, title, names, body) VALUES (new.change_id, new.title, new.names, new.body);
    END""",
)
POSTGRES = (
    # English stems without a list of words to leave out, so that both databases find the same
    "CREATE TEXT SEARCH DICTIONARY register_stem (TEMPLATE = snowball, LANGUAGE = english)",
    "CREATE TEXT SEARCH CONFIGURATION register_words (COPY = english)",
    """ALTER TEXT SEARCH CONFIGURATION register_words
        ALTER MAPPING REPLACE english_stem WITH register_stem""",
    f"""ALTER TABLE {TABLE} ADD COLUMN document tsvector GENERATED ALWAYS AS (
        setweight(to_tsvector('register_words', title), 'A') || setweight(to_tsvector('register_words', names), 'B')
        || setweight(to_tsvector('register_words', body), 'D')) STORED""",
    f"CREATE INDEX register_searchtext_document ON {TABLE} USING gin (document)",
)


def lay(apps, schema_editor):
    """Django's own tables stay as they are; the database keeps the index from here on."""
    for statement in {"sqlite": SQLITE, "postgresql": POSTGRES}[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def lift(apps, schema_editor):
    """Take the index away again."""
    if schema_editor.connection.vendor == "sqlite":
        for name in ("added", "gone", "altered"):
            schema_editor.execute(f"DROP TRIGGER register_fts_{name}")
        schema_editor.execute("DROP TABLE register_fts")
    else:
        schema_editor.execute(f"ALTER TABLE {TABLE} DROP COLUMN document")
        schema_editor.execute("DROP TEXT SEARCH CONFIGURATION register_words")
        schema_editor.execute("DROP TEXT SEARCH DICTIONARY register_stem")


class Migration(migrations.Migration):
    dependencies = [("register", "0002_following_importing_and_searching")]
    operations = [migrations.RunPython(lay, lift)]
