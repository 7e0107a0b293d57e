/** Does a machine follow its host's clock where it can, and is it left alone where it can't? By the rendered function. */
import { expect, test } from '@jest/globals';
import { hostClockFunction } from '../../shared/gateway/host-clock-part.js';
import { path } from '../../shared/gateway/paths.js';
import { fileFunctions } from '../../shared/gateway/setup-script-parts.js';
import { inSandbox } from './sandbox.js';
import { describeWith } from './tools.js';

const line = 'refclock PHC /dev/ptp_hyperv poll 3 dpoll -2 offset 0 stratum 2';

/** Shell: the device, chronyd, apt and systemctl are stand-ins that a test takes away or lets fail. */
function run(script: string): readonly string[] {
  const functions = (fileFunctions + hostClockFunction).replaceAll(
    '[ -e /dev/ptp_hyperv ]',
    '[ -e "$DEVICE" ]',
  );
  const { status, stdout, stderr } = inSandbox(
    [],
    `set +e; CHANGED=(); DEVICE="$SANDBOX/own/device"; touch "$DEVICE"; mkdir -p "$SANDBOX/own/bin"
    stub() { printf '#!/bin/sh\\n%s\\n' "$2" >"$SANDBOX/own/bin/$1"; chmod 755 "$SANDBOX/own/bin/$1"; }
    stub chronyd :; stub apt-get 'echo apt-get >>"$SANDBOX/own/calls"; exit 1'; stub systemctl 'echo "$@" >>"$SANDBOX/own/calls"'
    export PATH="$SANDBOX/own/bin:$PATH"; rm -rf /etc/chrony
    calls() { cat "$SANDBOX/own/calls" 2>/dev/null; }
    ${functions}
    ${script}`,
  );
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout.trim().split('\n');
}

describeWith('host clock', { tools: ['cmp', 'grep'], needsRoot: true }, () => {
  test('chrony is told the host’s clock once, and not touched again', () => {
    const said = run(`follow_host_clock; CHANGED=(); follow_host_clock; calls; tail -n 1 ${path.hostClock}`);
    expect(said).toEqual(['restart chrony.service', line]);
  });

  test.each([
    { when: 'there is no such clock', script: 'rm "$DEVICE"' },
    {
      when: 'the image has it already',
      script: `mkdir -p /etc/chrony/conf.d; echo '${line}' >/etc/chrony/conf.d/azure.conf`,
    },
  ])('nothing is written when $when', ({ script }) => {
    expect(run(`${script}; follow_host_clock; calls; [ -e ${path.hostClock} ] || echo none`)).toEqual([
      'none',
    ]);
  });

  test('a chrony that can’t be installed is said, and is no failure', () => {
    expect(
      run(`rm "$SANDBOX/own/bin/chronyd"; hash -r; follow_host_clock && echo goes on; calls; true`),
    ).toEqual(["chrony can't be installed: the clock is left to the image.", 'goes on', 'apt-get']);
  });
});
