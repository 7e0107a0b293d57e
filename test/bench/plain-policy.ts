/**
 * What would a plain script do? 'Replace after five bad minutes in a row', against the same simulated Azure.
 *
 * Each minute it reads the balancer's `DipAvailability` by backend, through the same Monitor and as late. A backend
 * that was bad for five minutes in a row loses its machine, and gets a new one on the same network interface, made and
 * set up by the requests that made the old one. In its favour: it asks Azure every 5 s whether something is done, not
 * as `Retry-After` says; backends are worked on at once; and a machine that was just set up has five minutes again.
 */
import type { Cloud } from '../../infra/local/cloud/cloud.js';
import { isBadForLong, withSamples, type Minutes } from './bad-minutes.js';
import { nextGeneration, type Deployed, type Put } from './deployed.js';
import { pause } from './served-again.js';

/** What the script knows of the site. */
export interface PlainPolicyOptions {
  readonly cloud: Cloud;
  readonly deployed: Deployed;
  /** Reads how each backend answered its probes, of the last minutes. */
  readonly read: () => Promise<readonly { privateIp: string; at: string; percent: number }[]>;
  /** Slots by the private address of their network interface. */
  readonly slots: ReadonlyMap<string, string>;
}

/** A running script. */
export interface PlainPolicy {
  isReplacing(): boolean;
  stop(): void;
}

interface Backend {
  minutes: Minutes;
  /** When the newest machine was set up; what was before isn't its fault. */
  sinceMs: number;
  isReplaced: boolean;
}

const readEverySeconds = 60;
const askEverySeconds = 5;

/** Starts the script; it runs until it is stopped. */
export function startPlainPolicy({ cloud, deployed, read, slots }: PlainPolicyOptions): PlainPolicy {
  const backends = new Map(
    [...slots.keys()].map((ip): [string, Backend] => [
      ip,
      { minutes: new Map(), sinceMs: Date.now(), isReplaced: false },
    ]),
  );
  let isStopped = false;
  const look = async () => {
    const samples = await read();
    for (const [ip, backend] of backends) {
      backend.minutes = withSamples(
        backend.minutes,
        samples.filter(({ privateIp }) => privateIp === ip),
      );
      if (!backend.isReplaced && isBadForLong(backend.minutes, backend.sinceMs))
        void replaceBackend(backend, slots.get(ip) ?? '');
    }
  };
  const replaceBackend = async (backend: Backend, slot: string) => {
    backend.isReplaced = true;
    try {
      await replaceMachine(cloud, deployed, slot);
    } catch (error) {
      if (!isStopped) throw error; // whoever stops it takes the cloud away
      return;
    }
    backend.sinceMs = Date.now();
    backend.isReplaced = false;
  };
  const timer = setInterval(() => void look(), readEverySeconds * 1000);
  return {
    isReplacing: () => [...backends.values()].some(({ isReplaced }) => isReplaced),
    stop: () => {
      isStopped = true;
      clearInterval(timer);
    },
  };
}

/** Deletes the slot's machine, if there is one, and makes and sets up the next. */
async function replaceMachine(cloud: Cloud, deployed: Deployed, slot: string): Promise<void> {
  const before = deployed.of(slot);
  const { machine, setup } = nextGeneration(before);
  await send(cloud, 'DELETE', before.machine);
  while ((await send(cloud, 'GET', before.machine)).status !== 404) await pause(askEverySeconds);
  await send(cloud, 'PUT', machine);
  await untilSucceeded(cloud, machine);
  await send(cloud, 'PUT', setup);
  await untilSucceeded(cloud, setup);
}

async function untilSucceeded(cloud: Cloud, put: Put): Promise<void> {
  for (;;) {
    const { status, text } = await send(cloud, 'GET', put);
    if (status === 200 && /"provisioningState":"Succeeded"/.test(text)) return;
    await pause(askEverySeconds);
  }
}

async function send(cloud: Cloud, method: 'GET' | 'PUT' | 'DELETE', { target, body }: Put) {
  const answer = await fetch(`${cloud.url}${target}`, {
    method,
    headers: {
      'x-forwarded-host': 'management.azure.com',
      authorization: 'Bearer a-script',
      'content-type': 'application/json',
    },
    ...(method === 'PUT' ? { body: JSON.stringify(body) } : {}),
  });
  const text = await answer.text();
  const isNormal = answer.ok || (answer.status === 404 && method !== 'PUT');
  if (!isNormal) throw new Error(`${method} was answered with ${answer.status}: ${text.slice(0, 500)}`);
  return { status: answer.status, text };
}
