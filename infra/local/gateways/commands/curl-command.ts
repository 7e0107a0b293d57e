/** What does `curl` get: from the machine itself, from its host's metadata, or from the proxy through a tunnel? */
import { ModelGap } from '../shell/syntax.js';
import type { Call, Commands } from './command.js';

/** Exit codes of curl. */
const cannotConnect = 7;
const timedOut = 28;
const noSuchInterface = 45;
const refusedWithF = 22;

/** No rule and no route of the machine's is in the way of its host. */
const metadataAddress = '169.254.169.254';

/** `curl -s -o /dev/null -m <seconds> -w '%{http_code}'`, with `--proxy` and `--interface` or neither. */
export const curlCommand: Commands = {
  curl: async (call) => {
    if (new URL(call.args.at(-1) ?? '').hostname === metadataAddress) return askHost(call);
    const { status, exitCode } = await ask(call);
    call.streams.out(String(status).padStart(3, '0'));
    return exitCode;
  },
};

async function ask({ machine, world, args }: Call): Promise<{ status: number; exitCode: number }> {
  const { hostname, port } = new URL(args.at(-1) ?? '');
  if (hostname === '127.0.0.1') {
    const status = port === netdataPort ? netdata(machine) : machine.answerProbe(Number(port));
    return status === undefined ? { status: 0, exitCode: cannotConnect } : { status, exitCode: 0 };
  }
  const proxy = valueOf(args, '--proxy');
  if (proxy === undefined) throw new ModelGap('The model knows curl to the machine itself or to a proxy.');
  const to = new URL(proxy);
  const device = valueOf(args, '--interface');
  const { network } = machine;
  if (device !== undefined && !network.hasDevice(device)) return { status: 0, exitCode: noSuchInterface };
  if (device === undefined && network.route(to.hostname) === undefined)
    return { status: 0, exitCode: cannotConnect };
  const way = machine.counted(network.send(to.hostname, Number(to.port), device));
  if (way.kind === 'tunnelled' && machine.serves(way.edge)) return { status: 200, exitCode: 0 };
  await world.wait(Number(valueOf(args, '-m') ?? 300));
  return { status: 0, exitCode: timedOut };
}

const netdataPort = '19999';

function netdata({ services }: Call['machine']): number | undefined {
  return services.isActive('netdata.service') ? 200 : undefined;
}

/** `curl -s [-f] -H 'Metadata: true' [-d <json>] http://169.254.169.254/…`: prints the body; with `-f` fails on a refusal. */
async function askHost({ machine, args, streams }: Call): Promise<number> {
  const url = new URL(args.at(-1) ?? '');
  const headers = args.flatMap((word, index) => (args[index - 1] === '-H' ? [word.split(/:\s*/)] : []));
  const body = valueOf(args, '-d');
  const answer = await machine.hardware.host.metadata({
    method: body === undefined ? 'GET' : 'POST',
    target: `${url.pathname}${url.search}`,
    headers: Object.fromEntries(headers.map(([name = '', value = '']) => [name, value])),
    ...(body === undefined ? {} : { body }),
  });
  const isRefused = answer.status >= 400;
  if (args.includes('-f') && isRefused) return refusedWithF;
  streams.out(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body));
  return 0;
}

function valueOf(args: readonly string[], option: string): string | undefined {
  const at = args.indexOf(option);
  return at < 0 ? undefined : args[at + 1];
}
