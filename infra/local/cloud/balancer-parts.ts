/** What does a balancer listen on, probe, and hand on? */
import { idKey, lastName } from './arm-id.js';
import { asList, asRecord, asText, propertiesOf, referenceOf, type Json } from './json.js';
import type { Resource } from './resources.js';

/** A probe's settings. */
export interface Probe {
  readonly name: string;
  readonly protocol: 'Tcp' | 'Http' | 'Https';
  readonly port: number;
  readonly path: string;
  readonly intervalSeconds: number;
  /** Answers in a row that change what is thought of a member. */
  readonly threshold: number;
}

/** Its probes; what isn't set is as documented: every 15 s, and one answer decides. */
export function probesOf(balancer: Resource): readonly Probe[] {
  return asList(propertiesOf(balancer.body)['probes']).map((probe) => {
    const { protocol, port, requestPath, intervalInSeconds, probeThreshold } = propertiesOf(probe);
    return {
      name: asText(asRecord(probe)['name']),
      protocol: protocol === 'Tcp' || protocol === 'Https' ? protocol : 'Http',
      port: Number(port),
      path: asText(requestPath),
      intervalSeconds: Number(intervalInSeconds ?? 15),
      threshold: Number(probeThreshold ?? 1),
    };
  });
}

/** Settings of its rules. */
export function rulesOf(balancer: Resource): readonly Json[] {
  return asList(propertiesOf(balancer.body)['loadBalancingRules']).map(propertiesOf);
}

/** Name of the probe that a rule goes by; `undefined` for a rule without one. */
export function probeNameOf(rule: Json): string | undefined {
  return lastName(referenceOf(rule['probe'])) || undefined;
}

/** Address of the frontend that a rule listens on. */
export function frontendOf(balancer: Resource, rule: Json): string {
  const name = lastName(referenceOf(rule['frontendIPConfiguration']));
  const frontends = asList(propertiesOf(balancer.body)['frontendIPConfigurations']).map(asRecord);
  const found = frontends.find((frontend) => idKey(asText(frontend['name'])) === idKey(name));
  return asText(propertiesOf(found)['privateIPAddress']);
}

/** The rule that takes a TCP connection to an address and port; one of all ports takes any. */
export function ruleFor(balancer: Resource, frontendIp: string, port: number): Json | undefined {
  return rulesOf(balancer).find((rule) => {
    const { protocol, frontendPort } = rule;
    const takesAll = protocol === 'All' && Number(frontendPort) === 0;
    const isPort = takesAll || (protocol !== 'Udp' && Number(frontendPort) === port);
    return isPort && frontendOf(balancer, rule) === frontendIp;
  });
}
