import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { createRequire } from 'node:module';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { QUESTION, type CallRequest } from '../protocol.ts';
import { readConfiguration } from '../read-configuration.ts';
import { serveLines } from './serve-lines.ts';
import { watchCall } from './watched-call.ts';
import { callWire, streamWire, type WireClient } from './watched-wire.ts';

const START_LIMIT_MS = 20_000;
const GUARD = fileURLToPath(new URL('loopback-only.mjs', import.meta.url));
/** The gateway ends when this process does, however it ends. */
const END_WITH_PARENT = `data:text/javascript,process.stdin.resume().on('end',()=>process.exit())`;
const gatewayFile = process.argv[3] ?? '';

// The client that LangChain uses; this repository has no other.
const fromLangChain = createRequire(createRequire(import.meta.url).resolve('@langchain/openai'));
const { OpenAI: Client } = fromLangChain('openai') as { OpenAI: new (settings: object) => WireClient };

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function startGateway(port: number): Promise<ChildProcess> {
  const words = ['--import', GUARD, '--import', END_WITH_PARENT, gatewayFile, '--headless', `--port=${port}`];
  const gateway = spawn(process.execPath, words, { stdio: ['pipe', 'ignore', 'inherit'] });
  const until = performance.now() + START_LIMIT_MS;
  while (performance.now() < until && gateway.exitCode === null) {
    const reply = await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined);
    if (reply !== undefined) return gateway;
    await pause(50);
  }
  throw new Error(`the gateway does not listen on port ${port}`);
}

const port = await freePort();
await startGateway(port);
let client: WireClient | undefined;

await serveLines({
  prepare: async ({ primary, fallback }) => {
    const configuration = readConfiguration('portkey', {
      primary: `${primary}/v1`,
      fallback: `${fallback}/v1`,
    });
    client = new Client({
      baseURL: `http://127.0.0.1:${port}/v1`,
      apiKey: 'none',
      maxRetries: 0,
      defaultHeaders: { 'x-portkey-config': JSON.stringify(configuration) },
    });
  },
  call: (request: CallRequest) =>
    watchCall(request, (sighting, signal) => {
      const body = {
        model: 'smol',
        messages: [{ role: 'user', content: QUESTION }],
        ...(request.mode === 'tools' ? { tools: [request.tool] } : {}),
      };
      const ask = { client: client!, body, signal };
      return request.mode === 'plain' ? callWire(ask, sighting) : streamWire(ask, sighting);
    }),
});
