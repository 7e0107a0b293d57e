"""How do checks, decisions and acts come together? Threads that see, one loop that decides and acts."""
import collections
import threading
import time

import checks
import decide
import pluto
import probe
import routes

#: How often is decided when no check ends.
TICK_SECONDS = 1
LEAST_PAUSE_SECONDS = 0.1
#: A loop that hangs for so long has no say any more: the probe gets 503, whatever was last decided.
HEARTBEAT_SECONDS = 20
#: A thread here needs a few kilobytes.
STACK_BYTES = 256 * 1024


class Agent:
    """All that runs."""

    def __init__(self, settings):
        self.settings = settings
        self.memory = decide.begin(settings, time.monotonic())
        self.pluto = pluto.Watch()
        self.lock = pluto.Lock()
        self.leads = routes.Leads(settings)
        self.ended = collections.deque()
        self.wake = threading.Event()
        self.mending = None
        self.refused = frozenset()
        self.beat = time.monotonic()
        self.answer = (503, "no request through a tunnel has succeeded yet")

    def run_for_ever(self):
        threading.stack_size(STACK_BYTES)
        server = probe.Probe(self.settings.probe_port, self.answer_now)
        self.start(server.serve_for_ever)
        self.start(self.watch_pluto)
        for tunnel in self.settings.tunnels:
            self.start(self.watch, tunnel)
        print("Looks after %s." % ", ".join(self.settings.roles), flush=True)
        while True:
            self.wake.wait(TICK_SECONDS)
            self.wake.clear()
            self.decide_once()

    def start(self, run, *words):
        threading.Thread(target=run, args=words, daemon=True).start()

    def answer_now(self):
        if time.monotonic() - self.beat > HEARTBEAT_SECONDS:
            return 503, "the agent is stuck"
        return self.answer

    def watch_pluto(self):
        while True:
            began = time.monotonic()
            self.pluto.look()
            self.rest(began)

    def watch(self, tunnel):
        role = tunnel["role"]
        while True:
            began = time.monotonic()
            outcome, _ = checks.request(self.settings, tunnel)
            is_answered = outcome == checks.ANSWERED
            if is_answered and self.pluto.child(role) is False:
                # What pluto said may be older than the tunnel.
                self.pluto.look()
            self.ended.append(decide.Check(role, self.pluto.child(role), is_answered, outcome))
            self.wake.set()
            self.rest(began)

    def rest(self, began):
        elapsed = time.monotonic() - began
        time.sleep(max(LEAST_PAUSE_SECONDS, self.settings.check["everySeconds"] - elapsed))

    def decide_once(self):
        now = time.monotonic()
        for line in self.leads.keep(now):
            print(line, flush=True)
        current = routes.current(self.settings)
        seen = decide.Seen(
            checks=[self.ended.popleft() for _ in range(len(self.ended))],
            route=current,
            missing=routes.missing(self.settings),
            pluto_age=pluto.age(),
            pluto_answers=self.pluto.last is not None,
            is_held=self.lock.is_elsewhere() if self.mending is None else False,
            is_busy=self.mending is not None,
            refused=self.refused,
        )
        self.memory, actions = decide.decide(self.settings, self.memory, seen, now)
        for action in actions:
            if action.kind == "move":
                trouble = routes.move(self.settings, action.role)
                current = current if trouble else action.role
                self.tell("New connections take %s" % action.role, action.why, trouble)
            elif action.kind in ("initiate", "reconnect", "restart"):
                self.mending = action
                self.start(self.mend, action)
        self.answer = decide.answer(self.memory, current)
        self.beat = time.monotonic()

    def mend(self, action):
        if self.lock.take():
            try:
                trouble = self.carry_out(action)
            finally:
                self.lock.leave()
        else:
            trouble = "a script of the control plane is at work"
        self.tell(WORDS[action.kind] % (action.role or "pluto"), action.why, trouble)
        self.mending = None

    def carry_out(self, action):
        if action.kind == "initiate":
            return pluto.initiate(action.role)
        if action.kind == "reconnect":
            return pluto.reconnect(action.role)
        return pluto.restart([tunnel["device"] for tunnel in self.leads.tunnels])

    def tell(self, what, why, trouble):
        print("%s: %s.%s" % (what, why, " It failed: %s." % trouble if trouble else ""), flush=True)


WORDS = {
    "initiate": "Asks for the child SA of %s",
    "reconnect": "Takes %s down and up",
    "restart": "Ends %s, which systemd starts again",
}
