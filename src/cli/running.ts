/** Verbs that start a cage or reach into a running one. */

export * from "./reading.ts";
export { run, shell, signal } from "./run.ts";
export { runningMachine as machine } from "./running-machine.ts";
