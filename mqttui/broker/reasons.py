"""Reason codes of CONNACK, SUBACK, UNSUBACK, DISCONNECT and of PUBACK and its kin in plain words.

Codes are those of MQTT 5.0 (section 2.4); paho translates the return codes of a 3.1.1 CONNACK
(section 3.2.2.3 there) into them. A SUBACK of 3.1.1 knows only 0x80 for a refusal, which has the
same number in both versions.
"""

from __future__ import annotations

from dataclasses import dataclass

from mqttui.broker.problem import Problem
from mqttui.payload.printable import printable

UNSPECIFIED_ERROR = 0x80
UNSUPPORTED_PROTOCOL_VERSION = 0x84
SESSION_TAKEN_OVER = 0x8E
NO_MATCHING_SUBSCRIBERS = 0x10
NO_SUBSCRIPTION_EXISTED = 0x11
PACKET_ID_NOT_FOUND = 0x92

_REASON_TEXT_LIMIT = 200
_LATER = "Try again in a while."
_LOG = "The broker's log may say why."
_NEW_ADDRESS = "Ask whoever runs the broker for the new address."


@dataclass(frozen=True, slots=True)
class Attempt:
    """What the sentences need to know of the connection; holds no secret."""

    label: str
    client_id: str
    is_client_id_given: bool
    user: str | None = None


# Section 3.2.2.2 of MQTT 5.0: sentence, advice, whether only the user can mend it.
_CONNACK: dict[int, tuple[str, str, bool]] = {
    0x80: (
        "{label} refused the connection without saying why.",
        "The broker's log may say more.",
        False,
    ),
    0x81: (
        "{label} says that it could not understand the connection request.",
        "Try the other version of MQTT with --protocol 3.1.1 or --protocol 5.",
        True,
    ),
    0x84: (
        "{label} does not speak this version of MQTT.",
        "Try --protocol auto, --protocol 3.1.1 or --protocol 5.",
        True,
    ),
    0x85: (
        "{label} does not accept the client id {client_id}.",
        "Give another one with --client-id; some brokers allow only letters and digits, at most "
        "23, or expect an id that belongs to the user.",
        True,
    ),
    0x86: (
        "{label} does not accept this password for user {user}.",
        "Either the user name or the password is wrong, the broker does not say which: check "
        "--user and the password.",
        True,
    ),
    0x87: (
        "{label} does not let user {user} in: the password is wrong or the user is not allowed.",
        "Check --user and the password, or ask whoever runs the broker to allow this user.",
        True,
    ),
    0x88: (
        "{label} says that its MQTT service is unavailable.",
        "The broker is there but not ready.",
        False,
    ),
    0x89: ("{label} says that it is too busy.", _LATER, False),
    0x8A: (
        "{label} has banned this client.",
        "Ask whoever runs the broker; trying again may prolong the ban.",
        True,
    ),
    0x8C: (
        "{label} demands a way of logging in that mqttui does not offer.",
        "Only a user name with a password and client certificates are supported.",
        True,
    ),
    0x90: (
        "{label} does not accept the topic of the will.",
        "Change --will-topic or leave the will out.",
        True,
    ),
    0x95: (
        "{label} says that the connection request is too large.",
        "Make the will's payload smaller.",
        True,
    ),
    0x97: (
        "{label} says that a quota is used up.",
        "Perhaps too many clients are connected.",
        False,
    ),
    0x99: (
        "{label} does not accept the format of the will's payload.",
        "Change --will-payload or leave the will out.",
        True,
    ),
    0x9A: (
        "{label} does not retain messages, but the will asks for it.",
        "Leave --will-retain out.",
        True,
    ),
    0x9B: ("{label} does not support the QoS of the will.", "Use a lower --will-qos.", True),
    0x9C: ("{label} says that another broker is to be used for now.", _NEW_ADDRESS, True),
    0x9D: ("{label} says that the broker has moved.", _NEW_ADDRESS, True),
    0x9F: ("{label} says that clients connect too often.", _LATER, False),
}
_CONNACK[0x82] = _CONNACK[0x81]
_CONNACK[0x83] = _CONNACK[0x80]
_CONNACK_WITHOUT_USER: dict[int, tuple[str, str, bool]] = {
    0x86: (
        "{label} demands a user name and a password.",
        "Give the name with --user; the password is asked for, or read with --password-file.",
        True,
    ),
    0x87: (
        "{label} does not let clients in that give no user name.",
        "Give a name with --user; the password is asked for, or read with --password-file.",
        True,
    ),
}

