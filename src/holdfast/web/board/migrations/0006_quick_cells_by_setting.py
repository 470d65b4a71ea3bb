"""Nearly every cell is of all settings: its index names the change too, else SQLite reads them all for one page."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("board", "0005_recommendations_with_voices")]
    operations = [
        migrations.RemoveIndex(model_name="cell", name="cells_by_setting"),
        migrations.AddIndex(
            model_name="cell", index=models.Index(fields=["setting", "change"], name="cells_by_setting")
        ),
    ]
