/** Which wire do the tests of a file share? One that is started before them, knows nothing of the test before, and is stopped after them. */
import { afterAll, beforeAll, beforeEach } from '@jest/globals';
import { startWire, type Wire } from './wire.js';

export let wire: Wire;

beforeAll(async () => {
  wire = await startWire();
}, 30_000);

beforeEach(() => {
  wire.reset();
});

afterAll(() => wire.stop());
