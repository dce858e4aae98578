import { describe, expect, test } from '@jest/globals';
import { readMachine, type MachineSource } from '../../../../plugins/local-model/memory/read-machine.ts';

const GIB = 1024 ** 3;
const signal = new AbortController().signal;

function source(changes: Partial<MachineSource> = {}): MachineSource {
  return {
    platform: 'linux',
    architecture: 'x64',
    totalBytes: () => 32 * GIB,
    freeBytes: () => 20 * GIB,
    run: () => Promise.reject(new Error('no such program')),
    read: () => Promise.reject(new Error('no such file')),
    ...changes,
  };
}

async function nvidiaOnly(program: string): Promise<string> {
  if (program === 'nvidia-smi') return 'NVIDIA RTX A2000, 6138, 5900\n';
  throw new Error('no such program');
}

describe('the memory of the machine', () => {
  test('is all of it where no container limits it and no card is found', async () => {
    expect(await readMachine(signal, source())).toEqual({
      totalMiB: 32_768,
      freeMiB: 20_480,
      usableMiB: 32_768,
      isUnified: false,
      graphics: [],
    });
  });

  test.each([
    ['/sys/fs/cgroup/memory.max', `${4 * GIB}\n`, 4096],
    ['/sys/fs/cgroup/memory/memory.limit_in_bytes', String(2 * GIB), 2048],
    ['/sys/fs/cgroup/memory.max', 'max\n', undefined],
    ['/sys/fs/cgroup/memory/memory.limit_in_bytes', '9223372036854771712', undefined],
  ])('has the limit of %s when it says %j', async (path, text, limitMiB) => {
    const read = async (asked: string): Promise<string> => {
      if (asked !== path) throw new Error('no such file');
      return text;
    };
    const machine = await readMachine(signal, source({ read }));
    expect(machine.limitMiB).toBe(limitMiB);
    expect(machine.usableMiB).toBe(limitMiB ?? 32_768);
  });

  test('has the cards that the tools of their vendors tell, and asks no tool of a Mac', async () => {
    expect((await readMachine(signal, source({ run: nvidiaOnly }))).graphics).toEqual([
      { name: 'NVIDIA RTX A2000', totalMiB: 6138, freeMiB: 5900 },
    ]);
    const mac = await readMachine(signal, source({ platform: 'darwin', architecture: 'arm64', run: nvidiaOnly }));
    expect(mac).toMatchObject({ isUnified: true, graphics: [], usableMiB: 21_845 });
    const studio = source({ platform: 'darwin', architecture: 'arm64', totalBytes: () => 64 * GIB });
    expect((await readMachine(signal, studio)).usableMiB).toBe(49_152);
  });

  test('waits for no tool longer than its limit, and for none when the caller gives up', async () => {
    const caller = new AbortController();
    const run: MachineSource['run'] = (_, __, limit) =>
      new Promise((_resolve, reject) => {
        const giveUp = (): void => reject(new Error('gave up'));
        if (limit.aborted) giveUp();
        limit.addEventListener('abort', giveUp, { once: true });
        caller.abort(new Error('enough'));
      });
    await expect(readMachine(caller.signal, source({ run }))).rejects.toThrow('enough');
    await expect(readMachine(caller.signal, source())).rejects.toThrow('enough');
  });

  test('of this machine is more than nothing', async () => {
    const machine = await readMachine(signal);
    expect(machine.totalMiB).toBeGreaterThan(0);
    expect(machine.usableMiB).toBeLessThanOrEqual(machine.totalMiB);
  });
});
