/** Starts the host with an app that may be bad, and prints what it says: the error, or what it warned of. */
import { startHost } from '../../../../infra/local/host/host.js';

const appFile = process.argv[2] ?? '';
const warnings: string[] = [];
try {
  const host = await startHost({
    appFile,
    port: 0,
    hostJson: { version: '2.0' },
    log: (level, message) => {
      if (level === 'warning') warnings.push(message);
    },
  });
  await host.close();
  process.stdout.write(JSON.stringify({ warnings }));
} catch (error) {
  process.stdout.write(JSON.stringify({ refused: error instanceof Error ? error.message : String(error) }));
}
process.exit(0); // an app may have opened something before it was refused
