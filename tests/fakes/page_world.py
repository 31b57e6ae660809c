"""The page over a simulated network: a monitor that looks for real into a store, accounts, and the application."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from monitoring import make_monitor
from simnet import FakeClock, SimNet
from starlette.testclient import TestClient

from jbnet import wiring
from jbnet.model.network import Network
from jbnet.model.rights import Role, User
from jbnet.monitor.incidents import Incident
from jbnet.ports.accounts import Admin, Session
from jbnet.services.watch.monitor import Monitor
from jbnet.web.app import Page, make_app
from jbnet.web.sight import Eyes

ROOT = Path(__file__).parents[2]
HOST = "page.test"
PASSWORD = "correct horse battery staple"
PEOPLE = (
    User("ma", Role.OPERATOR),
    User("li", Role.VIEWER, None, "zh"),
    User("zhuoma", Role.OPERATOR, "haixi", "zh"),
    User("wang", Role.OPERATOR, "xining"),
)


class PageWorld:
    """The network of the shipped declaration's demo, simulated, in a state directory of its own.

    The monitor's clock is set to now at the start, and goes on by hand: what the page says is old is as old as that.
    """

    def __init__(self, folder: Path, *, people: Iterable[User] = PEOPLE):
        self.state = folder / "state"
        self.state.mkdir(mode=0o700)
        record = {
            "schema": "jbnet/lab/1",
            "scale": "demo",
            "devices": dict.fromkeys(wiring.load_scale(ROOT, "demo").devices),
        }
        (self.state / "lab.json").write_text(json.dumps(record), encoding="utf-8")
        self.network: Network = wiring.load_network(ROOT, self.state)
        (self.state / "lab.json").chmod(0o600)
        self.net = SimNet(self.network)
        self.clock = FakeClock(datetime.now(UTC))
        self.monitor: Monitor = make_monitor(self.net, self.state / "monitor.db", clock=self.clock)
        self.monitor.start()
        self.accounts = wiring.accounts(self.state)
        for one in people:
            self.accounts.add_user(one, PASSWORD, Admin("root", self.clock.now()))
        self._tokens: dict[str, str] = {}
        self.look(4)

    def look(self, rounds: int = 1) -> None:
        """Let the monitor look so many times, a second after each other."""
        for _ in range(rounds):
            self.clock.sleep(1)
            self.monitor.poll_once()

    def cut(self, *circuits: str) -> None:
        """Cut lines, and let the monitor look until it is sure."""
        self.net.cut = set(circuits)
        self.look(12)

    def heal(self) -> None:
        """Mend all lines, and let the monitor look until all is well."""
        self.net.cut = set()
        self.look(90)

    def token(self, name: str) -> str:
        """Return the secret of somebody's session, which is begun once: a password takes a tenth of a second."""
        if name not in self._tokens:
            found = self.accounts.sign_in(name, PASSWORD, "127.0.0.1", self.clock.now())
            assert isinstance(found, Session)
            self._tokens[name] = found.token
        return self._tokens[name]

    def page(self) -> Page:
        """Return the page over this network, by the monitor's clock."""
        return Page(Eyes(ROOT, self.state, self.clock.now), self.accounts, clock=self.clock.now)

    def client(self) -> TestClient:
        """Return a browser without scripts that calls the application directly; it follows no redirect by itself."""
        app = make_app(self.page(), frozenset({HOST}))
        return TestClient(
            app, base_url=f"http://{HOST}", headers={"sec-fetch-site": "same-origin"}, follow_redirects=False
        )

    def incidents(self) -> Sequence[Incident]:
        """Return the open incidents, as they stand in the store."""
        view = wiring.monitor_view(self.state)
        try:
            return view.incidents(only_open=True)
        finally:
            view.close()

    def actions(self) -> int:
        """Return how many deeds were ever appended."""
        return len(wiring.action_log(self.state).after(0))

    def close(self) -> None:
        """End the monitor."""
        self.monitor.close()


def sign_in(world: PageWorld, client: TestClient, name: str) -> None:
    """Let a client come with the cookie of somebody who signed in before."""
    client.cookies.set("jbnet", world.token(name), domain=HOST)
