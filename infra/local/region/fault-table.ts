/** Which faults are there, what does each break, and what does it have to be told? */
import type { GuestTrouble } from '../gateways/guest-trouble.js';
import {
  giveOf,
  isParameter,
  readParameter,
  WrongParameter,
  type FaultParameters,
  type ParameterName,
} from './fault-parameters.js';

/** What somebody has to know of a fault. */
interface FaultKind {
  /** What it does, for people. */
  readonly does: string;
  readonly needs?: readonly ParameterName[];
  readonly may?: readonly ParameterName[];
}

const gateway = ['gateway'] as const;
const edge = ['edge'] as const;
const secret = ['secret'] as const;
const share = ['share'] as const;
const forAWhile = ['forSeconds'] as const;

/** What goes wrong inside a gateway's machine; guest-trouble.ts says what mends each. */
const guestFaults = {
  'tunnel-stuck': { does: 'the gateway’s child SA is gone and isn’t brought back', needs: gateway },
  'ipsec-stopped': { does: 'ipsec.service is stopped on the gateway', needs: gateway },
  'pluto-wedged': { does: 'pluto answers nothing and carries nothing on the gateway', needs: gateway },
  'agent-dead': { does: 'the gateway’s agent is stopped', needs: gateway },
  'configuration-edited': { does: 'somebody edits the gateway’s connections by hand', needs: gateway },
  'wedged-until-reboot': { does: 'only a restart of the gateway’s machine helps', needs: gateway },
  'wedged-for-good': { does: 'only a new machine helps the gateway', needs: gateway },
} as const satisfies Record<GuestTrouble, FaultKind>;

/** Each fault by its name. Those with `forSeconds` end by themselves, or by DELETE. */
const kinds = {
  ...guestFaults,
  'machine-stopped': { does: 'somebody deallocates the gateway’s machine', needs: gateway },
  'machine-powered-off': { does: 'somebody switches the gateway’s machine off', needs: gateway },
  'machine-restarted': { does: 'somebody restarts the gateway’s machine', needs: gateway },
  'machine-deleted': { does: 'somebody deletes the gateway’s machine', needs: gateway },
  'machine-hangs': { does: 'the gateway’s machine hangs until it is booted again', needs: gateway },
  maintenance: {
    does: 'the platform announces maintenance of the gateway’s machine, and does it when acknowledged or due',
    needs: ['gateway', 'event'],
  },
  'tags-edited': { does: 'somebody tags the gateway’s machine, interface and address', needs: gateway },
  'rule-edited': { does: 'somebody lets the internet into the site’s security group', needs: ['site'] },
  'rule-removed': { does: 'somebody removes all rules of the site’s security group', needs: ['site'] },
  'pool-member-removed': {
    does: 'somebody takes the gateway’s interface out of its pools',
    needs: gateway,
  },
  'edge-down': { does: 'a service edge answers nothing', needs: edge },
  'edge-up': { does: 'a service edge answers again', needs: edge },
  'proxy-silent': { does: 'the proxy behind a service edge answers nothing', needs: edge },
  'proxy-answers': { does: 'the proxy behind a service edge answers again', needs: edge },
  'psk-changed': { does: 'an administrator enters another PSK at Zscaler', needs: gateway },
  'secret-changed': { does: 'somebody stores a new random version of a secret', needs: secret },
  'secret-disabled': { does: 'somebody disables the newest version of a secret', needs: secret },
  'secret-enabled': { does: 'somebody enables the newest version of a secret', needs: secret },
  'secret-deleted': { does: 'somebody deletes a secret, which can be recovered', needs: secret },
  'secret-recovered': { does: 'somebody recovers a deleted secret', needs: secret },
  'role-given': {
    does: 'the app is given a role of these actions, which applies some time later',
    needs: ['actions'],
  },
  'quota-set': { does: 'the limit of a core quota is changed', needs: ['quota', 'limit'] },
  'no-capacity': {
    does: 'machines are accepted and then not allocated',
    may: ['zone', 'because', 'forSeconds'],
  },
  'size-not-available': { does: 'machines of a size are refused at once', needs: ['size'], may: forAWhile },
  hang: { does: 'machines hang at each boot', needs: ['machine'], may: forAWhile },
  policy: { does: 'a policy denies writes of a type', needs: ['type', 'reason'], may: forAWhile },
  lock: { does: 'the resource group is locked', needs: ['level'], may: forAWhile },
  permission: { does: 'every caller lacks an action', needs: ['action'], may: forAWhile },
  throttle: {
    does: 'a share of calls is refused for their number',
    needs: share,
    may: ['retryAfterSeconds', 'forSeconds'],
  },
  'tight-buckets': { does: 'buckets hold and refill only a share', needs: share, may: forAWhile },
  'server-timeout': { does: 'a share of calls to ARM times out inside Azure', needs: share, may: forAWhile },
  'failing-calls': {
    does: 'a share of all calls fails: 500, 503, 504, or a cut connection, before or after its work',
    needs: share,
    may: ['shapes', 'forSeconds'],
  },
  'failing-polls': { does: 'a share of operations’ polls is answered 5xx', needs: share, may: forAWhile },
  'operation-fails': {
    does: 'operations of a type fail in the end, for a reason that only they tell',
    needs: ['type', 'code', 'message'],
    may: ['verb', 'times', 'forSeconds'],
  },
  'run-command-lies': {
    does: 'run commands are called a success and run nothing',
    needs: ['machine'],
    may: forAWhile,
  },
  metrics: { does: 'queries of metrics answer nonsense, or nothing', needs: ['shape'], may: forAWhile },
  'lose-alerts': { does: 'what alert rules have to tell reaches nobody', may: forAWhile },
  'lose-events': { does: 'events of Event Grid reach nobody', may: forAWhile },
  'lose-reports': { does: 'reports of gateways reach nobody', may: forAWhile },
} as const satisfies Record<string, FaultKind>;

