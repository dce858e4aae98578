import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, isAbsolute, join, resolve } from 'node:path';
import { ConfigError, MissingDependencyError } from 'wooster';
import type { StartPlan } from '../start-plan.ts';

async function isProgram(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}

/**
 * Checks that a plan can be carried out. MissingDependencyError when there is no such program, ConfigError when there is
 * no such folder.
 */
export async function requireProgram(plan: StartPlan): Promise<void> {
  const { command, directory, environment, id, install } = plan;
  const folder = await stat(directory).catch(() => undefined);
  if (folder?.isDirectory() !== true) {
    throw new ConfigError(`${id}: the folder ${directory}, in which it is to be started, does not exist`, {
      path: `providers.${id}.start.directory`,
      origin: directory,
    });
  }
  const [program] = command;
  const hasFolder = program.includes('/');
  const places = hasFolder
    ? [isAbsolute(program) ? program : resolve(directory, program)]
    : (environment.PATH ?? '').split(delimiter).map((place) => join(place, program));
  for (const place of places) if (await isProgram(place)) return;
  const where = hasFolder ? 'is no program' : 'is not installed (not found on PATH)';
  throw new MissingDependencyError(`${id}: ${program} ${where}; ${install}`, { dependency: program, install });
}
