"""Whom does the agent tell what? One place, so that the loop which decides knows nothing of who listens."""
import reports
import tokens


class Tells:
    """Nothing here decides, and nothing that decides waits for it."""

    def __init__(self, settings):
        self.settings = settings
        self.tokens = tokens.Tokens()
        self.reports = reports.Reports(settings, self.tokens)

    def threads(self):
        """What runs for ever, each in a thread of its own."""
        return [self.reports.send_for_ever] if self.reports.to else []

    def look(self, memory, view, actions, drains):
        """Takes what one decision has come to."""
        state = reports.report(self.settings, memory.tunnels, view.route, view.answer)
        self.reports.look(state, actions, drains)

    def troubles(self):
        """What can't be told to whom, in a line each; empty ones where all is well."""
        return [self.reports.trouble]
