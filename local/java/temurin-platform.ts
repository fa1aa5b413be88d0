/** The Adoptium API's words for this machine. */
export interface TemurinPlatform {
  readonly os: 'linux' | 'mac' | 'windows';
  readonly architecture: 'x64' | 'aarch64';
}

const SYSTEMS: Readonly<Record<string, TemurinPlatform['os']>> = { linux: 'linux', darwin: 'mac', win32: 'windows' };
const ARCHITECTURES: Readonly<Record<string, TemurinPlatform['architecture']>> = { x64: 'x64', arm64: 'aarch64' };

/** @throws Error whose message is a cause: nothing can be fetched for this machine */
export function temurinPlatform(
  platform: string = process.platform,
  arch: string = process.arch,
  hasGlibc: () => boolean = glibcIsHere,
): TemurinPlatform {
  const [os, architecture] = [SYSTEMS[platform], ARCHITECTURES[arch]];
  if (os === undefined || architecture === undefined) {
    throw new Error(`none is known for ${platform} on ${arch}`);
  }
  if (os === 'linux' && !hasGlibc()) {
    throw new Error('this Linux has musl in place of glibc, and DynamoDB Local is not built for it');
  }
  return { os, architecture };
}

export function platformName(): string {
  return `${process.platform}-${process.arch}`;
}

function glibcIsHere(): boolean {
  const { header } = process.report.getReport() as { readonly header: { readonly glibcVersionRuntime?: string } };
  return header.glibcVersionRuntime !== undefined;
}
