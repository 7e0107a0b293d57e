/** When does the modelled agent mend? As the rendered program's tests have it, where a script of the control plane is near. */
import { expect, test } from '@jest/globals';
import { unchecked, type Health } from '../../../../infra/local/gateways/judge-tunnels.js';
import { nextMend } from '../../../../infra/local/gateways/mend-on-the-spot.js';

const check = { failuresDown: 3, successesUp: 3, stableSeconds: 300 };
const rules = {
  ...{ initiateAfterSeconds: 3, reconnectAfterSeconds: 20, restartAfterSeconds: 40 },
  ...{ settleSeconds: 15, afterStartSeconds: 30, perHour: 3, pauseSeconds: 60 },
};
const now = 1000;
const dead: Health = { ...unchecked, failures: 100, failingSince: now - 300 };

test.each([
  { when: 'none was ever seen at work', isHeld: false, heldAt: undefined, kind: 'restart' },
  { when: 'one is at work', isHeld: true, heldAt: now, kind: undefined },
  { when: 'one was at work 14 s ago', isHeld: false, heldAt: now - 14, kind: undefined },
  { when: 'one was at work 15 s ago', isHeld: false, heldAt: now - 15, kind: 'restart' },
])('a tunnel that has been dead for long leads to $kind when $when', ({ isHeld, heldAt, kind }) => {
  const facts = {
    tunnels: new Map([['primary', dead]]),
    begun: [],
    ...{ agentAge: 500, plutoAge: 500, plutoAnswers: true, isHeld, heldAt },
  };
  expect(nextMend(facts, check, rules, now)?.kind).toBe(kind);
});
