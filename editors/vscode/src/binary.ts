/** Finds the `nurture` program, and asks it whether it is a language server. */
import { execFile } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { posix, win32 } from 'node:path';

export interface Surroundings {
  platform: NodeJS.Platform;
  env: Record<string, string | undefined>;
  home: string;
  workspaceFolder: string | undefined;
  isProgram(path: string): boolean;
}

export type Found = { path: string } | { problem: string };

export function isProgram(path: string): boolean {
  try {
    accessSync(path, process.platform === 'win32' ? constants.F_OK : constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** The program that the setting names: a bare name is looked for on the path, anything else is a place. */
export function findBinary(setting: string, around: Surroundings): Found {
  const windows = around.platform === 'win32';
  const paths = windows ? win32 : posix;
  const named = setting.trim() || 'nurture';
  if (!/[/\\]/.test(named) && !named.startsWith('~')) {
    const endings = windows && !paths.extname(named) ? ['.exe', '.cmd', '.bat'] : [''];
    // Windows writes the name of the variable with other capitals.
    const path = around.env['PATH'] ?? around.env['Path'] ?? '';
    for (const folder of path.split(paths.delimiter).filter((one) => one !== '')) {
      for (const ending of endings) {
        const candidate = paths.join(folder, named + ending);
        if (around.isProgram(candidate)) return { path: candidate };
      }
    }
    return { problem: `The program "${named}" is not on the PATH. Install nurture, or say in the setting nurture.path where it is.` };
  }
  let place = named.replace(/^~(?=$|[/\\])/, () => around.home);
  if (place.includes('${workspaceFolder}') || !paths.isAbsolute(place)) {
    if (around.workspaceFolder === undefined) {
      return { problem: `The setting nurture.path says "${named}", and no folder is open that this could be in.` };
    }
    const folder = around.workspaceFolder;
    place = place.replaceAll('${workspaceFolder}', () => folder);
    place = paths.resolve(folder, place);
  }
  if (around.isProgram(place)) return { path: place };
  return { problem: `There is no program at "${place}". Say in the setting nurture.path where nurture is.` };
}

/** A script of Windows, such as the one that npm installs, runs in a shell only. */
export function runnable(path: string): { command: string; shell: boolean } {
  return /\.(?:cmd|bat)$/i.test(path) ? { command: `"${path}"`, shell: true } : { command: path, shell: false };
}

/** Old versions have no language server. What stands in the way, or undefined. */
export function serverProblem(path: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const { command, shell } = runnable(path);
    execFile(command, ['lsp', '--help'], { timeout: 10_000, shell, windowsHide: true }, (error) => {
      if (error === null) resolve(undefined);
      else if (typeof error.code === 'string') resolve(`"${path}" cannot be run (${error.code}). Say in the setting nurture.path where nurture is.`);
      else resolve(`"${path}" has no language server. Install a newer version of nurture.`);
    });
  });
}
