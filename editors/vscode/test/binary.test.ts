import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findBinary, isProgram, runnable, serverProblem, type Surroundings } from '../src/binary';

function around(programs: string[], more: Partial<Surroundings> = {}): Surroundings {
  return {
    platform: 'linux',
    env: { PATH: '/usr/bin::/opt/bin' },
    home: '/home/ada',
    workspaceFolder: '/policies',
    isProgram: (path) => programs.includes(path),
    ...more,
  };
}

test('a bare name is looked for on the path, in order', () => {
  assert.deepEqual(findBinary('nurture', around(['/opt/bin/nurture', '/usr/bin/nurture'])), { path: '/usr/bin/nurture' });
  assert.deepEqual(findBinary(' ', around(['/opt/bin/nurture'])), { path: '/opt/bin/nurture' });
  assert.match(JSON.stringify(findBinary('nurture', around([]))), /not on the PATH.*nurture\.path/);
});

test('a place may be absolute, in the home folder, or in the workspace', () => {
  assert.deepEqual(findBinary('/x/nurture', around(['/x/nurture'])), { path: '/x/nurture' });
  assert.deepEqual(findBinary('~/bin/nurture', around(['/home/ada/bin/nurture'])), { path: '/home/ada/bin/nurture' });
  assert.deepEqual(findBinary('./bin/nurture', around(['/policies/bin/nurture'])), { path: '/policies/bin/nurture' });
  assert.deepEqual(findBinary('${workspaceFolder}/n', around(['/policies/n'])), { path: '/policies/n' });
  assert.match(JSON.stringify(findBinary('/x/nurture', around([]))), /no program at .*\/x\/nurture/);
  assert.match(JSON.stringify(findBinary('./n', around([], { workspaceFolder: undefined }))), /no folder is open/);
});

test('on Windows endings are tried, and the path may be spelt otherwise', () => {
  const windows = { platform: 'win32', env: { Path: 'C:\\a;C:\\b' }, workspaceFolder: 'C:\\w' } as const;
  assert.deepEqual(findBinary('nurture', around(['C:\\b\\nurture.exe'], windows)), { path: 'C:\\b\\nurture.exe' });
  assert.deepEqual(findBinary('nurture', around(['C:\\b\\nurture.cmd'], windows)), { path: 'C:\\b\\nurture.cmd' });
  assert.deepEqual(findBinary('bin\\n.exe', around(['C:\\w\\bin\\n.exe'], windows)), { path: 'C:\\w\\bin\\n.exe' });
  assert.deepEqual(runnable('C:\\a b\\nurture.cmd'), { command: '"C:\\a b\\nurture.cmd"', shell: true });
});

test('a folder or a missing file is no program', () => {
  assert.equal(isProgram(process.execPath), true);
  assert.equal(isProgram('/'), false);
  assert.equal(isProgram('/nowhere/at/all'), false);
});

test('a program that knows no `lsp` is told from one that cannot be run', async () => {
  assert.match((await serverProblem('/bin/false')) ?? '', /no language server/);
  assert.match((await serverProblem('/nowhere/at/all')) ?? '', /cannot be run \(ENOENT\)/);
  assert.equal(await serverProblem('/bin/true'), undefined);
});
