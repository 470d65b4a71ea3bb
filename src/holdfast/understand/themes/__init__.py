"""Themes: what comments are about, from seed terms, from people's coding, and with a person's last word."""

from holdfast.understand.themes.accuracy import Accuracy, ThemeAccuracy, accuracy
from holdfast.understand.themes.asking import Ask, ask_next
from holdfast.understand.themes.coders import coder_agreement
from holdfast.understand.themes.discovering import Proposal, discover
from holdfast.understand.themes.labels import Labels, gather
from holdfast.understand.themes.learning import Readiness, ThemeModel, learn
from holdfast.understand.themes.records import OFFLINE, SEEDS, Coding, Comment, Suggestion, correct
from holdfast.understand.themes.seeds import from_seeds
from holdfast.understand.themes.sentiment import Feeling, SentimentModel, learn_sentiment
from holdfast.understand.themes.suggesting import suggest, suggest_all

__all__ = [
    "OFFLINE",
    "SEEDS",
    "Accuracy",
    "Ask",
    "Coding",
    "Comment",
    "Feeling",
    "Labels",
    "Proposal",
    "Readiness",
    "SentimentModel",
    "Suggestion",
    "ThemeAccuracy",
    "ThemeModel",
    "accuracy",
    "ask_next",
    "coder_agreement",
    "correct",
    "discover",
    "from_seeds",
    "gather",
    "learn",
    "learn_sentiment",
    "suggest",
    "suggest_all",
]
