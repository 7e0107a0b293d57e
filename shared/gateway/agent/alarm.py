"""When is everything shown on the console though nobody asked? When the gateway hasn't served for a while.

The portal shows the console (boot diagnostics) when nobody can log in. The agent asks by a file for what it may not do
itself: its unit hides the console and most devices from it, and tunnelkeeper-diagnosis.path waits for the file.
"""

#: Before, the agent or the control plane has mended what mends by itself.
DOWN_SECONDS = 300
#: What is shown once is shown for long, and the console keeps its last megabyte alone.
PAUSE_SECONDS = 6 * 3600
WANTED = "/run/tunnelkeeper/diagnosis-wanted"


class Alarm:
    """Pure: since when the probe gets 503, and when it was last shown."""

    def __init__(self):
        self.down_since = None
        self.shown_at = None

    def is_due(self, status, is_drained, now):
        """Whether it is to be shown now. A gateway that drains isn't ill."""
        if status == 200 or is_drained:
            self.down_since = None
            return False
        if self.down_since is None:
            self.down_since = now
        if now - self.down_since < DOWN_SECONDS:
            return False
        if self.shown_at is not None and now - self.shown_at < PAUSE_SECONDS:
            return False
        self.shown_at = now
        return True


def ask(path=WANTED):
    """Asks systemd for it; gives the trouble, or nothing."""
    try:
        with open(path, "w", encoding="ascii"):
            return ""
    except OSError as error:
        return "a diagnosis can't be asked for: %s" % error
