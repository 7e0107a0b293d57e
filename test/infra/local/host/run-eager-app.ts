/** Starts a host with the eager app, waits for its orchestration, and prints what came of it. */
import { startHost } from '../../../../infra/local/host/host.js';
import { eventually } from './start-small-app.js';

process.env['NOWHERE'] =
  'DefaultEndpointsProtocol=http;AccountName=a;AccountKey=a2V5;QueueEndpoint=http://127.0.0.1:1/a';
const host = await startHost({
  appFile: new URL('./eager-app.ts', import.meta.url).href,
  port: 0,
  hostJson: {},
  log: () => undefined,
});
const { seen } = await import('./eager-app.js');
const { status } = await eventually('an end', () => {
  const one = host.orchestrations.instances.get('one');
  return Promise.resolve(one?.status === 'Pending' || one?.status === 'Running' ? undefined : one);
});
process.stdout.write(`${status} after ${seen.calls} calls, before that ${[...seen.refusals].join()}`);
process.exit(0);
