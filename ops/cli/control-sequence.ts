/** Back to the line's beginning, and wipe it (ECMA-48, EL). */
export const WIPE = '\r\u001b[K';
