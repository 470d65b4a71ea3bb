"""Files as they come in over the network: counted while they arrive, and never more than the limit kept."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt, csrf_protect

MOST_FILES = 60


class Capped(FileUploadHandler):
    """Lets files through to the handlers after it until all of them together pass the limit."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        self.counted = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Pass the bytes on, or skip the rest."""
        self.counted += len(raw_data)
        if self.counted > settings.UPLOAD_LIMIT:
            self.request.too_large = True
            raise SkipFile
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """The file itself is made by a later handler."""
        return


def receives(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The view takes files: the limit is set up before anything of the request is read."""
    inner = csrf_protect(view)

    @wraps(view)
    def outer(request: HttpRequest, *words: Any, **named: Any) -> HttpResponse:
        if request.method == "POST":
            request.upload_handlers.insert(0, Capped(request))
        return inner(request, *words, **named)

    return csrf_exempt(outer)


class FileInput(forms.FileInput):
    """Several files at once."""

    allow_multiple_selected = True


class Files(forms.FileField):
    """A list of files."""

    widget = FileInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        """Each file cleaned by itself; an empty one is refused later, with its name."""
        held = [one for one in (data if isinstance(data, (list, tuple)) else [data]) if one]
        if not held:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        if len(held) > MOST_FILES:
            raise forms.ValidationError(f"You chose {len(held)} files. Choose {MOST_FILES} or fewer at a time.")
        return held


def too_large(request: HttpRequest) -> str:
    """What to say when the files were more than the limit; nothing otherwise."""
    if not getattr(request, "too_large", False):
        return ""
    return (
        f"The files are larger than {settings.UPLOAD_LIMIT // 2**20:,} MB together, the most that is taken at once. "
        "Save them as Parquet or gzipped CSV, leave out columns that are not needed, or bring them one at a time."
    )
