/** `npm run test:long` sets this. It runs every case of long walks, where `npm test` runs a sample. */
export const isLong = process.env.CAGEWRIGHT_ALL === "1";

/** Rows of a walk. `npm test` tries this many of them, so the most telling come first. */
export const some = <T>(count: number, rows: readonly T[]): readonly T[] => (isLong ? rows : rows.slice(0, count));

/** How often something random is tried. `CAGEWRIGHT_SEED` repeats a run, whose seed its failures name. */
export const times = (sample: number, long: number) => (isLong ? long : sample);
