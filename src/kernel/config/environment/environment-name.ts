/** How the text of a variable is read. */
export type VariableForm = 'text' | 'boolean' | 'number' | 'list';

/** One name users have in their environment. */
export interface EnvironmentName {
  readonly name: string;
  readonly meaning: string;
  readonly form: VariableForm;
  /** The setting it gives, dotted, in today's names; absent where no file setting means the same. */
  readonly path?: string;
  readonly isSecret?: boolean;
  /** What it belongs to is not built in this version. */
  readonly isUnavailable?: boolean;
}
