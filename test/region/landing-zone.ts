/** What does a landing zone's team do around the sites? Over ARM, as a person. */
import { assign, type PolicyName } from '../infra/local/cloud/helpers/policies.js';

/** The subscription of the default world. */
export const subscription = '/subscriptions/7a2c9e10-4b1d-4c52-9f0e-5d1c0a6b3e21';

/** The team at work. */
export class LandingZone {
  constructor(private readonly cloudUrl: string) {}

  makeGroup(group: string): Promise<unknown> {
    return this.#send('PUT', group, { location: 'westeurope' });
  }

  /** Assigns a policy under its own name; answers the assignment's id. */
  assign(
    policy: PolicyName,
    scope: string,
    parameters: Readonly<Record<string, unknown>> = {},
  ): Promise<string> {
    const put = (path: string, body: unknown) => this.#send('PUT', path, body);
    return assign(put, subscription, policy, { scope, parameters });
  }

  exempt(scope: string, policyAssignmentId: string): Promise<unknown> {
    const id = `${scope}/providers/Microsoft.Authorization/policyExemptions/tunnelkeeper`;
    return this.#send('PUT', id, { properties: { policyAssignmentId, exemptionCategory: 'Waiver' } });
  }

  lock(scope: string, name: string): Promise<unknown> {
    return this.#send('PUT', lockId(scope, name), { properties: { level: 'CanNotDelete' } });
  }

  unlock(scope: string, name: string): Promise<unknown> {
    return this.#send('DELETE', lockId(scope, name));
  }

  /** Gives a subnet a route table that sends 0.0.0.0/0 to the internet; everything else of it stays. */
  async routeToInternet(subnetId: string): Promise<unknown> {
    const id = subnetId.replace(/\/virtualNetworks\/.*$/, '/routeTables/rt-to-internet');
    const properties = { addressPrefix: '0.0.0.0/0', nextHopType: 'Internet' };
    await this.#send('PUT', id, {
      location: 'westeurope',
      properties: { routes: [{ name: 'to-internet', properties }] },
    });
    const subnet = (await this.#send('GET', subnetId)) as { readonly properties: object }; // as described
    return this.#send('PUT', subnetId, { properties: { ...subnet.properties, routeTable: { id } } });
  }

  async #send(method: string, path: string, body?: unknown): Promise<unknown> {
    const answer = await fetch(`${this.cloudUrl}${path}?api-version=2024-11-01`, {
      method,
      headers: { 'x-forwarded-host': 'management.azure.com', authorization: 'Bearer a person' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text === '' ? undefined : (JSON.parse(text) as unknown);
  }
}

function lockId(scope: string, name: string): string {
  return `${scope}/providers/Microsoft.Authorization/locks/${name}`;
}
