import { basename } from 'node:path';
import { UsageError } from 'wooster';

const NAME = /^[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}._-]{0,62}[\p{L}\p{M}\p{N}_-])?$/u;

/** The name as it was given; UsageError for one that is no plain folder name. */
export function requireProjectName(name: string): string {
  if (NAME.test(name)) return name;
  const rule = 'letters, digits, dots, hyphens and underscores, at most 64, from a letter or digit to another';
  throw new UsageError(`"${name}" cannot be the name of a project: ${rule}`);
}

/** A name made from that of the folder; UsageError where nothing of it can be used. */
export function projectNameOf(folder: string): string {
  const name = basename(folder)
    .normalize('NFC')
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}._-]+/gu, '-')
    .slice(0, 64)
    .replace(/^[^\p{L}\p{N}]+|[.-]+$/gu, '');
  if (NAME.test(name)) return name;
  throw new UsageError(`no name can be made from the folder ${folder}: give one with --project`);
}
