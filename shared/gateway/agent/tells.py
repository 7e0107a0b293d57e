"""Whom does the agent tell what? One place, so that the loop which decides knows nothing of who listens."""
from collections import deque

import metrics
import reports
import tokens


class Tells:
    """Nothing here decides, and nothing that decides waits for it."""

    def __init__(self, settings, host, now):
        self.settings = settings
        self.tokens = tokens.Tokens()
        self.reports = reports.Reports(settings, self.tokens)
        self.metrics = metrics.Metrics(host, self.tokens)
        self.gatherer = metrics.Gatherer(settings.roles, now)
        #: Role, whether it was answered, milliseconds: of requests that have ended, by the threads that asked.
        self.requests = deque(maxlen=1000)

    def threads(self):
        """What runs for ever, each in a thread of its own."""
        return [self.metrics.send_for_ever] + ([self.reports.send_for_ever] if self.reports.to else [])

    def look(self, memory, view, actions, drains):
        """Takes what one decision has come to."""
        state = reports.report(self.settings, memory.tunnels, view.route, view.answer)
        self.reports.look(state, actions, drains)
        self.gatherer.look(memory.tunnels, actions)
        for _ in range(len(self.requests)):
            self.gatherer.request(*self.requests.popleft())

    def end_minute(self, view, now, wall):
        """Hands the minute over once it is over; what of it was counted last stands in `view`."""
        count = None if view.flows is None else len(view.flows)
        bodies = self.gatherer.take(now, wall, view.children, count, view.table)
        if bodies:
            self.metrics.put(bodies)

    def troubles(self):
        """What can't be told to whom, in a line each; empty ones where all is well."""
        return [self.reports.trouble, self.metrics.trouble]
