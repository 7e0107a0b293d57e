/** How does a machine get a token of its identity? IMDS, `/metadata/identity/oauth2/token`. */
import type { MetadataAnswer } from './guests.js';
import { asRecord, asText } from './json.js';
import type { ManagedIdentities, ManagedIdentity } from './managed-identities.js';
import type { Resource } from './resources.js';

/**
 * Answers for a machine, to a request that has its header.
 *
 * Texts: quoted in public issues; that of an identity which isn't the machine's is documented.
 */
export function answerToken(
  machine: Resource,
  query: URLSearchParams,
  identities: ManagedIdentities,
): MetadataAnswer {
  const resource = query.get('resource');
  if (resource === null || resource === '') return invalid('Required audience parameter not specified');
  const assigned = identitiesOf(machine, identities);
  const wanted = (['client_id', 'object_id', 'msi_res_id'] as const).find((name) => query.has(name));
  const named = wanted === undefined ? assigned : assigned.filter((one) => isMeant(one, wanted, query));
  const [only, ...others] = named;
  if (only === undefined) return invalid('Identity not found');
  if (others.length > 0) {
    // One that the machine has of itself is the one that is meant without a name (documentation).
    const own = named.find(({ id }) => id === machine.id);
    return own === undefined
      ? invalid(
          'Multiple user assigned identities exist, please specify the clientId / resourceId of the identity in the token request',
        )
      : issued(own, resource, identities);
  }
  return issued(only, resource, identities);
}

function identitiesOf({ id, body }: Resource, identities: ManagedIdentities): readonly ManagedIdentity[] {
  const { type, userAssignedIdentities } = asRecord(body['identity']);
  const own = /SystemAssigned/i.test(asText(type)) ? [identities.of(id)] : [];
  return [...own, ...Object.keys(asRecord(userAssignedIdentities)).map((one) => identities.of(one))];
}

function isMeant(
  { id, clientId, principalId }: ManagedIdentity,
  by: 'client_id' | 'object_id' | 'msi_res_id',
  query: URLSearchParams,
): boolean {
  const value = { client_id: clientId, object_id: principalId, msi_res_id: id }[by];
  return query.get(by)?.toLowerCase() === value.toLowerCase();
}

function issued(identity: ManagedIdentity, resource: string, identities: ManagedIdentities): MetadataAnswer {
  const token = identities.token(identity, resource);
  const left = String(Math.floor((token.expiresAt - Date.now()) / 1000));
  return {
    status: 200,
    body: {
      access_token: token.accessToken,
      client_id: identity.clientId,
      expires_in: left,
      expires_on: String(token.expiresAt / 1000),
      ext_expires_in: left,
      not_before: String(token.issuedAt / 1000),
      resource,
      token_type: 'Bearer',
    },
  };
}

/** What this endpoint of IMDS refuses. */
export function invalid(description: string): MetadataAnswer {
  return { status: 400, body: { error: 'invalid_request', error_description: description } };
}
