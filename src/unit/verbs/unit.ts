import { omitUndefined } from "../../base/collections.ts";
import type { Context, Machine } from "../../base/engine/context.ts";
import { Failure } from "../../base/failure.ts";
import { programCommand } from "../../base/host/release.ts";
import { type Path, parent, pathToText } from "../../base/path/path.ts";
import { printable, showPath } from "../../base/path/quote.ts";
import type { Cage } from "../../cage/cage.ts";
import { presentCage } from "../../cage/engine/cages.ts";
import type { Manifest } from "../../cage/manifest.ts";
import { table } from "../../cli/format.ts";
import { rootFolder } from "../../cli/output-file.ts";
import type { Terminal } from "../../cli/terminal.ts";
import { installHook, uninstallHook } from "../../install/engine/installation.ts";
import type { LaunchOptions } from "../../launch/host/method.ts";
import { recordAcceptances } from "../../launch/verbs/run.ts";
import { serverSignals } from "../../service/signals.ts";
import { type InstalledUnit, installUnit, uninstallUnit, unitExposure, type WhichUnit } from "../engine/installed-unit.ts";
import { warnOfLockout } from "../engine/lockout.ts";
import { rotationText } from "../engine/log-rotation.ts";
import { dropinText, hostService, judgeUnit, unitText } from "../engine/unit.ts";
import { copiedCertificates, deployFolder, deployHook, logrotateFolder } from "../hooks.ts";
import { systemUnits } from "../host/host-units.ts";
import { userUnit } from "../unit.ts";

interface UnitOptions {
	readonly dropin?: string;
	readonly install?: boolean;
	readonly uninstall?: boolean;
	readonly score?: boolean;
	readonly dryRun?: boolean;
	readonly root?: string;
	readonly acceptFinding?: readonly string[];
	readonly logrotate?: boolean;
	readonly deployHook?: boolean;
}

export async function unit(terminal: Terminal, name: string, options: UnitOptions): Promise<number> {
	const { dropin: service, install, root, score, uninstall } = options;
	if (options.logrotate) return printOrInstall(terminal, name, options, { folder: logrotateFolder, field: "logrotate" });
	if (options.deployHook) return printOrInstall(terminal, name, options, { folder: deployFolder, field: "deployHook" });
	const which = { name, ...omitUndefined({ service }) };
	return terminal.withContext(async (whole) => {
		const context =
			root === undefined ? whole : { ...whole, machine: { ...whole.machine, units: systemUnits(rootFolder(root)) } };
		const dryRun = options.dryRun ?? false;
		if (!uninstall && (await presentCage(context, name)).manifest.owner) {
			refuseOfRoot(name, options);
			printUnit(terminal, which, ownUnitText(context.machine, name, terminal.launching));
			return 0;
		}
		if (!uninstall) terminal.refuseRequire(name);
		if (score) return printScore(terminal, context, which);
		if (uninstall) {
			const done = await uninstallUnit(context, which, dryRun);
			return printDone(terminal, which, { ...done, isRunning: await isActive(context, which) }, options);
		}
		await recordAcceptances(context, name, options.acceptFinding);
		await judgeUnit(context, name);
		if (install) return printDone(terminal, which, await installUnit(context, which, dryRun), options);
		await warnOfLockout(
			context,
			await presentCage(context, name),
			service === undefined ? undefined : hostService(context, service),
		);
		printUnit(terminal, which, await (service === undefined ? unitText(context, name) : dropinText(context, name, service)));
		return 0;
	});
}

function printUnit(terminal: Terminal, which: WhichUnit, unit: string): void {
	terminal.result("unit", { ...which, unit }, () => unit);
}

async function isActive(
	{ machine: { services } }: Context,
	{ name, service = `cage-${name}.service` }: WhichUnit,
): Promise<boolean> {
	return services.running() && !["inactive", "failed"].includes((await services.state(service)).active);
}

interface ChangedUnit extends InstalledUnit {
	/** Only asked after a removal, which leaves a running service alone. */
	readonly isRunning?: boolean;
}

