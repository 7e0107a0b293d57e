/** Who plays systemd and pluto for the setup script in the sandbox? Stubs that run the rendered programs for real. */

/**
 * Shell lines, after `smallNetwork`. `systemctl` runs fail-closed, forwarding and the agent; `ipsec` takes
 * a connection up by making its device, or says what stands in `$SANDBOX/own/refusal-<role>`, and doesn't answer before
 * the second in `mute-until`. Calls are written down, the agent's apart.
 */
export const stubServices = `
export -f add_edge
mkdir -p "$SANDBOX/own/bin" "$SANDBOX/own/active" "$SANDBOX/own/up"
cat >"$SANDBOX/own/bin/systemctl" <<'STUB'
#!/bin/bash
exec 9>&- # what systemd and pluto start isn't the script's child, and doesn't hold its lock
echo "systemctl $*" >>"$SANDBOX/own/calls"
words=()
for word; do case $word in -*) ;; *) words+=("$word") ;; esac; done
state="$SANDBOX/own/active/\${words[1]:-}"
case \${words[0]} in
  is-active)
    [ ! -e "$SANDBOX/own/mute-systemd" ] || [ "$*" != "is-active ipsec.service" ] || exit 1
    case $* in *-q*) [ -e "$state" ]; exit ;; esac
    for unit in "\${words[@]:1}"; do
      if [ -e "$SANDBOX/own/active/$unit" ]; then echo active; else echo inactive; fi
    done
    ;;
  stop)
    rm -f "$state"
    case \${words[1]} in
      ipsec.service) rm -f "$SANDBOX"/own/up/* ;;
      tunnelkeeper-agent.service) kill "$(cat "$SANDBOX/own/agent")" ;;
    esac
    ;;
  start | restart)
    case \${words[1]} in
      tunnelkeeper-fail-closed.service) /usr/local/lib/tunnelkeeper/fail-closed ;;
      tunnelkeeper-forwarding.service) sleep() { :; }; export -f sleep; /usr/local/lib/tunnelkeeper/forwarding ;;
      tunnelkeeper-agent.service)
        [ ! -e "$SANDBOX/own/agent" ] || kill "$(cat "$SANDBOX/own/agent")" 2>/dev/null
        BY_AGENT=1 setpriv --no-new-privs --inh-caps -all --bounding-set -all,+net_raw,+net_admin \\
          python3 -IB /usr/local/lib/tunnelkeeper/agent /etc/tunnelkeeper/gateway.json >"$SANDBOX/own/agent-said" 2>&1 &
        echo $! >"$SANDBOX/own/agent"
        ;;
      netdata.service)
        mkdir -p "$SANDBOX/own/netdata/api/v1" && touch "$SANDBOX/own/netdata/api/v1/info"
        python3 -m http.server --bind 127.0.0.1 --directory "$SANDBOX/own/netdata" 19999 >/dev/null 2>&1 &
        ;;
    esac && touch "$state"
    ;;
esac
STUB
cat >"$SANDBOX/own/bin/ipsec" <<'STUB'
#!/bin/bash
exec 9>&-
echo "ipsec $*" >>"$SANDBOX/own/\${BY_AGENT:+agent-}calls"
env | grep TK_PSK >>"$SANDBOX/own/inherited"
role=\${3:-}
case $1 in
  status) [ ! -e "$SANDBOX/own/mute-until" ] || [ "$(date +%s)" -ge "$(cat "$SANDBOX/own/mute-until")" ]; exit ;;
  addconn) exec /usr/libexec/ipsec/"$@" ;;
  trafficstatus)
    for up in "$SANDBOX"/own/up/*; do
      [ ! -e "$up" ] || echo "006 #2: \\"\${up##*/}\\", type=ESP, add_time=1, inBytes=0, outBytes=0, id='198.51.101.10'"
    done
    ;;
  whack)
    case $* in
      *--trafficstatus) shift; exec "$0" trafficstatus ;;
      *--initiate*) exec "$0" auto --up "$3" ;;
      *--terminate*) exec "$0" auto --down "$3" ;;
      *--shutdown)
        rm -f "$SANDBOX"/own/up/* "$SANDBOX/own/active/ipsec.service"
        { /bin/sleep 1; touch "$SANDBOX/own/active/ipsec.service"; } & # as systemd does, since nobody asked it to stop
        exit
        ;;
    esac
    for up in "$SANDBOX"/own/up/*; do
      [ -e "$up" ] || continue
      number=$(cat "$up")
      echo "000 #$number: \\"\${up##*/}\\":4500 STATE_V2_ESTABLISHED_IKE_SA (established IKE SA); newest; idle;"
      echo "000 #9: \\"\${up##*/}\\":4500 STATE_V2_ESTABLISHED_CHILD_SA (established Child SA); newest; eroute owner; IKE SA #$number; idle;"
    done
    ;;
  auto)
    [ "$2" != --down ] || rm -f "$SANDBOX/own/up/$role"
    [ "$2" = --up ] || exit 0
    if [ -e "$SANDBOX/own/refusal-$role" ]; then cat "$SANDBOX/own/refusal-$role"; exit 36; fi
    number=0
    [ "$role" = primary ] || number=1
    ip link show "vti$number" >/dev/null 2>&1 || add_edge "$number" >/dev/null 2>&1
    [ -e "$SANDBOX/own/up/$role" ] || { echo x >>"$SANDBOX/own/ups"; wc -l <"$SANDBOX/own/ups" >"$SANDBOX/own/up/$role"; }
    ;;
esac
STUB
printf '#!/bin/sh\\ncat "$SANDBOX/own/journal" 2>/dev/null\\n' >"$SANDBOX/own/bin/journalctl"
printf '#!/bin/sh\\n' >"$SANDBOX/own/bin/cloud-init"
printf '#!/bin/sh\\nexec /bin/sleep 0.1\\n' >"$SANDBOX/own/bin/sleep"
chmod 755 "$SANDBOX/own" "$SANDBOX" "$SANDBOX"/own/bin/*
set_up() { # runs the setup script, whose pauses between two looks are short here
  PATH="$SANDBOX/own/bin:$PATH" bash /usr/local/lib/setup || echo "ended with $?"
}
on_machine() { # <script>
  PATH="$SANDBOX/own/bin:$PATH" bash "$1" || echo "ended with $?"
}
calls() { cat "$SANDBOX/own/calls"; : >"$SANDBOX/own/calls"; }
`;
