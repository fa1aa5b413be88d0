/** The year 5138 in seconds, 1973 in milliseconds: a number from here on was not meant as seconds. */
export const FIRST_IMPLAUSIBLE_SECOND = 100_000_000_000;
