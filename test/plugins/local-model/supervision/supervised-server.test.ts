import { createServer } from 'node:http';
import { expect, test } from '@jest/globals';
import { freePort, runs, SupervisionRig, until, untilState } from './support/supervision-rig.ts';

const signal = new AbortController().signal;

test('a server that is needed is started, is told to be starting, and is ready when its health says so', async () => {
  await using rig = await SupervisionRig.open();
  const port = await freePort();
  const { provider, server } = await rig.use(port, ['slow=400']);
  const atRest = await provider.probe(signal);
  // A call that waits can have it, so that it is no reason to look for another or to refuse the call.
  expect(atRest).toMatchObject({ state: 'loading', code: 'E_LOADING' });
  expect(atRest.detail).toMatch(/does not run; it is started when a call needs it/);
  expect(server.state().kind).toBe('stopped');
  expect(provider.wake!()).toBe(true);
  const report = await provider.probe(signal);
  expect(report).toMatchObject({ state: 'loading', code: 'E_LOADING' });
  expect(report.detail).toMatch(/^starting, \d s/);
  await untilState(server, 'ready');
  // One more look is due, since the last one told that it starts.
  expect(provider.wake!()).toBe(true);
  expect((await provider.probe(signal)).state).toBe('ready');
  expect(provider.wake!()).toBe(false);
  const pid = await rig.pid();
  expect(await runs(pid)).toBe(true);
});

test('a call while it starts is refused as loading, so that the router waits or takes another', async () => {
  await using rig = await SupervisionRig.open();
  const { provider, server } = await rig.use(await freePort(), ['deaf=300']);
  const call = { parameters: {}, limits: {} as never, principal: {} as never, attemptId: 'a', signal };
  await expect(provider.chat!('playful', call)).rejects.toMatchObject({ code: 'E_LOADING' });
  await expect(provider.listModels(signal)).rejects.toMatchObject({ code: 'E_LOADING' });
  await untilState(server, 'ready');
  await expect(provider.listModels(signal)).resolves.toMatchObject([{ modelId: 'playful' }]);
});

test('it is killed and comes back at once, with another process', async () => {
  await using rig = await SupervisionRig.open();
  const { server } = await rig.use(await freePort(), ['quick']);
  server.want();
  await untilState(server, 'ready');
  const before = await rig.pid();
  process.kill(before, 'SIGKILL');
  await until('another process is ready', async () => server.state().kind === 'ready' && (await rig.pid()) !== before);
  expect(await runs(before)).toBe(false);
  expect((await rig.record()).lastExit?.reason).toMatch(/was ended by SIGKILL/);
});

test('one that dies at its start is told with its last line, and is tried again after a back-off', async () => {
  await using rig = await SupervisionRig.open();
  const { server, provider } = await rig.use(await freePort(), ['dies=3']);
  server.want();
  await until('it has crashed twice', () => {
    const state = server.state();
    return state.kind === 'restarting' && state.crashes === 2;
  });
  const report = await provider.probe(signal);
  expect(report.state).toBe('loading');
  expect(report.detail).toMatch(/starting again in \d s, since it ended with exit code 3: cannot load the model/);
});

test('one that dies later, by itself, is started again', async () => {
  await using rig = await SupervisionRig.open();
  const { server } = await rig.use(await freePort(), ['dies-later=300']);
  server.want();
  await untilState(server, 'ready');
  const before = await rig.pid();
  await until('another is ready', async () => {
    const { child } = await rig.record();
    return server.state().kind === 'ready' && child !== undefined && child.pid !== before;
  });
  await until('its last words are written', async () => /segmentation fault/.test(await rig.printed()));
});

test('a start that takes longer than its limit is a crash', async () => {
  await using rig = await SupervisionRig.open();
  const { server } = await rig.use(await freePort(), ['deaf=60000'], { start: { readyMs: 300 } });
  server.want();
  await untilState(server, 'starting');
  const pid = await until(
    'it has a process',
    async () => (await rig.record().catch(() => undefined)) !== undefined,
  ).then(() => rig.pid());
  await until('it is given up', () => {
    const state = server.state();
    return state.kind === 'restarting' || (state.kind === 'starting' && state.crashes > 0);
  });
  expect(await runs(pid)).toBe(false);
  expect((await rig.record()).lastExit?.reason).toMatch(/was not ready within 0 s/);
});

