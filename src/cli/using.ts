/** Verbs that need no plan: they run cages, show them, and prepare the machine. */
export { apps } from "./apps.ts";
export { doctor, hook, install, logrotate, uninstall } from "./doctor.ts";
export { remove } from "./remove.ts";
export { run, shell, signal } from "./run.ts";
export { list, show } from "./show.ts";
export { template } from "./template.ts";
export { openTerminal } from "./terminal.ts";
export { unit } from "./unit.ts";
export { watch } from "./watch.ts";
