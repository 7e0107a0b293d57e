/** Which operations do Microsoft's descriptions name, and how would a stranger call each? */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { specs } from './validator.js';

/** A described operation. */
export interface DescribedOperation {
  readonly id: string;
  readonly method: string;
  /** Such as `/subscriptions/{subscriptionId}/providers/Microsoft.Compute/skus`. */
  readonly template: string;
}

interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly operationId?: string }>>>>;
}

/** All of them, by the alphabet. */
export function describedOperations(): readonly DescribedOperation[] {
  return readdirSync(specs)
    .filter((name) => name.endsWith('.json'))
    .flatMap((file) => {
      const { paths } = JSON.parse(readFileSync(join(specs, file), 'utf8')) as Description; // OpenAPI's form
      return Object.entries(paths).flatMap(([template, methods]) =>
        Object.entries(methods).flatMap(([method, { operationId }]) =>
          operationId === undefined ? [] : [{ id: operationId, method: method.toUpperCase(), template }],
        ),
      );
    })
    .sort((one, other) => (one.id < other.id ? -1 : 1));
}

/** The template with names in the places of its parameters. */
export function pathOf({ template }: DescribedOperation, named: Readonly<Record<string, string>>): string {
  return template
    .replaceAll(/\{([^}]+)\}/g, (_, parameter: string) => {
      const name = named[parameter];
      if (name === undefined) throw new Error(`Nobody says what ${parameter} of ${template} is to be.`);
      return name;
    })
    .replace(/^\/\//, '/');
}
