"""How is pluto, and how are its child SAs? Every question and every command has a limit."""
import fcntl
import os
import re
import signal
import threading
import time

import limited

WHACK = ("ipsec", "whack")
LOOK_SECONDS = 2
COMMAND_SECONDS = 10
SHUTDOWN_SECONDS = 5
PID_FILE = "/run/pluto/pluto.pid"
#: Held by the setup and remedy scripts for their whole run, and by the agent while it mends.
LOCK_FILE = "/run/tunnelkeeper-remedy.lock"

# Libreswan 4.10 and 5.2: `006 #2: "primary", type=ESP, add_time=1, inBytes=0, outBytes=0, maxBytes=2^63B, id='…'`;
# an instance has its number and the peer behind the name.
TRAFFIC = re.compile(r'"([\w-]+)"[^"]*?, type=ESP, add_time=(\d+)(?:, inBytes=(\d+), outBytes=(\d+))?')


class Child:
    """A child SA: seconds since the epoch at which it was made, and bytes each way."""

    __slots__ = ("made_at", "bytes_in", "bytes_out")

    def __init__(self, made_at, bytes_in, bytes_out):
        self.made_at = made_at
        self.bytes_in = bytes_in
        self.bytes_out = bytes_out


def children(text):
    """Pure: the child SAs of `whack --trafficstatus`, by connection; the newest of each, the bytes of all."""
    found = {}
    for name, made_at, bytes_in, bytes_out in TRAFFIC.findall(text):
        one = found.setdefault(name, Child(0, 0, 0))
        one.made_at = max(one.made_at, int(made_at))
        one.bytes_in += int(bytes_in or 0)
        one.bytes_out += int(bytes_out or 0)
    return found


class Watch:
    """The child SAs as pluto last told them: one question for all tunnels."""

    def __init__(self):
        self.lock = threading.Lock()
        #: By connection; None when pluto didn't answer.
        self.last = None

    def look(self):
        with self.lock:
            ended = limited.run([*WHACK, "--trafficstatus"], LOOK_SECONDS)
            has_answered = ended.is_good or "type=ESP" in ended.out
            self.last = children(ended.out) if has_answered else None
            return self.last

    def child(self, role):
        """Whether a child SA stands; None when pluto didn't say."""
        last = self.last
        return None if last is None else role in last


def pid():
    """pluto's process; None when it doesn't run. The file outlives a pluto that was killed, so the name is looked at."""
    try:
        with open(PID_FILE, encoding="ascii") as file:
            number = int(file.read().split()[0])
        with open("/proc/%d/comm" % number, encoding="ascii") as file:
            return number if file.read().strip() == "pluto" else None
    except (OSError, ValueError, IndexError):
        return None


def age():
    """Seconds since pluto started; None when it doesn't run."""
    try:
        with open("/proc/%d/stat" % (pid() or 0), encoding="ascii", errors="replace") as file:
            # The name in brackets may hold anything; what is counted stands behind it.
            started_ticks = int(file.read().rpartition(")")[2].split()[19])
        with open("/proc/uptime", encoding="ascii") as file:
            return float(file.read().split()[0]) - started_ticks / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError):
        return None


def initiate(role):
    """Asks for the connection's child SA, without waiting for it."""
    return limited.run([*WHACK, "--name", role, "--initiate", "--asynchronous"], COMMAND_SECONDS).trouble


def reconnect(role):
    """Takes the connection down and up: only this makes both sides prove themselves again."""
    down = limited.run([*WHACK, "--name", role, "--terminate"], COMMAND_SECONDS)
    return initiate(role) or down.trouble


def restart(devices):
    """Ends pluto, by force if need be; systemd starts it again. The devices go too: `_updown` makes them anew."""
    number = pid()
    if number is None:
        return "pluto doesn't run"
    asked = limited.run([*WHACK, "--shutdown"], SHUTDOWN_SECONDS)
    # A pluto that hangs has hung the question too, which is time enough.
    if asked.code is None or not is_gone(number, SHUTDOWN_SECONDS):
        try:
            os.kill(number, signal.SIGKILL)
        except OSError as error:
            return "pluto can't be ended: %s" % error
        if not is_gone(number, SHUTDOWN_SECONDS):
            return "pluto doesn't end, though it was killed"
    for device in devices:
        limited.run(["ip", "link", "del", device], COMMAND_SECONDS)
    return ""


def is_gone(number, seconds):
    until = time.monotonic() + seconds
    while pid() == number:
        if time.monotonic() >= until:
            return False
        time.sleep(0.1)
    return True


class Lock:
    """The control plane's scripts and the agent don't mend at once. A process that ends lets go of it."""

    def __init__(self):
        self.held = None

    def take(self):
        """Takes it without waiting; false when a script holds it."""
        try:
            # Reading is enough for a lock, and /run is read-only to the agent.
            held = os.open(LOCK_FILE, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            # Nobody has taken it since the boot.
            return True
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(held)
            return False
        self.held = held
        return True

    def leave(self):
        if self.held is not None:
            os.close(self.held)
            self.held = None

    def is_elsewhere(self):
        """Whether a script holds it now."""
        if self.held is not None:
            return False
        is_free = self.take()
        self.leave()
        return not is_free
