/** Whose clock does a gateway follow? Its host's, which needs neither network nor DNS. */
import { path } from './paths.js';

/**
 * Microsoft Learn, "Time sync for Linux VMs in Azure", chrony: the line, and that the host's time counts as stratum 2.
 * Debian's own chrony.conf reads the folder, steps the clock in its first three updates, and keeps its pools beside it.
 */
const line = 'refclock PHC /dev/ptp_hyperv poll 3 dpoll -2 offset 0 stratum 2';

/**
 * Shell: `follow_host_clock`. Only where the device is, since chronyd doesn't start with one that is missing; where the
 * image has it set up, that stays. A clock is no reason to fail: the tunnel needs none, and what is in the way is said.
 */
export const hostClockFunction = `
follow_host_clock() {
  [ -e /dev/ptp_hyperv ] || return 0
  if ! command -v chronyd >/dev/null; then
    export DEBIAN_FRONTEND=noninteractive
    if ! timeout 120 apt-get -o DPkg::Lock::Timeout=60 -o Acquire::http::Timeout=30 -y --no-install-recommends install chrony >/dev/null 2>&1; then
      echo "chrony can't be installed: the clock is left to the image."
      return 0
    fi
  fi
  if [ ! -e ${path.hostClock} ] && grep -rqs '^refclock PHC /dev/ptp' /etc/chrony; then return 0; fi
  put_file ${path.hostClock} 0644 <<'TK_END_OF_FILE'
# Written by Tunnelkeeper; changes are overwritten.
${line}
TK_END_OF_FILE
  if has_changed host-clock.conf; then
    timeout 30 systemctl restart chrony.service || echo "chrony doesn't start: the clock is left as it is."
  fi
}
`;
