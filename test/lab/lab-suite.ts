/** Can this machine run real guests? Where it can't, the suite is skipped with the reason; in CI that is a failure. */
import { afterAll, beforeAll } from '@jest/globals';
import { obstacleToLab } from '../../infra/local/gateways/real/obstacle-to-lab.js';
import { Lab, type LabPlan } from '../../infra/local/gateways/real/lab.js';
import { clients, edges, stranger } from './lab-plan.js';
import { describeUnless } from '../tools/tools.js';

/** Milliseconds that a lab may take to come up, its images built. */
const startMs = 600_000;

/** Runs a suite in a lab of its own, which is gone afterwards. */
export function describeInLab(
  name: string,
  suites: LabPlan['suites'],
  suite: (lab: () => Lab) => void,
): void {
  describeUnless(obstacleToLab(), name, () => {
    let lab: Lab | undefined;
    beforeAll(async () => {
      const log = (line: string) => process.stderr.write(`${line}\n`);
      lab = await Lab.start({ edges, clients: [...clients, stranger], suites, log });
    }, startMs);
    afterAll(() => lab?.close());
    suite(() => {
      if (lab === undefined) throw new Error('There is no lab.');
      return lab;
    });
  });
}
