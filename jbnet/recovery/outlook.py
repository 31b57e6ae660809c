"""All checks of all databases, and what they answer: could we, what would be lost, how long would it take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from jbnet.model.text import Text
from jbnet.recovery.expand import Binding
from jbnet.recovery.forecast import Finished, Forecast, Times, forecasts
from jbnet.recovery.limits import Limits
from jbnet.recovery.loss import Loss, loss_of
from jbnet.recovery.observed import DatabaseLook
from jbnet.recovery.parity import about_parity
from jbnet.recovery.readiness import Can, Question, Result, answer
from jbnet.recovery.readiness_around import about_hosts, about_runbook, about_way
from jbnet.recovery.readiness_local import about_local
from jbnet.recovery.readiness_moved import about_moved
from jbnet.recovery.readiness_servers import about_servers
from jbnet.recovery.runbook import Runbook


@dataclass(frozen=True, slots=True)
class Book:
    """A runbook, or why there is none to use; ``times``: of its steps in earlier executions."""

    runbook: Runbook | None
    fault: Text | None
    times: Times


@dataclass(frozen=True, slots=True)
class Answer:
    """What a question comes to for one database. ``forecast`` is None without a runbook."""

    question: Question
    can: Can
    against: tuple[Result, ...]
    runbook: str
    loss: Loss
    forecast: Forecast | None
    rto_s: float
    rpo_s: float

    @property
    def in_time(self) -> bool | None:
        """Say whether the worst that is forecast is within ``rto_s``; None: it is not known."""
        return None if self.forecast is None else self.forecast.worst_s <= self.rto_s


@dataclass(frozen=True, slots=True)
class DatabaseOutlook:
    """One database: who leads and follows (``leads_known`` False: as declared), what its checks found, the answers."""

    database: str
    leads_known: bool
    leader: str
    follower: str
    results: tuple[Result, ...]
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class Outlook:
    """Everything. ``common``: results that are of no single database."""

    databases: tuple[DatabaseOutlook, ...]
    common: tuple[Result, ...]

    @property
    def results(self) -> tuple[Result, ...]:
        """Return all results."""
        return (*self.common, *(result for one in self.databases for result in one.results))

    def can(self, question: Question) -> Can:
        """Return what a question comes to for all databases: the worst of the answers."""
        given = [a.can for one in self.databases for a in one.answers if a.question is question]
        return max(given, key=list(Can).index, default=Can.UNKNOWN)


NO_MOVES: Mapping[str, Finished] = MappingProxyType({})
NONE_OPEN: Mapping[str, str] = MappingProxyType({})


def outlook(
    looks: Sequence[DatabaseLook],
    around: Sequence[Result],
    books: Mapping[str, Book],
    bindings: Sequence[Binding],
    limits: Limits,
    moves: Mapping[str, Finished] = NO_MOVES,
    unfinished: Mapping[str, str] = NONE_OPEN,
) -> Outlook:
    """Judge what was seen. ``around``: results of people, applications and practice; ``books``: runbooks by name.

    On record, by database: ``moves``, the execution that moved it away from its primary; ``unfinished``, one that has
    not ended.
    """
    looks = [
        replace(look, unfinished=unfinished.get(look.database.name), away=look.database.name in moves) for look in looks
    ]
    common = (*around, *about_hosts(looks), *_about_books(looks, books))
    expected = {name: _forecasts(book, bindings) for name, book in books.items()}
    found = []
    for look in looks:
        results = (*about_servers(look), *about_parity(look, limits), *about_way(look), *about_local(look, limits),
                   *about_moved(look, moves.get(look.database.name)))  # fmt: skip
        answers = tuple(_answer(q, look, (*results, *common), expected) for q in Question)
        found.append(
            DatabaseOutlook(look.database.name, len(look.leaders) == 1, look.leader, look.follower, results, answers)
        )
    return Outlook(tuple(found), common)


def book_for(look: DatabaseLook, question: Question) -> str:
    """Return the name of the runbook that a move would be carried out by; where the standby leads, the way is back."""
    if question is Question.FAILOVER:
        return "failover"
    return "switchover" if look.leader == look.database.primary else "failback"


def _about_books(looks: Sequence[DatabaseLook], books: Mapping[str, Book]) -> tuple[Result, ...]:
    wanted = dict.fromkeys((question, book_for(look, question)) for look in looks for question in Question)
    return tuple(about_runbook(question, name, books[name].fault) for question, name in wanted)


def _forecasts(book: Book, bindings: Sequence[Binding]) -> Mapping[str, Forecast]:
    return {} if book.runbook is None else forecasts(book.runbook, bindings, book.times)


def _answer(
    question: Question,
    look: DatabaseLook,
    results: Sequence[Result],
    expected: Mapping[str, Mapping[str, Forecast]],
) -> Answer:
    can, against = answer(question, results)
    name, database = book_for(look, question), look.database
    forecast = expected[name].get(database.name)
    return Answer(question, can, against, name, loss_of(look, question), forecast, database.rto_s, database.rpo_s)
