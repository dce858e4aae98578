import { defineToken } from '../plugins/token.ts';
import type { Token } from '../plugins/token.ts';

/** A folder that was ingested under a name. */
export interface ProjectRecord {
  readonly name: string;
  /** Absolute path of the folder. */
  readonly folder: string;
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly ingestedAt?: number;
}

/** The projects of a workspace. */
export interface ProjectRegistry {
  /** E_FILE for a record that cannot be read. */
  list(): Promise<readonly ProjectRecord[]>;
  find(name: string): Promise<ProjectRecord | undefined>;
}

/** The projects, provided by the plugin that keeps them. */
export const PROJECT_REGISTRY: Token<ProjectRegistry> = defineToken<ProjectRegistry>('project-registry');
