"""The gateway's agent: checks the tunnels, leads connections, mends on the spot, and answers the balancer's probe.

`python3 -I <this folder> /etc/tunnelkeeper/gateway.json`, as tunnelkeeper-agent.service starts it; with `status` or `diagnose`, what
the operator's tk-gateway shows. One thread a tunnel checks it, one asks pluto, one answers the probe; this one decides and acts, once a second and whenever a check
has ended. A mend takes seconds, so it runs in a thread of its own.
"""
import os
import sys
import threading
import time
import traceback

import agent
import settings
import state
import status

#: An unusable configuration: systemd doesn't start the agent again, since nothing changes by that.
UNUSABLE = 2


def main(words):
    if words == ["status"]:
        return show_status()
    if words in (["diagnose"], ["diagnose", "--console"]):
        import diagnose  # an agent that runs for months doesn't hold it

        return diagnose.show(words)
    if len(words) != 1 or not words[0].startswith("/"):
        print("Usage: tk-gateway status | diagnose [--console]", file=sys.stderr)
        return UNUSABLE
    try:
        told = settings.load(words[0])
    except settings.Unusable as unusable:
        print(unusable, flush=True)
        return UNUSABLE
    for complaint in told.complaints:
        print(complaint, flush=True)
    # A thread that dies would leave an agent that looks alive: it dies as a whole, and systemd starts it again.
    threading.excepthook = end_all
    agent.Agent(told).run_for_ever()
    return 0


def show_status():
    try:
        text, code = status.screen(state.load(), time.monotonic(), time.time())
    except PermissionError:
        text, code = "Only root may read what the agent knows: sudo tk-gateway status\n", status.CANNOT_TELL
    except (OSError, ValueError, LookupError, TypeError) as error:
        text, code = status.unreadable(error)
    sys.stdout.write(text)
    return code


def end_all(failure):
    traceback.print_exception(failure.exc_type, failure.exc_value, failure.exc_traceback)
    sys.stderr.flush()
    os._exit(1)


sys.exit(main(sys.argv[1:]))
