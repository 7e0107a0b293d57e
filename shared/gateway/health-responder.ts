/** Does a request through the tunnel succeed, and which tunnel do new connections take? The program behind the probe. */

/**
 * Python 3 of the distribution, standard library alone. Reads `gateway.json`; checks each tunnel by an HTTP request
 * through it every `everySeconds`; answers the probe with 200 while the tunnel that new connections take is up,
 * otherwise 503 with the reason. Route-based, each check is bound to its device, so the idle tunnel is checked too,
 * and new connections are moved by the proxy's route: away from a tunnel that is down, and back to the first one
 * when that has been up for `stableSeconds`. Counts come from architecture.md, Cadence on the gateway.
 */
export const healthResponder = String.raw`#!/usr/bin/env python3
"""Answers the balancer's probe with 200 only while a request through the tunnel has just succeeded."""
import http.server
import json
import socket
import subprocess
import sys
import threading
import time

SO_BINDTODEVICE = 25


def judge(state, succeeded, fails_down, successes_up, now):
    """Pure: the state of one tunnel after one more check. The very first success counts at once."""
    if succeeded:
        successes = state["successes"] + 1
        is_up = state["up"] or not state["checked"] or successes >= successes_up
        since = state["since"] if state["up"] == is_up else now
        return {"up": is_up, "checked": True, "successes": successes, "failures": 0, "since": since}
    failures = state["failures"] + 1
    is_up = state["up"] and failures < fails_down
    since = state["since"] if state["up"] == is_up else now
    return {"up": is_up, "checked": state["checked"], "successes": 0, "failures": failures, "since": since}


NEW = {"up": False, "checked": False, "successes": 0, "failures": 0, "since": 0}


def choose(states, current, now, stable_seconds):
    """Pure: the tunnel that new connections should take; the first one is preferred once it is stable.

    A tunnel that no check has ended for yet isn't down: a start of this program alone moves nothing."""
    first = next(iter(states))
    if current in states and not states[current]["checked"] and states[current]["failures"] == 0:
        return current
    if current not in states or not states[current]["up"]:
        return next((role for role, state in states.items() if state["up"]), current)
    if states[first]["up"] and now - states[first]["since"] >= stable_seconds:
        return first
    return current


def answer(states, current):
    """Pure: status and reason for the probe; current is the tunnel that new connections take."""
    if current in states and states[current]["up"]:
        return 200, "ok: " + current
    if not any(state["checked"] for state in states.values()):
        return 503, "no request through a tunnel has succeeded yet"
    return 503, "down: " + ", ".join("%s failed %d times" % (role, state["failures"]) for role, state in states.items())


def succeeds(config, device):
    """One request through one tunnel; True for any answer below 500 that comes in time."""
    proxy, check = config["proxy"], config["check"]
    deadline = time.monotonic() + check["timeoutSeconds"]
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as sock:
        sock.settimeout(check["timeoutSeconds"])
        if device:
            sock.setsockopt(socket.SOL_SOCKET, SO_BINDTODEVICE, device.encode() + b"\0")
        sock.connect((proxy["address"], proxy["ports"][0]))
        host = check["host"]
        sock.sendall(("GET http://%s/vpntest HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n" % (host, host)).encode())
        head = b""
        while b"\r\n" not in head and len(head) < 4096:
            sock.settimeout(max(0.01, deadline - time.monotonic()))
            part = sock.recv(1024)
            if not part:
                break
            head += part
        words = head.split(b" ", 2)
        return len(words) >= 2 and words[0].startswith(b"HTTP/1.") and words[1][:1] in (b"2", b"3", b"4")


def watch(config, tunnel, states):
    check = config["check"]
    while True:
        began = time.monotonic()
        try:
            good = succeeds(config, tunnel.get("device"))
        except OSError:
            good = False
        role = tunnel["role"]
        now = time.monotonic()
        states[role] = judge(states[role], good, check["failuresDown"], check["successesUp"], now)
        time.sleep(max(0.1, check["everySeconds"] - (now - began)))


def ip(*words):
    return subprocess.run(["ip", *words], check=True, capture_output=True, text=True, timeout=5).stdout.split()


def steer(config, states, route):
    """Moves the proxy's route; the route itself is the truth, since a setup or a reboot may have set it."""
    address = config["proxy"]["address"]
    devices = {tunnel["role"]: tunnel["device"] for tunnel in config["tunnels"]}
    while True:
        try:
            words = ip("route", "show", address)
            device = words[words.index("dev") + 1] if "dev" in words else None
            current = next((role for role in devices if devices[role] == device), None)
            wanted = choose(dict(states), current, time.monotonic(), config["check"]["stableSeconds"])
            if wanted != current:
                ip("route", "replace", address + "/32", "dev", devices[wanted])
                print("New connections take %s." % wanted, flush=True)
            route["role"] = wanted
        except (OSError, subprocess.SubprocessError) as error:
            print("The route stays: %s" % error, flush=True)
        time.sleep(1)


def main(path):
    with open(path, encoding="utf-8") as file:
        config = json.load(file)
    states = {tunnel["role"]: dict(NEW) for tunnel in config["tunnels"]}
    for tunnel in config["tunnels"]:
        threading.Thread(target=watch, args=(config, tunnel, states), daemon=True).start()
    # Policy-based there is one tunnel and no route to move.
    route = {"role": config["tunnels"][0]["role"]}
    if config["routing"] == "route-based":
        route["role"] = None
        threading.Thread(target=steer, args=(config, states, route), daemon=True).start()

    class Probe(http.server.BaseHTTPRequestHandler):
        timeout = 5

        def do_GET(self):
            status, reason = answer(dict(states), route["role"])
            body = (reason + "\n").encode()
            self.send_response(status)
            self.send_header("Content-Type", "text/plain")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    http.server.ThreadingHTTPServer(("0.0.0.0", config["probePort"]), Probe).serve_forever()


if __name__ == "__main__":
    main(sys.argv[1])
`;
