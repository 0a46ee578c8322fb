import { existsSync, mkdirSync, rmdirSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Failure } from "../../base/failure.ts";
import { attempt } from "../../base/host/errors.ts";
import { textOf, unitsAround } from "../../base/host/proc.ts";
import { children, processStatus } from "../../base/host/processes.ts";
import { findTool, requireTool, toolEnvironment } from "../../base/host/tools.ts";
import { printable } from "../../base/path/quote.ts";
import { runGroup } from "../../launch/host/shell.ts";
import type { Companions, ServiceState, Services } from "../ports.ts";

/** Seconds; longer than systemd's default limits (TimeoutStartSec, 90 s). */
const timeoutSeconds = 300;

/** The running systemd, via systemctl(1). */
export const systemServices: Services = {
	timeout: timeoutSeconds,
	// sd_booted(3)
	running: () => existsSync("/run/systemd/system"),
	state,
	async states(services) {
		if (!services.length) return [];
		const { output } = await systemctl(["show", "--property=ActiveState", "--", ...services]);
		// One line for each, with an empty line between them.
		const states = [...output.matchAll(/^ActiveState=(.*)$/gm)].map(([, state = ""]) => state);
		return services.map((_, index) => states[index] ?? "");
	},
	output,
	companions,
	async needs(service) {
		const properties = "Requires,Requisite,BindsTo,Wants,After";
		const { output } = await systemctl(["show", "--value", `--property=${properties}`, "--", service]);
		return output.split(/\s+/).filter((name) => name.endsWith(".service"));
	},
	async stoppedRequirements(service) {
		const { output } = await systemctl(["show", "--value", "--property=Requires,Requisite,BindsTo", "--", service]);
		const names = [...new Set(output.split(/\s+/).filter((name) => name.endsWith(".service")))];
		if (!names.length) return [];
		const shown = (await systemctl(["show", "--property=ActiveState,Type", "--", ...names])).output.split("\n\n");
		return names.filter(
			(_, index) => /^ActiveState=(inactive|failed)$/m.test(shown[index] ?? "") && !/^Type=oneshot$/m.test(shown[index] ?? ""),
		);
	},
	async start(service, { dependents, triggers }) {
		await startUnits([...triggers, service]);
		await startUnits(dependents);
	},
	reload: (service) => must(["reload", service]),
	stop: (service, { triggers }) => must(["stop", ...triggers, service]),
	async beginStop(service, { triggers }) {
		const units = [...triggers, service];
		const refusing: string[] = [];
		for (const unit of units) if (await refusesStop(unit)) refusing.push(unit);
		if (refusing.length) {
			for (const unit of refusing) permitStop(unit);
			await must(["daemon-reload"]);
		}
		await must(["stop", "--no-block", ...units]);
	},
	async endStop(service) {
		const { output } = await systemctl(["show", "--value", "--property=TriggeredBy", service]);
		const permitted = [service, ...output.split(/\s+/).filter(Boolean)].filter(forbidStop);
		if (permitted.length) await must(["daemon-reload"]);
	},
	async kill(service) {
		// Without --kill-who=, which newer versions call --kill-whom=, it is for all.
		await systemctl(["kill", "--signal=KILL", service]);
	},
	serviceOf,
	async forgetFailure(service) {
		await systemctl(["reset-failed", service]);
	},
	async isEnabled(unit) {
		return (await systemctl(["is-enabled", "--quiet", unit])).status === 0;
	},
	async loaded(unit) {
		const properties = "LoadState,LoadError,FragmentPath,DropInPaths";
		const { output } = await systemctl(["show", `--property=${properties}`, instanceOf(unit)]);
		const value = (name: string) => new RegExp(`^${name}=(.*)$`, "m").exec(output)?.[1] ?? "";
		return {
			state: value("LoadState"),
			files: `${value("FragmentPath")} ${value("DropInPaths")}`.split(" ").filter(Boolean),
			// A D-Bus error with its name, e.g. `org.freedesktop.systemd1.UnitMasked "Unit x is masked."`.
			problem: printable(value("LoadError").replace(/^\S+ "(.*)"$/, "$1")),
		};
	},
	async enable(unit, wanted, root) {
		if (findTool("systemctl") === undefined) return;
		const runs = root === "/" && systemServices.running();
		if (runs) await must(["daemon-reload"]);
		const now = runs ? ["--now"] : [`--root=${root}`];
		// systemctl fails for a unit that does not exist, which is the goal here.
		if (wanted) await must([...now, "enable", unit]);
		else await systemctl([...now, "disable", unit]);
	},
};

