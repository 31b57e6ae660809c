"""The loop that moves datagrams between one socket and many conversations. It runs in a thread of its own."""

from __future__ import annotations

import heapq
import select
import socket
import threading
import time
from collections import deque
from collections.abc import Sequence

from jbnet.adapters.udp_pace import Pace
from jbnet.snmp.ber import BerError
from jbnet.snmp.conversation import Conversation
from jbnet.snmp.faults import Counters, Fault
from jbnet.snmp.memory import Ledger
from jbnet.snmp.message import decode_message

_RECEIVE_AT_ONCE = 256
_LARGEST = 65535
_WAIT_FOR_SEND_BUFFER_S = 0.001
_LONGEST_SLEEP_S = 3600.0
Peer = tuple[str, int]


class Batch:
    """Conversations that one caller waits for."""

    def __init__(self, conversations: Sequence[Conversation]):
        self.conversations = conversations
        self.left = len(conversations)
        self.done = threading.Event()
        self.error: BaseException | None = None


class UdpLoop:
    """One selector loop over one socket. ``submit`` may be called from any thread, all else happens in ``run``.

    One conversation at a time is held with an agent: another one, of the same or another caller, waits its turn.
    """

    def __init__(self, opened: socket.socket, pace: Pace, ledger: Ledger[Conversation], counters: Counters):
        self._socket, self._pace, self._ledger, self._counters = opened, pace, ledger, counters
        self._wake_in, self._wake_out = socket.socketpair()
        self._wake_in.setblocking(False)
        self._wake_out.setblocking(False)
        self._submitted: deque[Batch] = deque()
        self._cancelled: deque[Batch] = deque()
        self._batches: dict[Conversation, Batch] = {}
        self._active: dict[Peer, Conversation] = {}
        self._waiting: dict[Peer, deque[Conversation]] = {}
        self._runnable: deque[Conversation] = deque()
        self._deadlines: list[tuple[float, int, Conversation]] = []
        self._unsent: tuple[bytes, Conversation] | None = None
        self._order = 0
        self._closing = False
        self._broken: BaseException | None = None

    def submit(self, batch: Batch) -> None:
        """Hand over conversations; ``batch.done`` is set when all have ended."""
        self._submitted.append(batch)
        self._wake()
        if self._broken is not None:
            self._fail(self._broken)

    def cancel(self, batch: Batch) -> None:
        """End the conversations of a batch whose caller waits no longer."""
        self._cancelled.append(batch)
        self._wake()

    def _wake(self) -> None:
        try:
            self._wake_in.send(b"\0")
        except OSError:  # full: it wakes anyhow; closed: nothing is left to wake
            return

    def close(self) -> None:
        """Make ``run`` return; the caller then joins its thread."""
        self._closing = True
        self._wake()

    def run(self) -> None:
        """Move datagrams until closed. A defect ends every waiting call with its exception."""
        poll = select.poll()
        poll.register(self._socket, select.POLLIN)
        poll.register(self._wake_out, select.POLLIN)
        try:
            while not self._closing:
                self._admit()
                wait = self._send(time.monotonic())
                self._sleep(poll, wait)
                self._receive()
                self._expire(time.monotonic())
            self._fail(None)
        except BaseException as error:  # noqa: BLE001  the thread's end must not leave callers waiting
            self._fail(error)
        finally:
            self._wake_in.close()
            self._wake_out.close()

    def _sleep(self, poll: select.poll, wait: float) -> None:
        if self._submitted or self._cancelled:
            wait = 0.0
        for descriptor, _ in poll.poll(max(0.0, wait) * 1000):
            if descriptor == self._wake_out.fileno():
                self._wake_out.recv(4096)

    def _admit(self) -> None:
        while self._submitted:
            batch = self._submitted.popleft()
            for conversation in batch.conversations:
                self._batches[conversation] = batch
                if conversation.answer is not None:
                    self._finish(conversation)
                elif conversation.peer in self._active:
                    self._waiting.setdefault(conversation.peer, deque()).append(conversation)
                else:
                    self._begin(conversation)
        while self._cancelled:
            for conversation in self._cancelled.popleft().conversations:
                conversation.cancel()
                self._finish(conversation)

    def _begin(self, conversation: Conversation) -> None:
        self._active[conversation.peer] = conversation
        self._runnable.append(conversation)

    def _finish(self, conversation: Conversation) -> None:
        batch = self._batches.pop(conversation, None)
        if batch is None:
            return
        batch.left -= 1
        if batch.left == 0:
            batch.done.set()
        if self._active.get(conversation.peer) is conversation:
            del self._active[conversation.peer]
            self._next_for(conversation.peer)

    def _next_for(self, peer: Peer) -> None:
        queue = self._waiting.get(peer)
        while queue:
            following = queue.popleft()
            if following.answer is None:
                self._begin(following)
                break
        if queue is not None and not queue:
            del self._waiting[peer]

    def _send(self, now: float) -> float:
        """Send what may leave; return how long to sleep at most."""
        if self._unsent is not None and not self._transmit(*self._unsent):
            return _WAIT_FOR_SEND_BUFFER_S
        self._unsent = None
        while self._runnable:
            wait = self._pace.wait(now)
            if wait:
                return min(wait, self._until_deadline(now))
            conversation = self._runnable.popleft()
            datagram = conversation.send(now)
            if datagram is None:
                continue
            self._note_sent(conversation, now)
            if not self._transmit(datagram, conversation):
                self._unsent = (datagram, conversation)
                return _WAIT_FOR_SEND_BUFFER_S
        return self._until_deadline(now)

    def _note_sent(self, conversation: Conversation, now: float) -> None:
        self._pace.sent(conversation.last_number, now)
        self._order += 1
        deadline = conversation.last_deadline
        heapq.heappush(self._deadlines, (deadline, self._order, conversation))
        if conversation.wants_to_send:
            self._runnable.append(conversation)

    def _transmit(self, datagram: bytes, conversation: Conversation) -> bool:
        """Send one datagram; False when the send buffer is full."""
        try:
            self._socket.sendto(datagram, conversation.peer)
        except BlockingIOError:
            return False
        except OSError:  # no route, filtered: the same as a lost datagram, but it shall have a name
            self._counters[Fault.SEND_FAILED] += 1
            conversation.note(Fault.SEND_FAILED)
        return True

    def _until_deadline(self, now: float) -> float:
        while self._deadlines and self._deadlines[0][2].answer is not None:
            heapq.heappop(self._deadlines)
        return self._deadlines[0][0] - now if self._deadlines else _LONGEST_SLEEP_S

    def _receive(self) -> None:
        receive = self._socket.recvfrom
        for _ in range(_RECEIVE_AT_ONCE):
            try:
                data, source = receive(_LARGEST)
            except BlockingIOError:
                return
            except OSError:  # a pending error of an earlier datagram: the next call goes on
                continue
            self._dispatch(data, source, time.monotonic())

    def _dispatch(self, data: bytes, source: Peer, now: float) -> None:
        try:
            received = decode_message(data)
        except BerError:
            self._blame(Fault.MALFORMED, self._active.get(source))
            return
        conversation = self._ledger.owner(received.id)
        if conversation is None:
            self._counters[self._ledger.verdict(received.id)] += 1
        elif conversation.peer != source:
            self._blame(Fault.WRONG_SOURCE, conversation)
        else:
            self._pace.answered(received.id)
            conversation.receive(received, now)
            self._follow(conversation)

    def _blame(self, fault: Fault, conversation: Conversation | None) -> None:
        self._counters[fault] += 1
        if conversation is not None:
            conversation.note(fault)

    def _follow(self, conversation: Conversation) -> None:
        if conversation.answer is not None:
            self._finish(conversation)
        elif conversation.wants_to_send:
            self._runnable.append(conversation)

    def _expire(self, now: float) -> None:
        while self._deadlines and self._deadlines[0][0] <= now:
            conversation = heapq.heappop(self._deadlines)[2]
            if conversation.answer is None:
                conversation.expire(now)
                self._follow(conversation)

    def _fail(self, error: BaseException | None) -> None:
        """Let every caller go: closed (no error), or broken."""
        self._broken = error or RuntimeError("the SNMP transport is closed")
        for batch in {*self._batches.values(), *self._submitted}:
            batch.error = self._broken
            batch.done.set()
