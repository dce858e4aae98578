import { describe, expect, test } from '@jest/globals';
import { readNvidia, readRocm } from '../../../../plugins/local-model/memory/graphics-tools.ts';

describe('the tools of the vendors of graphics cards', () => {
  test('nvidia-smi tells one card a line, whose name may hold commas', () => {
    const output = 'NVIDIA GeForce RTX 4090, 24564, 22105\nNVIDIA A100, 80GB, 81920, 80000\n';
    expect(readNvidia(output)).toEqual([
      { name: 'NVIDIA GeForce RTX 4090', totalMiB: 24_564, freeMiB: 22_105 },
      { name: 'NVIDIA A100, 80GB', totalMiB: 81_920, freeMiB: 80_000 },
    ]);
  });

  test('a card whose memory the driver does not tell is no card to reckon with', () => {
    expect(readNvidia('NVIDIA GB10, [N/A], [N/A]\n')).toEqual([]);
    expect(readNvidia('NVIDIA-SMI has failed because it could not communicate with the NVIDIA driver.')).toEqual([]);
    expect(readNvidia('')).toEqual([]);
  });

  test('rocm-smi tells bytes as texts', () => {
    const card = { 'Card Series': 'AMD Radeon RX 7900 XT', 'VRAM Total Memory (B)': '21458059264' };
    const output = JSON.stringify({ card0: { ...card, 'VRAM Total Used Memory (B)': '1073741824' }, system: {} });
    expect(readRocm(output)).toEqual([{ name: 'AMD Radeon RX 7900 XT', totalMiB: 20_464, freeMiB: 19_440 }]);
    expect(readRocm('WARNING: No AMD GPUs specified')).toEqual([]);
  });
});
