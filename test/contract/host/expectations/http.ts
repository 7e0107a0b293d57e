/** How are HTTP triggers answered? Routes, methods, keys, bodies, and what a function returns. */
import { expect } from '@jest/globals';
import type { ContractClient } from '../contract-client.js';
import { functionsHost, learn, type Expectation } from '../expectation.js';

const trigger = (section: string) => learn(`Azure Functions HTTP trigger, ${section}`);

/** What the app's `tell` says of a request. */
interface Told {
  readonly functionName: string;
  readonly method: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly header: string | null;
  readonly body: string;
}

async function told(client: ContractClient, path: string, init: RequestInit = {}): Promise<Told> {
  const answer = await client.app(path, init);
  if (answer.status !== 200) throw new Error(`${path} was answered ${answer.status}.`);
  return (await answer.json()) as Told; // the app's own shape
}

async function statusOf(client: ContractClient, path: string, init: RequestInit = {}): Promise<number> {
  return (await client.app(path, init)).status;
}

const withKey = (key: string): RequestInit => ({ headers: { 'x-functions-key': key } });

const routes: readonly Expectation[] = [
  {
    name: 'route: the prefix of host.json begins it, and nothing else does',
    source: learn('host.json reference for Azure Functions, http'),
    check: async (client) => {
      expect(await statusOf(client, 'byItsName')).toBe(200);
      expect((await fetch(`${client.host.url}/api/byItsName`)).status).toBe(404);
    },
  },
  {
    name: 'route: it is the function’s name where none is given',
    source: trigger('Customize the HTTP endpoint'),
    check: async (client) => {
      expect((await told(client, 'byItsName')).functionName).toBe('byItsName');
    },
  },
  {
    name: 'route: case doesn’t count, a value’s own is kept',
    source: learn('Routing in ASP.NET Core, Route templates'),
    check: async (client) => {
      expect((await told(client, 'ECHO/AbC')).params).toMatchObject({ first: 'AbC' });
    },
  },
  {
    name: 'route: an optional parameter may be missing',
    source: trigger('Customize the HTTP endpoint'),
    check: async (client) => {
      expect((await told(client, 'echo/a/b')).params).toEqual({ first: 'a', second: 'b' });
      expect((await told(client, 'echo/a')).params['second'] ?? '').toBe('');
      expect(await statusOf(client, 'echo')).toBe(404);
      expect(await statusOf(client, 'echo/a/b/c')).toBe(404);
    },
  },
  {
    name: 'route: a constraint that isn’t met is no match',
    source: trigger('Customize the HTTP endpoint'),
    check: async (client) => {
      expect((await told(client, 'numbers/7')).params).toEqual({ n: '7' });
      for (const value of ['0', '10', 'x']) expect(await statusOf(client, `numbers/${value}`)).toBe(404);
    },
  },
  {
    name: 'route: a parameter with a star takes the rest',
    source: learn('Routing in ASP.NET Core, Route templates'),
    check: async (client) => {
      expect((await told(client, 'files/a/b.txt')).params).toEqual({ path: 'a/b.txt' });
    },
  },
  {
    name: 'route: values are decoded, but for slashes',
    source: learn('Routing in ASP.NET Core, Route templates'),
    check: async (client) => {
      expect((await told(client, 'echo/h%C3%A9%20q/b%2Fc')).params).toEqual({
        first: 'hé q',
        second: 'b%2Fc',
      });
    },
  },
  {
    name: 'route: of two that fit, the function whose name comes first answers',
    source: 'azure-functions-host, issues 3153 and 9876; FunctionMetadataManager.cs',
    check: async (client) => {
      expect((await told(client, 'first/exact')).functionName).toBe('aWide');
      expect((await told(client, 'last/exact')).functionName).toBe('cNarrow');
      expect((await told(client, 'last/other')).functionName).toBe('zWide');
    },
  },
  {
    name: 'route: no function is 404',
    source: functionsHost('WebScriptHostHttpRoutesManager.cs'),
    check: async (client) => {
      expect(await statusOf(client, 'nobody')).toBe(404);
    },
  },
  {
    name: 'route: a function that is switched off is 404',
    source: learn('How to disable functions in Azure Functions'),
    check: async (client) => {
      expect(await statusOf(client, 'switchedOff')).toBe(404);
    },
  },
  {
    name: 'methods: GET and POST where none are named',
    source: learn('Azure Functions Node.js developer guide, HTTP trigger options'),
    check: async (client) => {
      expect((await told(client, 'byItsName')).method).toBe('GET');
      expect((await told(client, 'byItsName', { method: 'POST' })).method).toBe('POST');
    },
  },
  {
    name: 'methods: one that isn’t named is 404, not 405',
    source: functionsHost('WebScriptHostHttpRoutesManager.cs, httpMethod constraint'),
    check: async (client) => {
      expect(await statusOf(client, 'byItsName', { method: 'PUT' })).toBe(404);
      expect(await statusOf(client, 'byItsName', { method: 'HEAD' })).toBe(404);
    },
  },
  {
    name: 'methods: HEAD where it is named, without a body',
    source: learn('Azure Functions Node.js developer guide, HTTP trigger options'),
    check: async (client) => {
      const answer = await client.app('headed', { method: 'HEAD' });
      expect([answer.status, await answer.text()]).toEqual([200, '']);
    },
  },
];

