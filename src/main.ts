import { importZodWithoutTranslations, keepCompiled } from './kernel/lean-imports.ts';

keepCompiled();
await importZodWithoutTranslations();

const { runCommandLine } = await import('./kernel/cli/run-command-line.ts');
const { readEnvironment } = await import('./kernel/config/env.ts');
const { hostPackage } = await import('./host/host-package.ts');

const environment = readEnvironment();

const exitCode = await runCommandLine({
  process: {
    argv: process.argv.slice(2),
    environment,
    streams: { input: process.stdin, output: process.stdout, error: process.stderr },
    on: (event, listener) => void process.on(event, listener),
    leave: (code) => process.exit(code),
  },
  version: hostPackage().version,
  async createHost({ isLocalOnly, sets, home, config, logLevel }) {
    const { createHost } = await import('./host.ts');
    return createHost({ environment, flags: { home, config, logLevel, localOnly: isLocalOnly, set: sets } });
  },
});
process.exit(exitCode);
