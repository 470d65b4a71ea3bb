"""Involve: what people believe, by role and population first and by opinion group second."""

from holdfast.involve.beliefs import beliefs_of, sustain_risks
from holdfast.involve.believing import Believed, believe, opinion_of
from holdfast.involve.missing import Presence, Weighing, presence, weigh
from holdfast.involve.people import votes_of
from holdfast.involve.roles import Agreement, Consensus, Position, agreement, consensus, positions
from holdfast.involve.taking import Taken
from holdfast.involve.voicing import voices_of
from holdfast.involve.votes import AGREE, DISAGREE, PASS, Votes

__all__ = [
    "AGREE",
    "DISAGREE",
    "PASS",
    "Agreement",
    "Believed",
    "Consensus",
    "Position",
    "Presence",
    "Taken",
    "Votes",
    "Weighing",
    "agreement",
    "beliefs_of",
    "believe",
    "consensus",
    "opinion_of",
    "positions",
    "presence",
    "sustain_risks",
    "voices_of",
    "votes_of",
    "weigh",
]
