"""The CSV in which subscribers come and go: text to enrolments, every mistake with its line, and back.

Apart from `subscribers`, whose commands open the files: here is what is written in them.

A cell that a spreadsheet would take for a formula goes out with an apostrophe before it, as does one that begins like
the result of that; coming in, one such apostrophe is taken off. So what goes out comes back the same.
"""

import csv
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain
from typing import Any, TextIO

from briefing.config.hints import did_you_mean
from briefing.enrol import EnrolError, normalised
from briefing.errors import Problem
from briefing.model import Enrolment, Subscription, SubscriptionState
from briefing.render.locale import languages, spoken
from briefing.store.audience import mailbox

COLUMNS = ("address", "list", "state", "consent", "since", "suppressed", "locale")
TOLD = 50  # mistakes that are told one by one; the rest is counted
_SAME = {"email": "address", "e-mail": "address", "mail": "address"}
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_UNREADABLE = re.compile("[\ud800-\udfff]")  # stands for a byte that is not UTF-8
_LONGEST_FIELD = 4 * 2**20  # characters
_LONGEST_CONSENT = 1000
_SHOWN = 40  # characters of what is wrong
_SAID = {"": False, "no": False, "false": False, "0": False, "yes": True, "true": True, "1": True}


@dataclass(frozen=True, slots=True)
class Given:
    """What counts where the file says nothing, and what it is judged by."""

    lists: Collection[str]
    now: datetime
    to: str | None = None
    consent: str | None = None
    locale: str | None = None


@dataclass(slots=True)
class Sheet:
    """What a file says: enrolments by mailbox and list, mistakes, and what was passed over."""

    wanted: dict[tuple[str, str], Enrolment] = field(default_factory=dict)
    mistakes: list[Problem] = field(default_factory=list)  # the first `TOLD`
    untold: int = 0
    bad: int = 0  # rows with a mistake
    repeated: int = 0
    ignored: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Layout:
    delimiter: str
    columns: Sequence[str]
    headed: bool = True


class _Wrong(Exception):  # noqa: N818 - said of a row, not an error of ours
    """What is wrong with a row, one thing an argument."""


def read(file: TextIO, name: str, given: Given, *, seen: Callable[[int], object] = lambda _: None) -> Sheet:
    """Read a file opened with `newline=""` and `surrogateescape`; `seen` hears of each row.

    Of two rows for one mailbox and list the first counts, unless the other says that they unsubscribed.
    """
    sheet, lines = Sheet(), iter(file)
    blank, first = next(((n, line) for n, line in enumerate(lines) if line.strip()), (0, ""))
    try:
        layout = _layout(first, given)
    except _Wrong as wrong:
        _note(sheet, name, blank + 1, wrong)
        return sheet
    sheet.ignored = tuple(one for one in layout.columns if one and one not in COLUMNS)
    body, before = (lines, blank + 1) if layout.headed else (chain([first], lines), blank)
    for line, cells in _rows(body, layout.delimiter, before):
        seen(1)
        try:
            _take(sheet, _enrolment(cells, layout.columns, given))
        except _Wrong as wrong:
            _note(sheet, name, line, wrong)
    return sheet


def write(file: TextIO, subscriptions: Iterable[Subscription]) -> None:
    """Write a header, and a row for each subscription."""
    out = csv.writer(file, lineterminator="\n")
    out.writerow(COLUMNS)
    for one in subscriptions:
        row = (
            one.address,
            one.list,
            one.state,
            one.consent,
            one.since.isoformat(),
            "yes" * one.suppressed,
            one.locale or "",
        )
        out.writerow(["'" + cell if _FORMULA.match(cell) else cell for cell in row])


def _note(sheet: Sheet, name: str, line: int, wrong: _Wrong) -> None:
    sheet.bad += 1
    for message in wrong.args:
        if len(sheet.mistakes) < TOLD:
            sheet.mistakes.append(Problem("error", message, "", name, line))
        else:
            sheet.untold += 1


def _take(sheet: Sheet, one: Enrolment) -> None:
    key = (mailbox(one.address), one.list)
    if key in sheet.wanted:
        sheet.repeated += 1
    if key not in sheet.wanted or one.state is SubscriptionState.UNSUBSCRIBED:
        sheet.wanted[key] = one


def _layout(first: str, given: Given) -> _Layout:
    """Tell by the first line which character parts the columns, and which column is which."""
    if _UNREADABLE.search(first):
        raise _Wrong("not UTF-8 text; save it as “CSV UTF-8”")
    for delimiter in ",;\t":
        heads = [cell.strip().casefold() for cell in next(csv.reader([first], delimiter=delimiter), [])]
        columns = [_SAME.get(head, head) for head in heads]
        if "address" in columns:
            return _complete(_Layout(delimiter, columns), given)
    if "@" in first and not re.search(r"[,;\t]", first.strip()):
        return _complete(_Layout(",", ["address"], headed=False), given)
    raise _Wrong("the first line names no column address (or email, e-mail, mail)")


