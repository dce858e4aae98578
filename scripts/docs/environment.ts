import type { EnvironmentName } from '../../src/kernel/config/environment/environment-name.ts';
import { ENVIRONMENT_NAMES } from '../../src/kernel/config/environment/environment-names.ts';
import type { GeneratedPage } from './markdown/generated-page.ts';
import { pluginDefinitions } from './markdown/plugin-definitions.ts';
import { GENERATED_NOTICE, code, table } from './markdown/table.ts';

const INTRODUCTION = `# Names of the environment

${GENERATED_NOTICE}

These names are read from the environment and from the file \`.env\` in the root of the workspace; the environment wins
over the file, and both win over the settings files. An empty value counts as unset. Switches take \`true\`, \`1\`, \`yes\`,
\`on\` and their opposites; lists are separated by commas. Values of names marked *secret* are never printed: not in
\`wooster config\`, not in errors, not in the log, not with \`--json\`.

A key never permits a cloud to be used: see [Permission for the cloud](configuration.md#permission-for-the-cloud).`;

const SYSTEM = `## Names of the system

\`NO_COLOR\` switches colours off. \`XDG_DATA_HOME\`, \`XDG_CACHE_HOME\` and, on Windows, \`LOCALAPPDATA\` say where the data and
cache folders of the user are. Every variable whose name ends in \`KEY\`, \`TOKEN\`, \`SECRET\`, \`PASSWORD\` or the like is
treated as a secret wherever its value would be printed. Files may use any variable as \`\${NAME}\`, or
\`\${NAME:-default}\`.`;

function setting({ path, name }: EnvironmentName): string {
  if (path !== undefined) return code(path);
  return name === 'WOOSTER_HOME' ? 'root of the workspace' : '';
}

function nameTable(names: readonly EnvironmentName[]): string {
  return table(
    ['Name', 'Setting', 'Form', 'Meaning'],
    names.map((row) => [
      code(row.name),
      setting(row),
      row.isSecret === true ? `${row.form}, secret` : row.form,
      row.meaning,
    ]),
  );
}

/** Every name of the environment that is read. */
export const page: GeneratedPage = {
  path: 'docs/environment.md',
  async render() {
    const plugins = await pluginDefinitions();
    const bound = plugins.flatMap(({ id, env = [] }) =>
      env.map(({ name, path, isSecret }) => [
        code(name),
        code(`plugins.${id}.${path}`),
        isSecret === true ? 'secret' : '',
      ]),
    );
    return [
      INTRODUCTION,
      '## Names that are read',
      nameTable(ENVIRONMENT_NAMES.filter(({ isUnavailable }) => isUnavailable !== true)),
      '## Plugins',
      '`PLUGIN_<ID>_ENABLED` switches a plugin on or off; a hyphen of the id is an underscore in the name. ' +
        '`PLUGIN_LOCALMLX_ENABLED` is understood as `PLUGIN_LOCAL_MODEL_ENABLED`.',
      ...(bound.length === 0 ? [] : [table(['Name', 'Setting', ''], bound)]),
      SYSTEM,
      '## Not available in this version',
      'These names are understood and shown by `wooster config`, and do nothing yet.',
      nameTable(ENVIRONMENT_NAMES.filter(({ isUnavailable }) => isUnavailable === true)),
    ].join('\n\n');
  },
};
