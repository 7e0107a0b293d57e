"""What follows from what was seen? Pure: no clock, no I/O. Times are monotonic seconds, given from outside.

One function, `decide`, judges the tunnels by the checks that ended, says which one new connections take, whose
connections are reset, and what is mended on the spot. Doubt never acts: a child SA that pluto didn't tell about
counts as neither there nor gone, and a tunnel that no check has ended for is neither up nor down.
"""
from collections import namedtuple

#: Seconds over which mends are counted.
HOUR = 3600
#: A child SA that isn't there, as the outcome of a check.
NO_CHILD = "no-child-sa"
#: Stands for every connection into the proxy, in the set of those that are reset.
ALL = "all"

#: One check that ended. `child`: whether the child SA stands; None when pluto didn't say. `is_answered`: the request.
Check = namedtuple("Check", "role child is_answered outcome")

#: What is remembered of one tunnel. `failing_since` and `missing_since`: begin of the failures in a row, of the
#: child SA's absence; None without any.
Tunnel = namedtuple("Tunnel", "is_up is_checked successes failures since failing_since missing_since trouble")
NEW = Tunnel(False, False, 0, 0, 0, None, None, "")

#: A mend that was begun; a restart has no role.
Mend = namedtuple("Mend", "kind role at")

#: `began`: when the agent did. `tunnels` by role, the preferred one first. `mends`: those of the last hour.
#: `held_at`: when a script of the control plane was last seen at work.
Memory = namedtuple("Memory", "began tunnels mends held_at", defaults=(None,))

#: `checks`: those that ended since the last look, oldest first. `route`: role that new connections take now.
#: `missing`: roles whose device isn't there.
#: `pluto_age`: seconds since its start, None when it doesn't run. `is_held`: a script of the control plane is at work.
#: `is_busy`: a mend is under way. `refused`: what is reset now, roles and ALL; None when that isn't known.
#: `is_table_full`: the kernel takes no new connection.
Seen = namedtuple("Seen", "checks route missing pluto_age pluto_answers is_held is_busy refused is_table_full")

#: What is to be done: `move`, `reset`, `release`, `initiate`, `reconnect` or `restart`, with the reason in words.
Action = namedtuple("Action", "kind role why")


def begin(settings, now, mends=()):
    """The memory of an agent that has seen nothing yet; `mends`: those of the one before it, which count as well."""
    return Memory(now, {role: NEW for role in settings.roles}, tuple(mends))


def decide(settings, memory, seen, now):
    """Gives the new memory, and what is to be done, in this order: new connections first, then old ones, then mends."""
    tunnels = dict(memory.tunnels)
    for check in seen.checks:
        if seen.is_table_full and not check.is_answered and check.child is not False:
            continue  # It failed as any new connection does: nothing is learned of its tunnel.
        tunnels[check.role] = judge(tunnels[check.role], check, settings.check, now)
    mends = tuple(mend for mend in memory.mends if now - mend.at < HOUR)
    actions = steer(settings, tunnels, seen, now) + resets(settings, tunnels, seen.refused)
    held_at = now if seen.is_held else memory.held_at
    memory = memory._replace(tunnels=tunnels, mends=mends, held_at=held_at)
    mend = next_mend(settings, memory, seen, now)
    if mend:
        actions.append(mend)
        memory = memory._replace(mends=mends + (Mend(mend.kind, mend.role, now),))
    return memory, actions


def judge(tunnel, check, rules, now):
    """State of one tunnel after one more check; the very first success counts at once."""
    missing_since = tunnel.missing_since
    if check.child is not None:
        missing_since = None if check.child else (now if missing_since is None else missing_since)
    if check.is_answered and check.child is not False:
        successes = tunnel.successes + 1
        is_up = tunnel.is_up or not tunnel.is_checked or successes >= rules["successesUp"]
        since = tunnel.since if is_up == tunnel.is_up else now
        # A tunnel that answers now and then isn't dead: what mends it is doubtful, so nothing is due.
        return Tunnel(is_up, True, successes, 0, since, None, missing_since, tunnel.trouble)
    failures = tunnel.failures + 1
    is_up = tunnel.is_up and failures < rules["failuresDown"]
    since = tunnel.since if is_up == tunnel.is_up else now
    failing_since = now if tunnel.failing_since is None else tunnel.failing_since
    trouble = NO_CHILD if check.child is False else check.outcome
    return Tunnel(is_up, tunnel.is_checked, 0, failures, since, failing_since, missing_since, trouble)


def is_down(tunnel, rules):
    """Judged down, which isn't the same as not up: after a start nothing is known of a tunnel at first."""
    return not tunnel.is_up and (tunnel.is_checked or tunnel.failures >= rules["failuresDown"])


def choose(tunnels, current, now, stable_seconds):
    """Role that new connections should take; the first one is preferred once it is stable."""
    first = next(iter(tunnels))
    in_use = tunnels.get(current)
    # A tunnel that no check has ended for yet isn't down: a start of the agent alone moves nothing.
    if in_use and not in_use.is_checked and in_use.failures == 0:
        return current
    if not in_use or not in_use.is_up:
        return next((role for role, tunnel in tunnels.items() if tunnel.is_up), current)
    if tunnels[first].is_up and now - tunnels[first].since >= stable_seconds:
        return first
    return current


def steer(settings, tunnels, seen, now):
    current = seen.route
    # A device that is gone is no doubt: its tunnel isn't waited for until three checks have failed.
    usable = {
        role: tunnel._replace(is_up=False) if role in seen.missing else tunnel for role, tunnel in tunnels.items()
    }
    wanted = choose(usable, current, now, settings.check["stableSeconds"])
    if wanted == current or not settings.is_route_based:
        return []
    if current is None:
        why = "they took none"
    elif tunnels[current].is_up:
        why = "%s is up for %d s" % (wanted, now - tunnels[wanted].since)
    else:
        why = in_words(current, tunnels[current])
    return [Action("move", wanted, why)]


