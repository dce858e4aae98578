/**
 * Imported before a program: with its first line on standard error it writes, one URL a line, the modules that it had
 * loaded by then to the file that FIRST_LINE_MODULES names.
 */
import { writeFileSync } from 'node:fs';
import { registerHooks } from 'node:module';

const loaded = [];
registerHooks({
  load(url, context, nextLoad) {
    loaded.push(url);
    return nextLoad(url, context);
  },
});
const write = process.stderr.write.bind(process.stderr);
process.stderr.write = (...given) => {
  process.stderr.write = write;
  writeFileSync(process.env.FIRST_LINE_MODULES, loaded.join('\n'));
  return write(...given);
};
