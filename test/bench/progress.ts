/** Says where a long run is. */
export type Progress = (text: string) => void;

/** One line on a terminal's stderr that each text replaces; nothing where nobody watches. */
export function createProgress(stream: NodeJS.WriteStream): Progress {
  if (!stream.isTTY) return () => undefined;
  return (text) => void stream.write(`\r\u001b[2K${text}`);
}
