/** `npm run test:long` sets this. It runs every case of long walks, where `npm test` runs a sample. */
export const isLong = process.env.CAGEWRIGHT_ALL === "1";

/** How often something random is tried. `CAGEWRIGHT_SEED` repeats a run, whose seed its failures name. */
export const times = (sample: number, long: number) => (isLong ? long : sample);
