import type { Variables } from './variables.ts';

/** A text with its `${NAME}` filled in, or the first name that is unset. */
interface FilledText {
  readonly value?: string;
  readonly unsetName?: string;
}

/** Fills `${NAME}` and `${NAME:-default}` from the environment and the `.env` file. */
export function fillPlaceholders(text: string, variables: Variables): FilledText {
  let unsetName: string | undefined;
  const value = text.replace(
    /\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g,
    (_whole, name: string, fallback?: string) => {
      const found = variables.find(name)?.value ?? fallback;
      if (found === undefined) unsetName ??= name;
      return found ?? '';
    },
  );
  return unsetName === undefined ? { value } : { unsetName };
}
