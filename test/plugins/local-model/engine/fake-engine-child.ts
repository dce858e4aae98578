/** Plays the engine's child: the model's name says how it behaves. It holds no engine and needs no model. */
import { createServer } from 'node:http';
import type { EngineReport, EngineStart } from '../../../../plugins/local-model/engine/engine-messages.ts';

const report = (message: EngineReport): boolean => process.send?.(message) ?? false;
const model = {
  contextTokens: 100,
  trainedContextTokens: 200,
  parameters: 1,
  sizeBytes: 1,
  name: 'fake',
  chatTemplate: 'fake',
};

process.once('disconnect', () => process.exit(0));
process.once('message', (message) => {
  const { settings, secret } = message as EngineStart;
  const plays = settings.modelId;
  if (plays === 'ignores-term') process.on('SIGTERM', () => undefined);
  if (plays === 'dies') process.kill(process.pid, 'SIGKILL');
  if (plays === 'complains') {
    process.stderr.write('ggml: out of luck\n', () => process.exit(3));
    return;
  }
  const server = createServer((request, response) => {
    if (request.headers.authorization !== `Bearer ${secret}`) response.statusCode = 401;
    if (request.url === '/v1/die') process.kill(process.pid, 'SIGKILL');
    response.write('data: part\n\n');
    if (request.url !== '/v1/stream') response.end();
  });
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    if (typeof address !== 'object' || address === null) return;
    report({ type: 'listening', port: address.port });
    report({ type: 'loading', progress: 0.5 });
    if (plays === 'never-ready') return;
    if (plays === 'dependency' || plays === 'file' || plays === 'memory' || plays === 'engine') {
      report({ type: 'failed', reason: plays, message: 'as played' });
      return;
    }
    setTimeout(() => report({ type: 'ready', loadMs: 1, model }), 20);
  });
});
