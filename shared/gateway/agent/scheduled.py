"""What does Azure announce for this machine? Asks the host, and acknowledges what the gateway is ready for."""
import json
import time

import drains
import flows
import imds

PATH = "/metadata/scheduledevents?api-version=2020-07-01"
#: As Microsoft recommends (Scheduled Events for Linux VMs, Polling frequency): a Preempt is announced 30 s ahead.
EVERY_SECONDS = 1
#: The very first question switches the service on, and may take two minutes (same page, Enabling and disabling).
FIRST_SECONDS = 130


class Watch:
    """Asks in a thread of its own. What it can't learn is said, and changes nothing else."""

    def __init__(self):
        self.machine = None
        #: Events of this machine and when they were told; None before the first answer.
        self.last = None
        #: Ids that are to be acknowledged.
        self.due = ()
        self.acknowledged = frozenset()
        self.trouble = ""

    def watch_for_ever(self):
        while True:
            began = time.monotonic()
            self.look()
            time.sleep(max(0.1, EVERY_SECONDS - (time.monotonic() - began)))

    def look(self):
        try:
            if self.machine is None:
                self.machine = imds.machine(imds.get(imds.MACHINE))
            document = imds.get(PATH, imds.LIMIT_SECONDS if self.last else FIRST_SECONDS)
            told = drains.events(document, self.machine.name)
            self.last = told, time.monotonic()
            listed = {event.id for event in told}
            self.acknowledged &= listed
            # What is due was decided a moment ago: an event may have gone since.
            for one in listed.intersection(self.due) - self.acknowledged:
                self.acknowledge(one)
            self.trouble = ""
        except (OSError, ValueError) as error:
            self.trouble = "The host doesn't tell what it plans: %s." % (error or type(error).__name__)

    def acknowledge(self, event_id):
        status, text = imds.ask(PATH, body=json.dumps({"StartRequests": [{"EventId": event_id}]}))
        if status != 200:
            raise ValueError("it answers %d to an acknowledgement%s" % (status, imds.why(text)))
        self.acknowledged |= {event_id}


class Drains:
    """The drains that stand, for the loop that decides."""

    def __init__(self, watch, proxy):
        self.watch = watch
        self.proxy = proxy
        self.known = {}
        self.told = ()

    def keep(self, now, wall):
        """Gives what has begun or ended, and the lines of what is only told; then `reason` holds."""
        seen, at = self.watch.last or ((), now)
        if now - at > drains.FORGET_SECONDS:
            seen = ()
        known, self.known = self.known, drains.follow(self.known, seen, now, wall)
        # Counted while it matters alone: a long table takes a while.
        open_flows = flows.now(self.proxy) if self.reason else None
        count = None if open_flows is None else len(open_flows)
        self.watch.due = drains.due(self.known, count, now)
        told, self.told = self.told, tuple(drains.only_told(seen, self.known))
        return drains.changes(known, self.known), [line for line in self.told if line not in told]

    @property
    def reason(self):
        return drains.reason(self.known)

    def in_words(self):
        """For who looks: each drain, and whether it was acknowledged."""
        return [
            drains.in_words(drain.event)
            + (", behind it" if drain.is_over else ", acknowledged" if one in self.watch.acknowledged else "")
            for one, drain in self.known.items()
        ] + list(self.told)
