import { fork, spawn, spawnSync } from 'node:child_process';
import dgram from 'node:dgram';
import dns, { lookup } from 'node:dns';
import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import net from 'node:net';
import tls from 'node:tls';
import { fileURLToPath } from 'node:url';
import { Worker, isMainThread, parentPort } from 'node:worker_threads';

/**
 * Tries in every way of Node to reach `far` (an address of TEST-NET-1, which nobody has), a name, and `near` (a server of
 * this machine), and tells what came of each. Where it runs as a thread or a child, it tells its parent.
 */
const [near = '', depth = '0'] = process.argv.slice(2);
const FAR = '192.0.2.1';
const NAME = 'cloud.example';
const nearUrl = new URL(near);
const self = fileURLToPath(import.meta.url);

interface Told {
  readonly code: string;
  readonly message?: string;
}

function tell(error: unknown): Told {
  const { code, message, cause } = error as { code?: string; message?: string; cause?: { code?: string } };
  return { code: code ?? cause?.code ?? 'no code', message };
}

async function outcome(attempt: () => Promise<unknown>): Promise<Told> {
  try {
    await attempt();
    return { code: 'reached' };
  } catch (error) {
    return tell(error);
  }
}

function connected(make: () => net.Socket, event = 'connect'): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const socket = make();
    socket.setTimeout(2_000, () => socket.destroy(Object.assign(new Error('time is up'), { code: 'SENT' })));
    socket.once(event, () => {
      socket.destroy();
      resolve(undefined);
    });
    socket.once('error', reject);
  });
}

function answered(make: (take: (reply: http.IncomingMessage) => void) => http.ClientRequest): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const request = make((reply) => {
      reply.resume();
      resolve(undefined);
    });
    request.setTimeout(2_000, () => request.destroy(Object.assign(new Error('time is up'), { code: 'SENT' })));
    request.on('error', reject);
    request.end();
  });
}

function called(ask: (callback: (error: Error | null) => void) => unknown): Promise<unknown> {
  return new Promise((resolve, reject) => {
    ask((error) => (error === null ? resolve(undefined) : reject(error)));
  });
}

async function datagram(address: string, isConnected: boolean): Promise<unknown> {
  const socket = dgram.createSocket('udp4');
  try {
    if (!isConnected) return await called((callback) => socket.send('x', 9, address, callback));
    return await called((callback) => socket.connect(9, address, callback as () => void));
  } finally {
    socket.close();
  }
}

const attempts: Readonly<Record<string, () => Promise<unknown>>> = {
  'net to an address': () => connected(() => net.connect(443, FAR)),
  'net to a name': () => connected(() => net.connect({ host: NAME, port: 443 })),
  'net with a look-up of its own': () =>
    connected(() => net.connect({ host: 'localhost', port: 443, lookup: (_, __, take) => take(null, FAR, 4) })),
  'a socket made before': () => connected(() => new net.Socket().connect(443, FAR)),
  tls: () => connected(() => tls.connect(443, FAR), 'secureConnect'),
  http: () => answered((take) => http.get(`http://${FAR}/`, take)),
  https: () => answered((take) => https.get(`https://${NAME}/`, take)),
  http2: () => called((callback) => http2.connect(`https://${FAR}`).on('error', callback)),
  fetch: () => fetch(`http://${FAR}/`),
  'fetch to a name': () => fetch(`https://${NAME}/`),
  WebSocket: () =>
    new Promise((resolve, reject) => {
      const socket = new WebSocket(`ws://${FAR}/`);
      socket.addEventListener('open', resolve);
      socket.addEventListener('error', (event) => reject(new Error(event.type)));
    }),
  'a datagram': () => datagram(FAR, false),
  'a connected datagram': () => datagram(FAR, true),
  'a datagram to a name': () => datagram(NAME, false),
  'dns.lookup': () => called((callback) => dns.lookup(NAME, callback)),
  'an imported lookup': () => called((callback) => lookup(NAME, { all: true }, callback)),
  'dns.promises.lookup': () => dns.promises.lookup(NAME),
  'dns.resolve4': () => called((callback) => dns.resolve4(NAME, callback)),
  'dns.reverse': () => called((callback) => dns.reverse(FAR, callback)),
  'dns.promises.resolveMx': () => dns.promises.resolveMx(NAME),
  'a Resolver': () => called((callback) => new dns.Resolver().resolve(NAME, callback)),
  'a Resolver of promises': () => new dns.promises.Resolver().resolveTxt(NAME),
  'dns.lookupService': () => called((callback) => dns.lookupService(FAR, 443, callback)),
  'this machine by http': () => answered((take) => http.get(near, take)),
  'this machine by its name': () => answered((take) => http.get(near.replace('127.0.0.1', 'localhost'), take)),
  'this machine by another name': () => answered((take) => http.get(near.replace('127.0.0.1', 'a.localhost'), take)),
  'this machine by fetch': () => fetch(near),
  'this machine by net': () => connected(() => net.connect(Number(nearUrl.port))),
  'this machine by datagram': () => datagram('127.0.0.1', false),
  'dns.promises.lookup of localhost': () => dns.promises.lookup('localhost', { all: true }),
};

/** What a thread or a child of this program tells. */
function inner(start: (take: (told: unknown) => void, fail: (error: Error) => void) => void): Promise<unknown> {
  return new Promise((resolve, reject) => start(resolve, reject));
}

const nested: Readonly<Record<string, () => Promise<unknown>>> = {
  'a thread': () =>
    inner((take, fail) => new Worker(self, { argv: [near, '1'] }).on('message', take).on('error', fail)),
  'a thread without options of Node': () =>
    inner((take, fail) =>
      new Worker(self, { argv: [near, '1'], execArgv: [], env: {} }).on('message', take).on('error', fail),
    ),
  'a thread of code': () =>
    inner((take, fail) =>
      new Worker(
        `'use strict'; fetch('http://${FAR}/').catch((error) => require('worker_threads').parentPort.postMessage({ code: error.code }))`,
        {
          eval: true,
        },
      )
        .on('message', take)
        .on('error', fail),
    ),
  'a forked child': () =>
    inner((take, fail) => fork(self, [near, '1'], { execArgv: [], env: {} }).on('message', take).on('error', fail)),
  'a started child': () =>
    inner((take, fail) => {
      let text = '';
      const child = spawn(process.execPath, [self, near, '1'], { env: {}, stdio: ['ignore', 'pipe', 'inherit'] });
      child.stdout.on('data', (data: Buffer) => (text += data.toString()));
      child.on('error', fail).on('close', () => take(JSON.parse(text)));
    }),
};

/** What a program that is no Node finds in its environment. */
function offlineVariables(env?: Readonly<Record<string, string>>): string {
  const { stdout } = spawnSync('sh', ['-c', 'echo $WOOSTER_LOCAL_ONLY,$PIP_NO_INDEX,$HF_HUB_OFFLINE'], {
    env,
    encoding: 'utf8',
  });
  return stdout.trim();
}

const told: Record<string, unknown> = {};
for (const [name, attempt] of Object.entries(attempts)) told[name] = await outcome(attempt);
if (depth === '0') {
  for (const [name, start] of Object.entries(nested)) told[name] = await start();
  told['environment of others'] = [offlineVariables(), offlineVariables({ PATH: '/usr/bin:/bin' })];
}
if (!isMainThread) parentPort?.postMessage(told, []);
else if (process.send !== undefined) process.send(told, () => process.disconnect());
else process.stdout.write(JSON.stringify(told));
