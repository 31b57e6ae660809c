"""A session or token never grants more than its user may now; who is removed or demoted loses at once."""

from __future__ import annotations

import shutil
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from page_people import BY, HERE, NOW, RIGHT, WRONG, accounts

from jbnet.model.rights import Right, Role, TokenScope, User, rights_of
from jbnet.ports.accounts import IDLE, LONGEST, Session

NAMES = st.sampled_from(["lamu", "dorje"])
ROLES = st.sampled_from(Role)
PARTS = st.sampled_from([None, "haixi", "golmud"])
OF_SCOPE = {TokenScope.READ: Right.SEE, TokenScope.HANDLE: Right.HANDLE, TokenScope.APPROVE: Right.APPROVE}


class People(RuleBasedStateMachine):
    """Administrators and users in any order, beside a model of who may be what now."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.desk = accounts(self.folder)
        self.now = NOW
        self.users: dict[str, User] = {}
        self.sessions: dict[str, str] = {}
        self.tokens: dict[str, tuple[str, frozenset[TokenScope]]] = {}
        self.until: dict[str, datetime] = {}
        self.handed: list[str] = []

    @initialize(role=ROLES)
    def somebody_is_there(self, role: Role) -> None:
        self.add("lamu", role, "haixi")
        self.sign_in("lamu", right=True)
        self.make_token("lamu", frozenset(TokenScope))

    def teardown(self) -> None:
        shutil.rmtree(self.folder)

    @rule(name=NAMES, role=ROLES, part=PARTS)
    def add(self, name: str, role: Role, part: str | None) -> None:
        if name not in self.users:
            self.users[name] = User(name, role, part)
            self.desk.add_user(self.users[name], RIGHT, BY)

    @rule(name=NAMES, role=ROLES, part=PARTS)
    def change(self, name: str, role: Role, part: str | None) -> None:
        if name in self.users:
            self.users[name] = User(name, role, part)
            self.desk.change_user(name, self.users[name], BY)

    @rule(name=NAMES)
    def remove(self, name: str) -> None:
        if self.users.pop(name, None) is not None:
            self.desk.remove_user(name, BY)
            self.forget(name)
            self.tokens = {secret: held for secret, held in self.tokens.items() if held[0] != name}

    @rule(name=NAMES)
    def new_password(self, name: str) -> None:
        if name in self.users:
            self.desk.set_password(name, RIGHT, BY)
            self.forget(name)

    def forget(self, name: str) -> None:
        self.sessions = {secret: owner for secret, owner in self.sessions.items() if owner != name}

    @rule(name=NAMES, right=st.booleans())
    def sign_in(self, name: str, right: bool) -> None:
        begun = self.desk.sign_in(name, RIGHT if right else WRONG, HERE, self.now)
        if isinstance(begun, Session):
            assert right
            assert begun.user == self.users[name]
            self.sessions[begun.token] = name
            self.handed.append(begun.token)

    @rule(name=NAMES, scopes=st.frozensets(st.sampled_from(TokenScope), min_size=1))
    def make_token(self, name: str, scopes: frozenset[TokenScope]) -> None:
        if name not in self.users:
            return
        made = self.desk.add_token(f"t{len(self.until)}", name, scopes, self.now + timedelta(days=1), BY)
        self.until[made] = self.now + timedelta(days=1)
        self.tokens[made] = (name, scopes)
        self.handed.append(made)

    @rule(name=NAMES)
    def sign_out(self, name: str) -> None:
        secret = next((one for one, owner in self.sessions.items() if owner == name), None)
        if secret is not None:
            self.desk.sign_out(secret)
            del self.sessions[secret]

    @rule(hours=st.sampled_from([1, 11, 12, 24, 168]))
    def wait(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        if timedelta(hours=hours) >= min(IDLE, LONGEST):  # every check below keeps sessions alive until now
            self.sessions.clear()

    @invariant()
    def no_secret_grants_more_than_its_user_may_now(self) -> None:
        for secret in self.handed:
            session, bearer = self.desk.session(secret, self.now), self.desk.bearer(secret, self.now)
            assert session is None or bearer is None
            if session is not None:
                user = self.users[self.sessions[secret]]  # a KeyError: it should have ended
                assert (session.user, session.rights) == (user, rights_of(user.role))
            if bearer is not None:
                name, scopes = self.tokens[secret]
                assert bearer.user == self.users[name]
                assert bearer.rights == rights_of(self.users[name].role) & {OF_SCOPE[scope] for scope in scopes}

    @invariant()
    def a_token_that_nobody_took_away_is_good_until_its_end(self) -> None:
        for secret in self.tokens:
            assert (self.desk.bearer(secret, self.now) is not None) == (self.now < self.until[secret])

    @invariant()
    def the_log_is_sound(self) -> None:
        assert not self.desk.prove()


TestPeople = People.TestCase
TestPeople.settings = settings(max_examples=12, stateful_step_count=15, deadline=None)
