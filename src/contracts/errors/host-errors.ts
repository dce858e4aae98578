import { rowOf, WoosterError, type ErrorOptions } from './wooster-error.ts';

/** A wrong setting; `path` is the dotted name of the field, `origin` the file, variable or flag it came from. */
export class ConfigError extends WoosterError {
  constructor(message: string, options: ErrorOptions & { path?: string; origin?: string } = {}) {
    super(rowOf('E_CONFIG'), message, {
      ...options,
      details: { ...options.details, path: options.path, origin: options.origin },
    });
  }
}

/** The phase of a plugin's life in which it failed. */
export type PluginPhase = 'load' | 'define' | 'order' | 'configure' | 'activate' | 'run' | 'stop';

/** A wrong or failing plugin. */
export class PluginError extends WoosterError {
  constructor(message: string, options: ErrorOptions & { plugin: string; phase: PluginPhase }) {
    super(rowOf('E_PLUGIN'), message, {
      ...options,
      details: { ...options.details, plugin: options.plugin, phase: options.phase },
    });
  }
}

/** A wrong command line. */
export class UsageError extends WoosterError {
  constructor(message: string, options: ErrorOptions = {}) {
    super(rowOf('E_USAGE'), message, options);
  }
}

/** A caller of ours without the right to do this. */
export class UnauthorizedError extends WoosterError {
  constructor(message: string, options: ErrorOptions = {}) {
    super(rowOf('E_UNAUTHORIZED'), message, options);
  }
}

/** A pinned model that is forbidden, or an attempt to send beyond the allow-list. */
export class PrivacyError extends WoosterError {
  constructor(message: string, options: ErrorOptions = {}) {
    super(rowOf('E_PRIVACY'), message, options);
  }
}

/** The reserved upper bound of a call exceeds what is left of a budget. */
export class BudgetExceededError extends WoosterError {
  constructor(message: string, options: ErrorOptions = {}) {
    super(rowOf('E_BUDGET'), message, options);
  }
}

/** Input that is too large or of a kind that is not accepted. */
export class InputRejectedError extends WoosterError {
  constructor(message: string, options: ErrorOptions = {}) {
    super(rowOf('E_INPUT'), message, options);
  }
}

/** A tool that failed; told to the model, so the message must make sense to it. */
export class ToolError extends WoosterError {
  constructor(message: string, options: ErrorOptions & { tool: string }) {
    super(rowOf('E_TOOL'), message, { ...options, details: { ...options.details, tool: options.tool } });
  }
}

/** The caller gave up; never counted against a target. */
export class CancelledError extends WoosterError {
  constructor(message = 'cancelled', options: ErrorOptions = {}) {
    super(rowOf('E_CANCELLED'), message, options);
  }
}

/** An exception outside every contract, as it is shown at the edge of the program; the original is its cause. */
export class InternalError extends WoosterError {
  constructor(message: string, options: ErrorOptions = {}) {
    super(rowOf('E_INTERNAL'), message, options);
  }
}
