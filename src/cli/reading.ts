/**
 * Verbs that show what is stored about cages. Each group of verbs contains the previous one, because the bundle has a file for
 * every combination of groups, and opening files is most of a short verb's time.
 */
export { diff } from "./diff.ts";
export { list } from "./list.ts";
export { readingMachine as machine } from "./reading-machine.ts";
export { stale } from "./stale.ts";
export { openTerminal } from "./terminal.ts";
