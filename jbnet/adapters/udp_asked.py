"""A question to many agents that is under way. Implements the port Asked."""

from __future__ import annotations

from collections.abc import Sequence

from jbnet.adapters.udp_loop import Batch, UdpLoop
from jbnet.snmp.faults import Fault
from jbnet.snmp.types import SnmpAnswer, SnmpTarget


class UdpAsked:
    """One batch of conversations. ``refused``: those that could not be begun, with what there is to say of them."""

    def __init__(self, batch: Batch, loop: UdpLoop | None, refused: Sequence[tuple[SnmpTarget, SnmpAnswer]]):
        self._batch, self._loop = batch, loop
        self._refused = list(refused)

    def wait(self, timeout: float) -> bool:
        """See Asked."""
        return self._batch.done.wait(max(0.0, timeout))

    def take(self) -> Sequence[tuple[SnmpTarget, SnmpAnswer]]:
        """See Asked. Raises RuntimeError when the transport was closed, and whatever broke its loop."""
        if self._batch.error is not None:
            raise self._batch.error
        found, self._refused = self._refused, []
        ended = self._batch.ended
        while ended:
            conversation = ended.popleft()
            answer = conversation.answer or SnmpAnswer(conversation.target.name, (), Fault.CANCELLED)
            found.append((conversation.target, answer))
        return found

    def cancel(self) -> None:
        """See Asked."""
        if self._loop is not None and not self._batch.done.is_set():
            self._loop.cancel(self._batch)
