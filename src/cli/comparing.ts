/** Verbs that also compare a cage with the host. */
export { check } from "./check.ts";
export { comparingMachine as machine } from "./comparing-machine.ts";
export { explain } from "./explain.ts";
export { metrics } from "./metrics.ts";
export * from "./reading.ts";
export { record } from "./record.ts";
export { show } from "./show.ts";
