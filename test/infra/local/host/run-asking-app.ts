/** Starts a host with the asking app, and prints what it was told while it was loaded. */
import { startHost } from '../../../../infra/local/host/host.js';

const host = await startHost({
  appFile: new URL('./asking-app.ts', import.meta.url).href,
  port: 0,
  hostJson: {},
  log: () => undefined,
});
const answer = await fetch(`${host.url}/api/early`);
process.stdout.write(`${answer.status} ${await answer.text()}`);
await host.close();
