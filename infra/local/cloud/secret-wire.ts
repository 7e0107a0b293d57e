/** How does Key Vault write a secret, and how is one read that it is sent? */
import { asRecord, type Json } from './json.js';
import type { Secret, SecretAbout, SecretVersion } from './secret-store.js';
import { refusal, type Refusal, type WireRequest } from './wire.js';

/** Days for which a deleted secret can be recovered (documented default). */
const recoverableDays = 90;

/** Longest value, in bytes (documented: 25 KB). */
const maxValueBytes = 25 * 1024;

/** A version without its value, as lists and changes show it. */
export function secretItem(host: string, { name }: Secret, version: SecretVersion): Json {
  const { about, enabled, createdAt, updatedAt } = version;
  const { contentType, tags = {}, expires, notBefore } = about;
  return {
    id: `https://${host}/secrets/${name}/${version.version}`,
    ...(contentType === undefined ? {} : { contentType }),
    attributes: {
      enabled,
      ...(notBefore === undefined ? {} : { nbf: notBefore }),
      ...(expires === undefined ? {} : { exp: expires }),
      created: epochSeconds(createdAt),
      updated: epochSeconds(updatedAt),
      recoveryLevel: 'CustomizedRecoverable+Purgeable',
      recoverableDays,
    },
    tags,
  };
}

/** A version with its value. */
export function secretBundle(host: string, secret: Secret, version: SecretVersion): Json {
  return { value: version.value, ...secretItem(host, secret, version) };
}

/** A secret that is deleted and can be recovered. */
export function deletedBundle(host: string, secret: Secret): Json {
  const deletedAt = secret.deletedAt ?? 0;
  const newest = secret.versions.at(-1);
  return {
    recoveryId: `https://${host}/deletedsecrets/${secret.name}`,
    deletedDate: epochSeconds(deletedAt),
    scheduledPurgeDate: epochSeconds(deletedAt) + recoverableDays * 24 * 3600,
    ...(newest === undefined ? {} : secretItem(host, secret, newest)),
  };
}

/** The value that a write sends. Throws a refusal. */
export function sentValue(body: Json | undefined): string {
  const value = body?.['value'];
  if (typeof value !== 'string') {
    throw badParameter('Property value is required.');
  }
  if (Buffer.byteLength(value) > maxValueBytes) {
    throw badParameter(`Property value has invalid value: it is longer than ${maxValueBytes} bytes.`);
  }
  return value;
}

/** What a write or a change says of a version beside its value; what it leaves out isn't there. */
export function sentAbout(body: Json | undefined): SecretAbout {
  const attributes = asRecord(body?.['attributes']);
  const { enabled, exp, nbf } = attributes;
  const contentType = body?.['contentType'];
  const tags = body?.['tags'];
  return {
    ...(typeof enabled === 'boolean' ? { enabled } : {}),
    ...(typeof exp === 'number' ? { expires: exp } : {}),
    ...(typeof nbf === 'number' ? { notBefore: nbf } : {}),
    ...(typeof contentType === 'string' ? { contentType } : {}),
    ...(tags === undefined || tags === null ? {} : { tags: textsOf(asRecord(tags)) }),
  };
}

/** Key Vault's refusal of a parameter; its code is documented, its texts are inferred. */
export function badParameter(message: string) {
  return refusal(400, 'BadParameter', message);
}

function textsOf(tags: Json): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(tags).map(([name, value]) => [name, String(value)]));
}

function epochSeconds(ms: number): number {
  return Math.floor(ms / 1000);
}

/** Last api-version with the shorter text for what is absent (recorded; which version is the last is inferred). */
const lastWithShortText = '7.0';

/** What isn't there, in the newer words. */
export function secretNotFound(name: string): Refusal {
  return refusal(
    404,
    'SecretNotFound',
    `A secret with (name/id) ${name} was not found in this key vault. If you recently deleted this secret you may be able ` +
      'to recover it using the correct recovery command.',
  );
}

/** The same refusal, as an older api-version words it. */
export function inOlderWords(refused: Refusal, { path, query }: WireRequest): Refusal {
  const isOld = (query.get('api-version') ?? '') <= lastWithShortText;
  if (!isOld || refused.answer.status !== 404) return refused;
  return refusal(404, 'SecretNotFound', `Secret not found: ${path.split('/')[2] ?? ''}`);
}