def _complete(layout: _Layout, given: Given) -> _Layout:
    wrong = [f"two columns say {one}" for one in COLUMNS if layout.columns.count(one) > 1]
    if "list" not in layout.columns and given.to is None:
        wrong.append("there is no column list: give one, or --list ID")
    if "consent" not in layout.columns and not given.consent:
        wrong.append("there is no column consent: give one, or say where they agreed by --consent SOURCE")
    if wrong:
        raise _Wrong(*wrong)
    return layout


def _rows(lines: Iterable[str], delimiter: str, before: int) -> Iterator[tuple[int, list[str] | _Wrong]]:
    """Yield the rows that are not empty, each with the line it begins on; `before` lines come before these."""
    with _wide_fields():
        rows = csv.reader(lines, delimiter=delimiter, strict=True)
        while True:
            line = before + rows.line_num + 1
            cells: list[str] | _Wrong
            try:
                cells = next(rows)
            except StopIteration:
                return
            except csv.Error as error:
                cells = _Wrong(f"cannot be read as CSV: {error}")
            if isinstance(cells, _Wrong) or any(cells):
                yield line, cells


@contextmanager
def _wide_fields() -> Iterator[None]:
    before = csv.field_size_limit(_LONGEST_FIELD)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _enrolment(cells: list[str] | _Wrong, columns: Sequence[str], given: Given) -> Enrolment:
    row = _by_column(cells, columns)
    said: dict[str, Any] = {}
    wrong = []
    for column, settle in _SETTLE.items():
        try:
            said[column] = settle(row.get(column, ""), given)
        except (ValueError, OverflowError) as error:
            wrong.append(str(error))
    if wrong:
        raise _Wrong(*wrong)
    return Enrolment(**said)


def _by_column(cells: list[str] | _Wrong, columns: Sequence[str]) -> dict[str, str]:
    if isinstance(cells, _Wrong):
        raise cells
    if any(cells[len(columns) :]):
        raise _Wrong(f"{len(cells)} cells under {len(columns)} columns; quote a cell that holds the delimiter")
    if any(not cell.isascii() and _UNREADABLE.search(cell) for cell in cells):
        raise _Wrong("not UTF-8 text")
    return {one: _plain(cell) for one, cell in zip(columns, cells, strict=False)}


def _plain(cell: str) -> str:
    cell = cell.strip()
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def _address(cell: str, _given: Given) -> str:
    try:
        return normalised(cell)
    except EnrolError as error:
        raise ValueError(f"address {error}") from error


def _list(cell: str, given: Given) -> str:
    name = cell or given.to
    if name is None:
        raise ValueError("list is missing: write its id, or give --list ID")
    if name not in given.lists:
        raise ValueError(f'list "{_short(name)}" is not in feeds.yaml; {did_you_mean(name, given.lists, "known: ")}')
    return name


def _consent(cell: str, given: Given) -> str:
    consent = cell or given.consent
    if not consent:
        raise ValueError("consent is missing: write where they agreed, or give --consent SOURCE")
    if len(consent) > _LONGEST_CONSENT:
        raise ValueError(f"consent is longer than {_LONGEST_CONSENT:,} characters")
    return consent


def _since(cell: str, given: Given) -> datetime | None:
    if not cell:
        return None
    try:
        said = datetime.fromisoformat(cell)
        since = said.replace(tzinfo=UTC) if said.tzinfo is None else said.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        wanted = "2026-05-03 or 2026-05-03T10:00:00Z"
        raise ValueError(f'since "{_short(cell)}" is not a date such as {wanted}') from error
    if since > given.now:
        raise ValueError(f'since "{cell}" is in the future')
    return since


def _state(cell: str, _given: Given) -> SubscriptionState:
    try:
        return SubscriptionState(cell.casefold() or SubscriptionState.CONFIRMED)
    except ValueError as error:
        raise ValueError(f'state "{_short(cell)}" is not confirmed, unconfirmed or unsubscribed') from error


def _suppressed(cell: str, _given: Given) -> bool:
    try:
        return _SAID[cell.casefold()]
    except KeyError as error:
        raise ValueError(f'suppressed "{_short(cell)}" is not yes or no') from error


def _locale(cell: str, given: Given) -> str | None:
    if cell and not spoken(cell):
        raise ValueError(f'locale "{_short(cell)}" is none of ours; known: {", ".join(languages())}')
    return cell or given.locale


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"


_SETTLE: dict[str, Callable[[str, Given], Any]] = {
    "address": _address,
    "list": _list,
    "consent": _consent,
    "state": _state,
    "since": _since,
    "suppressed": _suppressed,
    "locale": _locale,
}
