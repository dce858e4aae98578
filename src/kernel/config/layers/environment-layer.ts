import { ConfigError } from '../../../contracts/errors/host-errors.ts';
import { ENVIRONMENT_NAMES, pluginOfToggle } from '../environment/environment-names.ts';
import type { EnvironmentName } from '../environment/environment-name.ts';
import { readVariable } from '../environment/read-variable.ts';
import { describeFound } from '../faults/describe-issue.ts';
import { isSecretName } from '../secrets.ts';
import type { Layer } from './file-layer.ts';
import { RANKS, toReading } from './reading.ts';
import type { Reading } from './reading.ts';
import { checkValue } from './value-layer.ts';
import type { Variable, Variables } from './variables.ts';

/** Read at other places than the settings. */
const NOT_SETTINGS = new Set(['WOOSTER_HOME']);

/** The values of all known names, from the environment and from the `.env` file. */
export function readEnvironmentLayer(variables: Variables): Layer {
  const readings: Reading[] = [];
  const faults: ConfigError[] = [];
  const add = (variable: Variable, row: EnvironmentName, weight: number): void => {
    const value = readVariable(variable.value, row.form);
    const written = row.path?.split('.') ?? ['environment', row.name];
    const rank = variable.source === 'environment' ? RANKS.environment : RANKS.dotEnv;
    const input = { written, value, origin: variable.origin, rank };
    const fault = row.path === undefined ? checkForm(row, input.origin, value) : checkValue(input);
    if (fault === undefined) readings.push({ ...toReading(input), weight });
    else faults.push(fault);
  };
  for (const [index, row] of ENVIRONMENT_NAMES.entries()) {
    if (NOT_SETTINGS.has(row.name)) continue;
    for (const variable of variables.each(row.name)) add(variable, row, -index);
  }
  for (const name of variables.names()) {
    const plugin = pluginOfToggle(name);
    if (plugin === undefined) continue;
    const row: EnvironmentName = { name, form: 'boolean', path: `plugins.${plugin}.enabled`, meaning: '' };
    for (const variable of variables.each(name)) add(variable, row, 0);
  }
  return { readings, faults };
}

function checkForm(row: EnvironmentName, origin: string, value: unknown): ConfigError | undefined {
  if (row.form !== 'boolean' || typeof value === 'boolean') return undefined;
  const found = isSecretName(row.name) ? '[secret]' : describeFound(value, []);
  return new ConfigError(`${origin}: found ${found}, wanted \`true\` or \`false\``, { path: row.name, origin });
}
