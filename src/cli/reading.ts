/**
 * Verbs that show what is stored about cages. Larger groups of verbs contain smaller ones, because the bundle has a file for every
 * combination of groups that share a module, and a verb opens each of its files.
 */
export { diff } from "./diff.ts";
export { list } from "./list.ts";
export { readingMachine as machine } from "./reading-machine.ts";
export { stale } from "./stale.ts";
export { openTerminal } from "./terminal.ts";
