import { adopt, release } from "../../adopt/verbs/adopt-several.ts";
import { omitUndefined } from "../../base/collections.ts";
import type { Context } from "../../base/engine/context.ts";
import { check } from "../../check/verbs/check.ts";
import type { Terminal } from "../../cli/terminal.ts";
import { signalCage } from "../../launch/engine/run.ts";
import { run } from "../../launch/verbs/run.ts";
import { build } from "../../make/verbs/build.ts";
import { minimise } from "../../minimise/verbs/minimise.ts";
import { record } from "../../record/verbs/record.ts";
import { trace } from "../../trace/verbs/trace.ts";
import { exporting } from "../../transfer/verbs/export.ts";
import { uninstallUnit } from "../../unit/engine/installed-unit.ts";
import { unitName } from "../../unit/installed.ts";
import { unit } from "../../unit/verbs/unit.ts";
import { planUpdate } from "../../upkeep/engine/update.ts";
import { updatePlanText } from "../../upkeep/report/update.ts";
import { remove } from "../../upkeep/verbs/remove.ts";
import { rollback, update } from "../../upkeep/verbs/update.ts";
import type { ActionName, ActionRequest } from "../state/home.ts";
import type { PageTerminal } from "./page-terminal.ts";

/** Resolves to false if there is nothing to do, and to the side that counts if both have changed. */
type Work = (terminal: PageTerminal, request: ActionRequest, context: Context) => Promise<unknown>;

/** An action of a cage's page: the verb with which it is previewed and performed, and the command that does the same. */
export interface CageAction {
	/** The words of each command; those without systemctl are verbs of this program. */
	readonly command: (request: ActionRequest) => readonly (readonly string[])[];
	readonly preview: Work;
	readonly perform: Work;
}

const nothing: Work = async () => {};

/** Explains what the verb itself cannot preview. */
function explained(
	name: "accept" | "allow" | "boot" | "edit" | "editField" | "export" | "run" | "start" | "stop" | "watch",
): Work {
	return async (terminal, { cage, value = "" }) => {
		const { fill, wizard } = terminal.messages;
		terminal.print(fill(wizard.home.previews[name], { name: cage, value, unit: unitName(cage) }));
	};
}

/** Seconds to watch a running cage. */
const watched = 60;

/** The words of `update` for the side whose configuration counts. */
const configurations = { cage: "keep", host: "host" } as const;

const service = ({ value = "" }: ActionRequest) => value;
const request = (cage: string, options: object) => ({ target: cage, command: [], options });

