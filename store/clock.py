"""The real clock."""

import datetime as dt


def utc_now() -> dt.datetime:
    """The moment it is. Only `__main__` modules pass this on; everything else is handed a clock."""
    return dt.datetime.now(dt.UTC)
