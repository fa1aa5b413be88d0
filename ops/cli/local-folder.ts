import { fileURLToPath } from 'node:url';

/** The folder in which `npm start` of this clone describes what it runs. */
export const LOCAL_FOLDER = fileURLToPath(new URL('../../.local/', import.meta.url));
