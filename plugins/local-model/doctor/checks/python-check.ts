import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hostPackage, isLoopbackHost, ProviderUnreachableError, readEnvironment, type Finding } from 'wooster';
import { runProgram, type RunProgram } from '../../weights/packages/run-program.ts';
import type { CheckBody, DoctorPorts } from '../doctor-ports.ts';

/** A version is printed at once; a Python on a slow network drive may take a second. */
const LOOK_LIMIT_MS = 4_000;
/** A slow line fetches 230 MB in some minutes. */
const PREPARE_LIMIT_MS = 20 * 60_000;
/** What the embedding server needs. */
const [NEEDED_MAJOR, NEEDED_MINOR] = [3, 11];

/** One start of Python tells its version and whether it has pip, which takes long to start itself. */
const LOOK = `
import importlib.util, sys
print("%d.%d.%d" % sys.version_info[:3], "pip" if importlib.util.find_spec("pip") else "none")
`;

/** What is asked of the machine; tests give their own. */
interface PythonSource {
  readonly run: RunProgram;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

type PythonPorts = Pick<DoctorPorts, 'settings' | 'workspace'>;

/** Whether an embedding server of this machine is configured, which then needs its Python environment. */
function isWanted({ settings }: PythonPorts): boolean {
  return settings.providers.some(({ kind, isEnabled, baseUrl }) => {
    const host = URL.parse(baseUrl ?? 'http://127.0.0.1')?.hostname ?? '';
    return kind === 'embedding-server' && isEnabled && isLoopbackHost(host);
  });
}

async function pythonFinding({ run, environment }: PythonSource, signal: AbortSignal): Promise<Finding> {
  const python = environment['EMBEDDING_SERVER_PYTHON'] ?? 'python3';
  const done = await run(python, ['-c', LOOK], { signal, limitMs: LOOK_LIMIT_MS }).catch(() => undefined);
  const [version = '', pip] = done?.exitCode === 0 ? done.output.trim().split(' ') : [];
  const use = 'only the embedding server and a way to fetch weights need it';
  if (version === '') return { state: 'info', summary: `${python} is not here`, remedy: use };
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isNewEnough = major > NEEDED_MAJOR || (major === NEEDED_MAJOR && minor >= NEEDED_MINOR);
  if (!isNewEnough) {
    const summary = `${python} ${version} is too old for the embedding server`;
    return {
      state: 'info',
      summary,
      remedy: `install Python ${NEEDED_MAJOR}.${NEEDED_MINOR}, or name it in EMBEDDING_SERVER_PYTHON`,
    };
  }
  if (pip !== 'pip') {
    return {
      state: 'info',
      summary: `${python} ${version} without pip`,
      remedy: 'install python3-pip or python3-venv',
    };
  }
  return { state: 'ok', summary: `${python} ${version} with pip` };
}

/** Where the start script keeps its environments: scripts/start_embedding_server.sh. */
function environmentFolder({ workspace }: PythonPorts, { environment }: PythonSource): string {
  const root = environment['EMBEDDING_SERVER_ENV_DIR'] ?? join(workspace.cacheDirectory, 'embedding-server');
  return join(root, environment['EMBEDDING_SERVER_BACKEND'] ?? 'onnxruntime');
}

async function environmentFinding(ports: PythonPorts, source: PythonSource): Promise<Finding> {
  const folder = environmentFolder(ports, source);
  const stamp = await readFile(join(folder, '.made-from'), 'utf8').catch(() => undefined);
  if (stamp !== undefined) return { state: 'ok', summary: `the environment of the embedding server is in ${folder}` };
  const summary = 'the environment of the embedding server is not made yet (about 230 MB)';
  const refusal = ports.settings.embedded.downloadRefusal;
  if (refusal !== undefined) return { state: 'warning', summary, remedy: `nothing may be fetched (${refusal})` };
  const remedy = '"bash scripts/start_embedding_server.sh --prepare" makes it; otherwise its first start does';
  return { state: 'warning', summary, remedy, canFix: true };
}

/** Python with pip, and where an embedding server is configured its environment, which the fix makes. */
export function pythonCheck(ports: PythonPorts, source?: PythonSource): CheckBody {
  const used = source ?? { run: runProgram, environment: readEnvironment() };
  return {
    async run(signal) {
      const python = await pythonFinding(used, signal);
      if (!isWanted(ports)) return [python];
      // Without a Python that will do, the environment cannot be made: then that is what stands in the way.
      if (python.state !== 'ok') return [{ ...python, state: 'warning' }];
      return [python, await environmentFinding(ports, used)];
    },
    async fix({ signal, progress }) {
      progress.update({ label: 'making the environment of the embedding server' });
      const script = join(hostPackage().directory, 'scripts', 'start_embedding_server.sh');
      const { exitCode, output } = await used.run('bash', [script, '--prepare'], { signal, limitMs: PREPARE_LIMIT_MS });
      const last = output.trimEnd().split('\n').at(-1) ?? '';
      if (exitCode !== 0) throw new ProviderUnreachableError(last, { provider: 'embedding-server' });
      return last.replace(/^embedding server: /, '');
    },
  };
}
