/** Reports the progress of a long run. */
export type Progress = (text: string) => void;

/** Writes each text over the last one, on stderr, where that is a terminal. */
export function createProgress(stream: NodeJS.WriteStream): Progress {
  if (!stream.isTTY) return () => undefined;
  return (text) => void stream.write(`\r\u001b[2K${text}`);
}
