/** Is a diagnosis believed only when its last line is sound? */
import { expect, test } from '@jest/globals';
import type { GatewayDiagnosis } from '../../../shared/gateway/gateway-diagnosis.js';
import { parseDiagnosis } from '../../../shared/gateway/parse-diagnosis.js';

const sound: GatewayDiagnosis = {
  changedFiles: ['tunnelkeeper.conf'],
  services: { ipsec: true, forwarding: true, agent: false },
  tunnels: {
    primary: { state: 'down', request: false, because: 'credential-refused' },
    secondary: { state: 'up', request: true },
  },
  probe: 503,
  connections: 12,
};

function line(diagnosis: unknown): string {
  return `TUNNELKEEPER DIAGNOSIS ${JSON.stringify(diagnosis)}`;
}

test.each([
  { when: 'the line stands alone', output: line(sound) },
  { when: 'something was said before it', output: `bash: warning\r\n${line(sound)}\r\n` },
  { when: 'an older one stands before it', output: `${line({ ...sound, probe: 200 })}\n${line(sound)}\n` },
])('parseDiagnosis gives the diagnosis when $when', ({ output }) => {
  expect(parseDiagnosis(output)).toEqual(sound);
});

const tunnel = { state: 'down', request: false };

test.each([
  { when: 'nothing was said', output: '' },
  { when: 'the line is cut', output: line(sound).slice(0, -10) },
  { when: 'it is a result of the setup', output: line(sound).replace('DIAGNOSIS', 'RESULT') },
  { when: 'the marker isn’t at the beginning of a line', output: `echo ${line(sound)}` },
  { when: 'a service is missing', output: line({ ...sound, services: { ipsec: true, agent: true } }) },
  { when: 'a tunnel’s state is unknown', output: line({ ...sound, tunnels: { primary: { state: 'odd' } } }) },
  {
    when: 'a tunnel’s reason is unknown',
    output: line({ ...sound, tunnels: { primary: { ...tunnel, because: 'because' } } }),
  },
  { when: 'the connections are negative', output: line({ ...sound, connections: -1 }) },
  { when: 'the connections are no number', output: line({ ...sound, connections: 'many' }) },
  { when: 'the probe is no status', output: line({ ...sound, probe: 1000 }) },
  { when: 'too many files differ', output: line({ ...sound, changedFiles: Array(51).fill('x') }) },
])('parseDiagnosis gives nothing when $when', ({ output }) => {
  expect(parseDiagnosis(output)).toBeUndefined();
});