def refused(settings, tunnels):
    """Whose connections are to be reset: those on a tunnel that is down, and all into the proxy when none is up."""
    down = [role for role, tunnel in tunnels.items() if is_down(tunnel, settings.check)]
    all_down = [ALL] if len(down) == len(tunnels) else []
    # Policy-based, connections carry no mark of their tunnel: there is one.
    return frozenset(down + all_down if settings.is_route_based else all_down)


def resets(settings, tunnels, now_refused):
    wanted = refused(settings, tunnels)
    if now_refused is None:
        known = frozenset()
        if not wanted:
            return [Action("release", ALL, "the agent has begun")]
    else:
        known = now_refused
    begun = [Action("reset", one, why_reset(one, tunnels)) for one in sorted(wanted - known)]
    ended = [Action("release", one, why_release(one)) for one in sorted(known - wanted)]
    return begun + ended


def why_reset(one, tunnels):
    if one == ALL:
        return "no tunnel is up"
    return in_words(one, tunnels[one])


def why_release(one):
    return "a tunnel is up" if one == ALL else "%s is up" % one


def in_words(role, tunnel):
    return "%s is down: %s, %d times in a row" % (role, tunnel.trouble or "unchecked", tunnel.failures)


def next_mend(settings, memory, seen, now):
    """The mend that is due now, the strongest first; None when none is, or none may be.

    Nothing while a script of the control plane is at work, nor until what it did has had its time to work, nothing
    while pluto isn't meant to run (then it doesn't: systemd starts it again within seconds), and nothing as long as
    pluto, just started, brings its tunnels up itself.
    Nothing either while the connection table is full: whether a mend has helped, no check could tell.
    """
    rules = settings.mend
    if seen.is_held or seen.is_busy or seen.pluto_age is None or seen.is_table_full:
        return None
    if memory.held_at is not None and now - memory.held_at < rules["settleSeconds"]:
        return None
    if min(now - memory.began, seen.pluto_age) < rules["afterStartSeconds"]:
        return None
    due = due_restart(settings, memory, now)
    if due and is_allowed(memory.mends, due, rules, now):
        return due
    if not seen.pluto_answers:
        return None
    for find in (due_reconnect, due_initiate):
        for role, tunnel in memory.tunnels.items():
            due = find(role, tunnel, settings, now)
            if due and is_allowed(memory.mends, due, rules, now):
                return due
    return None


def due_restart(settings, memory, now):
    """Only where no tunnel works: a restart ends them all."""
    limit = settings.mend["restartAfterSeconds"]
    for tunnel in memory.tunnels.values():
        if not is_down(tunnel, settings.check) or tunnel.failing_since is None or now - tunnel.failing_since < limit:
            return None
    troubles = ", ".join("%s %s" % (role, tunnel.trouble) for role, tunnel in memory.tunnels.items())
    return Action("restart", None, "no tunnel has worked for %d s: %s" % (limit, troubles))


def due_reconnect(role, tunnel, settings, now):
    limit = settings.mend["reconnectAfterSeconds"]
    if not is_down(tunnel, settings.check) or tunnel.failing_since is None or now - tunnel.failing_since < limit:
        return None
    return Action("reconnect", role, "%s hasn't worked for %d s: %s" % (role, limit, tunnel.trouble))


def due_initiate(role, tunnel, settings, now):
    """At the second look that misses the child SA: pluto itself has brought it back by then if it can."""
    limit = settings.mend["initiateAfterSeconds"]
    if tunnel.missing_since is None or now - tunnel.missing_since < limit:
        return None
    return Action("initiate", role, "%s has no child SA for %d s" % (role, now - tunnel.missing_since))


def is_allowed(mends, due, rules, now):
    """At most so many of a kind an hour, each pause twice the one before; and the last mend gets its time to work."""
    touching = [mend.at for mend in mends if mend.role == due.role or None in (mend.role, due.role)]
    if touching and now - touching[-1] < rules["settleSeconds"]:
        return False
    return now >= allowed_from(mends, due.kind, due.role, rules)


def allowed_from(mends, kind, role, rules):
    """The time from which one more mend of a kind is within its limits."""
    past = [mend.at for mend in mends if mend.kind == kind and mend.role == role]
    if not past:
        return 0
    if len(past) >= rules["perHour"]:
        return past[-rules["perHour"]] + HOUR
    return past[-1] + rules["pauseSeconds"] * 2 ** (len(past) - 1)


def answer(memory, current, drains=None, is_table_full=False, missing_rules=()):
    """Status and reason for the probe; `current` is the tunnel that new connections take, `drains` why none shall come.

    Where the connection table is full, or rules are missing that lead connections, none can. A drain keeps new
    connections away and touches no other: the balancer sends no more, and what is established lives."""
    if drains:
        return 503, drains
    if missing_rules:
        return 503, "rules are missing: " + ", ".join(missing_rules)
    in_use = memory.tunnels.get(current)
    if in_use and in_use.is_up:
        return (503, "the connection table is full") if is_table_full else (200, "ok: " + current)
    if not any(tunnel.is_checked for tunnel in memory.tunnels.values()):
        return 503, "no request through a tunnel has succeeded yet"
    failed = ("%s failed %d times" % (role, tunnel.failures) for role, tunnel in memory.tunnels.items())
    return 503, "down: " + ", ".join(failed)