const keys: readonly Expectation[] = [
  {
    name: 'keys: a function’s key opens it, from header or query',
    source: learn('Work with access keys in Azure Functions'),
    check: async (client) => {
      const { function: key } = client.host.keys;
      expect(await statusOf(client, 'keyed')).toBe(401);
      expect(await statusOf(client, 'keyed', withKey('wrong'))).toBe(401);
      expect(await statusOf(client, 'keyed', withKey(key))).toBe(200);
      expect(await statusOf(client, `keyed?code=${key}`)).toBe(200);
    },
  },
  {
    name: 'keys: the header wins over the query',
    source: functionsHost('AuthenticationLevelHandler.cs'),
    check: async (client) => {
      const { function: key } = client.host.keys;
      expect(await statusOf(client, `keyed?code=${key}`, withKey('wrong'))).toBe(401);
      expect(await statusOf(client, 'keyed?code=wrong', withKey(key))).toBe(200);
    },
  },
  {
    name: 'keys: the master key opens everything, and it alone what is for administrators',
    source: learn('Work with access keys in Azure Functions'),
    check: async (client) => {
      const { function: key, master, system } = client.host.keys;
      expect(await statusOf(client, 'keyed', withKey(master))).toBe(200);
      expect(await statusOf(client, 'governed', withKey(master))).toBe(200);
      expect(await statusOf(client, 'governed', withKey(key))).toBe(401);
      expect(await statusOf(client, 'keyed', withKey(system))).toBe(401);
    },
  },
];

const requests: readonly Expectation[] = [
  {
    name: 'request: a body of any bytes comes in as it was sent',
    source: learn('Azure Functions Node.js developer guide, HTTP request'),
    check: async (client) => {
      const bytes = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
      const { body } = await told(client, 'echo/a', { method: 'PUT', body: bytes });
      expect(Buffer.from(body, 'base64')).toEqual(bytes);
    },
  },
  {
    name: 'request: query and headers come in',
    source: learn('Azure Functions Node.js developer guide, HTTP request'),
    check: async (client) => {
      const { query, header } = await told(client, 'echo/a?x=1&y=%C3%A9%26', {
        headers: { 'X-Asked': 'yes' },
      });
      expect([query, header]).toEqual([{ x: '1', y: 'é&' }, 'yes']);
    },
  },
];

const answers: readonly Expectation[] = [
  {
    name: 'answer: 204 where a function returns nothing',
    source: learn('Azure Functions HTTP output bindings'),
    check: async (client) => {
      const answer = await client.app('returnsNothing');
      expect([answer.status, await answer.text()]).toEqual([204, '']);
    },
  },
  {
    name: 'answer: 200 where a function returns an empty response',
    source: learn('Azure Functions Node.js developer guide, HTTP response'),
    check: async (client) => {
      const answer = await client.app('returnsEmpty');
      expect([answer.status, await answer.text()]).toEqual([200, '']);
    },
  },
  {
    name: 'answer: 500 without a word of the error where a function throws',
    source: functionsHost('Middleware/ExceptionMiddleware.cs'),
    check: async (client) => {
      const answer = await client.app('throwsError');
      expect([answer.status, await answer.text()]).toEqual([500, '']);
    },
  },
  {
    name: 'answer: status, headers and bytes are those of the function',
    source: learn('Azure Functions Node.js developer guide, HTTP response'),
    check: async (client) => {
      const answer = await client.app('returnsAll');
      expect(answer.status).toBe(418);
      expect(answer.headers.get('x-told')).toBe('yes');
      expect(answer.headers.get('content-type')).toBe('application/x-tea');
      expect([...new Uint8Array(await answer.arrayBuffer())]).toEqual([0, 255, 128]);
    },
  },
  {
    name: 'answer: cookies are set',
    source: learn('Azure Functions Node.js developer guide, HTTP response'),
    check: async (client) => {
      const [cookie = ''] = (await client.app('returnsAll')).headers.getSetCookie();
      expect(cookie).toMatch(/^cup=full(;|$)/);
      expect(cookie).toMatch(/; ?httponly/i);
    },
  },
];

export const http: readonly Expectation[] = [...routes, ...keys, ...requests, ...answers];
