/** Which definitions does an assignment bring into force, with which parameters? One, or all of an initiative. */
import { asList, asRecord, asText, type Json } from './json.js';
import { resolved } from './policy-expressions.js';
import type { ScopedResource, ScopedResources } from './scoped-resources.js';

/** A definition that is assigned. */
export interface PolicyMember {
  readonly definition: ScopedResource;
  readonly parameters: Json;
  /** The initiative that it came with, and its name there. */
  readonly set?: { readonly definition: ScopedResource; readonly reference: string };
}

/** Finds them; nothing where the assigned definition isn't there any more. */
export function membersOf(all: ScopedResources, assignment: Json): readonly PolicyMember[] {
  const assigned = all.get(asText(assignment['policyDefinitionId']));
  if (assigned === undefined) return [];
  const parameters = parametersOf(assigned.properties, assignment);
  if (assigned.type !== 'policySetDefinitions') return [{ definition: assigned, parameters }];
  const scope = { parameters, resourceGroup: {}, field: () => undefined };
  return asList(assigned.properties['policyDefinitions']).flatMap((one): readonly PolicyMember[] => {
    const member = asRecord(one);
    const definition = all.get(asText(member['policyDefinitionId']));
    if (definition === undefined) return [];
    const given = { parameters: resolved(member['parameters'], scope) };
    const reference = asText(member['policyDefinitionReferenceId']) || definition.name;
    return [
      {
        definition,
        parameters: parametersOf(definition.properties, given),
        set: { definition: assigned, reference },
      },
    ];
  });
}

/** Values that are given, else the definition's defaults. */
export function parametersOf(definition: Json, given: Json): Json {
  const declared = Object.entries(asRecord(definition['parameters']));
  const values = asRecord(given['parameters']);
  return Object.fromEntries(
    declared.map(([name, declaration]) => [
      name,
      asRecord(values[name])['value'] ?? asRecord(declaration)['defaultValue'],
    ]),
  );
}
