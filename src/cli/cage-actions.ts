import { unitName } from "../core/confinement/unit/installed.ts";
import type { Context } from "../engine/context.ts";
import { uninstallUnit } from "../engine/run/installed-unit.ts";
import { signalCage } from "../engine/run/run.ts";
import type { ActionName, ActionRequest } from "../wizard/session/home.ts";
import { adopt, release } from "./adopt-several.ts";
import { build } from "./build.ts";
import { check } from "./check.ts";
import { exporting } from "./export.ts";
import { minimise } from "./minimise.ts";
import type { PageTerminal } from "./page-terminal.ts";
import { record } from "./record.ts";
import { remove } from "./remove.ts";
import { run } from "./run.ts";
import type { Terminal } from "./terminal.ts";
import { trace } from "./trace.ts";
import { unit } from "./unit.ts";
import { rollback, update } from "./update.ts";

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
function explained(name: "accept" | "allow" | "boot" | "edit" | "export" | "run" | "start" | "stop" | "watch"): Work {
	return async (terminal, { cage, value = "" }) => {
		const { fill, wizard } = terminal.messages;
		terminal.print(fill(wizard.home.previews[name], { name: cage, value, unit: unitName(cage) }));
	};
}

/** Seconds to watch a running cage. */
const watched = 60;

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
		command: (one) => [["release", service(one), "--yes"]],
		preview: (terminal, one) => release(terminal, [service(one)], { dryRun: true }),
		perform: (terminal, one) => release(terminal, [service(one)], { yes: true }),
	},
	update: {
		command: ({ cage }) => [["update", cage, "--yes"]],
		preview: (terminal, { cage }) => update(terminal, [cage], { dryRun: true }),
		perform: (terminal, { cage }) => update(terminal, [cage], { yes: true }),
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
	edit: { command: ({ cage }) => [["plan", cage]], preview: explained("edit"), perform: nothing },
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