/** Name of a fault. */
export type FaultName = keyof typeof kinds;

/** Every fault. */
export const faultNames = Object.keys(kinds) as readonly FaultName[]; // the table's own keys

/** Says whether a fault lasts until it is ended; the others are done once. */
export function lasts(fault: FaultName): boolean {
  const { may = [] }: FaultKind = kinds[fault];
  return may.includes('forSeconds') || fault === 'edge-down' || fault === 'proxy-silent';
}

/** What somebody wants to be broken. */
export interface FaultWish extends FaultParameters {
  readonly fault: FaultName;
}

/** The faults for people: what each does, what it takes, and which of that can be left out. */
export function describeFaults() {
  return faultNames.map((fault) => {
    const { does, needs = [], may = [] }: FaultKind = kinds[fault];
    const told = (names: readonly ParameterName[]) =>
      Object.fromEntries(names.map((name) => [name, giveOf(name)]));
    return { fault, does, needs: told(needs), may: told(may) };
  });
}

/** Reads a wish. @throws WrongParameter that names the field and says what to give */
export function readFaultWish(body: Readonly<Record<string, unknown>>): FaultWish {
  const { fault, ...given } = body;
  const known = faultNames.find((name) => name === fault);
  if (known === undefined)
    throw new WrongParameter(`"fault" is ${JSON.stringify(fault)}; give one of ${faultNames.join(', ')}.`);
  const { needs = [], may = [] }: FaultKind = kinds[known];
  const takes = [...needs, ...may];
  for (const name of Object.keys(given)) {
    if (isParameter(name) && takes.includes(name)) continue;
    const rest = takes.length === 0 ? 'nothing' : takes.join(', ');
    throw new WrongParameter(`"${name}" is nothing that ${known} takes; leave it out. It takes ${rest}.`);
  }
  const read = takes
    .filter((name) => needs.includes(name) || given[name] !== undefined)
    .map((name) => [name, readParameter(name, given[name])] as const);
  return { ...(Object.fromEntries(read) as FaultParameters), fault: known }; // each was read by its own parameter
}
