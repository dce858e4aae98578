import { ERROR_TABLE, type ErrorRow } from '../../src/contracts/errors/error-table.ts';
import type { GeneratedPage } from './markdown/generated-page.ts';
import { pluginDefinitions } from './markdown/plugin-definitions.ts';
import { GENERATED_NOTICE, code, table } from './markdown/table.ts';

const INTRODUCTION = `# Errors

${GENERATED_NOTICE}

Every failure has a code. On the command line it is one line on standard error: the code, what happened and where. With
\`--json\` it is an object with \`code\`, \`message\` and \`details\`. The exit code tells scripts what kind of failure it was.
Programs read the code, never the message.

- **Same target again**: whether the model's own server is asked once more. *once* means once, and only while no other
  model that could answer is healthy; *wait* means after the time the server names, if there is no alternative.
- **Next model**: whether another model may answer instead. *before output* stops at the first word of the answer.`;

const AGAIN: Readonly<Record<ErrorRow['sameTargetAgain'], string>> = { never: 'no', once: 'once', wait: 'wait' };
const FALL_BACK: Readonly<Record<ErrorRow['mayFallBack'], string>> = {
  never: 'no',
  always: 'yes',
  'before-output': 'before output',
  'larger-context': 'larger context only',
};

function errorTable(rows: readonly ErrorRow[]): string {
  return table(
    ['Code', 'What happened', 'What to do', 'Same target again', 'Next model', 'HTTP', 'Exit'],
    rows.map((row) => [
      code(row.code),
      row.summary,
      row.remedy,
      AGAIN[row.sameTargetAgain],
      FALL_BACK[row.mayFallBack],
      String(row.httpStatus),
      String(row.exitCode),
    ]),
  );
}

/** Every error code of the host and of the plugins that come with it. */
export const page: GeneratedPage = {
  path: 'docs/errors.md',
  async render() {
    const ofPlugins = (await pluginDefinitions()).flatMap(({ id, errors = [] }) =>
      errors.length === 0 ? [] : [`## Plugin \`${id}\``, errorTable(errors)],
    );
    const exits = [...new Set(Object.values(ERROR_TABLE).map(({ exitCode }) => exitCode))].sort(
      (left, right) => left - right,
    );
    const byExit = exits.map((exit) => [
      String(exit),
      Object.values(ERROR_TABLE)
        .filter(({ exitCode }) => exitCode === exit)
        .map((row) => code(row.code))
        .join(', '),
    ]);
    return [
      INTRODUCTION,
      '## Codes',
      errorTable(Object.values(ERROR_TABLE)),
      ...ofPlugins,
      '## Exit codes',
      '0 means that all went well.',
      table(['Exit', 'Codes'], byExit),
    ].join('\n\n');
  },
};
