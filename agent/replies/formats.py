"""Pure. Prices and days as people write them, by babel's tables."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from babel import Locale
from babel.dates import format_skeleton
from babel.numbers import format_currency, format_decimal

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from agent.messages import Lang

_LOCALES: dict[Lang, Locale] = {
    "es": Locale("es", "AR"),
    "en": Locale("en", "US"),
    "pt": Locale("pt", "BR"),
}


def money(amount: Decimal, currency: str, lang: Lang) -> str:
    """Write an amount in a currency (ISO 4217), with cents where there are any."""
    locale = _LOCALES[lang]
    is_whole = amount == amount.to_integral_value()
    if not currency:
        return format_decimal(amount, locale=locale)
    standard = locale.currency_formats["standard"].pattern
    text = format_currency(
        amount,
        currency,
        format=standard.replace(".00", "") if is_whole else standard,
        locale=locale,
        currency_digits=False,
    )
    # "ARS 1.300", "US$ 1.300": letters keep a distance from digits.
    text = text.replace("\u00a0", " ")
    return re.sub(r"(?<=[A-Z])(\$?)(?=\d)", r"\1 ", text)


def day(when: date, lang: Lang, *, with_year: bool = False) -> str:
    """Write a day with its weekday: "sáb 5 dic"."""
    skeleton = "yMMMEd" if with_year else "MMMEd"
    text = format_skeleton(skeleton, when, locale=_LOCALES[lang])
    return text if lang == "en" else text.replace(", ", " ")
