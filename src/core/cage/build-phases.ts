/** What a build and the start of its trial do one after the other. */
export const buildPhases = ["preparing", "copying", "syncing", "seeding", "auditing", "starting"] as const;
export type BuildPhase = (typeof buildPhases)[number];
