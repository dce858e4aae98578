import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

const SCRIPTS = new URL('../../scripts/build-faiss/', import.meta.url);
const LIMIT_MS = 60_000;

/** A stand-in for faiss-node: answers as the real one does where its "library" is there. */
const FAKE_PACKAGE = `
const { existsSync } = require('node:fs');
if (!existsSync(__dirname + '/build/Release/faiss-node.node')) throw new Error('no library');
exports.IndexFlatIP = class { add() {} search() { return { labels: [1], distances: [1] }; } };`;

function putLibrary(folder: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'faiss-node.node'), 'library');
}

describe('the set-up of the native faiss library', () => {
  let root: string;
  let cache: string;
  let packageFolder: string;
  let kept: string;

  beforeEach(() => {
    const folder = mkdtempSync(join(tmpdir(), 'wooster-build-faiss-'));
    root = join(folder, 'clone');
    cache = join(folder, 'cache');
    packageFolder = join(root, 'node_modules', 'faiss-node');
    kept = join(cache, 'wooster', `faiss-node-0.0.1-napi8-${process.platform}-${process.arch}`);
    mkdirSync(packageFolder, { recursive: true });
    writeFileSync(join(root, 'package.json'), '{}');
    writeFileSync(join(packageFolder, 'package.json'), '{"name":"faiss-node","version":"0.0.1","main":"index.js"}');
    writeFileSync(join(packageFolder, 'index.js'), FAKE_PACKAGE);
  });

  afterEach(() => rmSync(join(root, '..'), { recursive: true, force: true }));

  /** Runs the set-up in a process of its own where no compiler and no package client is to be found. */
  function setUp(options: { readonly isPatient?: boolean } = {}): { state: string; line: string } {
    const script = `const { buildFaiss } = await import(process.argv[1]);
      const options = { root: process.argv[2], ...JSON.parse(process.argv[3]) };
      console.log(JSON.stringify(await buildFaiss(options)));`;
    const module = new URL('build-faiss.mjs', SCRIPTS).href;
    const output = execFileSync(
      process.execPath,
      ['--input-type=module', '-e', script, module, root, JSON.stringify(options)],
      { env: { PATH: '/nowhere', HOME: cache, XDG_CACHE_HOME: cache, LOCALAPPDATA: cache }, timeout: LIMIT_MS },
    );
    return JSON.parse(output.toString()) as { state: string; line: string };
  }

  test('says so when the library is there', () => {
    putLibrary(join(packageFolder, 'build', 'Release'));
    expect(setUp()).toEqual({ state: 'present', line: 'faiss-node 0.0.1: there and loads' });
  });

  test('copies what an earlier clone kept', () => {
    if (process.platform !== 'linux') return;
    putLibrary(kept);
    expect(setUp().state).toBe('kept');
    expect(existsSync(join(packageFolder, 'build', 'Release', 'faiss-node.node'))).toBe(true);
    expect(setUp().state).toBe('present');
  });

  test('tells in one line what is missing, leaves nothing, and says the same again for a day', () => {
    const first = setUp();
    expect(first.state).toBe('missing');
    expect(first.line).toMatch(/^faiss-node 0\.0\.1: no native library \(.+\); .*build-faiss\.mjs$/);
    expect(first.line).not.toContain('\n');
    expect(existsSync(join(packageFolder, 'build', 'Release'))).toBe(false);
    expect(readdirSync(join(cache, 'wooster')).filter((name) => name.startsWith('faiss-build-'))).toEqual([]);
    expect(setUp()).toEqual(first);
  });

  test('has nothing to do where the package is not installed', () => {
    rmSync(packageFolder, { recursive: true });
    expect(setUp().state).toBe('absent');
  });
});

describe('the pruning of other platforms', () => {
  let root: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'wooster-prune-'));
  });

  afterEach(() => rmSync(root, { recursive: true, force: true }));

  function put(...path: string[]): void {
    const folder = join(root, 'node_modules', '.pnpm', 'onnxruntime-node@1.0.0', 'node_modules', 'onnxruntime-node');
    mkdirSync(join(folder, 'bin', 'napi-v6', ...path), { recursive: true });
    writeFileSync(join(folder, 'bin', 'napi-v6', ...path, 'library'), 'x'.repeat(1_000));
  }

  function left(): string[] {
    const all = readdirSync(join(root, 'node_modules'), { recursive: true, encoding: 'utf8' });
    return all.filter((path) => path.endsWith('library')).map((path) => path.split('napi-v6/')[1]!);
  }

  function prune(): number {
    const script = 'console.log(await (await import(process.argv[1])).prunePlatforms(process.argv[2]));';
    const module = fileURLToPath(new URL('prune-platforms.mjs', SCRIPTS));
    return Number(execFileSync(process.execPath, ['--input-type=module', '-e', script, module, root]).toString());
  }

  test('keeps what this machine uses and tells what it freed', () => {
    put(process.platform, process.arch);
    put(process.platform, 'other');
    put('other', process.arch);
    expect(prune()).toBe(2_000);
    expect(left()).toEqual([`${process.platform}/${process.arch}/library`]);
    expect(prune()).toBe(0);
  });

  test('touches nothing where the library of this machine is not where it should be', () => {
    put('other', process.arch);
    expect(prune()).toBe(0);
    expect(left()).toHaveLength(1);
  });
});
