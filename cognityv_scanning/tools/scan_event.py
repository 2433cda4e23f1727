"""Reads what a phone sends into scans that can be worked with. Knows nothing of Odoo and trusts nothing."""

import json
import math
import re
from datetime import UTC, datetime
from typing import NamedTuple

MAX_EVENTS = 500
MAX_EVENT_BYTES = 16 * 1024
MAX_CODE_LENGTH = 2000
MAX_QUANTITY = 10**9
MAX_ID = 2**31 - 1
# No "/": what the server adds to a scan, such as the content of a package, gets a reference of its own with one.
UUID = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
MODES = ("add", "set")


class BadEvent(Exception):
    """A field that says nothing: `number` of the event (from 1), `field` and `value` as it came."""

    def __init__(self, number, field, value):
        super().__init__(number, field, value)
        self.number, self.field, self.value = number, field, value


class ScanInput(NamedTuple):
    """One event as a phone sent it, each field None where it says nothing. Times are in UTC, by the phone's clock."""

    client_uuid: str
    code: str | None = None
    product_id: int | None = None
    lot_id: int | None = None
    lot_name: str | None = None
    package_id: int | None = None
    line_id: int | None = None
    location_id: int | None = None
    quantity: float | None = None
    mode: str = "add"
    seen_at: datetime | None = None
    queued_at: datetime | None = None
    accept_over: bool = False
    replaces: str | None = None
    undo: str | None = None
    note: str | None = None


def read_events(events):
    """
    :param events: list of dicts; fields that nobody knows are left alone
    :return: list of ScanInput in the same order
    :raises BadEvent: for the first field that cannot be what it is called; field "events" when the list itself is bad
    """
    if not isinstance(events, list | tuple) or len(events) > MAX_EVENTS:
        raise BadEvent(0, "events", events)
    return [_read_event(number, event) for number, event in enumerate(events, 1)]


def read_sent_at(value):
    """
    :param value: ISO text, taken as UTC when it names no zone; empty for none
    :return: datetime in UTC without a zone, or None
    :raises BadEvent: when it is no time
    """
    try:
        return None if value is None or value is False else _read_moment(value)
    except (TypeError, ValueError, OverflowError):
        raise BadEvent(0, "sent_at", value) from None


def _read_event(number, event):
    if not isinstance(event, dict) or _size_of(event) > MAX_EVENT_BYTES:
        raise BadEvent(number, "event", event)
    values = {}
    for field, read in READERS.items():
        value = event.get(field)
        if value is None or value is False:
            continue
        try:
            values[field] = read(value)
        except (TypeError, ValueError, OverflowError):
            raise BadEvent(number, field, value) from None
    return _check_whole(number, event, values)


def _size_of(event):
    try:
        return len(json.dumps(event, ensure_ascii=False).encode("utf-8", "surrogatepass"))
    except (TypeError, ValueError, RecursionError):
        return math.inf


def _check_whole(number, event, values):
    """Fields that depend on each other: a scan names one thing, or undoes one, but not itself; a note, a line at most."""
    if "client_uuid" not in values:
        raise BadEvent(number, "client_uuid", event.get("client_uuid"))
    if not values.keys() & {"code", "product_id", "package_id", "line_id", "undo", "note"}:
        raise BadEvent(number, "code", event.get("code"))
    if "lot_id" in values and not values.keys() & {"product_id", "line_id"}:
        raise BadEvent(number, "product_id", event.get("product_id"))
    if "lot_name" in values and "product_id" not in values:
        raise BadEvent(number, "product_id", event.get("product_id"))
    if "note" in values and values.keys() & {"code", "product_id", "lot_id", "package_id", "undo"}:
        raise BadEvent(number, "note", event.get("note"))
    for field in ("replaces", "undo"):
        if values.get(field) == values["client_uuid"]:
            raise BadEvent(number, field, values[field])
    scan = ScanInput(**values)
    if scan.quantity is not None and scan.quantity == 0 and scan.mode == "add":
        raise BadEvent(number, "quantity", scan.quantity)
    return scan


def _read_uuid(value):
    if not UUID.fullmatch(value):
        raise ValueError
    return value


def _read_moment(value):
    moment = datetime.fromisoformat(value)
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


def _read_code(value):
    if not isinstance(value, str):
        raise TypeError
    # Lone halves of surrogate pairs and zero bytes cannot be stored.
    value.encode()
    if not value.strip() or len(value) > MAX_CODE_LENGTH or "\0" in value:
        raise ValueError
    return value


def _read_note(value):
    """Empty to remove it."""
    return value if value == "" else _read_code(value)


def _read_id(value):
    if type(value) is not int or not 0 < value <= MAX_ID:
        raise ValueError
    return value


def _read_quantity(value):
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError
    if not math.isfinite(value) or not 0 <= value <= MAX_QUANTITY:
        raise ValueError
    return float(value)


def _read_mode(value):
    if value not in MODES:
        raise ValueError
    return value


def _read_flag(value):
    if value is not True:
        raise ValueError
    return value


READERS = {
    "client_uuid": _read_uuid,
    "code": _read_code,
    "product_id": _read_id,
    "lot_id": _read_id,
    "lot_name": _read_code,
    "package_id": _read_id,
    "line_id": _read_id,
    "location_id": _read_id,
    "quantity": _read_quantity,
    "mode": _read_mode,
    "seen_at": _read_moment,
    "queued_at": _read_moment,
    "accept_over": _read_flag,
    "replaces": _read_uuid,
    "undo": _read_uuid,
    "note": _read_note,
}
