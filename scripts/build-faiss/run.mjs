import { spawn } from 'node:child_process';

/** What is kept of a program's output: enough for its last line. */
const KEPT_CHARACTERS = 20_000;

/**
 * Runs a program without input and waits at most `limitMs`; never throws. `problem` is undefined when it ended well, else
 * one line: the time limit, the missing program, or the last line it wrote.
 */
export function run(program, parameters, { cwd, limitMs, environment = process.env }) {
  return new Promise((resolve) => {
    let output = '';
    let isTooLate = false;
    // A group of its own: what the program started is ended with it.
    const isGroup = process.platform !== 'win32';
    const child = spawn(program, parameters, {
      cwd,
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: isGroup,
    });
    const timer = setTimeout(() => {
      isTooLate = true;
      try {
        if (isGroup && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
        else child.kill('SIGKILL');
      } catch {
        // It has just ended by itself.
      }
    }, limitMs);
    const keep = (data) => {
      output = (output + data).slice(-KEPT_CHARACTERS);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    const finish = (problem) => {
      clearTimeout(timer);
      resolve({ problem: isTooLate ? `took longer than ${limitMs / 1000} s` : problem, output });
    };
    child.once('error', (error) => finish(error.code === 'ENOENT' ? `${program} is not installed` : error.message));
    child.once('close', (code) => finish(code === 0 ? undefined : lastLine(output) || `ended with ${code}`));
  });
}

function lastLine(text) {
  return text.trim().split('\n').at(-1)?.trim() ?? '';
}
