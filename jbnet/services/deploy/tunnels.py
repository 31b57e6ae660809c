"""Encrypted lines as a device sees them: a change must not cost it one, and a key must be proved before it is kept.

A routing neighbour over a line that is down is believed for as long as its dead interval lasts (RFC 2328, 9.5): by
it alone a key that the other end does not have would be confirmed.
"""

from __future__ import annotations

from collections.abc import Collection

from jbnet.ports import DeviceSession


def established(session: DeviceSession, names: Collection[str]) -> frozenset[str]:
    """Return those of the lines, by name, that are encrypted by now; a device is not asked for none.

    None where its driver cannot tell: what cannot be seen is not looked for afterwards.
    """
    if not names:
        return frozenset()
    try:
        return frozenset(session.get_established_tunnels()) & frozenset(names)
    except NotImplementedError:
        return frozenset()
