"""How do checks, decisions and acts come together? Threads that see, one loop that decides and acts."""
import collections
import threading
import time

import alarm
import checks
import decide
import flows
import pluto
import probe
import routes
import rules
import scheduled
import state
import tells

#: How often is decided when no check ends.
TICK_SECONDS = 1
LEAST_PAUSE_SECONDS = 0.1
#: A loop that hangs for so long has no say any more: the probe gets 503, whatever was last decided.
HEARTBEAT_SECONDS = 20
#: A check takes some seconds. When one doesn't end for so long, nothing is known of its tunnel any more.
CHECK_LIMIT_SECONDS = 60
#: A thread here needs a few kilobytes.
STACK_BYTES = 256 * 1024
#: A nudge may be lost, and a client's TCP answers one in half a second at most.
NUDGE_ROUNDS = 3
#: The same line isn't said again for so long, when the same thing fails each second.
REPEAT_SECONDS = 60
#: What nothing here depends on, such as the host's announcements, isn't complained of again for so long.
SELDOM_SECONDS = 3600
#: What `tk-gateway status` shows of what was done.
MOST_RECENT = 10

WORDS = {
    "move": "New connections take %s",
    "reset": "Resets connections of %s",
    "release": "Resets no longer connections of %s",
    "initiate": "Asks for the child SA of %s",
    "reconnect": "Takes %s down and up",
    "restart": "Ends %s, which systemd starts again",
}


class View:
    """What was measured and done, for those who look; it decides nothing."""

    def __init__(self):
        self.route = None
        self.answer = (503, "no request through a tunnel has succeeded yet")
        #: Roles and `all` whose connections are reset now; None while that isn't known.
        self.refused = None
        self.children = None
        self.requests = {}
        self.failures = {}
        self.flows = None
        self.table = (None, None)
        self.recent = collections.deque(maxlen=MOST_RECENT)
        #: What Azure has announced for this machine, in words.
        self.announced = []


