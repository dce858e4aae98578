import { stripTypeScriptTypes } from 'node:module';

/**
 * The numbers, from 1, of the lines that do something: types, comments, blank lines and lines of nothing but brackets
 * and separators are left out. A file of types only has none.
 */
export function codeLines(source: string): number[] {
  let isInComment = false;
  return stripTypeScriptTypes(source)
    .split('\n')
    .flatMap((line, index) => {
      const text = line.trim();
      const isComment = isInComment || text.startsWith('//') || text.startsWith('/*');
      if (isComment && !text.startsWith('//')) isInComment = !text.endsWith('*/');
      const isCode = !isComment && /[^\s()[\]{};,]/.test(text);
      return isCode ? [index + 1] : [];
    });
}
