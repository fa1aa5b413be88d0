/** The address of the Adoptium API, which publishes Eclipse Temurin. */
export const ADOPTIUM = 'https://api.adoptium.net';
