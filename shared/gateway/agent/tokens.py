"""As whom does the gateway speak? With tokens of the machine's identity, from its host, kept in memory alone."""
import re
import time

import imds

#: Asked for anew so long before its end (Microsoft's own libraries: 5 min).
BEFORE_END_SECONDS = 300
#: Whatever the host says of its end, it isn't kept for longer: a day is the longest that Entra gives.
MOST_SECONDS = 86400
TOKEN = re.compile(r"[A-Za-z0-9._~+/=-]{1,16384}")


class Tokens:
    """Tokens by audience."""

    def __init__(self):
        self.held = {}

    def of(self, audience):
        """A token; raises OSError and ValueError where the host gives none."""
        token, until = self.held.get(audience, (None, 0))
        if token is None or time.monotonic() >= until:
            token, seconds = read(imds.get(path(audience)))
            self.held[audience] = token, time.monotonic() + max(0, seconds - BEFORE_END_SECONDS)
        return token

    def drop(self, audience):
        """Forgets one that was refused, so that the next is a new one."""
        self.held.pop(audience, None)


def path(audience):
    """Pure: where the host gives it; without a name, the identity that the machine has, if it has one alone."""
    kept = imds.percent_encoded(audience, lambda char: char.isascii() and char.isalnum())
    return "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=" + kept


def read(values):
    """Pure: the token and the seconds that it lasts; raises ValueError. Seconds are text there (documentation)."""
    token, seconds = values.get("access_token"), values.get("expires_in")
    if not isinstance(token, str) or not TOKEN.fullmatch(token):
        raise ValueError("there is no token in its answer")
    if not isinstance(seconds, (str, int)) or not str(seconds).isdigit():
        raise ValueError("its token has no end")
    return token, min(int(seconds), MOST_SECONDS)
