import http from 'node:http';
import net, { type AddressInfo, type LookupFunction } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { guardEgress } from '../../../src/security/egress/egress-guard.ts';
import type { EgressRules } from '../../../src/security/egress/reachable.ts';
import { runGuarded } from './guarded-program.ts';

const RULES: EgressRules = { setting: 'flag: --local-only', hosts: [], proxies: [] };
const PROGRAM = fileURLToPath(new URL('./attempts-child.ts', import.meta.url));

type Told = Readonly<Record<string, { readonly code: string; readonly message?: string }>>;

const server = http.createServer((_request, reply) => reply.end('near'));
let url = '';

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});

afterAll(() => void server.close());

/** What was reached, and what was refused with another code than that of the guard. */
function summaryOf(told: Told): { readonly reached: readonly string[]; readonly odd: readonly string[] } {
  const entries = Object.entries(told).filter(([, each]) => 'code' in each);
  const named = (isWanted: (code: string) => boolean): string[] =>
    entries.filter(([, { code }]) => isWanted(code)).map(([name]) => name);
  return { reached: named((code) => code === 'reached'), odd: named((code) => !/^(reached|E_PRIVACY)$/.test(code)) };
}

const NEAR = [
  'this machine by http',
  'this machine by its name',
  'this machine by another name',
  'this machine by fetch',
  'this machine by net',
  'this machine by datagram',
  'dns.promises.lookup of localhost',
];

describe('in a guarded process', () => {
  let told: Readonly<Record<string, unknown>> = {};
  beforeAll(async () => {
    told = JSON.parse(await runGuarded(RULES, [PROGRAM, url])) as typeof told;
  });

  test.each([
    'the process itself',
    'a thread',
    'a thread without options of Node',
    'a forked child',
    'a started child',
  ])('%s reaches this machine and nothing else, in whatever way of Node', (place) => {
    const own = (place === 'the process itself' ? told : told[place]) as Told;
    // A WebSocket tells its error without a code.
    expect(summaryOf(own)).toEqual({ reached: NEAR, odd: ['WebSocket'] });
    expect(Object.keys(own).length).toBeGreaterThanOrEqual(30);
  });

  test('a thread that is given its code as a text is guarded from its first statement', () => {
    expect(told['a thread of code']).toEqual({ code: 'E_PRIVACY' });
  });

  test('a refusal says in one line who tried to reach what, and which setting is in the way', () => {
    const { message } = (told as Told)['net to an address']!;
    expect(message).toBe(
      'egress/attempts-child.ts tried to connect to 192.0.2.1:443; nothing was sent, since flag: --local-only keeps everything on this machine',
    );
  });

  test('a program with an environment of its own is told to stay offline', () => {
    expect(told['environment of others']).toContain('1,1,1');
  });
});

/** Every name is this machine. */
const ownAddress: LookupFunction = (_name, options, take) =>
  options.all === true ? take(null, [{ address: '127.0.0.1', family: 4 }]) : take(null, '127.0.0.1', 4);

function connectTo(host: string): Promise<unknown> {
  return new Promise((resolve) => {
    const socket = net.connect({ host, port: Number(new URL(url).port), lookup: ownAddress });
    socket.on('error', resolve).on('connect', () => {
      socket.destroy();
      resolve('reached');
    });
  });
}

test('a host that the user declared is reached, in whatever spelling, and no other', async () => {
  const guard = guardEgress({ ...RULES, hosts: ['box.example'] });
  try {
    expect(await connectTo('BOX.example.')).toBe('reached');
    expect(await connectTo('other.example')).toMatchObject({ code: 'E_PRIVACY' });
  } finally {
    await guard.dispose();
  }
});

test('two guards hold together, and the last that is disposed takes everything back', async () => {
  const before = [Reflect.get(net.Socket.prototype, 'connect'), globalThis.fetch];
  const first = guardEgress({ ...RULES, hosts: ['box.example', 'one.example'] });
  const second = guardEgress({ ...RULES, hosts: ['box.example'] });
  expect(await connectTo('one.example')).toMatchObject({ code: 'E_PRIVACY' });
  await first.dispose();
  await first.dispose();
  expect(await connectTo('box.example')).toBe('reached');
  expect(await connectTo('one.example')).toMatchObject({ code: 'E_PRIVACY' });
  await second.dispose();
  expect([Reflect.get(net.Socket.prototype, 'connect'), globalThis.fetch]).toEqual(before);
  expect(await connectTo('one.example')).toBe('reached');
});

test('a forward proxy is refused on this machine too', async () => {
  const { host } = new URL(url);
  const guard = guardEgress({ ...RULES, proxies: [host] });
  try {
    const error = await connectTo('localhost');
    expect(error).toMatchObject({ code: 'E_PRIVACY', message: expect.stringContaining('a forward proxy') });
  } finally {
    await guard.dispose();
  }
});
