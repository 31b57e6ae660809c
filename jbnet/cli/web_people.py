"""What ``jbnet web user``, ``token`` and ``audit`` do."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from jbnet.cli.context import Context
from jbnet.cli.show_print import table
from jbnet.cli.times import both, stamp
from jbnet.model.errors import AnswerIsNo, Refused, UsageError
from jbnet.model.rights import Role, TokenScope, User
from jbnet.model.text import Text, text
from jbnet.model.times import rfc3339

if TYPE_CHECKING:
    from jbnet.ports.accounts import Account, AccountDesk, Admin, AuditEntry, Token

LANGUAGES = ("en", "zh")


def add_user(context: Context, name: str, role: Role, under: str | None, page_lang: str | None, *, stdin: bool) -> None:
    """Add a user. Raises UsageError."""
    made = User(name, role, _site(context, under), _language(page_lang or context.lang))
    desk, by = _desk(context)
    desk.add_user(made, _password(context, name, stdin=stdin), by)
    context.emit(_user_json(made))
    context.say("{name} may sign in: {role}, {part}", **_words(made))


def change_user(
    context: Context, name: str, role: Role | None, under: str | None, page_lang: str | None, *, everywhere: bool
) -> None:
    """Change a user. Raises UsageError."""
    if under is not None and everywhere:
        raise UsageError("--under and --everywhere exclude each other")
    if role is None and under is None and page_lang is None and not everywhere:
        raise UsageError("say what to change: --role, --under, --everywhere or --page-lang")
    desk, by = _desk(context)
    known = _known(desk, name, by.now)
    made = replace(
        known,
        role=role or known.role,
        subtree=None if everywhere else _site(context, under) if under is not None else known.subtree,
        lang=_language(page_lang or known.lang),
    )
    desk.change_user(name, made, by)
    context.emit(_user_json(made))
    context.say("{name} is now: {role}, {part}", **_words(made))


def set_password(context: Context, name: str, *, stdin: bool) -> None:
    """Set a password. Raises UsageError."""
    desk, by = _desk(context)
    _known(desk, name, by.now)
    ended = desk.set_password(name, _password(context, name, stdin=stdin), by)
    context.emit({"name": name, "sessions_ended": ended})
    context.say("the password of {name} is set; sessions ended: {count}", name=name, count=ended)


def remove_user(context: Context, name: str) -> None:
    """Remove a user. Raises UsageError."""
    desk, by = _desk(context)
    desk.remove_user(name, by)
    context.emit({"name": name})
    context.say("{name} may sign in no more; sessions and tokens are ended", name=name)


def list_users(context: Context) -> None:
    """Print the users."""
    desk, by = _desk(context)
    found = desk.users(by.now)
    context.emit([{**_user_json(one.user), **_account_json(one)} for one in found])
    if context.json:
        return
    if not found:
        context.say("nobody may sign in yet: jbnet web user add NAME --role viewer")
        return
    headings = (text("user"), text("role"), text("part of the network"), text("last signed in"))
    rows = [(one.user.name, Text(one.user.role), _part(one.user), _seen(one)) for one in found]
    table(context, [headings, *rows])


def add_token(context: Context, name: str, owner: str, scope: str, days: int) -> None:
    """Make a token and print it. Raises UsageError."""
    scopes = _scopes(scope)
    desk, by = _desk(context)
    expires = by.now + timedelta(days=days)
    made = desk.add_token(name, owner, scopes, expires, by)
    context.emit({"name": name, "owner": owner, "scopes": sorted(scopes), "expires": rfc3339(expires), "token": made})
    context.note(text("good until {until}; it is shown this once and kept nowhere", until=both(expires)))
    context.say("{token}", token=made)


def remove_token(context: Context, name: str) -> None:
    """Take a token away. Raises UsageError."""
    desk, by = _desk(context)
    desk.remove_token(name, by)
    context.emit({"name": name})
    context.say("the token {name} is good for nothing any more", name=name)


def list_tokens(context: Context) -> None:
    """Print the tokens, without their secrets: nobody has those."""
    desk, by = _desk(context)
    found = desk.tokens(by.now)
    context.emit([_token_json(one) for one in found])
    if context.json:
        return
    if not found:
        context.say("there is no token")
        return
    headings = (text("token"), text("owner"), text("scope"), text("good until"))
    rows = [(one.name, one.owner, ", ".join(sorted(one.scopes)), _until(one)) for one in found]
    table(context, [headings, *rows])


def show_audit(context: Context, last: int) -> None:
    """Print the last entries of the audit log, oldest first, and prove all of it. Raises AnswerIsNo."""
    desk, _ = _desk(context)
    entries, faults = list(reversed(desk.audited(last))), desk.prove()
    if not faults:
        context.emit([_entry_json(entry) for entry in entries])
    for entry in entries:
        _print_entry(context, entry)
    if not entries:
        context.say("nothing was done yet")
    for fault in faults:
        context.note(fault)
    if faults:
        raise AnswerIsNo("the log is not sound: {count} faults", count=len(faults),
                         hint=text("somebody got at page.db; compare it with a backup"))  # fmt: skip


def _desk(context: Context) -> tuple[AccountDesk, Admin]:
    from jbnet import wiring
    from jbnet.adapters.clock import SystemClock
    from jbnet.ports.accounts import Admin

    return wiring.accounts(context.state_dir), Admin(wiring.operator(), SystemClock().now())


def _known(desk: AccountDesk, name: str, now: datetime) -> User:
    found = next((one.user for one in desk.users(now) if one.user.name == name and one.removed is None), None)
    if found is None:
        hint = text("jbnet web user list shows those there are")
        raise UsageError("there is no user {name}", name=name, hint=hint)
    return found


def _site(context: Context, said: str | None) -> str | None:
    """Return the name of a declared site. Raises UsageError."""
    if said is None:
        return None
    from jbnet import wiring
    from jbnet.inventory.scope import subtree_site

    found = subtree_site(wiring.load_network(context.directory, context.state_dir, whole=True), said)
    if found is None:
        hint = text("jbnet show sites lists them; without --under they see everything")
        raise UsageError("there is no site {name}", name=said, hint=hint)
    return found


def _language(said: str) -> str:
    if said not in LANGUAGES:
        raise UsageError("{lang} is no language of the page; expected en or zh", lang=said)
    return said


def _scopes(said: str) -> frozenset[TokenScope]:
    words = {word.strip() for word in said.split(",") if word.strip()}
    known = {str(scope): scope for scope in TokenScope}
    if not words or not words <= known.keys():
        raise UsageError("{said} is no scope; expected some of: {names}", said=said, names=", ".join(known))
    return frozenset(known[word] for word in words)


def _password(context: Context, name: str, *, stdin: bool) -> str:
    """Return a new password: asked for twice without showing it, or read. Raises UsageError, Refused."""
    if stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if context.json or not sys.stdin.isatty():
        raise Refused("nobody can be asked for the password here", hint=text("hand it in with --stdin"))
    ask: Callable[[str], str] = getpass.getpass
    first = ask(context.tr("password of {name}: ", name=name))
    if ask(context.tr("once more: ")) != first:
        raise UsageError("the two are not the same")
    return first


def _words(user: User) -> Mapping[str, object]:
    return {"name": user.name, "role": Text(user.role), "part": _part(user)}


def _part(user: User) -> Text:
    if user.subtree is None:
        return text("the whole network")
    return text("{site} and all below it", site=user.subtree)


def _seen(account: Account) -> Text:
    if account.removed is not None:
        return text("removed {time}", time=stamp(account.removed))
    return text("never") if account.seen is None else text("{time}", time=stamp(account.seen))


def _until(token: Token) -> Text:
    said = stamp(token.expires)
    return text("{time}", time=said) if token.valid else text("expired {time}", time=said)


def _user_json(user: User) -> dict[str, object]:
    return {"name": user.name, "role": str(user.role), "under": user.subtree, "lang": user.lang}


def _account_json(account: Account) -> dict[str, object]:
    times = {"made": rfc3339(account.made), "seen": rfc3339(account.seen), "removed": rfc3339(account.removed)}
    return {**times, "sessions": account.sessions}


def _token_json(token: Token) -> dict[str, object]:
    times = {"made": rfc3339(token.made), "expires": rfc3339(token.expires), "used": rfc3339(token.used)}
    return {"name": token.name, "owner": token.owner, "scopes": sorted(token.scopes), **times, "valid": token.valid}


def _entry_json(entry: AuditEntry) -> dict[str, object]:
    said = {"who": entry.who or None, "deed": entry.deed, "subject": entry.subject, "address": entry.address or None}
    return {"number": entry.number, "time": rfc3339(entry.time), **said, "data": dict(entry.data)}


def _print_entry(context: Context, entry: AuditEntry) -> None:
    more = [entry.subject] if entry.subject != entry.who else []
    more += [entry.address] if entry.address else []
    more += [f"{key}={value}" for key, value in entry.data.items() if value is not None]
    context.wrapped(
        "{number} {time} {who}: {deed} {more}",
        number=entry.number, time=both(entry.time), who=entry.who or "?", deed=Text(entry.deed), more=" ".join(more),
    )  # fmt: skip
