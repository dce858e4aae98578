import { randomUUID } from 'node:crypto';
import { open, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import {
  ConfigError,
  DISK,
  FileAccessError,
  isDiskFull,
  isWoosterError,
  makeLastingFolder,
  parseJson,
  StorageFullError,
  systemCode,
  type ProviderEntry,
} from 'wooster';
import { asObject, defined, type JsonFields } from '../../client/dialects/json-fields.ts';
import { addressOfText } from '../configured-addresses.ts';
import type { DiscoveredServer } from '../discovered-server.ts';
import { freeId, modelOf } from '../found-entries.ts';

/** One provider that was written. */
interface SavedServer {
  readonly id: string;
  readonly address: string;
}

/** What is written where. */
interface SaveOptions {
  /** The settings file of the workspace, absolute. */
  readonly file: string;
  readonly servers: readonly DiscoveredServer[];
  /** Providers of all layers, whose ids are taken. */
  readonly configured: readonly Pick<ProviderEntry, 'id'>[];
}

/** Only its owner may read a settings file, which may hold keys. */
const NEW_FILE_MODE = 0o600;

/** Name of the file in messages. */
function nameOf(file: string): string {
  return `${basename(dirname(file))}/${basename(file)}`;
}

function toFileFault(error: unknown, file: string): Error {
  if (isWoosterError(error)) return error;
  if (isDiskFull(error)) {
    return new StorageFullError(`no room to write ${file}: nothing was changed, make room and run it again`, {
      cause: error,
    });
  }
  const code = systemCode(error) ?? 'cannot be written';
  const text = `${file}: ${code}; nothing was changed. Make the file and its folder writable, or add the providers by hand`;
  return new FileAccessError(text, { cause: error, path: file });
}

/** The settings of the file; none where there is no file. ConfigError where it is no JSON object. */
async function readSettings(file: string): Promise<JsonFields> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return '';
    throw toFileFault(error, file);
  });
  const content = text.replace(/^\uFEFF/, '').trim();
  const settings = content === '' ? {} : asObject(parseJson(content));
  if (settings !== undefined) return settings;
  const what = 'this is not a JSON object, so nothing was written; mend it and run the command again';
  throw new ConfigError(`${nameOf(file)}: ${what}`, { origin: nameOf(file) });
}

function sectionOf(settings: JsonFields, file: string): JsonFields {
  const section = settings.providers === undefined ? {} : asObject(settings.providers);
  if (section !== undefined) return section;
  const text = `${nameOf(file)}: providers is not a section of names and settings, so nothing was written; mend it first`;
  throw new ConfigError(text, { path: 'providers', origin: nameOf(file) });
}

/** Through a file beside it, so that a reader finds the old settings or the new ones; it keeps who may read it. */
async function replaceFile(file: string, text: string): Promise<void> {
  await makeLastingFolder(dirname(file));
  // A link stays a link: what it points to is replaced.
  const target = await realpath(file).catch(() => file);
  const mode = await stat(target).then(
    (found) => found.mode & 0o777,
    () => NEW_FILE_MODE,
  );
  const beside = join(dirname(target), `.${basename(target)}.${randomUUID().slice(0, 8)}.tmp`);
  try {
    const handle = await open(beside, 'wx', mode);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(beside, target);
    await DISK.sync(dirname(target));
  } catch (error) {
    await rm(beside, { force: true }).catch(() => undefined);
    throw error;
  }
}

function toSettings(server: DiscoveredServer): JsonFields {
  const { engine, baseUrl, isDeclared, models } = server;
  const model = modelOf(server) ?? (models?.length === 1 ? models[0] : undefined);
  return defined({ kind: engine, baseUrl, model, declaredLocal: isDeclared ? true : undefined });
}

/**
 * Adds a provider for each server to the settings file and keeps all that is there; never a key. A server whose address
 * is in the file already is left out, so that a second time changes nothing. ConfigError for a file that is no JSON
 * object; E_FILE or E_DISK_FULL where it cannot be written; then nothing has changed.
 */
export async function saveServers({ file, servers, configured }: SaveOptions): Promise<readonly SavedServer[]> {
  const settings = await readSettings(file);
  const section = sectionOf(settings, file);
  const providers: Record<string, unknown> = { ...section };
  const addresses = new Set(Object.values(section).map((entry) => addressOfText(asObject(entry)?.baseUrl)));
  const taken = new Set(configured.map(({ id }) => id));
  const saved: SavedServer[] = [];
  for (const server of servers) {
    if (server.engine === undefined || addresses.has(server.address)) continue;
    const id = freeId(server.engine, (wanted) => taken.has(wanted) || Object.hasOwn(providers, wanted));
    providers[id] = toSettings(server);
    addresses.add(server.address);
    saved.push({ id, address: server.address });
  }
  if (saved.length === 0) return saved;
  try {
    await replaceFile(file, `${JSON.stringify({ ...settings, providers }, null, 2)}\n`);
  } catch (error) {
    throw toFileFault(error, file);
  }
  return saved;
}
