import { ConfigError } from '../../../contracts/errors/host-errors.ts';
import { findJsonFault } from './json-fault.ts';
import { isSection } from './leaves.ts';

/**
 * Reads the text of a settings file, YAML by its ending and JSON otherwise. E_CONFIG with file, line and column when it
 * cannot be read. An empty file is an empty section.
 */
export async function parseFile(text: string, name: string): Promise<Record<string, unknown>> {
  const content = text.replace(/^\uFEFF/, '');
  if (content.trim() === '') return {};
  const value = /\.ya?ml$/i.test(name) ? await parseYaml(content, name) : parseJson(content, name);
  if (value === null) return {};
  if (!isSection(value))
    throw new ConfigError(`${name}: a settings file is one section of names and values`, { origin: name });
  return value;
}

function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // The engine's own message quotes the text, which may hold a key; it is not carried along.
    const { line, column } = findJsonFault(text);
    throw notReadable(name, `line ${line}, column ${column}: this is not JSON`);
  }
}

async function parseYaml(text: string, name: string): Promise<unknown> {
  const { parseDocument } = await import('yaml');
  const document = parseDocument(text, { prettyErrors: true });
  const fault = document.errors[0];
  if (fault === undefined) {
    try {
      return document.toJS() as unknown;
    } catch {
      throw notReadable(name, 'an alias names no anchor, or too many');
    }
  }
  const [start] = fault.linePos ?? [];
  const place = start === undefined ? '' : `line ${start.line}, column ${start.col}: `;
  throw notReadable(name, `${place}this is not YAML`);
}

function notReadable(name: string, what: string): ConfigError {
  return new ConfigError(`${name}: ${what}`, { origin: name });
}
