"""Rules of engagement as data: what they are made of, read, checked, judged by and told. Pure: no database.

`shape` says what a policy is made of, `parsing` reads it from JSON, `checking` refuses what can't work, `judging` says
what it makes of a registration and why, `wording` tells it in plain words.
"""

from dealreg.engagement.checking import Known, check
from dealreg.engagement.faults import Fault, PolicyRefused
from dealreg.engagement.judging import judge, place, refusal, route_of
from dealreg.engagement.parsing import fields_in, parse
from dealreg.engagement.shape import Definition, Facts, Judgement, Sentence, Verdict
from dealreg.engagement.wording import Teller, told

__all__ = [
    "Definition",
    "Facts",
    "Fault",
    "Judgement",
    "Known",
    "PolicyRefused",
    "Sentence",
    "Teller",
    "Verdict",
    "check",
    "fields_in",
    "judge",
    "parse",
    "place",
    "refusal",
    "route_of",
    "told",
]
