/** What does the `ipsec` command do and say? */
import { ModelGap } from '../shell/syntax.js';
import type { Tunnel } from '../tunnel.js';
import type { Call, Commands } from './command.js';

/** Libreswan's command, as far as scripts use it. */
export const ipsecCommand: Commands = { ipsec: (call) => ipsec(call) };

async function ipsec(call: Call): Promise<number> {
  const { machine, world, args, streams } = call;
  const [verb, option = '', name = ''] = args;
  if (!machine.disk.packages.has('libreswan')) return 127;
  if (verb === 'addconn' && args.includes('--checkconfig')) {
    const conf = machine.readConnections();
    if (conf.kind === 'refused') streams.err(`cannot load config '/etc/ipsec.conf': ${conf.line}\n`);
    return conf.kind === 'refused' ? 1 : 0;
  }
  if (machine.pluto === undefined) {
    streams.err('whack: Pluto is not running (no "/run/pluto/pluto.ctl")\n');
    return 33;
  }
  if (machine.pluto.isWedged) return world.never();
  if (verb === 'status') return 0;
  if (verb === 'trafficstatus' || (verb === 'whack' && option === '--trafficstatus')) {
    streams.out(machine.pluto.all.map(trafficLine).join(''));
    return 0;
  }
  if (verb === 'whack' && option === '--status') {
    streams.out(machine.pluto.all.map(statusLines).join(''));
    return 0;
  }
  if (verb === 'whack' && option === '--shutdown') {
    machine.services.kill('ipsec.service'); // it ends by itself, which isn't a stop
    return 0;
  }
  if (option === '--rereadsecrets') {
    machine.pluto.rereadSecrets(machine.readSecrets());
    return 0;
  }
  if (verb !== 'auto') throw new ModelGap(`The model knows no ipsec ${args.join(' ')}.`);
  return onConnection(call, option, name);
}

async function onConnection(
  { machine, world, streams }: Call,
  option: string,
  name: string,
): Promise<number> {
  const tunnel = machine.pluto?.tunnel(name);
  if (tunnel === undefined) {
    streams.out(`021 no connection named "${name}"\n`);
    return 21;
  }
  if (option === '--down') {
    tunnel.down();
    return 0;
  }
  if (option !== '--up') throw new ModelGap(`The model knows no ipsec auto ${option}.`);
  const { exitCode, lines } = await world.until(tunnel.up());
  streams.out(lines.map(({ code, text }) => `${code} ${text}\n`).join(''));
  return exitCode;
}

function trafficLine({ edge, numbers, connection, address }: Tunnel): string {
  if (edge === undefined || numbers === undefined) return '';
  const { name } = connection;
  return `006 #${numbers.child}: "${name}", type=ESP, add_time=0, inBytes=0, outBytes=0, maxBytes=2^63B, id='${address}'\n`;
}

function statusLines({ edge, numbers, connection, isIkeUp }: Tunnel): string {
  if (numbers === undefined || !isIkeUp) return '';
  const { name } = connection;
  const ike = `000 #${numbers.ike}: "${name}":4500 STATE_V2_ESTABLISHED_IKE_SA (established IKE SA); newest; idle;\n`;
  if (edge === undefined) return ike;
  return `${ike}000 #${numbers.child}: "${name}":4500 STATE_V2_ESTABLISHED_CHILD_SA (established Child SA); LIVENESS in 3s; newest; eroute owner; IKE SA #${numbers.ike}; idle;\n`;
}
