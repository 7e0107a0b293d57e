/** Starts the host with the small app and prints its address; ends when its standard input does. */
import { startHost } from '../../../../infra/local/host/host.js';

const appFile = new URL('./small-app.ts', import.meta.url).href;
const host = await startHost({ appFile, port: 0, hostJson: {}, log: () => undefined, key: 'secret' });
process.stdout.write(`${host.url}\n`);
process.stdin.resume().on('end', () => void host.close().then(() => process.exit(0)));
