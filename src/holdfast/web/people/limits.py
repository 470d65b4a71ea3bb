"""How often one address may do a thing: a counter in the cache, for pages that need no account."""

from __future__ import annotations

import time

from django.core.cache import cache
from django.http import HttpRequest


def too_often(request: HttpRequest, deed: str, times: int, seconds: int) -> int:
    """0 when the reader may go on; else after how many seconds they may try again.

    Counted in fixed windows by network address (or account, once signed in).
    """
    now = int(time.time())
    window = now // seconds
    who = request.user.pk if request.user.is_authenticated else client_address(request)
    key = f"limit:{deed}:{who}:{window}"
    cache.add(key, 0, seconds)
    try:
        count = cache.incr(key)
    except ValueError:  # the window closed between the two lines
        return 0
    return 0 if count <= times else (window + 1) * seconds - now


def client_address(request: HttpRequest) -> str:
    """The network address of whoever asks; behind a proxy, the one the proxy saw."""
    from django.conf import settings

    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
    if settings.SECURE_PROXY_SSL_HEADER and forwarded:
        return str(forwarded.rsplit(",", 1)[-1].strip())
    return str(request.META.get("REMOTE_ADDR", ""))
