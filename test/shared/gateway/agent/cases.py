"""Which settings and looks do the agent's tests begin with? A gateway of two tunnels that serves; a test differs."""
import json
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../../../shared/gateway/agent"))

import decide  # noqa: E402
import settings  # noqa: E402

DEVICES = {
    "primary": {"device": "vti0", "table": 110, "flowMark": "0x10", "rulePreference": 100},
    "secondary": {"device": "vti1", "table": 111, "flowMark": "0x20", "rulePreference": 101},
}


def a_file(**difference):
    """What gateway.json holds, as an object."""
    return {
        "site": "berlin",
        "slot": "berlin-z1-1",
        "routing": "route-based",
        "probePort": 8100,
        "nudgeMark": "0x100",
        "proxy": {"address": "185.46.212.88", "ports": [9400], "masquerade": True},
        "check": {
            "host": "gateway.example.net",
            "everySeconds": 3,
            "timeoutSeconds": 3,
            "failuresDown": 3,
            "successesUp": 3,
            "stableSeconds": 300,
        },
        "mend": {
            "initiateAfterSeconds": 3,
            "reconnectAfterSeconds": 20,
            "restartAfterSeconds": 40,
            "settleSeconds": 15,
            "afterStartSeconds": 30,
            "perHour": 3,
            "pauseSeconds": 60,
        },
        "tunnels": [
            {"role": "primary", "edge": "198.51.101.10", **DEVICES["primary"]},
            {"role": "secondary", "edge": "198.51.102.10", **DEVICES["secondary"]},
        ],
        **difference,
    }


def policy_based():
    return a_file(routing="policy-based", tunnels=[{"role": "primary", "edge": "198.51.101.10"}])


def the_settings(file=None):
    return settings.parse(json.dumps(file or a_file()))


class Gateway:
    """A gateway in time: each tunnel is checked every 3 s, and what `decide` asks for is done at once.

    A tunnel's state is one of: `up`, `silent` (child SA, no answer), `gone` (no child SA), `hung` (no answer, and
    pluto doesn't say)."""

    def __init__(self, file=None, now=1000.0):
        self.settings = the_settings(file)
        self.now = now
        self.memory = decide.begin(self.settings, now)
        self.states = {role: "up" for role in self.settings.roles}
        self.route = self.settings.roles[0]
        self.pluto_age = 10000.0
        self.missing = frozenset()
        self.is_held = False
        self.is_busy = False
        self.refused = frozenset()
        self.is_table_full = False
        self.done = []

    def check(self, role):
        state = self.states[role]
        child = {"up": True, "silent": True, "gone": False, "hung": None}[state]
        return decide.Check(role, child, state == "up", "answered" if state == "up" else "silent")

    def look(self, checks, seconds=0.0):
        """One decision; time goes on before it."""
        self.now += seconds
        if self.pluto_age is not None:
            self.pluto_age += seconds
        seen = decide.Seen(
            checks=checks,
            route=self.route,
            missing=self.missing,
            pluto_age=self.pluto_age,
            pluto_answers="hung" not in self.states.values(),
            is_held=self.is_held,
            is_busy=self.is_busy,
            refused=self.refused,
            is_table_full=self.is_table_full,
        )
        self.memory, actions = decide.decide(self.settings, self.memory, seen, self.now)
        for action in actions:
            self.done.append((self.now, action.kind, action.role))
            self.obey(action)
        return [(action.kind, action.role) for action in actions]

    def obey(self, action):
        if action.kind == "move":
            self.route = action.role
        elif action.kind == "restart":
            self.pluto_age = 0.0
        elif action.kind == "reset":
            self.refused |= {action.role}
        elif action.kind == "release":
            self.refused = (self.refused or frozenset()) - {action.role}

    def pass_seconds(self, seconds):
        """Lets time pass in steps of a second; a check of each tunnel ends every third one."""
        found = []
        for step in range(int(seconds)):
            ends = step % 3 == 0
            found += self.look([self.check(role) for role in self.settings.roles] if ends else [], 1.0)
        return found

    def kinds(self, *kinds):
        return [(at, kind, role) for at, kind, role in self.done if kind in kinds]

    def answer(self):
        return decide.answer(self.memory, self.route, None, self.is_table_full)