test('the end of Wooster ends it with all that it started, also when it ignores the request', async () => {
  const rig = await SupervisionRig.open();
  const { server } = await rig.use(await freePort(), ['stubborn', 'helper']);
  server.want();
  await untilState(server, 'ready');
  await until('the helper is told', async () => /helper \d+/.test(await rig.printed()));
  const helper = Number(/helper (\d+)/.exec(await rig.log())![1]);
  const pid = await rig.pid();
  const start = performance.now();
  await server.release();
  expect(performance.now() - start).toBeLessThan(4_000);
  expect([await runs(pid), await runs(helper)]).toEqual([false, false]);
  expect((await rig.record()).child).toBeUndefined();
  await rig[Symbol.asyncDispose]();
});

test('a server whose leader is killed leaves no helper behind', async () => {
  await using rig = await SupervisionRig.open();
  const { server } = await rig.use(await freePort(), ['helper']);
  server.want();
  await untilState(server, 'ready');
  await until('the helper is told', async () => /helper \d+/.test(await rig.printed()));
  const helper = Number(/helper (\d+)/.exec(await rig.log())![1]);
  const before = await rig.pid();
  process.kill(before, 'SIGKILL');
  await until('the helper is gone', async () => !(await runs(helper)));
});

test('a server that somebody else runs is used and neither started nor ended', async () => {
  await using rig = await SupervisionRig.open();
  await using other = await SupervisionRig.open();
  const port = await freePort();
  const elsewhere = await other.use(port, ['quick']);
  elsewhere.server.want();
  await untilState(elsewhere.server, 'ready');
  const { server, supervision } = await rig.use(port, ['quick']);
  server.want();
  await untilState(server, 'adopted');
  await supervision.dispose();
  expect(await runs(await other.pid())).toBe(true);
  await expect(rig.log()).rejects.toThrow(/ENOENT/);
});

test('an address that something else has is told with who it is, and nothing is started', async () => {
  await using rig = await SupervisionRig.open();
  const port = await freePort();
  const stranger = createServer((_, response) => response.end('<html>a page</html>')).listen(port, '127.0.0.1');
  const { server, provider } = await rig.use(port, ['quick']);
  server.want();
  await untilState(server, 'failed');
  const state = server.state();
  expect(state.kind === 'failed' && state.fault).toMatchObject({ code: 'E_PORT' });
  expect(state.kind === 'failed' && state.fault.message).toMatch(new RegExp(`listens at 127\\.0\\.0\\.1:${port}`));
  const call = { parameters: {}, limits: {} as never, principal: {} as never, attemptId: 'a', signal };
  // A call may fall back, which a fault of a command may not.
  await expect(provider.chat!('playful', call)).rejects.toMatchObject({ code: 'E_UNREACHABLE' });
  await new Promise((resolve) => stranger.close(resolve));
});

test('a program that is not installed is a health line before anything is started', async () => {
  await using rig = await SupervisionRig.open();
  const { provider, server } = await rig.use(await freePort(), [], {
    start: { command: ['llama-server-that-is-not'] },
  });
  const report = await provider.probe(signal);
  expect(report).toMatchObject({ state: 'misconfigured', code: 'E_DEPENDENCY' });
  expect(report.detail).toMatch(/is not installed \(not found on PATH\); install/);
  server.want();
  await untilState(server, 'failed');
});

test('secrets that it is given are in no log, whatever it prints', async () => {
  await using rig = await SupervisionRig.open();
  const environment = { HUB_API_KEY: 'hf-very-secret-value-1', HARMLESS: 'plain' };
  const { server } = await rig.use(await freePort(), ['prints=HUB_API_KEY'], { start: { environment } });
  server.want();
  await untilState(server, 'ready');
  await until('it has printed', async () => /again/.test(await rig.printed()));
  expect(await rig.log()).toMatch(/the key is \[secret\], and again \[secret\]!/);
  expect(await rig.log()).not.toContain('very-secret');
});

test('more memory than it may have starts it again', async () => {
  await using rig = await SupervisionRig.open();
  const { server } = await rig.use(await freePort(), ['grows=300'], { start: { maxMemoryMiB: 16 } });
  server.want();
  await untilState(server, 'ready');
  const before = await rig.pid();
  await until('it is started again', async () => (await rig.record()).child?.pid !== before, 25_000);
  await until('the reason is kept', async () => (await rig.record()).lastExit !== undefined);
  expect((await rig.record()).lastExit?.reason).toMatch(/took \d+ MiB, more than the 16 MiB/);
}, 40_000);
