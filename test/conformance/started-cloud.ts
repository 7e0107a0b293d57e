/** Which checked cloud do the tests of a file share? One that is started before them and closed after them. */
import { afterAll, beforeAll } from '@jest/globals';
import type { TestCloud } from '../infra/local/cloud/helpers/test-cloud.js';
import { CheckedCloud } from './checked-cloud.js';
import { hasSpecs } from './validator.js';

export let checked: CheckedCloud;
export let cloud: TestCloud;

// Reading the descriptions takes most of it.
beforeAll(async () => {
  if (!hasSpecs) return;
  checked = await CheckedCloud.start();
  cloud = checked.cloud;
}, 120_000);

afterAll(() => (hasSpecs ? checked.close() : undefined));
