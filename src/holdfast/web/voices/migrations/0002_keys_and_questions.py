"""A key for everybody who took part that opens nothing, and questions that are edited."""

from __future__ import annotations

from typing import Any

from django.db import migrations, models

from holdfast.web.voices.models import new_key


def give_keys(apps: Any, _schema: Any) -> None:
    """Give each participant one."""
    participant = apps.get_model("voices", "Participant")
    held = []
    for one in participant.objects.only("pk").iterator(2_000):
        one.key = new_key()
        held.append(one)
    participant.objects.bulk_update(held, ["key"], batch_size=500)


class Migration(migrations.Migration):
    """Three steps for the key, so that each row gets one of its own."""

    dependencies = (("voices", "0001_voices"),)
    operations = (
        migrations.AddField("participant", "key", models.CharField(default="", max_length=24), preserve_default=False),
        migrations.RunPython(give_keys, migrations.RunPython.noop),
        migrations.AlterField("participant", "key", models.CharField(default=new_key, max_length=24, unique=True)),
        migrations.AddField("aboutquestion", "past", models.JSONField(blank=True, default=list)),
        migrations.AddField("aboutquestion", "revision", models.PositiveIntegerField(default=1)),
        migrations.AlterField(
            "aboutquestion",
            "version",
            models.CharField(blank=True, max_length=40, verbose_name="the edition of its answers"),
        ),
    )
