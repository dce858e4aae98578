import { fork } from 'node:child_process';
import { createServer, type ServerResponse } from 'node:http';

/**
 * A server that looks like llama.cpp's to whoever asks, and behaves as it is told: `playful-server.ts <port> <mode...>`.
 *
 * quick           ready at once
 * slow=MS         says for so long that it loads its model
 * deaf=MS         listens only after so long
 * dies=CODE       ends with this code before it listens
 * dies-later=MS   ends by SIGABRT after so long
 * stubborn        ignores SIGTERM
 * helper          starts a helper that listens to no signal, and prints its id
 * grows=MIB       takes so much memory
 * prints=NAME     prints the value of a variable of its environment
 */
const [port, ...modes] = process.argv.slice(2);
const given = (name: string): string | undefined =>
  modes.find((mode) => mode === name || mode.startsWith(`${name}=`))?.slice(name.length + 1);

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

const startedAt = Date.now();
say(`playful server ${process.pid} ${modes.join(' ')}`);
const printed = given('prints');
if (printed !== undefined) say(`the key is ${process.env[printed]}, and again ${process.env[printed]}!`);
if (given('stubborn') !== undefined) process.on('SIGTERM', () => say('no'));
if (given('helper') !== undefined) {
  const helper = fork(import.meta.filename, ['0', 'stubborn', 'deaf=600000']);
  say(`helper ${helper.pid}`);
}
const taken: Buffer[] = [];
const grows = given('grows');
if (grows !== undefined) taken.push(Buffer.alloc(Number(grows) * 1024 * 1024, 1));
const dies = given('dies');
if (dies !== undefined) {
  say('cannot load the model: no such file');
  process.exitCode = Number(dies);
} else {
  setTimeout(listen, Number(given('deaf') ?? 0));
}

function answer(path: string | undefined, response: ServerResponse): void {
  const isLoading = Date.now() - startedAt < Number(given('slow') ?? 0);
  const json = (status: number, value: unknown): void => {
    response.writeHead(status, { 'content-type': 'application/json', server: 'llama.cpp' }).end(JSON.stringify(value));
  };
  if (isLoading) json(503, { error: { message: 'Loading model', type: 'unavailable_error', code: 503 } });
  else if (path === '/health') json(200, { status: 'ok' });
  else if (path === '/props') json(200, { default_generation_settings: { n_ctx: 512 }, build_info: 'b1-playful' });
  else if (path === '/v1/models') json(200, { object: 'list', data: [{ id: 'playful', object: 'model' }] });
  else if (path === '/v1/chat/completions') {
    json(200, {
      id: 'x',
      object: 'chat.completion',
      model: 'playful',
      choices: [{ index: 0, message: { role: 'assistant', content: 'Hello.' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
    });
  } else json(404, { error: { message: 'not found' } });
}

function listen(): void {
  const server = createServer((request, response) => answer(request.url, response));
  server.listen(Number(port), '127.0.0.1', () => say('listening'));
  server.on('error', (error) => {
    say(error.message);
    process.exitCode = 1;
  });
  const later = given('dies-later');
  if (later === undefined) return;
  setTimeout(() => {
    say('segmentation fault, as it were');
    process.kill(process.pid, 'SIGABRT');
  }, Number(later));
}
