"""Do the rules stand that lead connections and hold them back? A firewall tool of somebody else may take them away."""
import limited

LIMIT_SECONDS = 5
#: Looked at so often: without the rules every client is refused, or nothing holds back what has no tunnel.
LOOK_SECONDS = 15
#: And so soon again after they were found missing.
AGAIN_SECONDS = 5
UNITS = ("tunnelkeeper-fail-closed.service", "tunnelkeeper-forwarding.service")


def wanted(settings):
    """Pure: what `iptables-save` shows of whole rules, by the chain that they lead to."""
    hooks = {"TK": ("FORWARD", "OUTPUT"), "TK-RESET": ("FORWARD",), "TK-DNAT": ("PREROUTING",), "TK-MSS": ("FORWARD",)}
    if settings.proxy["masquerade"]:
        hooks["TK-SNAT"] = ("POSTROUTING",)
    if settings.is_route_based:
        hooks.update({"TK-RESTORE": ("PREROUTING",), "TK-PIN": ("POSTROUTING",)})
    return hooks


#: The agent itself fills this chain, which is empty as long as all is well.
MAY_BE_EMPTY = "TK-RESET"


def missing(settings, saved):
    """Pure: the chains that nothing leads to or that hold no rule, in the text of `iptables-save`."""
    lines = saved.split("\n")
    led = {line.strip() for line in lines}
    filled = {line.split(" ", 2)[1] for line in lines if line.startswith("-A ")}
    return tuple(
        chain
        for chain, froms in wanted(settings).items()
        if not all("-A %s -j %s" % (one, chain) in led for one in froms)
        or (chain != MAY_BE_EMPTY and chain not in filled)
    )


def set_again():
    """Begins what sets the rules, without waiting for it; gives the trouble, or nothing. Never by a restart: one that
    comes again and again would end what is about to set them."""
    for verb in ("start", "reload"):
        ended = limited.run(["systemctl", "--no-block", verb, *UNITS], LIMIT_SECONDS)
        if not ended.is_good:
            return ended.trouble
    return ""


class Rules:
    """Looks after them now and then, and has the units set them again that set them at boot."""

    def __init__(self, settings):
        self.settings = settings
        self.looked_at = None
        #: Chains that are missing; nothing while that isn't known.
        self.missing = ()

    def keep(self, now):
        """Gives a line when rules are missing; what sets them is begun, not waited for."""
        pause = AGAIN_SECONDS if self.missing else LOOK_SECONDS
        if self.looked_at is not None and now - self.looked_at < pause:
            return []
        self.looked_at = now
        saved = limited.run(["iptables-save"], LIMIT_SECONDS)
        if not saved.is_good:
            self.missing = ()
            return ["Rules can't be looked at: %s." % saved.trouble]
        self.missing = missing(self.settings, saved.out)
        if not self.missing:
            return []
        trouble = set_again()
        line = "Has rules set again that are missing: %s." % ", ".join(self.missing)
        return ["%s It failed: %s." % (line, trouble) if trouble else line]
