"""What may be written of permissions: who may reach whom beside what services need, and until when."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from jbnet.inventory.schema.values import Day, Declared, Line, Port

End = Annotated[str, Field(min_length=1, max_length=63)]


class PermissionDecl(Declared):
    """A permission: ``from`` opens connections to ``to``, until a day, inclusive; ``reason`` says who asked for it.

    ``from`` is a partner (KIND-SITE), all partners of a kind, premises (SITE-AGENCY) or all of an agency's. ``to`` is
    one of these, a device (its loopback), an application (its hosts, on its port) or a prefix.
    """

    from_: Annotated[End, Field(alias="from")]
    to: End
    protocol: Literal["tcp", "udp", "icmp", "ip"] = "tcp"
    port: Port | None = None
    until: Day
    reason: Line
