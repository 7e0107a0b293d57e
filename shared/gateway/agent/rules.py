"""Do the rules stand that lead connections and hold them back? A firewall tool of somebody else may take them away."""
import flows
import limited

LIMIT_SECONDS = 5
#: Looked at so often: without the rules every client is refused, or nothing holds back what has no tunnel.
LOOK_SECONDS = 15
#: And so soon again after they were found missing.
AGAIN_SECONDS = 5
UNITS = ("tunnelkeeper-fail-closed.service", "tunnelkeeper-forwarding.service")


#: By the chain: its table, and the chains that lead to it.
ALWAYS = {
    "TK": ("filter", ("FORWARD", "OUTPUT")),
    "TK-RESET": ("filter", ("FORWARD",)),
    "TK-DNAT": ("nat", ("PREROUTING",)),
    "TK-MSS": ("mangle", ("FORWARD",)),
}
MASQUERADING = {"TK-SNAT": ("nat", ("POSTROUTING",))}
ROUTE_BASED = {"TK-RESTORE": ("mangle", ("PREROUTING",)), "TK-PIN": ("mangle", ("POSTROUTING",))}

#: The agent itself fills this chain, which is empty as long as all is well.
MAY_BE_EMPTY = "TK-RESET"
FORWARDING = "/proc/sys/net/ipv4/ip_forward"


def wanted(settings):
    """Pure: the chains of whole rules."""
    return {
        **ALWAYS,
        **(MASQUERADING if settings.proxy["masquerade"] else {}),
        **(ROUTE_BASED if settings.is_route_based else {}),
    }


def read(saved):
    """Pure: the rules by table and chain, and the policies of the kernel's own chains, in the text of
    `iptables-save`."""
    table, rules, policies = "", {}, {}
    for line in saved.split("\n"):
        kind, _, rest = line.strip().partition(" ")
        if kind.startswith("*"):
            table = kind[1:]
        elif kind.startswith(":"):
            policies[table, kind[1:]] = rest.split(" ")[0]
        elif kind == "-A":
            chain, _, rule = rest.partition(" ")
            rules.setdefault((table, chain), []).append(rule)
    return rules, policies


def missing(settings, saved, forwards=True):
    """Pure: the chains that nothing leads to or that don't do what they are for, and what else keeps clients out, in
    the text of `iptables-save`. `forwards`: whether the kernel does."""
    rules, policies = read(saved)
    found = [
        chain
        for chain, (table, froms) in wanted(settings).items()
        if not all(leads(rules.get((table, one), []), chain) for one in froms)
        or not works(settings, chain, rules.get((table, chain), []))
    ]
    if policies.get(("filter", "FORWARD")) == "DROP":
        found.append("the policy of FORWARD")
    return tuple(found if forwards else [*found, "ip_forward"])


#: What may stand before a jump to these: before what drops, a rule of somebody else's could let pass.
BEFORE = {"TK": ["-j TK-RESET"], "TK-RESET": []}


def leads(rules, chain):
    """Pure: whether these rules lead to the chain, before any of somebody else's where that matters."""
    jump = "-j " + chain
    if jump not in rules:
        return False
    return chain not in BEFORE or all(rule in BEFORE[chain] for rule in rules[: rules.index(jump)])


def works(settings, chain, rules):
    """Pure: whether the chain holds what it is for; the one that drops is looked at rule by rule."""
    if chain == "TK-DNAT":
        return any(rule.endswith(" --to-destination " + settings.proxy["address"]) for rule in rules)
    if chain != "TK":
        return bool(rules) or chain == MAY_BE_EMPTY
    for rule in rules:
        if rule.endswith(" -j DROP"):
            if rule.startswith("-d %s/32 " % settings.proxy["address"]):
                return True
        elif " --pol ipsec " not in rule:
            return False
    return False


def forwards():
    """Whether the kernel forwards; true where that can't be read."""
    return flows.number_in(FORWARDING) != 0


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
        #: What is missing; nothing while that isn't known.
        self.missing = ()

    def keep(self, now, is_held):
        """Gives a line when rules are missing; what sets them is begun, not waited for, and left to a script of the
        control plane that is at work."""
        pause = AGAIN_SECONDS if self.missing else LOOK_SECONDS
        if self.looked_at is not None and now - self.looked_at < pause:
            return []
        self.looked_at = now
        saved = limited.run(["iptables-save"], LIMIT_SECONDS)
        if not saved.is_good:
            self.missing = ()
            return ["Rules can't be looked at: %s." % saved.trouble]
        self.missing = missing(self.settings, saved.out, forwards())
        if not self.missing:
            return []
        names = ", ".join(self.missing)
        if is_held:
            return ["Rules are missing while a script of the control plane is at work: %s." % names]
        trouble = set_again()
        line = "Has rules set again that are missing: %s." % names
        return ["%s It failed: %s." % (line, trouble) if trouble else line]
