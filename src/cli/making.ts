/** Verbs that make a plan, or compare a cage with one. */
export { adopt, release } from "./adopt.ts";
export { build } from "./build.ts";
export { check, selftest } from "./check.ts";
export { explain } from "./explain.ts";
export { make } from "./make.ts";
export { metrics } from "./metrics.ts";
export { minimise } from "./minimise.ts";
export { plan } from "./plan.ts";
export { record } from "./record.ts";
export { openTerminal } from "./terminal.ts";
export { trace } from "./trace.ts";
export { exporting, importing } from "./transfer.ts";
export { trial } from "./trial.ts";
export { diff, rollback, stale, update } from "./update.ts";
