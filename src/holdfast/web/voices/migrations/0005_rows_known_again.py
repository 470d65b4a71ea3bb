"""A print of the row that somebody came in, so that a file sent again enters nobody twice."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Empty for those who are here: they get theirs when the next file is sent."""

    dependencies = (("voices", "0004_batches_taken_out"),)
    operations = (
        migrations.AddField(
            "participant",
            "row_print",
            models.CharField(
                blank=True,
                default="",
                help_text="Of the row of a file that they came in, so that it is not entered twice.",
                max_length=64,
            ),
            preserve_default=False,
        ),
    )
