"""What people say, made once by the library and kept until somebody says something new."""

from holdfast.web.voices.results.keeping import current, stored

__all__ = ["current", "stored"]
