/** What is the template as a whole? All files as they were read, and every resource with its full type and body. */
import { evaluate, type Scope, type Value } from './bicep/evaluate.js';
import { readBicep } from './bicep/read-bicep.js';
import type { BicepFile, ResourceDeclaration } from './bicep/syntax-tree.js';
import type { Finding } from './finding.js';

/** A resource with what its ancestors say of it. */
export interface TemplateResource {
  readonly file: BicepFile;
  readonly declaration: ResourceDeclaration;
  /** Full type, such as `Microsoft.Web/sites/config`. */
  readonly type: string;
  readonly apiVersion: string;
  readonly body: Value;
  readonly parent: TemplateResource | undefined;
}

/** The files of infra/azure that were readable. */
export interface Template {
  readonly files: ReadonlyMap<string, BicepFile>;
  readonly data: ReadonlyMap<string, unknown>;
  /** Every resource but the `existing` ones. */
  readonly resources: readonly TemplateResource[];
}

/**
 * Reads the files of the template.
 *
 * @param texts texts of `.bicep`, `.bicepparam` and `.json` files by their paths inside infra/azure
 */
export function readTemplate(texts: ReadonlyMap<string, string>): {
  readonly template: Template;
  readonly findings: readonly Finding[];
} {
  const files = new Map<string, BicepFile>();
  const data = new Map<string, unknown>();
  const findings: Finding[] = [];
  for (const [path, text] of texts) {
    if (path.endsWith('.json')) data.set(path, JSON.parse(text));
    else {
      const read = readBicep(path, text);
      if (read.ok) files.set(path, read.file);
      else findings.push({ rule: 'syntax', file: path, line: read.line, detail: read.message });
    }
  }
  const resources = [...files.values()].flatMap((file) => resourcesOf({ file, data }));
  return { template: { files, data, resources }, findings };
}

function resourcesOf(scope: Scope): readonly TemplateResource[] {
  return scope.file.declarations
    .filter((one) => one.kind === 'resource')
    .flatMap((one) => withNested(one, scope, undefined))
    .filter(({ declaration }) => !declaration.isExisting);
}

function withNested(
  declaration: ResourceDeclaration,
  scope: Scope,
  parent: TemplateResource | undefined,
): readonly TemplateResource[] {
  const [ownType = '', ownVersion] = declaration.type.split('@');
  const resource: TemplateResource = {
    file: scope.file,
    declaration,
    type: parent === undefined ? ownType : `${parent.type}/${ownType}`,
    apiVersion: ownVersion ?? parent?.apiVersion ?? '',
    body: evaluate(declaration.body, scope),
    parent,
  };
  return [resource, ...declaration.body.resources.flatMap((one) => withNested(one, scope, resource))];
}

/** The place of a resource, for a finding. */
export function placeOf({ file, declaration }: TemplateResource, detail: string) {
  return { file: file.path, line: declaration.line, detail: `${declaration.name}: ${detail}` };
}
