/** Do resources' bodies keep to the newer schemas, which the descriptions of whole operations are too old for? ajv. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { parseResourcePath } from '../../infra/local/cloud/arm-id.js';
import type { Exchange } from '../../infra/local/cloud/server.js';

/** Where they are: beside the descriptions. */
const directory = resolve(process.env['AZURE_SPECS'] ?? '../shared/azure-specs', 'resource-schemas');

interface SchemaFile {
  /** By type and version: `Microsoft.Compute/disks@2026-03-02`. */
  readonly resources: Readonly<Record<string, { readonly $ref: string }>>;
}

/** The sizes of machines there are older than those that are offered. */
const staleEnum = /\/properties\/hardwareProfile\/vmSize$/;

/** Reads the schemas; what is given back names the faults of an exchange's bodies, and how many bodies were looked at. */
export function makeSchemaCheck(): (exchange: Exchange) => {
  readonly faults: readonly string[];
  readonly bodies: number;
} {
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false, verbose: true });
  const references = new Map<string, string>();
  for (const file of readdirSync(directory).filter((name) => name.endsWith('.json'))) {
    const schema = JSON.parse(readFileSync(join(directory, file), 'utf8')) as SchemaFile; // as its README says
    ajv.addSchema(schema, file);
    for (const [name, { $ref }] of Object.entries(schema.resources)) {
      references.set(name.replace(/@.*$/, '').toLowerCase(), `${file}${$ref}`);
    }
  }
  const checkOf = (type: string): ValidateFunction | undefined => {
    const reference = references.get(type.toLowerCase());
    return reference === undefined ? undefined : ajv.getSchema(reference);
  };
  return (exchange) => {
    const bodies = bodiesOf(exchange);
    const check = bodies.length === 0 ? undefined : checkOf(typeOf(exchange));
    if (check === undefined) return { faults: [], bodies: 0 };
    const faults = bodies.flatMap(({ side, body }) => {
      check(body);
      return (check.errors ?? []).filter(isFault).map((error) => `${side}: ${told(error)}`);
    });
    return { faults, bodies: bodies.length };
  };
}

function typeOf({ target }: Exchange): string {
  const { pathname } = new URL(target.replaceAll(/\/{2,}/g, '/'), 'https://management.azure.com');
  return parseResourcePath(pathname.replace(/\/$/, ''))?.type ?? '';
}

/** The resource that was written, and the resource or the resources that were answered. */
function bodiesOf({ method, status, body, responseBody }: Exchange) {
  if (status >= 300) return [];
  const list = (responseBody as { readonly value?: unknown } | undefined)?.value; // ARM's form of lists
  const answered = method === 'GET' && Array.isArray(list) ? (list as readonly unknown[]) : [responseBody]; // `isArray` leaves any
  const all = [
    ...(method === 'PUT' ? [{ side: 'request', body }] : []),
    ...(method === 'DELETE' || method === 'POST'
      ? []
      : answered.map((one) => ({ side: 'answer', body: one }))),
  ];
  return all.filter((one) => one.body !== undefined);
}

function isFault({ instancePath, keyword, params, data }: ErrorObject): boolean {
  const isOfSize = staleEnum.test(instancePath) && (keyword === 'enum' || keyword === 'const');
  // Types compare without regard to case; some services answer other capitals than they describe (recorded).
  const { allowedValue } = params as { readonly allowedValue?: unknown }; // ajv's own form for `const`
  const isSameType =
    instancePath === '/type' && String(allowedValue).toLowerCase() === String(data).toLowerCase();
  return !isOfSize && !isSameType;
}

function told({ instancePath, message = '', params }: ErrorObject): string {
  return `${instancePath} ${message} ${JSON.stringify(params)}`;
}
