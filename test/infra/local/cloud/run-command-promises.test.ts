/** What does the platform promise of a managed run command, and what does it not say? By documentation. */
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { asRecord, propertiesOf } from '../../../../infra/local/cloud/json.js';
import { codeOf, operationOf, TestCloud, type Answer } from './helpers/test-cloud.js';
import type { WirePoint } from './helpers/wire-point.js';

let cloud: TestCloud;
let machine: string;
const wellEnough = { exitCode: 0, stdout: 'done\n', stderr: '' };

beforeAll(async () => {
  cloud = await TestCloud.start();
  machine = await cloud.makeMachine('runner');
});

afterEach(async () => {
  cloud.cloud.faults.clear();
  cloud.guests.runScript = () => Promise.resolve(wellEnough);
  await cloud.atRest();
});

afterAll(() => cloud.close());

const body = (more: object = {}, source: object = { script: 'true' }) => ({
  location: 'westeurope',
  properties: { source, ...more },
});

const put = (name: string, sent: object) => cloud.arm('PUT', `${machine}/runCommands/${name}`, sent);

/** The state of the command as the platform and as the instance view tells it. */
async function told(name: string) {
  const read = await cloud.arm('GET', `${machine}/runCommands/${name}?$expand=instanceView`);
  const { provisioningState, instanceView } = propertiesOf(read.body);
  const { executionState, exitCode, output } = asRecord(instanceView);
  return { provisioningState, executionState, exitCode, output };
}

const errorOf = async (made: Answer) => (await cloud.arm('GET', operationOf(made))).body['error'];

const points: readonly WirePoint[] = [
  {
    point: 'a script that fails leaves Succeeded with executionState Failed and exit code 1',
    async holds() {
      cloud.guests.runScript = () => Promise.resolve({ exitCode: 1, stdout: '', stderr: 'no' });
      await cloud.made(`${machine}/runCommands/fails`, body());
      expect(await told('fails')).toMatchObject({
        ...{ provisioningState: 'Succeeded', executionState: 'Failed', exitCode: 1 },
      });
    },
  },
  {
    point: 'with treatFailureAsDeploymentFailure it leaves Failed, and the reason stands in the operation',
    async holds() {
      cloud.guests.runScript = () => Promise.resolve({ exitCode: 52, stdout: '', stderr: 'no' });
      const made = await put('strict', body({ treatFailureAsDeploymentFailure: true }));
      await cloud.atRest();
      expect(await told('strict')).toMatchObject({ provisioningState: 'Failed', exitCode: 52 });
      expect(await errorOf(made)).toMatchObject({
        code: 'VMExtensionProvisioningError',
        message: expect.stringContaining('Enable failed with exit code 52') as unknown,
      });
    },
  },
  {
    point: 'with asyncExecution the operation ends as soon as the script runs',
    async holds() {
      let end: (() => void) | undefined;
      cloud.guests.runScript = () =>
        new Promise((resolve) => {
          end = () => {
            resolve(wellEnough);
          };
        });
      await cloud.made(`${machine}/runCommands/async`, body({ asyncExecution: true }));
      expect(await told('async')).toMatchObject({
        ...{ provisioningState: 'Succeeded', executionState: 'Running' },
      });
      end?.();
      while ((await told('async')).executionState === 'Running');
      expect(await told('async')).toMatchObject({ executionState: 'Succeeded', exitCode: 0 });
    },
  },
  {
    point: 'an empty script cancels the one that runs',
    async holds() {
      const stopped = new Promise<void>((resolve) => {
        cloud.guests.runScript = ({ signal }) =>
          new Promise((end) => {
            signal.addEventListener('abort', () => {
              resolve();
              end({ exitCode: 143, stdout: '', stderr: '' });
            });
          });
      });
      await put('long', body());
      await cloud.until(() => cloud.guests.scripts.length > 0);
      expect(codeOf(await put('long', body()))).toBe('AnotherOperationInProgress');
      expect((await put('long', body({}, { script: '' }))).status).toBe(200);
      await stopped;
      await cloud.atRest();
      expect(await told('long')).toMatchObject({ executionState: 'Canceled' });
    },
  },
  {
    point: 'the instance view is shown only when it is asked for, protected parameters never',
    async holds() {
      const protectedParameters = [{ name: 'PSK', value: 'not-to-be-shown' }];
      const made = await cloud.made(`${machine}/runCommands/quiet`, body({ protectedParameters }));
      const read = await cloud.arm('GET', `${machine}/runCommands/quiet`);
      expect(propertiesOf(read.body)).not.toHaveProperty('instanceView');
      expect(JSON.stringify([made.body, read.body])).not.toContain('not-to-be-shown');
    },
  },
  {
    point: 'the output is its last 4,096 bytes',
    async holds() {
      cloud.guests.runScript = () =>
        Promise.resolve({ exitCode: 0, stdout: `${'x'.repeat(5000)}end`, stderr: '' });
      await cloud.made(`${machine}/runCommands/loud`, body());
      const { output } = await told('loud');
      expect(String(output)).toHaveLength(4096);
      expect(String(output).endsWith('end')).toBe(true);
    },
  },
  {
    point: 'a lie says Succeeded with exit code 0, and nothing has run on the machine',
    async holds() {
      cloud.cloud.faults.add({ kind: 'run-command-lies', machine: 'runner' });
      const before = cloud.guests.scripts.length;
      await cloud.made(`${machine}/runCommands/lie`, body());
      expect(await told('lie')).toEqual({
        ...{ provisioningState: 'Succeeded', executionState: 'Succeeded', exitCode: 0, output: '' },
      });
      expect(cloud.guests.scripts).toHaveLength(before);
    },
  },
  {
    point: 'a script that isn’t sent but fetched is refused by name',
    async holds() {
      const refused = await put('fetched', body({}, { scriptUri: 'https://example.com/x.sh' }));
      expect([refused.status, codeOf(refused)]).toEqual([400, 'InvalidParameter']);
      expect(JSON.stringify(refused.body)).toContain('source.scriptUri');
    },
  },
];

test.each(points)('$point', ({ holds }) => holds());
