import { expect, test } from '@jest/globals';
import { freePort, runs, SupervisionRig, until, untilState } from './support/supervision-rig.ts';
import { WoosterHost } from './support/wooster-host.ts';

function isUsed(host: WoosterHost): boolean {
  return host.states.some((state) => state === 'ready' || state === 'adopted');
}

test('of two Woosters that need it at once one starts it, and the last that uses it ends it', async () => {
  await using rig = await SupervisionRig.open();
  const port = await freePort();
  await using one = new WoosterHost(rig.workspace.root, port, ['slow=200']);
  await using two = new WoosterHost(rig.workspace.root, port, ['slow=200']);
  await until('both use it', () => isUsed(one) && isUsed(two), 20_000);
  const pid = await rig.pid();
  expect(new Set((await rig.record()).users.map((user) => user.pid))).toEqual(new Set([one.pid, two.pid]));
  await until('its first words are written', async () => /^playful server/m.test(await rig.printed()));
  expect((await rig.log()).match(/^playful server/gm)).toHaveLength(1);
  const [starter, other] = one.states.includes('ready') ? [one, two] : [two, one];
  await starter.release();
  expect(await runs(pid)).toBe(true);
  await other.release();
  expect(await runs(pid)).toBe(false);
});

test('when the one that started it is killed, the other goes on with it and starts it again when it dies', async () => {
  await using rig = await SupervisionRig.open();
  const port = await freePort();
  await using starter = new WoosterHost(rig.workspace.root, port, ['quick']);
  await starter.until('ready');
  await using other = new WoosterHost(rig.workspace.root, port, ['quick']);
  await other.until('adopted');
  await starter.kill();
  const pid = await rig.pid();
  expect(await runs(pid)).toBe(true);
  process.kill(pid, 'SIGKILL');
  await other.until('ready');
  expect(await rig.pid()).not.toBe(pid);
});

test('after kill -9 of Wooster the next one adopts the server that it left, and ends it in the end', async () => {
  await using rig = await SupervisionRig.open();
  const port = await freePort();
  await using killed = new WoosterHost(rig.workspace.root, port, ['quick']);
  await killed.until('ready');
  await killed.kill();
  const pid = await rig.pid();
  expect(await runs(pid)).toBe(true);
  const { server, supervision } = await rig.use(port, ['quick']);
  server.want();
  await untilState(server, 'adopted');
  expect(await rig.pid()).toBe(pid);
  await supervision.dispose();
  expect(await runs(pid)).toBe(false);
});

test('after kill -9 of Wooster a server whose settings have changed is ended and started anew', async () => {
  await using rig = await SupervisionRig.open();
  const port = await freePort();
  await using killed = new WoosterHost(rig.workspace.root, port, ['quick', 'stubborn']);
  await killed.until('ready');
  await killed.kill();
  const before = await rig.pid();
  const { server } = await rig.use(port, ['quick']);
  server.want();
  await untilState(server, 'ready');
  expect(await runs(before)).toBe(false);
  expect(await rig.pid()).not.toBe(before);
});

test('after kill -9 of Wooster a server that no provider has any more is ended with the next start of any', async () => {
  await using rig = await SupervisionRig.open();
  await using killed = new WoosterHost(rig.workspace.root, await freePort(), ['quick']);
  await killed.until('ready');
  await killed.kill();
  const left = await rig.pid();
  const { server } = await rig.use(await freePort(), ['quick'], { id: 'another' });
  server.want();
  await untilState(server, 'ready');
  await until('what was left is ended', async () => !(await runs(left)));
  // The end is written down after it was seen.
  await until('its end is written down', async () => (await rig.record()).lastExit !== undefined);
  expect((await rig.record()).lastExit?.reason).toMatch(/outlived the Wooster that used it/);
});

test('a process that got the id of a dead server is never ended', async () => {
  await using rig = await SupervisionRig.open();
  const port = await freePort();
  await using bystander = new WoosterHost(rig.workspace.root, port, ['quick']);
  await bystander.until('ready');
  const record = await rig.record();
  const supervisor = await (await rig.use(port, ['quick'])).supervision.supervisor();
  const whole = (await supervisor.records.read('playful'))!;
  await supervisor.records.write({
    ...whole,
    id: 'gone',
    users: [],
    child: { ...whole.child!, pid: bystander.pid, startedAt: 'long ago' },
  });
  await supervisor.sweep();
  expect((await supervisor.records.read('gone'))?.child).toBeUndefined();
  expect([await runs(bystander.pid), await runs(record.child!.pid)]).toEqual([true, true]);
});
