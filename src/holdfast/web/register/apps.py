"""The app's name."""

from django.apps import AppConfig


class Register(AppConfig):
    """Changes, practices and vocabularies."""

    name = "holdfast.web.register"
    label = "register"

    def ready(self) -> None:
        """Fill the vocabularies whenever migrations have run."""
        from django.db.models.signals import post_migrate

        from holdfast.web.register import asking
        from holdfast.web.register.following import add_news
        from holdfast.web.register.vocabularies import fill_after_migrating

        add_news(asking.news)
        post_migrate.connect(fill_after_migrating, sender=self, dispatch_uid="vocabularies")

        from holdfast.web.register.steps import add_steps

        add_steps()
