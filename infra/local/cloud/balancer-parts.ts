/** What does a balancer listen on, probe, and hand on? */
import { asList, asText, propertiesOf, type Json } from './json.js';
import type { Resource } from './resources.js';

/** Settings of its probe. */
export function probeOf(balancer: Resource): Json {
  return propertiesOf(asList(propertiesOf(balancer.body)['probes'])[0]);
}

/** Settings of its rules. */
export function rulesOf(balancer: Resource): readonly Json[] {
  return asList(propertiesOf(balancer.body)['loadBalancingRules']).map(propertiesOf);
}

/** Address of its frontend. */
export function frontendOf(balancer: Resource): string {
  return asText(
    propertiesOf(asList(propertiesOf(balancer.body)['frontendIPConfigurations'])[0])['privateIPAddress'],
  );
}
