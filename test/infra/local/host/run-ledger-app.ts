/** Starts a host with the ledger's app over the journal in `JOURNAL`, and prints its address; it lives until it is killed. */
import { startHost } from '../../../../infra/local/host/host.js';

const host = await startHost({
  appFile: import.meta.url.replace('run-ledger-app', 'ledger-app'), // beside it, also when both are compiled
  port: 0,
  hostJson: {},
  log: (level, text) => {
    process.stderr.write(`${level}: ${text}\n`);
  },
  journal: process.env['JOURNAL'] ?? '',
  // Small, so that kills hit snapshots too.
  compactAfterBytes: 100_000,
});
process.stdout.write(`${host.url}\n`);
process.stdin.resume().on('end', () => void host.close().then(() => process.exit(0)));
