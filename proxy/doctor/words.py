"""Pure. The shape of a language: what `words_es` and `words_en` fill in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from proxy.doctor.values import Check, Judgement, Level, Remark


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """
    Every sentence of the doctor in one language.

    `judgements` name what is wrong, `duties` say what to do, `people` whom to call and
    `levels` who else must know by now; `remarks` hold the facts of a finding.
    """

    checks: Mapping[Check, str]
    remarks: Mapping[Remark, str]
    judgements: Mapping[Judgement, str]
    duties: Mapping[Judgement, str]
    people: Mapping[Judgement, str]
    levels: Mapping[Level, str]
    cause: str
    duty: str
    call: str
    nobody: str
    passing: str
    lasts: str
    failures: str
