/** Is a site's orchestrator started when one is in the way? */
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { startReconciliation } from '../../functions/nudge.js';
import type { SiteName } from '../../shared/site/ids.js';
import { startDurableService, type DurableService } from './helpers/durable-service.js';

const hq = 'hq' as SiteName; // a name that the schema accepts
let service: DurableService;

beforeAll(async () => {
  service = await startDurableService();
});

beforeEach(() => {
  service.reset();
});

afterAll(() => service.stop());

test.each([
  { when: 'none runs', refusals: 0, status: 'Completed', started: ['site-hq'] },
  { when: 'one runs: that one goes on', refusals: 1, status: 'Running', started: [] },
  { when: 'the one in the way has ended meanwhile', refusals: 1, status: 'Completed', started: ['site-hq'] },
])('a start when $when', async ({ refusals, status, started }) => {
  service.refuse(refusals, status);
  await startReconciliation(hq, service.aContext());
  expect(service.started()).toEqual(started);
});

test('a start that is refused twice says why', async () => {
  service.refuse(2, 'Completed');
  await expect(startReconciliation(hq, service.aContext())).rejects.toThrow(/already exists/);
});
