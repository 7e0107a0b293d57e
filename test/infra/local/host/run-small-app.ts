/** Starts the host with the small app, or the one in `APP`, and prints its address; ends when its standard input does. */
import { startHost } from '../../../../infra/local/host/host.js';

const appFile = new URL(`./${process.env['APP'] ?? 'small-app'}.ts`, import.meta.url).href;
let [crashAt, killAt] = [process.env['CRASH_AT'], process.env['KILL_AT']];
const journal = process.env['JOURNAL'];
const host = await startHost({
  appFile,
  port: 0,
  hostJson: {
    extensions: {
      queues: { maxPollingInterval: '00:00:00.2' },
      durableTask: JSON.parse(process.env['DURABLE_TASK'] ?? '{}') as object, // the test's own
    },
  },
  log: () => undefined,
  key: 'secret',
  ...(journal === undefined ? {} : { journal }),
  onActivity: (name, phase) => {
    const at = `${name} ${phase}`;
    if (crashAt === at) {
      crashAt = undefined;
      host.crash();
    } else if (killAt === at) {
      killAt = undefined;
      void host.kill();
    }
  },
});
process.stdout.write(`${host.url}\n`);
process.stdin.resume().on('end', () => void host.close().then(() => process.exit(0)));
