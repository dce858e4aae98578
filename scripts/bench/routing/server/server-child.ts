import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Behavior, ServerAddresses } from './behavior.ts';
import { ModelServer } from './model-server.ts';

/** A forgotten server ends by itself. */
const LIFE_LIMIT_MS = 3_600_000;

const servers: Readonly<Record<string, ModelServer>> = {
  primary: new ModelServer('primary'),
  fallback: new ModelServer('fallback'),
};

async function obey(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const server = servers[request.url?.slice(1) ?? ''];
  let text = '';
  for await (const part of request.setEncoding('utf8')) text += part as string;
  if (server !== undefined && request.method === 'POST') await server.behave(JSON.parse(text) as Behavior);
  response.writeHead(server === undefined ? 404 : 200, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify(server?.counts() ?? {}));
}

const control = createServer((request, response) => void obey(request, response));
control.listen(0, '127.0.0.1');
await once(control, 'listening');
const addresses: ServerAddresses = {
  primary: await servers['primary']!.listen(),
  fallback: await servers['fallback']!.listen(),
  control: `http://127.0.0.1:${(control.address() as AddressInfo).port}`,
};
process.send?.(addresses);
process.once('disconnect', () => process.exit(0));
setTimeout(() => process.exit(1), LIFE_LIMIT_MS).unref();
