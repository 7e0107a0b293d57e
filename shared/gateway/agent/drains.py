"""When does the gateway leave the pool for what Azure announces? Pure: times are monotonic seconds but for `wall`.

Scheduled Events, Microsoft Learn, "Scheduled Events for Linux VMs": an event is `Scheduled` until all machines that it
concerns have acknowledged it or its `NotBefore` has come, then `Started`, and is gone from the list when it is over.
"""
import re
from collections import namedtuple

from imds import printable

#: What takes the machine, or its memory, away. A Freeze is a pause of seconds, which connections outlive.
TAKEN = ("Reboot", "Redeploy", "Preempt", "Terminate")
FREEZE = "Freeze"
#: Connections get so long to end (architecture.md: `drainSeconds`).
DRAIN_SECONDS = 120
#: Before, nothing is acknowledged though nothing flows: the balancer stops new connections after two probes, 5 s apart.
LEAST_SECONDS = 15
#: Acknowledged so long before it would happen anyhow, so that it is known to have been told.
MARGIN_SECONDS = 5
#: An event further ahead is told and waited with. Ordinary notices last 15 min at most, but failing hardware is announced
#: days ahead, and may not be left before the neighbours on it have acknowledged too: days without this gateway.
AHEAD_SECONDS = 3600
#: A host that has said nothing for so long is no reason to stay away: an event takes 10 min from its start to its end.
FORGET_SECONDS = 900
#: A machine that is up for less, and first sees an event that has started, has it behind it: hardware failed.
YOUNG_SECONDS = 900

#: `at`: seconds since the epoch, None when it isn't told; `said_at`: the same in the host's words.
Event = namedtuple("Event", "id kind status at said_at")
#: `until`: when it is acknowledged at the latest. `is_over`: it is only waited for to go.
Drain = namedtuple("Drain", "event since until is_over")

DATE = re.compile(r"(\d{1,2}) ([A-Z][a-z]{2}) (\d{4}) (\d\d):(\d\d):(\d\d)")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def events(document, machine):
    """The events that concern a machine; raises ValueError when the document is none. A bad entry costs itself alone."""
    listed = document.get("Events")
    if not isinstance(listed, list):
        raise ValueError("the list of events can't be read")
    found = []
    for one in listed[:100]:
        if not isinstance(one, dict) or not isinstance(one.get("Resources"), list):
            continue
        names = [name.lower() for name in one["Resources"] if isinstance(name, str)]
        told = [one.get(name) for name in ("EventId", "EventType", "EventStatus")]
        if machine.lower() not in names or not all(isinstance(value, str) for value in told):
            continue
        if not 0 < len(told[0]) <= 100 or told[1] not in (*TAKEN, FREEZE) or told[2] not in ("Scheduled", "Started"):
            continue
        said_at = one.get("NotBefore")
        said_at = printable(said_at, 40) if isinstance(said_at, str) else ""
        found.append(Event(*told, epoch(said_at), said_at))
    return tuple(found)


def epoch(text):
    """Seconds since the epoch of a time in HTTP's form; None for anything else."""
    found = DATE.search(text)
    if not found or found[2] not in MONTHS:
        return None
    day, year, month = int(found[1]), int(found[3]), MONTHS.index(found[2]) + 1
    # The days from 1 March of year 0 on, so that the leap day is a year's last; time.strptime costs half a megabyte.
    year, month = (year, month - 3) if month > 2 else (year - 1, month + 9)
    days = 365 * year + year // 4 - year // 100 + year // 400 + (153 * month + 2) // 5 + day - 1 - 719468
    return 86400 * days + 3600 * int(found[4]) + 60 * int(found[5]) + int(found[6])


def follow(known, seen, now, wall):
    """The drains that stand, by event; `known` are those of the last look, `wall` is seconds since the epoch."""
    drains = {}
    for event in seen:
        if event.kind not in TAKEN:
            continue
        if event.id in known:
            drains[event.id] = known[event.id]._replace(event=event)
        elif not is_far(event, wall):
            is_over = event.status == "Started" and event.kind in ("Reboot", "Redeploy") and now < YOUNG_SECONDS
            drains[event.id] = Drain(event, now, now + patience(event, wall), is_over)
    return drains


def is_far(event, wall):
    return event.status == "Scheduled" and event.at is not None and event.at - wall > AHEAD_SECONDS


def patience(event, wall):
    """Seconds until it is acknowledged though something flows. A time that has passed for an event that is yet to start
    tells that the clock is wrong: it isn't hurried by that, since the host begins by its own."""
    left = None if event.at is None else event.at - wall
    if left is None or left <= 0:
        return DRAIN_SECONDS
    return max(0, min(DRAIN_SECONDS, left - MARGIN_SECONDS))


def due(drains, flows, now):
    """Ids of the events to acknowledge now; `flows` is None where they can't be counted."""
    return tuple(
        drain.event.id
        for drain in drains.values()
        if not drain.is_over
        and drain.event.status == "Scheduled"
        and (now >= drain.until or flows == 0 and now - drain.since >= LEAST_SECONDS)
    )


def reason(drains):
    """Why the probe gets 503; None when it isn't for a drain."""
    for drain in drains.values():
        if not drain.is_over:
            return "drains: " + in_words(drain.event)
    return None


def in_words(event):
    if event.status == "Started":
        return event.kind + " has started"
    return "%s at %s" % (event.kind, event.said_at or "a time that isn't told")


def changes(known, drains):
    """What has begun and ended between two looks, in words."""
    begun = [drain for drain in drains.values() if drain.event.id not in known and not drain.is_over]
    ended = [drain for drain in known.values() if drain.event.id not in drains and not drain.is_over]
    return ["drain begun: " + in_words(one.event) for one in begun] + [
        "drain ended: %s is over" % one.event.kind for one in ended
    ]


def only_told(seen, drains):
    """Events that nothing follows from, in words: a Freeze, and what is far ahead."""
    told = []
    for event in seen:
        if event.kind == FREEZE:
            told.append("Azure pauses this machine for some seconds: %s. Nothing is drained for it." % in_words(event))
        elif event.id not in drains:
            told.append("Azure announces %s. It is drained for in the hour before." % in_words(event))
    return told
