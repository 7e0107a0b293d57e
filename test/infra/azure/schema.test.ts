/** Is a body that isn't as a description says found? By a description in the form of Microsoft's. */
import { expect, test } from '@jest/globals';
import { checkSchemas, type SchemaFile } from '../../../infra/azure/rules/schema.js';
import { readTemplate } from '../../../infra/azure/template.js';

const described: SchemaFile = {
  resources: {
    'Microsoft.Test/things@2026-01-01': {
      allOf: [{ $ref: '#/definitions/Thing' }],
    },
  },
  definitions: {
    Thing: {
      type: 'object',
      additionalProperties: false,
      properties: {
        name: { type: 'string', 'x-required': true },
        id: { type: 'string', readOnly: true },
        properties: {
          type: 'object',
          additionalProperties: false,
          properties: {
            size: { anyOf: [{ type: 'string', enum: ['Small', 'Large'] }] },
            short: { type: 'string', maxLength: 4 },
            count: { type: 'integer' },
            parts: { type: 'array', items: { type: 'object', properties: { on: { type: 'boolean' } } } },
          },
        },
      },
    },
  },
};

/** What is wrong with a thing of these properties. */
function problems(properties: string, rest = "name: 'a'"): readonly string[] {
  const text = `param it string\nresource a 'Microsoft.Test/things@2026-05-05' = {\n  ${rest}\n  properties: ${properties}\n}\n`;
  const { template, findings } = readTemplate(new Map([['a.bicep', text]]));
  expect(findings).toEqual([]);
  return checkSchemas(template, [described]).findings.map(({ detail }) => detail);
}

test.each([
  ["{ size: 'Small', short: 'abcd', count: 2, parts: [{ on: true }] }"],
  ['{ size: it }'],
  ["{ size: empty(it) ? 'Small' : 'Large' }"],
])('a body is passed when its properties are %s', (properties) => {
  expect(problems(properties)).toEqual([]);
});

test.each([
  ['{ sise: it }', 'a: properties.sise is not known'],
  ["{ size: 'Medium' }", 'a: properties.size must be one of "Small", "Large"'],
  ["{ size: empty(it) ? 'Small' : 'Medium' }", 'a: properties.size must be one of "Small", "Large"'],
  ["{ short: 'abcde' }", 'a: properties.short has 5 characters of at most 4'],
  ["{ count: 'two' }", 'a: properties.count must be of type integer'],
  ['{ parts: [{ on: 1 }] }', 'a: properties.parts[0].on must be of type boolean'],
])('a body is refused when its properties are %s', (properties, problem) => {
  expect(problems(properties)).toEqual([problem]);
});

test('a body is refused when it lacks what is needed, or says what is Azure’s to say', () => {
  expect(problems('{}', "id: 'a'")).toEqual(['a: name is missing', 'a: id is Azure’s to say']);
});
