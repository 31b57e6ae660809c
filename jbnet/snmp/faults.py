"""What can go wrong between two SNMP engines, by name. Every one is counted; those that end a poll become its error."""

from __future__ import annotations

from collections import Counter
from enum import StrEnum


class Fault(StrEnum):
    """Names of faults. Where an RFC has a name, it is that name."""

    # the exchange of datagrams
    TIMEOUT = "timeout"
    RETRANSMISSION = "retransmission"
    LATE = "lateAnswer"
    DUPLICATE = "duplicateAnswer"
    UNASKED = "unaskedAnswer"
    WRONG_SOURCE = "wrongSource"
    MALFORMED = "malformed"
    SEND_FAILED = "sendFailed"
    BAD_TARGET = "badTarget"
    CANCELLED = "cancelled"
    OWED = "answerOwed"
    HELD = "requestHeld"
    TRUNCATED = "answerTruncated"
    # SNMPv1 and v2c
    WRONG_VERSION = "wrongVersion"
    WRONG_COMMUNITY = "wrongCommunity"
    # answers that contradict the request
    MISMATCHED = "mismatchedAnswer"
    EMPTY = "emptyAnswer"
    FEWER_REPETITIONS = "fewerRepetitions"
    NOT_INCREASING = "oidNotIncreasing"
    ENDLESS = "endlessWalk"
    TOO_BIG = "tooBig"
    # reports of SNMPv3 (RFC 3414 section 5, RFC 3412 section 5)
    UNSUPPORTED_LEVEL = "unsupportedSecLevel"
    NOT_IN_TIME_WINDOW = "notInTimeWindow"
    UNKNOWN_USER = "unknownUserName"
    UNKNOWN_ENGINE = "unknownEngineID"
    WRONG_DIGEST = "wrongDigest"
    DECRYPTION_ERROR = "decryptionError"
    UNKNOWN_REPORT = "unknownReport"
    # what SNMPv3 answers are refused for on this side
    BAD_DIGEST = "answerWrongDigest"
    REPLAYED = "answerNotInTimeWindow"
    LEVEL_TOO_LOW = "answerLevelTooLow"
    UNREADABLE = "answerUnreadable"
    FOREIGN_ENGINE = "answerForeignEngine"
    CLOCK_BACKWARDS = "engineTimeBackwards"


Counters = Counter[str]
