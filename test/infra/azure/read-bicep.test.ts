/** Is Bicep read as it is written, and is what is wrong named with its line? */
import { expect, test } from '@jest/globals';
import { evaluate, OneOf, Unknown, type Value } from '../../../infra/azure/bicep/evaluate.js';
import { readBicep } from '../../../infra/azure/bicep/read-bicep.js';

/** The value of `var it` in a file. */
function valueOf(text: string): Value {
  const read = readBicep('a.bicep', text);
  if (!read.ok) throw new Error(read.message);
  const found = read.file.declarations.find(({ name }) => name === 'it');
  if (found?.kind !== 'var') throw new Error('there is no var it');
  return evaluate(found.value, { file: read.file, data: new Map([['a.json', { list: ['one'] }]]) });
}

test.each([
  ["var it = 'it", 'a string has no end on its line'],
  ['var it = {\n  a: 1 b: 2\n}', '"b" is too much on this line'],
  ['var it = [1, 2', 'the end is too much on this line'],
  ["var it = '${a", '${ is not closed'],
  ["var it = '\\q'", '\\q is no escape'],
  ['var it = #', '"#" is no word of Bicep'],
  ['parameter it string', 'parameter declares nothing'],
  ['var it = {\n  a: 1\n  a: 2\n}', 'property a is there twice'],
  ['var it = 1 var other = 2', '"var" is too much on this line'],
  ["resource it 'A/b@1' = {\n  name: a ? b\n}", '":" is missing'],
])('the reader refuses %j', (text, message) => {
  expect(readBicep('a.bicep', text)).toMatchObject({ ok: false, message: expect.stringContaining(message) });
});

test('the reader names the line of what is wrong', () => {
  expect(readBicep('a.bicep', '// one\nvar a = 1\n\nvar b = }\n')).toMatchObject({ ok: false, line: 4 });
});

test.each<[string, Value]>([
  ["var it = 'it\\'s \\${x}'", "it's ${x}"],
  ['var it = 1 // one\n', 1],
  ["var a = 'x'\nvar it = '${a}-${a}'", 'x-x'],
  ["var it = union({ a: 1 }, { b: 'two' })", { a: 1, b: 'two' }],
  ['var it = concat([1], [2, 3])', [1, 2, 3]],
  ["var it = loadJsonContent('a.json').list", ['one']],
  ['var a = {\n  b: { c: true }\n}\nvar it = a.b.c', true],
  ['/* far\n away */ var it = [\n  null\n  false\n]', [null, false]],
])('the reader knows the value of %j', (text, value) => {
  expect(valueOf(text)).toEqual(value);
});

test('a value that only a deployment knows stays unknown, with what is known around it', () => {
  expect(valueOf("param a string\nvar it = 'https://${a}/api'")).toEqual(new Unknown('https://${a}/api'));
});

test('a choice is one of both', () => {
  expect(valueOf('param a bool\nvar it = a ? 1 : 2')).toEqual(new OneOf([1, 2]));
});

test('resources are read with condition, loop and what is nested in them', () => {
  const read = readBicep(
    'a.bicep',
    `resource a 'A/b@1' = [for (x, i) in y: if (x) {
  name: x
  resource c 'd' = {
    name: 'e'
  }
}]
resource f 'G/h@2' existing = { name: 'f' }
`,
  );

  expect(read).toMatchObject({
    ok: true,
    file: {
      declarations: [
        {
          name: 'a',
          type: 'A/b@1',
          isExisting: false,
          condition: { kind: 'name', name: 'x' },
          loop: { item: 'x', index: 'i' },
          body: { resources: [{ name: 'c', type: 'd' }] },
        },
        { name: 'f', isExisting: true },
      ],
    },
  });
});
