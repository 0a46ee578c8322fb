/** All verbs except those of the wizard, and what few commands need. */

export { adopt, release } from "../adopt/verbs/adopt-several.ts";
export { doctor } from "../install/verbs/doctor.ts";
export { install, uninstall } from "../install/verbs/install.ts";
export { build } from "../make/verbs/build.ts";
export { make } from "../make/verbs/make.ts";
export { trial } from "../make/verbs/trial.ts";
export { minimise } from "../minimise/verbs/minimise.ts";
export { plan } from "../plan/verbs/plan.ts";
export { selftest } from "../selftest/verbs/selftest.ts";
export { apps } from "../service/verbs/apps.ts";
export { template } from "../template/verbs/template.ts";
export { trace } from "../trace/verbs/trace.ts";
export { exporting } from "../transfer/verbs/export.ts";
export { importing } from "../transfer/verbs/import.ts";
export { unit } from "../unit/verbs/unit.ts";
export { remove } from "../upkeep/verbs/remove.ts";
export { finishAndReport } from "../upkeep/verbs/unfinished.ts";
export { rollback, update } from "../upkeep/verbs/update.ts";
export { watch } from "../watch/verbs/watch.ts";
export * from "./comparing.ts";
export { eventToJson } from "./events.ts";
export { systemMachine as machine } from "./machine.ts";
export * from "./running.ts";
