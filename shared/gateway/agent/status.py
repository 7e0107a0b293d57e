"""How does the gateway do, on one screen? Pure: text of 80 columns, from what the agent wrote."""

#: Older than three writings: the agent hangs, or doesn't run.
STALE_SECONDS = 30
WIDTH = 80
MEND = "Look at: systemctl status tunnelkeeper-agent"

SERVED, NOT_SERVED, CANNOT_TELL = 0, 1, 2


def unreadable(why):
    """The screen, and the exit code, where nothing can be told."""
    return "What the agent knows can't be read: %s\n%s\n" % (why, MEND), CANNOT_TELL


def screen(told, now, epoch_now):
    """The screen and the exit code. `now` is monotonic, as the agent's times are; `epoch_now` is for pluto's alone."""
    stale = now - told["writtenAt"]
    lines = [
        "%s of site %s, %s. The agent runs for %s." % (
            told["slot"], told["site"], told["routing"], span(now - told["startedAt"])
        )
    ]
    if not 0 <= stale <= STALE_SECONDS:
        lines += ["The agent has said nothing for %s: what follows is old." % span(max(0, stale)), MEND]
    status, reason = told["probe"]
    lines += [
        "",
        "Probe         %d, %s" % (status, reason),
        "New           connections take %s" % (told["route"] or "no tunnel"),
        "Flows         %s; connection table %s" % (flow_count(told["flows"]), table(told["table"])),
    ]
    lines += ["Announced     %s" % line for line in told["announced"]]
    if told["refused"]:
        lines.append("Refused       connections of %s" % ", ".join(told["refused"]))
    for tunnel in told["tunnels"]:
        lines += ["", *tunnel_lines(tunnel, now, epoch_now)]
    lines += ["", *mend_lines(told, now), "", *recent_lines(told, now)]
    text = "".join(line[:WIDTH].rstrip() + "\n" for line in lines)
    if not 0 <= stale <= STALE_SECONDS:
        return text, CANNOT_TELL
    return text, SERVED if status == 200 else NOT_SERVED


def tunnel_lines(tunnel, now, epoch_now):
    state = "not judged yet"
    if tunnel["isJudged"]:
        state = "%s for %s" % ("up" if tunnel["isUp"] else "down", span(now - tunnel["since"]))
    where = " by %s" % tunnel["device"] if tunnel["device"] else ""
    lines = ["%-13s %s, to %s%s" % (tunnel["role"].capitalize(), state, tunnel["edge"], where)]
    lines.append("  child SA    " + child(tunnel["child"], epoch_now))
    request = tunnel["request"]
    if request is None:
        lines.append("  request     none has ended yet")
    else:
        lines.append(
            "  request     %s in %d ms, %s ago" % (request["outcome"], request["ms"], span(now - request["at"]))
        )
    failed = tunnel["lastFailure"]
    if failed:
        lines.append("  failed      %s, %s ago" % (failed["outcome"], span(now - failed["at"])))
    if tunnel["flows"] is not None:
        lines.append("  flows       %d" % tunnel["flows"])
    return lines


def child(told, epoch_now):
    if told is None:
        return "unknown: pluto doesn't answer"
    if not told:
        return "none"
    age = max(0, epoch_now - told["madeAt"])
    return "up for %s, %s in, %s out" % (span(age), size(told["bytesIn"]), size(told["bytesOut"]))


def mend_lines(told, now):
    lines = ["Left of the mends on the spot:"]
    for one in told["limits"]:
        wait = one["from"] - now
        when = "now" if wait <= 0 else "in " + span(wait)
        lines.append("  %-30s %d this hour, next %s" % (one["what"], one["left"], when))
    if told["pluto"] is None:
        lines.append("  pluto doesn't run, so nothing is mended")
    elif told["isHeld"]:
        lines.append("  a script of the control plane is at work, so nothing is mended")
    return lines


def recent_lines(told, now):
    if not told["recent"]:
        return ["It has done nothing since its start."]
    lines = ["Lately:"]
    for one in reversed(told["recent"]):
        lines.append("  %8s ago  %s" % (span(now - one["at"]), one["line"]))
    return lines


def flow_count(count):
    return "not listed by this kernel" if count is None else "%d" % count


def table(told):
    count, most = told
    if count is None or not most:
        return "unknown"
    return "%d of %d (%d %%)" % (count, most, 100 * count // most)


def span(seconds):
    """A duration in the two units that matter."""
    seconds = int(seconds)
    for unit, length, part, less in (("d", 86400, "h", 3600), ("h", 3600, "min", 60), ("min", 60, "s", 1)):
        if seconds >= length:
            return "%d %s %d %s" % (seconds // length, unit, seconds % length // less, part)
    return "%d s" % seconds


def size(count):
    for unit in ("bytes", "KB", "MB", "GB"):
        if count < 1024 or unit == "GB":
            return "%d %s" % (count, unit)
        count //= 1024
