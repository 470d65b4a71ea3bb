"""Full-text search over the register: kept in step with every save, forgiving of spelling, on either database."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final

from django.core.exceptions import EmptyResultSet
from django.db import connection, transaction
from django.db.models import Prefetch, QuerySet
from django.db.models.expressions import RawSQL

from holdfast.web.register.models import Change, Practice, Term
from holdfast.web.register.spelling import SMALL, Reading, words_of
from holdfast.web.register.tables import SearchText, Word

NAMES: Final = ("identifier", "pathway", "organisation", "introduced")
BODY: Final = (
    *("description", "for_whom", "mandate", "objective", "mechanism", "held_back", "risks", "needs"),
    *("second_order_value", "credit", "source"),
)
BATCH: Final = 500


def index(change: Change) -> None:
    """Put one change into the index as it stands. Called inside the transaction that saves it."""
    index_many([change])


@transaction.atomic
def index_many(changes: Sequence[Change]) -> None:
    """Put changes into the index as they stand, with the new words among theirs."""
    texts = [_text(change) for change in _gathered(changes)]
    SearchText.objects.bulk_create(
        texts, update_conflicts=True, unique_fields=["change"], update_fields=["title", "names", "body"]
    )
    found = {word for text in texts for word in words_of(f"{text.title} {text.names} {text.body}")}
    worth = sorted(word for word in found if 3 <= len(word) <= 60 and not word.isdigit())
    # in one order, so that two writers never wait for each other
    Word.objects.bulk_create([Word(text=word) for word in worth], ignore_conflicts=True, batch_size=BATCH)


def rebuild(told: Callable[[int], None] = lambda _done: None) -> int:
    """Index every change afresh, and drop words that no change holds any more. Returns how many changes there are."""
    done = 0
    with transaction.atomic():
        Word.objects.all().delete()
        SearchText.objects.all().delete()
        for batch in _batches():
            index_many(batch)
            done += len(batch)
            told(done)
    return done


def holding(found: QuerySet[Change], reading: Reading) -> QuerySet[Change]:
    """Of some changes, those that hold every word of the search (or a word it may have meant)."""
    if not reading.words:
        return found
    sql, words = _matching(reading)
    return found.filter(pk__in=RawSQL(sql, words))


def ranked(found: QuerySet[Change], reading: Reading, start: int, size: int) -> list[int]:
    """Keys of a page of those changes, the closest first; equally close ones newest first."""
    if not reading.words:
        return list(found.order_by("-pk").values_list("pk", flat=True)[start : start + size])
    try:
        inside, held = found.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        return []
    if connection.vendor == "sqlite":
        # the plus sign keeps SQLite from asking the index about each key in turn
        sql = (
            f"SELECT rowid FROM register_fts WHERE register_fts MATCH %s AND +rowid IN ({inside}) "
            "ORDER BY bm25(register_fts, 10.0, 4.0, 1.0), rowid DESC LIMIT %s OFFSET %s"
        )
        words: list[Any] = [_fts(reading), *held, size, start]
    else:
        sql = (
            f"SELECT change_id FROM register_searchtext, to_tsquery('register_words', %s) asked "
            f"WHERE document @@ asked AND change_id IN ({inside}) "
            "ORDER BY ts_rank(document, asked) DESC, change_id DESC LIMIT %s OFFSET %s"
        )
        words = [_tsquery(reading), *held, size, start]
    with connection.cursor() as cursor:
        cursor.execute(sql, words)
        return [row[0] for row in cursor.fetchall()]


def nearest(text: str, most: int) -> list[int]:
    """Keys of changes that share the rarer words of a text, the closest first: candidates to compare with care."""
    telling = {word for word in words_of(text) if len(word) > 2 and word not in SMALL}
    words = sorted(telling, key=lambda word: (-len(word), word))[:20]
    if not words:
        return []
    if connection.vendor == "sqlite":
        sql = "SELECT rowid FROM register_fts WHERE register_fts MATCH %s ORDER BY bm25(register_fts) LIMIT %s"
        asked = " OR ".join(f'"{word}"' for word in words)
    else:
        sql = (
            "SELECT change_id FROM register_searchtext, to_tsquery('register_words', %s) asked "
            "WHERE document @@ asked ORDER BY ts_rank(document, asked, 1) DESC, change_id DESC LIMIT %s"
        )
        asked = " | ".join(f"'{word}'" for word in words)
    with connection.cursor() as cursor:
        cursor.execute(sql, [asked, most])
        return [row[0] for row in cursor.fetchall()]


def _matching(reading: Reading) -> tuple[str, list[str]]:
    if connection.vendor == "sqlite":
        return "SELECT rowid FROM register_fts WHERE register_fts MATCH %s", [_fts(reading)]
    return "SELECT change_id FROM register_searchtext WHERE document @@ to_tsquery('register_words', %s)", [
        _tsquery(reading)
    ]


def _fts(reading: Reading) -> str:
    """FTS5's own syntax: every word in quotation marks, so that nothing typed is taken for an operator."""
    return " AND ".join("(" + " OR ".join(f'"{word}"*' for word in words) + ")" for words in reading.words)


def _tsquery(reading: Reading) -> str:
    return " & ".join("(" + " | ".join(f"'{word}':*" for word in words) + ")" for words in reading.words)


def _gathered(changes: Sequence[Change]) -> QuerySet[Change]:
    practices = Prefetch("practices", queryset=Practice.objects.order_by("id"))
    terms = Prefetch("terms", queryset=Term.objects.only("id", "label"))
    return Change.objects.filter(pk__in=[change.pk for change in changes]).prefetch_related(practices, terms)


def _text(change: Change) -> SearchText:
    names = [str(getattr(change, name)) for name in NAMES]
    names += [term.label for term in change.terms.all()] + [practice.name for practice in change.practices.all()]
    return SearchText(
        change=change,
        title=_plain([change.title]),
        names=_plain(dict.fromkeys(names)),
        body=_plain(getattr(change, name) for name in BODY),
    )


def _plain(texts: Iterable[str]) -> str:
    """Folded words and spaces only, so that both databases cut a text into the same words."""
    return " ".join(word for text in texts for word in words_of(text))


def _batches() -> Iterator[list[Change]]:
    """Every change, some hundreds at a time."""
    last = 0
    while batch := list(Change.objects.filter(pk__gt=last).order_by("pk")[:BATCH]):
        yield batch
        last = batch[-1].pk
