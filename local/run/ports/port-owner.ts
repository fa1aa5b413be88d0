import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** The process that listens on a port. */
export interface PortOwner {
  readonly pid: number;
  /** Its command line, with spaces between the words. */
  readonly command: string;
}

/** undefined: the process is another user's, or the system does not say. */
export function ownerOf(port: number): PortOwner | undefined {
  try {
    return process.platform === 'linux' ? ownerOnLinux(port) : ownerByLsof(port);
  } catch {
    return undefined;
  }
}

/** Linux, proc(5): `/proc/net/tcp` has the inodes of listening sockets, and `/proc/<pid>/fd` who holds them. */
function ownerOnLinux(port: number): PortOwner | undefined {
  // A system without IPv6 has no second table.
  const tables = ['/proc/net/tcp', '/proc/net/tcp6'].filter((path) => existsSync(path));
  const sockets = new Set(tables.flatMap((path) => listenersIn(readFileSync(path, 'utf8'), port)));
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const pid = pids.find((candidate) => openFilesOf(candidate).some((file) => sockets.has(file)));
  if (pid === undefined) return undefined;
  return { pid: Number(pid), command: readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim() };
}

/** The sockets that listen on the port, as `/proc/<pid>/fd` names them. */
function listenersIn(table: string, port: number): readonly string[] {
  const ending = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const rows = table.split('\n').map((line) => line.trim().split(/\s+/));
  return rows
    .filter(([, local = '', , state]) => local.endsWith(ending) && state === '0A')
    .map((columns) => `socket:[${columns[9]}]`);
}

/** Empty for another user's process. */
function openFilesOf(pid: string): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).map((file) => readlinkSync(`/proc/${pid}/fd/${file}`));
  } catch {
    return [];
  }
}

/** macOS has both programs. */
function ownerByLsof(port: number): PortOwner | undefined {
  const stdio = ['ignore', 'pipe', 'ignore'] as const;
  const run = (program: string, ...argv: readonly string[]) =>
    execFileSync(program, argv, { encoding: 'utf8', stdio: [...stdio] });
  const [pid = ''] = run('/usr/sbin/lsof', '-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-t').split('\n');
  return pid === '' ? undefined : { pid: Number(pid), command: run('/bin/ps', '-o', 'command=', '-p', pid).trim() };
}