/** systemd loads no template (`NAME@.service`), only its instances, which share its files. This one never runs. */
function instanceOf(unit: string): string {
	return unit.replace(/@(?=\.\w+$)/, "@cagewright");
}

async function state(service: string): Promise<ServiceState> {
	const properties =
		"ActiveState,MainPID,Result,ExecMainCode,ExecMainStatus,NRestarts,ActiveEnterTimestampMonotonic,ConditionResult,ConditionTimestampMonotonic";
	const { output, status } = await systemctl(["show", `--property=${properties}`, instanceOf(service)]);
	const value = (name: string) => new RegExp(`^${name}=(.*)$`, "m").exec(output)?.[1] ?? "";
	if (status !== 0) throw new Failure("systemctl-failed", { what: service, detail: printable(output.trim()) }, 3);
	// CLD_KILLED and CLD_DUMPED of siginfo(3): the status is a signal number.
	const isSignal = ["2", "3"].includes(value("ExecMainCode"));
	return {
		active: value("ActiveState"),
		mainPid: mainOf(Number(value("MainPID"))),
		result: value("Result"),
		status: Number(value("ExecMainStatus")) + (isSignal ? 128 : 0),
		restarts: Number(value("NRestarts")),
		hasRun: Number(value("ActiveEnterTimestampMonotonic")) > 0 && value("Result") === "success",
		conditionFailed: Number(value("ConditionTimestampMonotonic")) > 0 && value("ConditionResult") === "no",
	};
}

/** The launcher's unshare(1) waits for its child, which becomes the init. */
function mainOf(pid: number): number {
	return (processStatus(pid)?.name === "unshare" ? children(pid)[0] : undefined) ?? pid;
}

const linesRead = 50;

async function output(service: string, since: number): Promise<string> {
	const program = findTool("journalctl");
	const { output: shown } = await systemctl(["show", "--value", "--property=InvocationID", service]);
	const invocation = shown.trim();
	if (program === undefined || !/^[0-9a-f]{32}$/.test(invocation)) return "";
	const read = async (...matches: readonly string[]) => {
		const words = ["--quiet", "--no-pager", "--output=cat", `--lines=${linesRead}`, ...matches];
		const { ok, output } = await runGroup([program, ...words], toolEnvironment, timeoutSeconds);
		return ok ? output : "";
	};
	// The last words of a service that has ended may not be there yet. Only root may ask for that.
	await runGroup([program, "--sync"], toolEnvironment, timeoutSeconds);
	// systemd's own messages about the service have neither field.
	return (
		(await read(`_SYSTEMD_INVOCATION_ID=${invocation}`)) ||
		(await read(`--since=@${Math.floor(since / 1000)}`, `_SYSTEMD_UNIT=${service}`))
	);
}

/** A drop-in for this boot. Without it, systemctl(1) does not stop a unit with `RefuseManualStop=yes`. */
const stopPermit = "zz-cagewright-stop.conf";

async function refusesStop(unit: string): Promise<boolean> {
	return (await systemctl(["show", "--value", "--property=RefuseManualStop", unit])).output.trim() === "yes";
}

