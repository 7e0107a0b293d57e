/** What is wrong with the template? All rules over all files; pure, so that a test can plant a fault in a copy. */
import type { Finding } from './finding.js';
import { accessRules } from './rules/access.js';
import { moduleRules } from './rules/modules.js';
import { nameRules } from './rules/names.js';
import { valueRules } from './rules/required-values.js';
import { typeRules } from './rules/resource-types.js';
import type { Rule } from './rules/rule.js';
import { checkSchemas, type SchemaFile } from './rules/schema.js';
import { secretRules } from './rules/secrets.js';
import { settingRules } from './rules/settings.js';
import { signalRules } from './rules/signals.js';
import { productSettings } from './product-settings.js';
import { readTemplate } from './template.js';

/** Every rule, in the order in which a reader would ask. */
export const rules: readonly Rule[] = [
  ...nameRules,
  ...moduleRules,
  ...typeRules,
  ...valueRules,
  ...accessRules,
  ...settingRules,
  ...secretRules,
  ...signalRules,
];

/** What is reviewed. */
export interface ReviewInput {
  /** Texts of the template's files, by their paths inside infra/azure. */
  readonly texts: ReadonlyMap<string, string>;
  /** Texts of the product's sources. */
  readonly sources: readonly string[];
  /** Microsoft's descriptions; none where they aren't at hand. */
  readonly schemas: readonly SchemaFile[];
}

/** What a review found. */
export interface Review {
  readonly findings: readonly Finding[];
  readonly resources: number;
  /** Resources whose body was compared with a description. */
  readonly described: number;
}

/** Reviews the template. A file with a fault in its syntax is left out of the rest. */
export function review({ texts, sources, schemas }: ReviewInput): Review {
  const { template, findings } = readTemplate(texts);
  const reviewed = {
    template,
    productSettings: productSettings(sources),
    usedActions: (template.data.get('used-actions.json') ?? []) as readonly string[], // a list of names, our own file
  };
  const broken = rules.flatMap(({ name, find }) => find(reviewed).map((place) => ({ rule: name, ...place })));
  const { findings: ofSchemas, checked } = checkSchemas(template, schemas);
  return {
    findings: [...findings, ...broken, ...ofSchemas],
    resources: template.resources.length,
    described: checked,
  };
}
