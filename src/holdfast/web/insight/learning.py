"""Learning themes from what people coded: asked for by a person or after some codings, done by a worker in seconds."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from typing import Any, Final

import numpy as np
from django.db import transaction
from django.db.models import TextField
from django.db.models.functions import Cast

from holdfast.understand.agreement import Agreement
from holdfast.understand.themes import Coding as Said
from holdfast.understand.themes import Comment as Words
from holdfast.understand.themes import Suggestion as Offer
from holdfast.understand.themes import ThemeModel, ask_next, coder_agreement, suggest_all
from holdfast.understand.themes.records import tidy
from holdfast.web.insight import embedding, feelings, frameworks, jobs
from holdfast.web.insight.models import Coding, Comment, Learning, Suggestion
from holdfast.web.insight.models_jobs import DONE, UNFINISHED, WAITING
from holdfast.web.insight.plain import number, share_of
from holdfast.web.insight.withholding import cover, hide_to
from holdfast.web.people import audit
from holdfast.web.register.models import Vocabulary

AFTER: Final = 10
"""Codings after which what was learned is learned anew."""
AHEAD: Final = 200
"""Comments put in line to be coded."""
AT_ONCE: Final = 1_000
READ: Final = 200
"""Comments that a sentence embedding reads before it says how far it is."""


def latest(vocabulary: Vocabulary) -> Learning | None:
    """What was learned last of a list."""
    return Learning.objects.filter(vocabulary=vocabulary, state=DONE).order_by("-id").first()


def line(vocabulary: Vocabulary) -> list[tuple[int, str, str]]:
    """Comments that the last learning put first and nobody has coded since: number, theme and reason."""
    last = latest(vocabulary)
    rows = last.queue if last is not None else []
    coded = Coding.objects.filter(vocabulary=vocabulary, comment__in=[row[0] for row in rows])
    done = set(coded.values_list("comment", flat=True))
    return [(pk, theme, reason) for pk, theme, reason in rows if pk not in done]


@transaction.atomic
def ask(vocabulary: Vocabulary, actor: Any = jobs.SERVER) -> Learning:
    """Learn a list's themes anew; while that waits already, it is that one."""
    Vocabulary.objects.select_for_update().get(pk=vocabulary.pk)
    waiting = Learning.objects.filter(vocabulary=vocabulary, state=WAITING).first()
    if waiting is not None:
        return waiting
    by = audit.account(actor)
    made = Learning.objects.create(vocabulary=vocabulary, by=by)
    jobs.ask(made)
    audit.record(actor, "insight.code", "learning", made.pk, f"asked to learn: {vocabulary.name}")
    return made


def after_coding(vocabulary: Vocabulary) -> None:
    """Learn anew once people have coded enough since."""
    last = latest(vocabulary)
    if Learning.objects.filter(vocabulary=vocabulary, state__in=UNFINISHED).exists():
        return
    if Coding.objects.filter(vocabulary=vocabulary).count() - (last.codings if last else 0) >= AFTER:
        ask(vocabulary)


def after_comments() -> None:
    """New comments came: every list that is in use, and the first one, has something to say of them."""
    used = Learning.objects.values("vocabulary")
    for one in frameworks.lists():
        if one.code == frameworks.FIRST[0] or used.filter(vocabulary=one).exists():
            ask(one)


def carry_out(job: Learning) -> None:
    """Learn, suggest, judge, and put the next comments in line."""
    jobs.tell(job, "reading the comments and what was coded", 0, 3)
    framework = frameworks.framework_of(job.vocabulary)
    comments, codings = words_of(Comment.objects.all()), said_to_learn(job.vocabulary)
    embed = _read(job, comments)
    jobs.tell(job, "learning and suggesting", 1, 3)
    found, models = suggest_all(comments, codings, [framework], embed=embed)
    model = models[framework.id]
    jobs.tell(job, "choosing what to ask next", 2, 3)
    ahead = ask_next(model, comments, {coding.comment for coding in codings}, most=AHEAD)
    agreed = coder_agreement(codings, framework.id, framework.codes)
    told = {**_told(model, agreed), "feelings": feelings.told(comments, codings, found, framework)}
    with transaction.atomic():
        Vocabulary.objects.select_for_update().get(pk=job.vocabulary_id)  # two learnings end one after the other
        held = jobs.still_mine(job)
        if Learning.objects.filter(vocabulary=job.vocabulary, pk__gt=job.pk).exclude(fingerprint="").exists():
            return  # a later one has ended, and what it suggests stands
        held.codings, held.comments, held.fingerprint = len(codings), len(comments), model.fingerprint
        held.told, held.queue = told, [[int(a.comment), a.theme, a.reason] for a in ahead]
        held.save()
        Suggestion.objects.filter(learning__vocabulary=job.vocabulary).delete()
        Suggestion.objects.bulk_create((_row(job, one) for one in found), batch_size=AT_ONCE)


