"""What people say, made once by the library and kept until somebody says something new."""

from holdfast.web.voices.results.keeping import current, latest, stored

__all__ = ["current", "latest", "stored"]
