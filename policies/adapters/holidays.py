"""The `holidays` library as the guess for years whose notice we do not hold."""

from datetime import date
from threading import Lock

import holidays

from policies.calendar import WorkingDays, read_notices


class ChineseHolidays:
    """Whether a day is worked in China by the library; it equals the notices of 2024 to 2026 and guesses after them."""

    def __init__(self) -> None:
        self._days = holidays.country_holidays("CN")
        self._lock = Lock()  # it fills in a year when first asked, and calls the year known before it is filled

    def __call__(self, day: date) -> bool:
        with self._lock:
            return bool(self._days.is_working_day(day))


def official_calendar() -> WorkingDays:
    """The notices this version carries, and the library beyond them; raises `NoticeWrong`."""
    return WorkingDays(read_notices(), ChineseHolidays())
