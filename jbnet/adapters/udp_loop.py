"""The loop that moves datagrams between one socket of each family and many conversations, in a thread of its own."""

from __future__ import annotations

import heapq
import select
import socket
import threading
import time
from collections import deque
from collections.abc import Sequence

from jbnet.adapters.udp_pace import Pace
from jbnet.adapters.udp_socket import family_of, open_socket
from jbnet.snmp.ber import BerError
from jbnet.snmp.conversation import Conversation
from jbnet.snmp.faults import Counters, Fault
from jbnet.snmp.memory import Ledger, Peer
from jbnet.snmp.message import decode_message

_RECEIVE_AT_ONCE = 256
_LARGEST = 65535
_WAIT_FOR_SEND_BUFFER_S = 0.001
_LONGEST_SLEEP_S = 3600.0
_MANY = 16
_GATHER_S = 0.0005
"""While so many are asked, answers are left to gather for so long: waking for each costs more than reading it."""


class Batch:
    """Conversations that one caller waits for; ``ended`` are those that have an answer, as they got it."""

    def __init__(self, conversations: Sequence[Conversation]):
        self.conversations = conversations
        self.left = len(conversations)
        self.ended: deque[Conversation] = deque()
        self.done = threading.Event()
        self.error: BaseException | None = None


class UdpLoop:
    """One selector loop over the sockets, which are its own from then on.

    ``submit`` may be called from any thread, all else happens in ``run``. One conversation at a time is held with an
    agent: another one, of the same or another caller, waits its turn. Requests that are hardly answered (to agents
    that gave no answer last time, and repeated ones) leave after all others.
    """

    def __init__(self, older: socket.socket, bind: str, pace: Pace, ledger: Ledger[Conversation], counters: Counters):
        self._sockets = {socket.AF_INET: older}  # that of IPv6 is opened when the first agent needs it
        self._poll = select.poll()
        self._bind, self._pace, self._ledger, self._counters = bind, pace, ledger, counters
        self._wake_in, self._wake_out = socket.socketpair()
        self._wake_in.setblocking(False)
        self._wake_out.setblocking(False)
        self._submitted: deque[Batch] = deque()
        self._cancelled: deque[Batch] = deque()
        self._batches: dict[Conversation, Batch] = {}
        self._active: dict[Peer, Conversation] = {}
        self._waiting: dict[Peer, deque[Conversation]] = {}
        self._lanes: tuple[deque[Conversation], deque[Conversation]] = (deque(), deque())  # the unlikely ones second
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
        for opened in (*self._sockets.values(), self._wake_out):
            self._poll.register(opened, select.POLLIN)
        try:
            while not self._closing:
                self._admit(time.monotonic())
                self._sleep(self._send(time.monotonic()))
                for opened in self._sockets.values():
                    self._receive(opened)
                self._expire(time.monotonic())
            self._fail(None)
        except BaseException as error:  # noqa: BLE001  the thread's end must not leave callers waiting
            self._fail(error)
        finally:
            for opened in (*self._sockets.values(), self._wake_in, self._wake_out):
                opened.close()

    def _sleep(self, wait: float) -> None:
        if self._submitted or self._cancelled:
            wait = 0.0
        for descriptor, _ in self._poll.poll(max(0.0, wait) * 1000):
            if descriptor == self._wake_out.fileno():
                self._wake_out.recv(4096)
            elif len(self._active) >= _MANY:
                time.sleep(_GATHER_S)

    def _admit(self, now: float) -> None:
        while self._submitted:
            batch = self._submitted.popleft()
            for conversation in batch.conversations:
                self._batches[conversation] = batch
                if conversation.answer is not None:
                    self._finish(conversation, now)
                elif conversation.peer in self._active:
                    self._waiting.setdefault(conversation.peer, deque()).append(conversation)
                else:
                    self._begin(conversation, now)
        while self._cancelled:
            for conversation in self._cancelled.popleft().conversations:
                conversation.cancel()
                self._finish(conversation, now)

    def _begin(self, conversation: Conversation, now: float) -> None:
        self._active[conversation.peer] = conversation
        if conversation.not_before > now:
            self._counters[Fault.OWED] += 1
            self._look_again(conversation, conversation.not_before)
        else:
            self._queue(conversation)

    def _queue(self, conversation: Conversation) -> None:
        self._lanes[conversation.unlikely].append(conversation)

    def _look_again(self, conversation: Conversation, at: float) -> None:
        self._order += 1
        heapq.heappush(self._deadlines, (at, self._order, conversation))

    def _finish(self, conversation: Conversation, now: float) -> None:
        batch = self._batches.pop(conversation, None)
        if batch is None:
            return
        batch.ended.append(conversation)
        batch.left -= 1
        if batch.left == 0:
            batch.done.set()
        if self._active.get(conversation.peer) is conversation:
            del self._active[conversation.peer]
            self._next_for(conversation.peer, now)

    def _next_for(self, peer: Peer, now: float) -> None:
        queue = self._waiting.get(peer)
        while queue:
            following = queue.popleft()
            if following.answer is None:
                self._begin(following, now)
                break
        if queue is not None and not queue:
            del self._waiting[peer]

    def _send(self, now: float) -> float:
        """Send what may leave; return how long to sleep at most."""
        if self._unsent is not None and not self._transmit(*self._unsent):
            return _WAIT_FOR_SEND_BUFFER_S
        self._unsent = None
        held = _LONGEST_SLEEP_S
        for unlikely, lane in enumerate(self._lanes):
            while lane:
                wait = self._pace.wait(now, unlikely=bool(unlikely))
                if wait:
                    self._counters[Fault.HELD] += 1
                    held = min(held, wait)
                    break
                if not self._send_one(lane.popleft(), now, unlikely=bool(unlikely)):
                    return _WAIT_FOR_SEND_BUFFER_S
        return min(held, self._until_deadline(now))

    def _send_one(self, conversation: Conversation, now: float, *, unlikely: bool) -> bool:
        """Send the next datagram of a conversation, if it has one; False when the send buffer is full."""
        datagram = conversation.send(now)
        if datagram is None:
            return True
        self._pace.sent(conversation.last_number, now, unlikely=unlikely)
        self._look_again(conversation, conversation.last_deadline)
        if conversation.wants_to_send:
            self._queue(conversation)
        if self._transmit(datagram, conversation):
            return True
        self._unsent = (datagram, conversation)
        return False

    def _transmit(self, datagram: bytes, conversation: Conversation) -> bool:
        """Send one datagram; False when the send buffer is full."""
        try:
            opened = self._sockets.get(family_of(conversation.peer)) or self._open_newer()
            opened.sendto(datagram, conversation.peer)
        except BlockingIOError:
            return False
        except OSError:  # no route, filtered: the same as a lost datagram, but it shall have a name
            self._counters[Fault.SEND_FAILED] += 1
            conversation.note(Fault.SEND_FAILED)
        return True

    def _open_newer(self) -> socket.socket:
        """Open the socket of IPv6. Raises OSError where this machine has none."""
        opened = self._sockets[socket.AF_INET6] = open_socket(socket.AF_INET6, self._bind)
        self._poll.register(opened, select.POLLIN)
        return opened

    def _until_deadline(self, now: float) -> float:
        while self._deadlines and self._deadlines[0][2].answer is not None:
            heapq.heappop(self._deadlines)
        return self._deadlines[0][0] - now if self._deadlines else _LONGEST_SLEEP_S

    def _receive(self, opened: socket.socket) -> None:
        receive = opened.recvfrom
        for _ in range(_RECEIVE_AT_ONCE):
            try:
                data, source = receive(_LARGEST)
            except BlockingIOError:
                return
            except OSError:  # a pending error of an earlier datagram: the next call goes on
                continue
            self._dispatch(data, source, time.monotonic())

    def _dispatch(self, data: bytes, source: Peer, now: float) -> None:
        asked = self._active.get(source)
        number = asked.recognise(data, now) if asked is not None else None
        if asked is not None and number is not None:
            self._pace.answered(number)
            self._follow(asked, now)
        else:
            self._decode(data, source, now)

    def _decode(self, data: bytes, source: Peer, now: float) -> None:
        try:
            received = decode_message(data)
        except BerError:
            self._blame(Fault.MALFORMED, self._active.get(source))
            return
        conversation = self._ledger.owner(received.id)
        if conversation is None:
            self._counters[self._ledger.settle(received.id, source, now)] += 1
        elif conversation.peer != source:
            self._blame(Fault.WRONG_SOURCE, conversation)
        else:
            self._pace.answered(received.id)
            conversation.receive(received, now)
            self._follow(conversation, now)

    def _blame(self, fault: Fault, conversation: Conversation | None) -> None:
        self._counters[fault] += 1
        if conversation is not None:
            conversation.note(fault)

    def _follow(self, conversation: Conversation, now: float) -> None:
        if conversation.answer is not None:
            self._finish(conversation, now)
        elif conversation.wants_to_send:
            self._queue(conversation)

    def _expire(self, now: float) -> None:
        while self._deadlines and self._deadlines[0][0] <= now:
            conversation = heapq.heappop(self._deadlines)[2]
            if conversation.answer is None:
                conversation.expire(now)
                self._follow(conversation, now)

    def _fail(self, error: BaseException | None) -> None:
        """Let every caller go: closed (no error), or broken."""
        self._broken = error or RuntimeError("the SNMP transport is closed")
        for batch in {*self._batches.values(), *self._submitted}:
            batch.error = self._broken
            batch.done.set()
