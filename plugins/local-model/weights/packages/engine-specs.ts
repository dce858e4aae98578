import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** One engine that is a package of a registry: what of it is installed for a user, and how large that is. */
export interface EngineSpec {
  readonly name: string;
  /** The version that the child is written for. */
  readonly version: string;
  /** Its entry file below its folder. */
  readonly entry: string;
  /** On the disk when all is done, as measured for linux-x64. */
  readonly installedBytes: number;
  /** Room that is needed until then. */
  readonly neededBytes: number;
  /** Packages to install, in exact versions; undefined where there is no prebuilt binary for the system. */
  dependencies(platform: string, architecture: string): Readonly<Record<string, string>> | undefined;
  /** Packages that are replaced by an empty one: they are large, and Node has no use for them. */
  readonly leftOut: readonly string[];
  /** Whether optional dependencies are installed. */
  readonly hasOptional: boolean;
  /** What is added, for the person: a part of a sentence. */
  describe(platform: string, architecture: string): string;
  /** Removes what other systems need. */
  tidy?(modules: string, platform: string, architecture: string): Promise<void>;
}

/** Prebuilt engines that need no graphics card, by `process.platform` and `process.arch`. */
const LLAMA_BINARIES: Readonly<Record<string, string>> = {
  'linux-x64': 'linux-x64',
  'linux-arm64': 'linux-arm64',
  'linux-arm': 'linux-armv7l',
  'linux-riscv64': 'linux-riscv64',
  'darwin-arm64': 'mac-arm64-metal',
  'darwin-x64': 'mac-x64',
  'win32-x64': 'win-x64',
  'win32-arm64': 'win-arm64',
};

function llamaBinary(platform: string, architecture: string): string {
  return `@node-llama-cpp/${LLAMA_BINARIES[`${platform}-${architecture}`] ?? 'none'}`;
}

/** The engine of chat models: 85 MB in 117 packages. Its optional dependencies are the builds of all systems and of graphics cards. */
export const LLAMA_ENGINE: EngineSpec = {
  name: 'node-llama-cpp',
  version: '3.22.1',
  entry: join('dist', 'index.js'),
  installedBytes: 85_000_000,
  neededBytes: 170_000_000,
  dependencies: (platform, architecture) =>
    `${platform}-${architecture}` in LLAMA_BINARIES
      ? { 'node-llama-cpp': '3.22.1', [llamaBinary(platform, architecture)]: '3.22.1' }
      : undefined,
  leftOut: [],
  hasOptional: false,
  describe: (platform, architecture) => `with its binary ${llamaBinary(platform, architecture)}`,
};

/** Systems for which onnxruntime-node 1.30 has a binary. */
const ONNX_SYSTEMS = ['linux-x64', 'linux-arm64', 'darwin-arm64', 'win32-x64', 'win32-arm64'];

/** Removes all folders but the named one. */
async function keepOnly(directory: string, name: string): Promise<void> {
  const others = (await readdir(directory)).filter((each) => each !== name);
  await Promise.all(others.map((each) => rm(join(directory, each), { recursive: true, force: true })));
}

/**
 * The engine of embedding models: 26 packages. onnxruntime-node carries the binaries of all systems, 288 MB, of which those
 * of others are removed; onnxruntime-web, 140 MB, is for browsers. The optional dependencies are the binaries of sharp,
 * which is imported with the package although only images need it.
 */
export const TRANSFORMERS_ENGINE: EngineSpec = {
  name: '@huggingface/transformers',
  version: '4.3.1',
  entry: join('dist', 'transformers.node.mjs'),
  installedBytes: 85_000_000,
  neededBytes: 500_000_000,
  dependencies: (platform, architecture) =>
    ONNX_SYSTEMS.includes(`${platform}-${architecture}`) ? { '@huggingface/transformers': '4.3.1' } : undefined,
  leftOut: ['onnxruntime-web'],
  hasOptional: true,
  describe: () => 'with onnxruntime-node for this system alone',
  tidy: async (modules, platform, architecture) => {
    const binaries = join(modules, 'onnxruntime-node', 'bin', 'napi-v6');
    await keepOnly(binaries, platform);
    await keepOnly(join(binaries, platform), architecture);
  },
};