export const cageActions: Readonly<Record<ActionName, CageAction>> = {
	run: { command: ({ cage }) => [["run", cage]], preview: explained("run"), perform: nothing },
	start: {
		command: (one) => [["systemctl", "start", service(one)]],
		preview: explained("start"),
		async perform(terminal, one, { machine: { services } }) {
			await services.start(service(one), await services.companions(service(one)));
			terminal.print(terminal.messages.fill(terminal.messages.wizard.home.started, { value: service(one) }));
		},
	},
	stop: {
		command: ({ cage, value }) => [value === undefined ? ["signal", cage, "TERM"] : ["systemctl", "stop", value]],
		preview: explained("stop"),
		async perform(terminal, { cage, value }, context) {
			const { services } = context.machine;
			if (value === undefined) await signalCage(context, cage, "SIGTERM");
			else await services.stop(value, await services.companions(value));
			terminal.print(terminal.messages.fill(terminal.messages.wizard.home.hasStopped, { name: cage }));
		},
	},
	"install-unit": {
		command: ({ cage }) => [
			["unit", cage, "--install"],
			["systemctl", "enable", "--now", unitName(cage)],
		],
		async preview(terminal, one, context) {
			await unit(terminal, one.cage, { install: true, dryRun: true });
			await explained("boot")(terminal, one, context);
		},
		async perform(terminal, { cage }, context) {
			await unit(terminal, cage, { install: true });
			await startAtBoot(context, cage);
			terminal.print(terminal.messages.fill(terminal.messages.wizard.home.started, { value: unitName(cage) }));
		},
	},
	"remove-unit": {
		command: ({ cage }) => [
			["systemctl", "disable", unitName(cage)],
			["unit", cage, "--uninstall"],
		],
		preview: (terminal, { cage }) => unit(terminal, cage, { uninstall: true, dryRun: true }),
		async perform(terminal, { cage }, { machine }) {
			await machine.services.enable(unitName(cage), false, "/");
			await unit(terminal, cage, { uninstall: true });
		},
	},
	adopt: {
		command: (one) => [["adopt", service(one), "--name", one.cage, "--yes"]],
		preview: (terminal, one) => adopt(terminal, [service(one)], { name: one.cage, dryRun: true }),
		perform: (terminal, one) => adopt(terminal, [service(one)], { name: one.cage, yes: true }),
	},
	release: {
		command: (one) => [["release", service(one), ...(one.keep ? ["--keep", one.keep] : []), "--yes"]],
		async preview(terminal, one) {
			await release(terminal, [service(one)], { dryRun: true, ...omitUndefined({ keep: one.keep }) });
			return one.keep;
		},
		perform: (terminal, one) => release(terminal, [service(one)], { yes: true, ...omitUndefined({ keep: one.keep }) }),
	},
	update: {
		command: ({ cage, keep }) => [["update", cage, ...(keep ? ["--configuration", configurations[keep]] : []), "--yes"]],
		async preview(terminal, { cage, keep = "cage" }, context) {
			const plan = await planUpdate(context, cage, async () => []);
			terminal.print(updatePlanText(plan, terminal.messages));
			return plan.isNeeded && (plan.conflicts.length ? keep : true);
		},
		perform: (terminal, { cage, keep = "cage" }) => update(terminal, [cage], { yes: true, configuration: configurations[keep] }),
	},
	rollback: {
		command: ({ cage }) => [["rollback", cage]],
		preview: (terminal, { cage }) => rollback(terminal, cage, { dryRun: true }),
		perform: (terminal, { cage }) => rollback(terminal, cage, {}),
	},
	watch: {
		command: ({ cage }) => [["trace", cage, "--for", String(watched)]],
		preview: explained("watch"),
		perform: (terminal, { cage }) => trace(terminal, request(cage, { for: watched })),
	},
	minimise: {
		command: ({ cage }) => [["minimise", cage, "--yes"]],
		preview: (terminal, { cage }) => minimise(terminal, cage, { dryRun: true }),
		perform: (terminal, { cage }) => minimise(terminal, cage, { yes: true }),
	},
	edit: {
		command: ({ cage }) => [["plan", cage]],
		preview(terminal, one, context) {
			if (!one.at) return explained("edit")(terminal, one, context);
			const value = terminal.messages.wizard.form.fields[one.at.field];
			return explained("editField")(terminal, { ...one, value }, context);
		},
		perform: nothing,
	},
	record: {
		command: ({ cage }) => [["record", cage]],
		preview: (terminal, { cage }) => record(terminal, cage, { format: "md" }),
		perform: nothing,
	},
	export: {
		command: ({ cage, value = "" }) => [["export", cage, "-o", value]],
		preview: explained("export"),
		perform: (terminal, { cage, value = "" }) => exporting(terminal, cage, { format: "tar", output: value }),
	},
	remove: {
		command: ({ cage }) => [["remove", cage, "--yes"]],
		preview: (terminal, { cage }) => remove(terminal, cage, { dryRun: true }),
		perform: (terminal, { cage }) => remove(terminal, cage, { yes: true }),
	},
	allow: {
		command: ({ cage, value = "" }) => [["build", cage, "--allow", value]],
		async preview(terminal, one, context) {
			await explained("allow")(terminal, one, context);
			await build(terminal, request(one.cage, { allow: [one.value ?? ""], dryRun: true }));
		},
		perform: (terminal, { cage, value = "" }) => build(terminal, request(cage, { allow: [value] })),
	},
	accept: {
		command: ({ cage, value = "" }) => [["check", cage, "--accept", value]],
		preview: explained("accept"),
		perform: (terminal, { cage, value = "" }) => check(terminal, [cage], { accept: [value] }),
	},
};

/** Starts the installed unit now and at each boot. If that fails, removes it again. */
async function startAtBoot(context: Context, cage: string): Promise<void> {
	const { services } = context.machine;
	try {
		await services.enable(unitName(cage), true, "/");
	} catch (error) {
		await services.enable(unitName(cage), false, "/");
		await uninstallUnit(context, { name: cage }, false);
		throw error;
	}
}

/** Runs the cage on the terminal that the wizard handed over. */
export function runInForeground(terminal: Terminal, name: string): Promise<number> {
	return run(terminal, name, [], {});
}
