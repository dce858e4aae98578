import type { ProxySettings } from '../../../contracts/settings/accounts-settings.ts';
import type { Variables } from '../layers/variables.ts';

/** The value of the first name that is set; lower case first, as curl and Node read them. */
function firstOf(variables: Variables, ...names: readonly string[]): string | undefined {
  const spellings = names.flatMap((name) => [name.toLowerCase(), name]);
  return spellings.map((name) => variables.find(name)?.value).find((value) => value !== undefined);
}

/**
 * Forward proxies by the names that other programs read too; their text is kept as it is, and read where one is used,
 * since a proxy that only other programs can use must not be in the way of local models.
 */
export function normaliseProxies(variables: Variables): ProxySettings {
  const except = firstOf(variables, 'NO_PROXY') ?? '';
  return {
    http: firstOf(variables, 'HTTP_PROXY', 'ALL_PROXY'),
    https: firstOf(variables, 'HTTPS_PROXY', 'ALL_PROXY'),
    except: except.split(/[\s,]+/).filter((entry) => entry !== ''),
  };
}

/** Users and passwords within the addresses of proxies, as written and as they are meant. */
export function proxySecrets({ http, https }: ProxySettings): readonly string[] {
  const credentials = [http, https].flatMap((text) => {
    const [, found] = /^(?:[a-z][a-z0-9+.-]*:\/\/)?([^/]*)@/i.exec(text ?? '') ?? [];
    return found === undefined ? [] : [found, found.slice(found.indexOf(':') + 1)];
  });
  return [...new Set(credentials.flatMap((text) => [text, decode(text)]))].filter((text) => text !== '');
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
