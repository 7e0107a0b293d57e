/** Which bodies are read, and what is said of the others before anybody looks at their fields? */
import { describe, expect, test } from '@jest/globals';
import { HttpRequest } from '@azure/functions';
import { readBody } from '../../functions/read-body.js';

const read = (body: string, type = 'application/json') =>
  readBody(
    new HttpRequest({
      method: 'POST',
      url: 'https://app.example/api/sites',
      headers: { 'content-type': type },
      body: { string: body },
    }),
  );

/** JSON of exactly so many bytes; an é has two. */
const ofBytes = (bytes: number) => JSON.stringify('é'.repeat((bytes - 2) / 2));

describe('readBody', () => {
  test.each(['application/json', 'application/json; charset=utf-8', 'Application/JSON'])(
    'reads JSON that calls itself %s',
    async (type) => {
      await expect(read('{"name":"hq"}', type)).resolves.toEqual({ ok: true, value: { name: 'hq' } });
    },
  );

  test.each([
    { type: 'text/plain', said: '"text/plain"' },
    { type: 'application/jsonp', said: '"application/jsonp"' },
    { type: 'application/x-www-form-urlencoded', said: '"application/x-www-form-urlencoded"' },
  ])('refuses $type, and says what to send', async ({ type, said }) => {
    const refused = await read('{}', type);
    expect(refused).toMatchObject({
      ok: false,
      problem: { status: 415, mend: 'Send content-type: application/json.' },
    });
    expect(JSON.stringify(refused)).toContain(JSON.stringify(said).slice(1, -1));
  });

  test('quotes no more than 80 characters of a content type', async () => {
    expect(JSON.stringify(await read('{}', `x/${'y'.repeat(5000)}`)).length).toBeLessThan(500);
  });

  test.each([
    { bytes: 100 * 1024, is: 'read' },
    { bytes: 100 * 1024 + 2, is: 'refused' },
  ])('a body of $bytes bytes is $is, counted in bytes and not in characters', async ({ bytes, is }) => {
    const outcome = await read(ofBytes(bytes));
    expect(outcome.ok).toBe(is === 'read');
    if (outcome.ok) return;
    expect(outcome.problem).toMatchObject({
      status: 413,
      detail: expect.stringContaining(String(bytes)) as unknown,
    });
  });

  test.each(['', '{', '{"name": hq}', 'name=hq', '\u0000'])('refuses %j, which is no JSON', async (body) => {
    const refused = await read(body);
    expect(refused).toMatchObject({ ok: false, problem: { type: '/problems/invalid-body', status: 400 } });
  });

  test('repeats nothing of a body that it can’t read: a PSK may stand in it', async () => {
    expect(JSON.stringify(await read('{"psk": Correct7Horse}'))).not.toContain('Correct7Horse');
  });
});