def _read(job: Learning, comments: list[Words]) -> Any:
    """The sentence embedding once it has read every comment; None where there is none."""
    embed = embedding.current()
    if embed is None:
        return None
    missing = embed.missing([tidy(one.text) for one in comments])
    for at in range(0, len(missing), READ):
        jobs.tell(job, f"reading comments with {embed.made_by}", at, len(missing))
        embed(missing[at : at + READ])
    return embed


def words_of(comments: Any) -> list[Words]:
    """Comments as the library reads them."""
    rows = comments.order_by("id").values_list("pk", "text", "setting", "question")
    return [
        Words(str(pk), text, setting, (("question", question),) if question else ())
        for pk, text, setting, question in rows.iterator(5_000)
    ]


def said_of(vocabulary: Vocabulary, comments: Any = None) -> list[Said]:
    """What people coded in a list, as the library reads it."""
    rows = Coding.objects.filter(vocabulary=vocabulary)
    rows = rows if comments is None else rows.filter(comment__in=comments)
    rows = rows.annotate(given=Cast("themes", TextField()), taken=Cast("refused", TextField())).order_by("id")
    name, listed = frameworks.framework_id(vocabulary), cache(lambda said: tuple(json.loads(said)))
    columns = ("comment", "given", "by", "coder", "at", "taken", "complete", "answers")
    return [
        Said(str(pk), name, listed(given), str(by or coder), at.isoformat(), listed(taken), complete, answers)
        for pk, given, by, coder, at, taken, complete, answers in rows.values_list(*columns).iterator(5_000)
    ]


def as_said(one: Coding, vocabulary: Vocabulary) -> Said:
    """One coding, as the library reads it."""
    return Said(
        str(one.comment_id), frameworks.framework_id(vocabulary), tuple(one.themes), str(one.by_id or one.coder),
        one.at.isoformat(), tuple(one.refused), one.complete, one.answers,
    )  # fmt: skip


def said_to_learn(vocabulary: Vocabulary) -> list[Said]:
    """That less the themes that have been retired since: they are no word on those that are left, and no mistake."""
    gone = set(vocabulary.terms.filter(retired=True).values_list("code", flat=True))

    def left(codes: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(code for code in codes if code not in gone)

    said = said_of(vocabulary)
    return [replace(one, themes=left(one.themes), refused=left(one.refused)) for one in said] if gone else said


def _row(job: Learning, one: Offer) -> Suggestion:
    return Suggestion(
        learning=job, comment_id=int(one.comment), theme=one.theme, probability=one.probability,
        because=list(one.because), made_by=one.made_by[:80], model=one.model[:80],
    )  # fmt: skip


def _told(model: ThemeModel, agreed: dict[str, Agreement]) -> dict[str, Any]:
    judged = model.accuracy
    rows = []
    for ready in model.readiness:
        row: dict[str, Any] = {"theme": ready.theme, "state": ready.state, "examples": ready.examples}
        row["reason"] = ready.reason
        if judged is not None and (one := judged.theme(ready.theme)) is not None:
            row |= {"precision": share_of(one.precision), "recall": share_of(one.recall), "support": one.support}
            row["by_setting"] = _by_setting(model, ready.theme)
        if ready.theme in agreed:
            row["agreement"] = _agreement(agreed[ready.theme])
        rows.append(row)
    said: dict[str, Any] = {
        "themes": rows, "coders": len(model.coders), "disputed": len(model.disputed), "made_by": model.made_by,
        "unknown": model.unknown,
    }  # fmt: skip
    if judged is not None:
        said |= {"micro": share_of(judged.micro), "macro": number(judged.macro), "how": judged.how}
        said |= {"macro_low": number(judged.macro_low), "macro_high": number(judged.macro_high)}
    return said


def _by_setting(model: ThemeModel, theme: str) -> list[dict[str, Any]]:
    """How often it is right about one theme in each setting; not where so few were coded with it that it would tell."""
    judged = [(name, one) for name, all_of in model.by_setting.items() if (one := all_of.theme(theme)) is not None]
    every = model.accuracy.theme(theme) if model.accuracy is not None else None
    if every is None:
        return []
    support = [one.support for _name, one in judged]
    rest = every.support - sum(support)  # of no known setting: no row of its own, and yet it can be worked out
    hidden = cover(np.array([[[*support, rest]]], dtype=np.float64), hide_to(), np.zeros((1, 1), dtype=bool))[0]
    return [
        {"setting": name, "precision": share_of(one.precision), "recall": share_of(one.recall), "support": one.support}
        for (name, one), hide in zip(judged, hidden[:-1], strict=True)
        if not hide
    ]


def _agreement(one: Agreement) -> dict[str, Any]:
    return {
        "alpha": number(one.alpha), "low": number(one.low), "high": number(one.high),
        "units": one.units, "raters": one.raters, "reason": one.reason,
    }  # fmt: skip