function permitStop(unit: string): void {
	const folder = join(runtimeUnits, `${unit}.d`);
	mkdirSync(folder, { recursive: true });
	writeFileSync(join(folder, stopPermit), "[Unit]\nRefuseManualStop=no\n");
}

/** Returns false if it was not permitted. */
function forbidStop(unit: string): boolean {
	const folder = join(runtimeUnits, `${unit}.d`);
	const file = join(folder, stopPermit);
	if (!existsSync(file)) return false;
	unlinkSync(file);
	// Others may have files there.
	attempt(() => rmdirSync(folder));
	return true;
}

/** By its cgroup (proc_pid_cgroup(5)). A service's processes may be in a group below it. */
function serviceOf(pid: number): string | undefined {
	return unitsAround(textOf(`/proc/${pid}/cgroup`) ?? "").findLast((name) => name.endsWith(".service"));
}

async function startUnits(units: readonly string[]): Promise<void> {
	const targets = units.filter((unit) => unit.endsWith(".target"));
	const others = units.filter((unit) => !targets.includes(unit));
	if (others.length) await must(["start", ...others]);
	if (targets.length) await must(["start", "--job-mode=ignore-dependencies", ...targets]);
}

async function companions(service: string): Promise<Companions> {
	const { output } = await systemctl(["show", "--value", "--property=TriggeredBy", "--", service]);
	const names = output.split(/\s+/).filter(Boolean);
	const states = await systemServices.states(names);
	const triggers = names.filter((_, index) => states[index] === "active");
	return { triggers, dependents: await unitsStoppedWith([service, ...triggers]) };
}

/** Relations by which systemd stops other units together with a unit (systemd.unit(5)). */
const stopRelations = ["RequiredBy", "RequisiteOf", "BoundBy", "ConsistsOf", "PropagatesStopTo"];

/** The running units that systemd stops together with these, directly or through others, and that can be started again. */
export async function unitsStoppedWith(units: readonly string[]): Promise<string[]> {
	const properties = ["Id", "ActiveState", "CanStart", ...stopRelations].join(",");
	const visited = new Set(units);
	const running: string[] = [];
	for (let next = [...visited]; next.length; ) {
		const { output } = await systemctl(["show", `--property=${properties}`, "--", ...next]);
		const related = new Set<string>();
		for (const unit of output.split("\n\n")) {
			const value = (name: string) => new RegExp(`^${name}=(.*)$`, "m").exec(unit)?.[1] ?? "";
			const isRunning = ["active", "reloading"].includes(value("ActiveState")) && value("CanStart") === "yes";
			if (isRunning && !units.includes(value("Id"))) running.push(value("Id"));
			for (const name of stopRelations.flatMap((relation) => value(relation).split(" "))) related.add(name);
		}
		next = [...related].filter((name) => name !== "" && !visited.has(name));
		for (const name of next) visited.add(name);
	}
	return running;
}

export async function must(words: readonly string[]): Promise<void> {
	const { output, status } = await systemctl(words);
	if (status === 0) return;
	const detail = printable(output.trim().replace(/\s*\n\s*/g, " "));
	throw new Failure("systemctl-failed", { what: words.join(" "), detail: detail || status }, 1);
}

/** In its own process group, because Ctrl-C must not interrupt a command that is in progress. */
export function systemctl(words: readonly string[]) {
	return runGroup([requireTool("systemctl"), "--no-pager", "--no-ask-password", ...words], toolEnvironment, timeoutSeconds);
}

/** The folder for units until the next boot (systemd.unit(5)). */
export const runtimeUnits = "/run/systemd/system";

/** Stops one of our services and removes its unit, even if either is gone already. */
export async function removeRuntimeUnit(name: string): Promise<void> {
	await systemctl(["kill", "--signal=KILL", name]);
	await systemctl(["stop", name]);
	attempt(() => unlinkSync(join(runtimeUnits, name)));
	await systemctl(["daemon-reload"]);
	await systemctl(["reset-failed", name]);
}
