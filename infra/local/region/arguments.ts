/** What did the command line ask for? */
import { parseArgs } from 'node:util';

/** How the region is started. */
export interface Arguments {
  /** File with the site that is requested; `undefined` with `--empty`. */
  readonly site: string | undefined;
  readonly port: number;
  readonly speed: number;
  /** What plays the gateways: a model, or Debian under User-Mode Linux. */
  readonly gateways: 'modelled' | 'real';
  /** Forgets what an earlier region left. */
  readonly fresh: boolean;
  /** Ends once the site is served, or has been refused. */
  readonly exit: boolean;
}

export const usage = `npm start -- [options]

  --site FILE   request the site in this file      (examples/minimal.json)
  --empty       request none
  --port N      port of the API on 127.0.0.1       (7071)
  --speed N     seconds that pass in one, 1 to 50  (10; 4 with real gateways)
  --gateways W  modelled or real: Debian guests with Libreswan, which need
                Linux, root and test/lab/install.sh  (modelled)
  --fresh       forget the sites of an earlier run
  --exit        end once the site is served
  --help        this text`;

/** Fastest that the app's own work, which isn't scaled, leaves the picture true. */
const maxSpeed = 50;

/** Real guests work at their own pace: with time much faster than theirs, what takes them seconds looks like minutes. */
const usualSpeed = { modelled: 10, real: 4 } as const;

/**
 * Reads the arguments.
 *
 * @returns a message for people when they can't be read, or the usage when that was asked for
 */
export function readArguments(
  given: readonly string[],
): Arguments | { readonly message: string; readonly isError: boolean } {
  const wrong = (message: string) => ({ message: `${message}\n\n${usage}`, isError: true });
  try {
    const { values } = parseArgs({
      args: [...given],
      options: {
        site: { type: 'string' },
        empty: { type: 'boolean', default: false },
        port: { type: 'string', default: '7071' },
        speed: { type: 'string' },
        gateways: { type: 'string', default: 'modelled' },
        fresh: { type: 'boolean', default: false },
        exit: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) return { message: usage, isError: false };
    const port = Number(values.port);
    if (!Number.isInteger(port) || port < 0 || port > 65535) {
      return wrong(`--port is ${values.port}; give a port from 0 (any that is free) to 65535.`);
    }
    const { gateways } = values;
    if (gateways !== 'modelled' && gateways !== 'real')
      return wrong(`--gateways is ${gateways}; give modelled or real.`);
    const speed = Number(values.speed ?? usualSpeed[gateways]);
    if (!(speed >= 1 && speed <= maxSpeed))
      return wrong(`--speed is ${String(values.speed)}; give 1 to ${maxSpeed}.`);
    if (values.empty && values.site !== undefined) return wrong('--empty and --site exclude each other.');
    const site = values.empty ? undefined : (values.site ?? 'examples/minimal.json');
    return { site, port, speed, gateways, fresh: values.fresh, exit: values.exit };
  } catch (error) {
    return wrong(error instanceof Error ? error.message : String(error));
  }
}