# Section 3.14.2.1 of MQTT 5.0.
_DISCONNECT: dict[int, tuple[str, str, bool]] = {
    0x00: ("{label} ended the connection.", _LOG, False),
    0x81: (
        "{label} ended the connection: it could not understand a packet.",
        "Try --protocol 3.1.1.",
        False,
    ),
    0x87: (
        "{label} ended the connection: this client may not do what it asked for.",
        "Perhaps a topic filter is not allowed for this user: try a narrower --subscribe.",
        False,
    ),
    0x89: ("{label} ended the connection: it is too busy.", _LATER, False),
    0x8B: ("{label} is shutting down.", "Wait until somebody starts it again.", False),
    0x8D: (
        "{label} ended the connection: it heard nothing from here for too long.",
        "The network or this computer was blocked or asleep.",
        False,
    ),
    0x8F: (
        "{label} ended the connection: it does not accept a topic filter.",
        "Check the filters given with --subscribe.",
        False,
    ),
    0x93: (
        "{label} ended the connection: too many messages waited for an acknowledgement.",
        "A lower QoS in --subscribe avoids it.",
        False,
    ),
    0x95: (
        "{label} ended the connection: a packet was too large.",
        "Publish smaller messages.",
        False,
    ),
    0x96: (
        "{label} ended the connection: too many messages per second.",
        "Publish less often.",
        False,
    ),
    0x97: ("{label} ended the connection: a quota is used up.", _LATER, False),
    0x98: (
        "An administrator of {label} ended the connection.",
        "If it ends again, ask whoever runs the broker.",
        False,
    ),
    0x9C: ("{label} ended the connection: use another broker for now.", _NEW_ADDRESS, True),
    0x9D: ("{label} ended the connection: the broker has moved.", _NEW_ADDRESS, True),
    0x9E: (
        "{label} ended the connection: it has no shared subscriptions.",
        "Leave filters with $share out of --subscribe.",
        False,
    ),
    0x9F: ("{label} ended the connection: clients connect too often.", _LATER, False),
    0xA0: (
        "{label} ended the connection: it has lasted as long as is allowed.",
        "Ask whoever runs the broker if that is too short.",
        False,
    ),
    0xA2: (
        "{label} ended the connection: it has no wildcard subscriptions.",
        "Name the topics in --subscribe without # and +.",
        False,
    ),
}
_DISCONNECT[0x82] = _DISCONNECT[0x81]

# Section 3.9.3 of MQTT 5.0.
_SUBACK = {
    0x80: "which does not say why",
    0x83: "which does not say why",
    0x87: "because this user is not allowed to subscribe to it",
    0x8F: "which does not accept such a filter for this client",
    0x91: "because the packet identifier was still in use",
    0x97: "because a quota is used up",
    0x9E: "which has no shared subscriptions",
    0xA1: "which has no subscription identifiers",
    0xA2: "which has no wildcard subscriptions",
}

# Section 3.11.3 of MQTT 5.0.
_UNSUBACK = {
    0x80: "which does not say why",
    0x83: "which does not say why",
    0x87: "because this user is not allowed to",
    0x8F: "which does not accept such a filter for this client",
    0x91: "because the packet identifier was still in use",
}

# Sections 3.4.2.1, 3.5.2.1 and 3.7.2.1 of MQTT 5.0.
_PUBLISH = {
    0x80: "the broker does not say why",
    0x83: "the broker does not say why",
    0x87: "not authorised to publish to this topic",
    0x90: "topic name invalid for this broker",
    0x91: "packet identifier in use",
    0x92: "packet identifier not found",
    0x97: "quota exceeded",
    0x99: "payload format invalid",
}