function printDone(terminal: Terminal, which: WhichUnit, done: ChangedUnit, { dryRun = false, root }: UnitOptions): number {
	const words = terminal.messages.cli.unit;
	const { action, isRunning = false, reloaded, text } = done;
	const place = showPath(done.place);
	if (terminal.options.json) {
		terminal.printJson("unit", { ...which, path: place, action, dryRun, reloaded, unit: text });
		return 0;
	}
	terminal.print((dryRun ? words.would : words.done)[action](place));
	if (!dryRun && action !== "unchanged") {
		if (!reloaded && root === undefined) terminal.remark(words.notReloaded);
		const { next } = words;
		if (which.service === undefined && action === "installed") terminal.remark(next.installedOwn(`cage-${which.name}`));
		else if (action !== "removed" || isRunning) terminal.remark(next[action](which.service ?? `cage-${which.name}`));
	}
	return 0;
}

async function printScore(terminal: Terminal, context: Context, which: WhichUnit): Promise<number> {
	const words = terminal.messages.cli.unit.score;
	const score = await unitExposure(context, which);
	if (terminal.options.json) terminal.printJson("unit", { ...which, exposure: score });
	else {
		terminal.print(
			table([
				words.head,
				...(score.service === undefined ? [] : [[score.service, score.before?.toFixed(1) ?? "-"]]),
				[words.inCage(which.name), score.after.toFixed(1)],
			]),
		);
		const why = (reasons: (typeof score.open)[number]["for"]) =>
			printable(reasons.map((reason) => `${reason.word}: ${reason.why}`).join("; "));
		terminal.print(`\n${table([words.open, ...score.open.map((one) => [one.setting, one.costs.toFixed(1), why(one.for)])])}`);
		if (score.startsAsRoot) terminal.say(words.asAccount);
		if (score.forLogs.length) terminal.say(words.forLogs(which.name, score.forLogs));
		terminal.say(words.noProof);
	}
	return 0;
}

/** Returns the unit of an ordinary user's cage, which runs this program with the cage's state folder and `--require`. */
export function ownUnitText({ store }: Pick<Machine, "store">, name: string, { full }: LaunchOptions): string {
	// STATE/cages/NAME/data
	const state = parent(parent(parent(store.data(name))));
	const program = [...programCommand(), "--state", pathToText(state) ?? ""];
	return userUnit(name, program.concat(full ? ["--require", "full"] : [], "run", name));
}

/** Refuses options that change system services. Throws `dropin-needs-root` or `unit-needs-root` (exit 3). */
function refuseOfRoot(name: string, { dropin, install, score }: { dropin?: string; install?: boolean; score?: boolean }): void {
	if (dropin !== undefined) throw new Failure("dropin-needs-root", { name, service: dropin }, 3);
	if (install || score) throw new Failure("unit-needs-root", { name, option: install ? "--install" : "--score" }, 3);
}

/** A file that the host needs for a cage: printed, or written where logrotate and certbot look. */
async function printOrInstall(
	terminal: Terminal,
	name: string,
	{ dryRun = false, install, uninstall }: UnitOptions,
	{ field, folder }: { readonly folder: Path; readonly field: "logrotate" | "deployHook" },
): Promise<number> {
	return terminal.withContext(async (context) => {
		const write = async () => {
			const { cage, manifest } = await presentCage(context, name);
			return field === "logrotate" ? rotationText(context, cage, manifest) : hookText(terminal, context, cage, manifest);
		};
		if (!install && !uninstall) {
			const text = await write();
			const printed = field === "logrotate" ? { name, logrotate: text } : { name, deployHook: text };
			return terminal.result("unit", printed, () => text);
		}
		const done = uninstall
			? await uninstallHook(context, { folder, name }, dryRun)
			: await installHook(context, { folder, name }, await write(), dryRun);
		const { action, text } = done;
		const path = showPath(done.place);
		const words = terminal.messages.cli.unit;
		return terminal.result("unit", { name, path, action, dryRun, unit: text }, () =>
			(dryRun ? words.would : words.done)[action](path),
		);
	});
}

/** Throws `reload-unknown` (exit 1) if neither our tables nor the trace know a signal that reloads the application. */
function hookText(terminal: Terminal, { machine }: Context, { application, name, signals }: Cage, manifest: Manifest): string {
	const known = serverSignals(application.command);
	// A known server that survives HUP does not necessarily read its certificates again.
	const signal = known ? known.reload : signals.includes("SIGHUP") ? "HUP" : undefined;
	if (signal === undefined) throw new Failure("reload-unknown", { name }, 1);
	for (const path of copiedCertificates(manifest)) {
		terminal.say(terminal.messages.cli.certificateCopied(name, showPath(path)));
	}
	return deployHook({ program: machine.program(), name, signal });
}
