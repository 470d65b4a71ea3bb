"""The web application under test: people of every role, a client for each, and a real browser.

The same tests run on SQLite and, with HOLDFAST_TEST_POSTGRES=1, on a PostgreSQL that comes in a wheel.
"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("django", reason="the web application needs holdfast[web]")

from django.conf import settings as django_settings
from django.test import Client

CHROMIUM = ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A PostgreSQL of our own when asked for; SQLite in a file of its own otherwise."""
    database = django_settings.DATABASES["default"]
    if os.environ.get("HOLDFAST_TEST_POSTGRES"):
        return
    folder = tmp_path_factory.mktemp("register")
    database.setdefault("TEST", {})["NAME"] = str(folder / "test.sqlite3")


@pytest.fixture(scope="session", autouse=True)
def kept_records_empty_between_tests() -> Iterator[None]:
    """SQLite empties tables row by row between tests, which kept records refuse: their guards step aside."""
    from django.db.backends.sqlite3.base import DatabaseWrapper

    operations_class: Any = DatabaseWrapper.ops_class
    flush = operations_class.execute_sql_flush

    def aside(operations: Any, statements: Any) -> None:
        with operations.connection.cursor() as cursor:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%RAISE%'")
            guards = cursor.fetchall()
            for name, _sql in guards:
                cursor.execute(f'DROP TRIGGER "{name}"')
        try:
            flush(operations, statements)
        finally:
            with operations.connection.cursor() as cursor:
                for _name, sql in guards:
                    cursor.execute(sql)

    operations_class.execute_sql_flush = aside
    yield
    operations_class.execute_sql_flush = flush


@pytest.fixture(autouse=True)
def home(settings: Any, tmp_path: Path) -> Path:
    """A home folder that belongs to one test."""
    settings.HOME = tmp_path
    settings.EMAIL_FILE_PATH = tmp_path / "mail"
    return tmp_path


@pytest.fixture
def person(db: None) -> Callable[..., Any]:
    """``person("analyst")`` is the account with that role; ``person("all")`` holds every role."""
    from holdfast.web.people.models import Role, User

    def of(role: str, email: str = "") -> Any:
        email = email or f"{role}@example.org"
        found = User.objects.filter(email=email).first()
        if found:
            return found
        user = User.objects.create_user(email, None, name=role.replace("-", " ").capitalize())
        user.roles.set(Role.objects.all() if role == "all" else Role.objects.filter(code=role))
        return User.objects.get(pk=user.pk)

    return of


@pytest.fixture
def as_(person: Callable[..., Any]) -> Callable[[str], Client]:
    """``as_("analyst")`` is a client signed in with that role; ``as_("")`` has not signed in."""

    def of(role: str) -> Client:
        client = Client()
        if role:
            client.force_login(person(role), backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return of


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """A real browser, or a skip that says what is missing."""
    where = next((path for path in CHROMIUM if Path(path).exists()), None)
    if where is None:
        pytest.skip("no Chromium is installed")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright's loop runs in the test's thread
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=where, args=["--no-sandbox", "--disable-dev-shm-usage"])
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(sync_api.Locator, "click", _until_loaded(sync_api.Locator.click))
            patched.setattr(sync_api.Page, "goto", _whatever_refreshes(sync_api.Page.goto, sync_api.Error))
            yield browser
        browser.close()


def _until_loaded(click: Callable[..., None]) -> Callable[..., None]:
    """A click that ends when the page it leads to is all there.

    Playwright's own ends with the answer's first bytes, and a question asked of half a page is answered at once: a
    count of nought on a busy machine.
    """

    def click_and_wait(found: Any, **how: Any) -> None:
        click(found, **how)
        found.page.wait_for_load_state()

    return click_and_wait


def _whatever_refreshes(goto: Callable[..., Any], error: type[Exception]) -> Callable[..., Any]:
    """Going to a page, once more where the page that is left refreshed itself at that moment and so broke it off."""

    def go(page: Any, url: str, **how: Any) -> Any:
        try:
            return goto(page, url, **how)
        except error as trouble:
            if "ERR_ABORTED" not in str(trouble) and "interrupted by another navigation" not in str(trouble):
                raise
            return goto(page, url, **how)

    return go


@pytest.fixture
def sit_down(chromium: Any, live_server: Any, person: Callable[..., Any]) -> Iterator[Callable[..., Any]]:
    """``sit_down("analyst", phone=True, scripts=False)`` is a browser page at the server, signed in with that role."""
    contexts = []

    def sit(role: str = "", *, phone: bool = False, scripts: bool = True) -> Any:
        size = {"width": 375, "height": 720} if phone else {"width": 1280, "height": 900}
        context = chromium.new_context(
            viewport=size, base_url=live_server.url, java_script_enabled=scripts, locale="en-GB"
        )
        if role:
            client = Client()
            client.force_login(person(role), backend="allauth.account.auth_backends.AuthenticationBackend")
            cookie = client.cookies[django_settings.SESSION_COOKIE_NAME].value
            context.add_cookies(
                [{"name": django_settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}]
            )
        contexts.append(context)
        return context.new_page()

    yield sit
    for context in contexts:
        context.close()


@pytest.fixture
def axe() -> Callable[[Any], None]:
    """``axe(page)`` fails when the accessibility rules of WCAG 2.2 AA are broken on the page."""
    playwright_axe = pytest.importorskip("axe_playwright_python.sync_playwright")

    def check(page: Any) -> None:
        options = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
        found = playwright_axe.Axe().run(page, options=options).response["violations"]
        assert not found, [(v["id"], v["help"], [n["html"] for n in v["nodes"]][:3]) for v in found]

    return check


@pytest.fixture
def things(person: Callable[..., Any], home: Path) -> dict[str, str]:
    """What the access lines' braces stand for: one small register with a bit of everything in it.

    Each room adds its own in ``tests/web/<room>/things.py``, a function ``make(person, made)`` that fills ``made``.
    """
    made: dict[str, str] = {}
    for file in sorted(Path(__file__).parent.glob("*/things.py")):
        spec = importlib.util.spec_from_file_location(f"things_{file.parent.name}", file)
        assert spec and spec.loader
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        module.make(person, made)
    return made