def connack_problem(code: int, attempt: Attempt, reason_text: str | None = None) -> Problem:
    """Return why the broker refused the connection, for a reason code that is not 0.

    `reason_text` is the Reason String that an MQTT 5 broker may add; it is hostile input and is
    made printable and short here.
    """
    entry = _CONNACK.get(code)
    if attempt.user is None:
        entry = _CONNACK_WITHOUT_USER.get(code, entry)
    if entry is None:
        entry = (f"{{label}} refused the connection (code 0x{code:02X}).", _LOG, False)
    return _filled(entry, attempt, reason_text)


def disconnect_problem(code: int, attempt: Attempt, reason_text: str | None = None) -> Problem:
    """Return why the broker ended the connection with a DISCONNECT packet (MQTT 5 only)."""
    if code == SESSION_TAKEN_OVER:
        return takeover_problem(attempt, is_certain=True)
    entry = _DISCONNECT.get(code)
    if entry is None:
        entry = (f"{{label}} ended the connection (code 0x{code:02X}).", _LOG, False)
    return _filled(entry, attempt, reason_text)


def takeover_problem(attempt: Attempt, *, is_certain: bool) -> Problem:
    """Return that another client uses the same client id (MQTT 5.0 section 4.13, code 0x8E).

    Under MQTT 3.1.1 a broker only closes the connection, so that it is a guess there:
    `is_certain` false.
    """
    client_id = _quoted(attempt.client_id)
    if is_certain:
        sentence = f"Another client connected with the same client id {client_id} and took over."
    else:
        sentence = (
            f"{printable(attempt.label)} closes the connection again and again: probably another "
            f"client uses the client id {client_id}."
        )
    if attempt.is_client_id_given:
        return Problem(
            sentence, "Give this one another --client-id, or leave it out for a random one."
        )
    return Problem(sentence, "A client id is for one client alone.")


def suback_problem(
    code: int, topic_filter: str, requested_qos: int, reason_text: str | None = None
) -> str | None:
    """Return what is wrong with the answer to one subscription, None when all was granted.

    Granted says only that the broker took the subscription: brokers with an access list may
    grant it and deliver nothing.
    """
    shown = printable(topic_filter)
    if code <= 2:
        if code >= requested_qos:
            return None
        return f"{shown}: QoS {requested_qos} was asked for, the broker grants only QoS {code}."
    why = _SUBACK.get(code)
    sentence = f"{shown}: refused by the broker" + (
        f", {why}." if why else f" (code 0x{code:02X})."
    )
    return _with_reason_text(sentence, reason_text)


def unsuback_problem(code: int, topic_filter: str, reason_text: str | None = None) -> str | None:
    """Return why a subscription goes on although it was to end, None when it has ended."""
    if code < UNSPECIFIED_ERROR:
        return None
    why = _UNSUBACK.get(code)
    sentence = f"{printable(topic_filter)}: the broker goes on with this subscription" + (
        f", {why}." if why else f" (code 0x{code:02X})."
    )
    return _with_reason_text(sentence, reason_text)


def publish_refusal(code: int, reason_text: str | None = None) -> str:
    """Return in a few words why a message was refused, for a code of 0x80 or more."""
    words = f"refused: {_PUBLISH.get(code) or f'code 0x{code:02X}'}"
    if not reason_text:
        return words
    return f"{words} (the broker adds: {printable(reason_text[:_REASON_TEXT_LIMIT])})"


def _filled(entry: tuple[str, str, bool], attempt: Attempt, reason_text: str | None) -> Problem:
    sentence, advice, is_permanent = entry
    sentence = sentence.format(
        label=printable(attempt.label),
        client_id=_quoted(attempt.client_id),
        user=_quoted(attempt.user or ""),
    )
    return Problem(_with_reason_text(sentence, reason_text), advice, is_permanent)


def _quoted(text: str) -> str:
    return f"“{printable(text)}”"


def _with_reason_text(sentence: str, reason_text: str | None) -> str:
    if not reason_text:
        return sentence
    shown = printable(reason_text[:_REASON_TEXT_LIMIT])
    return f"{sentence} The broker adds: {shown}"
