import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileStamp } from '../verified-record.ts';
import { onnxChoices, onnxConfigOf, REQUIRED_FILES, type OnnxChoice, type OnnxConfig } from './onnx-files.ts';

/** A folder with a model that can run. */
export interface OnnxFolder {
  readonly folder: string;
  readonly config: OnnxConfig;
  readonly choice: OnnxChoice;
  /** Bytes of the files that are run. */
  readonly bytes: number;
}

/** What a look at a folder found: a model, or what is missing of one. */
export type OnnxLook = { readonly model: OnnxFolder } | { readonly missing: string };

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as unknown;
  } catch {
    // What is not there or is no JSON tells nothing.
    return undefined;
  }
}

/** Reads `config.json` of a folder, with what the tokenizer adds to it; undefined when there is none. */
export function readOnnxConfig(folder: string): OnnxConfig | undefined {
  const config = readJson(join(folder, 'config.json'));
  if (typeof config !== 'object' || config === null) return undefined;
  return onnxConfigOf(config, readJson(join(folder, 'tokenizer_config.json')));
}

/** Looks for a model in a folder, by names and sizes; reads no weights. */
export function lookAtOnnxFolder(folder: string): OnnxLook {
  const config = readOnnxConfig(folder);
  if (config === undefined) return { missing: 'config.json' };
  const lacking = REQUIRED_FILES.find((file) => fileStamp(join(folder, file)) === undefined);
  if (lacking !== undefined) return { missing: lacking };
  const choices = onnxChoices(config);
  for (const choice of choices) {
    const stamps = choice.files.map((file) => fileStamp(join(folder, file)));
    const bytes = stamps.reduce((sum, stamp) => sum + (stamp?.bytes ?? 0), 0);
    if (!stamps.includes(undefined)) return { model: { folder, config, choice, bytes } };
  }
  return { missing: choices[0]?.files.at(-1) ?? 'onnx' };
}

/** The first of some folders that has a repository's model, as `<folder>/<owner>/<name>`. */
export function findOnnxRepository(repository: string, folders: readonly string[]): OnnxFolder | undefined {
  for (const folder of folders) {
    const look = lookAtOnnxFolder(join(folder, ...repository.split('/')));
    if ('model' in look) return look.model;
  }
  return undefined;
}
