/** When do all gateways serve again? As Azure and the clients see it: neither policy is asked. */
import type { Cloud } from '../../infra/local/cloud/cloud.js';

/** A gateway that serves for so long is mended; one that falls out before was not. */
const stableSeconds = 60;

/** Between two looks, in the region's seconds: how exact a measured time is. */
const lookEverySeconds = 2;

/** Offices that ask until each gateway got a request: by chance none of three is missed. They are in no counts. */
const offices = Array.from({ length: 60 }, (_, index) => `10.1.7.${index + 1}`);

/** Where the clients of the site send to. */
export interface Service {
  readonly cloud: Cloud;
  /** ARM id of the balancer, lower case. */
  readonly balancerId: string;
  readonly frontendIp: string;
  readonly port: number;
  readonly gateways: number;
}

/** The balancer has admitted every gateway by its probe, and a request through each one's tunnel is answered. */
export async function isServedByAll(service: Service): Promise<boolean> {
  const { cloud, balancerId, frontendIp, port, gateways } = service;
  const members = cloud.balancers.all()[balancerId] ?? [];
  const admitted = members.filter(({ isUp, adminState }) => isUp && adminState === 'None');
  if (members.length !== gateways || admitted.length !== gateways) return false;
  const served = new Set<string>();
  for (const clientIp of offices) {
    // A client stays with a gateway while that is admitted, so each office tells of one.
    if (served.size === gateways) break;
    const request = { frontendIp, clientIp, port, url: 'http://www.example.com/' };
    const { machineId, answer } = await cloud.send(request);
    if (machineId === undefined || answer.kind !== 'answered') return false;
    served.add(machineId);
  }
  return served.size === gateways;
}

/**
 * Waits until a service that breaks now is whole again, and stays so for a minute.
 *
 * @returns seconds from now to the beginning of that minute; `undefined` where it wasn't whole within `limitSeconds`
 * @throws Error when it never broke, since then nothing was measured
 */
export async function untilServedAgain(service: Service, limitSeconds: number): Promise<number | undefined> {
  const began = Date.now();
  let wasBroken = false;
  let servedSince: number | undefined;
  for (;;) {
    const now = Date.now();
    if (!(await isServedByAll(service))) {
      wasBroken = true;
      servedSince = undefined;
    } else if (wasBroken) servedSince ??= now;
    if (servedSince !== undefined && now - servedSince >= stableSeconds * 1000)
      return (servedSince - began) / 1000;
    if (servedSince === undefined && now - began >= limitSeconds * 1000) break;
    await pause(lookEverySeconds);
  }
  if (!wasBroken) throw new Error('The fault broke nothing, so there is nothing to measure.');
  return undefined;
}

/** Waits for seconds of the region's clock. */
export function pause(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}