class Agent:
    """All that runs."""

    def __init__(self, settings):
        self.settings = settings
        self.memory = decide.begin(settings, time.monotonic(), state.mends_before(time.monotonic()))
        self.view = View()
        self.pluto = pluto.Watch()
        self.lock = pluto.Lock()
        self.leads = routes.Leads(settings)
        self.rules = rules.Rules(settings)
        self.writer = state.Writer()
        self.host = scheduled.Watch()
        self.drains = scheduled.Drains(self.host, settings.proxy["address"])
        self.tells = tells.Tells(settings, self.host, time.monotonic())
        self.ended = collections.deque()
        self.wake = threading.Event()
        self.mending = None
        self.alarm = alarm.Alarm()
        self.nudges_left = 0
        self.nudged_at = 0
        self.said = {}
        self.beat = self.looked_at = self.awake_since = time.monotonic()

    def run_for_ever(self):
        threading.stack_size(STACK_BYTES)
        server = probe.Probe(self.settings.probe_port, self.answer_now)
        self.start(server.serve_for_ever)
        self.start(self.watch_pluto)
        self.start(self.host.watch_for_ever)
        for tunnel in self.settings.tunnels:
            self.start(self.watch, tunnel)
        for run in self.tells.threads():
            self.start(run)
        print("Looks after %s." % ", ".join(self.settings.roles), flush=True)
        while True:
            self.wake.wait(TICK_SECONDS)
            self.wake.clear()
            now = time.monotonic()
            self.end_when_stuck(now)
            self.decide_once(now)

    def start(self, run, *words):
        threading.Thread(target=run, args=words, daemon=True).start()

    def end_when_stuck(self, now):
        """An agent whose checks hang would call a dead tunnel up for ever: it ends, and systemd starts it again."""
        if now - self.looked_at > HEARTBEAT_SECONDS:
            self.awake_since = now  # The whole machine stood still, and the checks with it.
        self.looked_at = now
        for role in self.settings.roles:
            ended_at = self.view.requests.get(role, {"at": 0})["at"]
            if now - max(ended_at, self.awake_since) > CHECK_LIMIT_SECONDS:
                raise RuntimeError("No check of %s has ended for %d s." % (role, CHECK_LIMIT_SECONDS))

    def answer_now(self):
        if time.monotonic() - self.beat > HEARTBEAT_SECONDS:
            return 503, "the agent is stuck"
        return self.view.answer

    def watch_pluto(self):
        while True:
            began = time.monotonic()
            self.pluto.look()
            self.rest(began)

    def watch(self, tunnel):
        role = tunnel["role"]
        while True:
            began = time.monotonic()
            outcome, seconds = checks.request(self.settings, tunnel)
            is_answered = outcome == checks.ANSWERED
            if is_answered and self.pluto.child(role) is False:
                # What pluto said may be older than the tunnel.
                self.pluto.look()
            self.keep(role, outcome, seconds)
            self.ended.append(decide.Check(role, self.pluto.child(role), is_answered, outcome))
            self.wake.set()
            self.rest(began)

    def keep(self, role, outcome, seconds):
        self.tells.requests.append((role, outcome == checks.ANSWERED, round(1000 * seconds)))
        seen = {"outcome": outcome, "ms": round(1000 * seconds), "at": time.monotonic()}
        self.view.requests[role] = seen
        if outcome != checks.ANSWERED:
            self.view.failures[role] = seen

    def rest(self, began):
        elapsed = time.monotonic() - began
        time.sleep(max(LEAST_PAUSE_SECONDS, self.settings.check["everySeconds"] - elapsed))

    def decide_once(self, now):
        lines = self.leads.keep(now)
        seen = self.look()
        told = self.rules.keep(now, seen.is_held)
        if told and self.rules.missing and not seen.is_held and self.view.refused:
            self.view.refused = None  # whoever took rules away may have emptied the chain that refuses
        lines += told
        for line in lines:
            self.say(line, now)
        self.memory, actions = decide.decide(self.settings, self.memory, seen, now)
        self.view.route = self.steer(actions, seen.route, now)
        self.reset(actions, now)
        for action in actions:
            if action.kind in ("initiate", "reconnect", "restart"):
                self.mending = action
                self.start(self.mend, action)
        changes = self.prepare(now)
        answer = decide.answer(self.memory, self.view.route, self.drains.reason, seen.is_table_full, self.rules.missing)
        is_new = bool(actions) or answer[0] != self.view.answer[0]
        self.view.answer = answer
        self.tells.look(self.memory, self.view, actions, changes)
        if self.alarm.is_due(answer[0], bool(self.drains.reason), now):
            self.say("Shows a diagnosis on the console: %s." % (alarm.ask() or answer[1]), now)
        self.beat = time.monotonic()
        self.write(seen, now, is_new)
        self.tells.end_minute(self.view, now, time.time())

    def look(self):
        return decide.Seen(
            checks=[self.ended.popleft() for _ in range(len(self.ended))],
            route=routes.current(self.settings),
            missing=routes.missing(self.settings),
            pluto_age=pluto.age(),
            pluto_answers=self.pluto.last is not None,
            is_held=self.mending is None and self.lock.is_elsewhere(),
            is_busy=self.mending is not None,
            refused=self.view.refused,
            is_table_full=flows.is_full(flows.table_use()),
        )

    def prepare(self, now):
        """Leaves the pool, or comes back, for what Azure has announced; gives what has begun or ended."""
        changes, told = self.drains.keep(now, time.time())
        for line in told + [change[0].upper() + change[1:] + "." for change in changes]:
            self.say(line, now, is_repeatable=False)
        for trouble in (self.host.trouble, *self.tells.troubles()):
            if trouble:
                self.say(trouble, now, seconds=SELDOM_SECONDS)
        self.view.announced = self.drains.in_words()
        return changes

    def steer(self, actions, current, now):
        """Gives the tunnel that new connections take from now on."""
        for action in actions:
            if action.kind == "move":
                trouble = routes.move(self.settings, action.role)
                self.tell(action, trouble, now)
                current = current if trouble else action.role
        return current

    def reset(self, actions, now):
        changes = [action for action in actions if action.kind in ("reset", "release")]
        if changes:
            wanted = decide.refused(self.settings, self.memory.tunnels)
            trouble = flows.refuse(self.settings, wanted)
            if not trouble:
                self.view.refused = wanted
                self.nudges_left = NUDGE_ROUNDS
                self.nudged_at = 0
            for action in changes:
                self.tell(action, trouble, now)
        if self.nudges_left > 0 and self.view.refused and now - self.nudged_at >= TICK_SECONDS:
            self.nudges_left -= 1
            self.nudged_at = now
            all_flows = flows.now(self.settings.proxy["address"]) or []
            flows.nudge(flows.concerned(self.settings, all_flows, self.view.refused), self.settings.nudge_mark)

    def mend(self, action):
        if self.lock.take():
            try:
                trouble = self.carry_out(action)
            finally:
                self.lock.leave()
        else:
            trouble = "a script of the control plane is at work"
        self.tell(action, trouble, time.monotonic())
        self.mending = None

    def carry_out(self, action):
        if action.kind == "initiate":
            return pluto.initiate(action.role)
        if action.kind == "reconnect":
            return pluto.reconnect(action.role)
        return pluto.restart([tunnel["device"] for tunnel in self.leads.tunnels])

    def write(self, seen, now, is_new):
        if not is_new and not self.writer.is_due(now):
            return
        self.view.children = self.pluto.last
        self.view.flows = flows.now(self.settings.proxy["address"])
        self.view.table = flows.table_use()
        trouble = self.writer.write(state.told(self.settings, self.memory, seen, self.view, now), now)
        if trouble:
            self.say(trouble, now)

    def tell(self, action, trouble, now):
        name = "any tunnel" if action.role == decide.ALL else action.role or "pluto"
        what = WORDS[action.kind] % name
        self.say("%s: %s.%s" % (what, action.why, " It failed: %s." % trouble if trouble else ""), now, what, bool(trouble))

    def say(self, line, now, key=None, is_repeatable=True, seconds=REPEAT_SECONDS):
        """One line to the journal. What comes again each second, a trouble, is said once a minute, known by `key`."""
        key = key or line
        if now < self.said.get(key, now) and is_repeatable:
            return
        self.said = {one: until for one, until in self.said.items() if now < until}
        self.said[key] = now + seconds
        self.view.recent.append({"at": now, "line": line})
        print(line, flush=True)
