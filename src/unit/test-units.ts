import type { Path } from "../base/path/path.ts";
import { launchDirectory } from "../confine/places.ts";
import { expandNameSpecifiers, parseUnitName, parseUnitText } from "../service/unit-text.ts";
import { bindWord, lineText, pathText } from "./lines.ts";

/** A copy of a service for a test. */
interface TestedService {
	/** Name of the cage. */
	readonly name: string;
	/** Full name of the service. */
	readonly service: string;
	/** The service's texts in the order in which they apply. */
	readonly texts: readonly string[];
	/** Seconds after which systemd stops it, even if Cagewright has exited. */
	readonly seconds: number;
}

/**
 * Returns a service for a trial of a cage's unit, or of a host service with its drop-in. Keeps the settings that start, confine,
 * reload and stop the application, but no restarts, sockets or other units; the output goes to the journal. The service stops
 * with `client`, a unit that exists while Cagewright runs. Throws a Failure `unit-inexpressible`.
 */
export function trialUnit({ client, name, seconds, service, texts }: TestedService & { readonly client: string }): string {
	// The last one is ours: its commands before the start and after the end concern the trial's own data.
	const commandsOf = (index: number) =>
		index === texts.length - 1 ? ["ExecStartPre", "ExecReload", "ExecStop", "ExecStopPost"] : ["ExecReload", "ExecStop"];
	const settings = texts.flatMap((text, index) => confiningSettings(text, service, commandsOf(index)));
	const unit = [`Description=${lineText("Description", `Trial of ${name} in its cage`)}`, `BindsTo=${client}`, `After=${client}`];
	return unitText(unit, [...settings.map(({ line }) => line), "Restart=no", `RuntimeMaxSec=${seconds}`]);
}

/**
 * Returns a service that runs a self-test's attempts under the confinement of the cage's own service; the last text starts them.
 * Keeps every setting of `[Service]` except those around the main program: other programs, restarts, output, and related units.
 * Drops `[Unit]`, because dependencies could start or stop other units. Throws a Failure `unit-inexpressible`.
 */
export function attemptsUnit({
	launcher,
	name,
	output,
	seconds,
	service,
	texts,
	without = [],
}: TestedService & {
	/** Host path of the folder with the interpreter, visible as `/.launch` in the cage. Absent if the launcher creates the cage. */
	readonly launcher?: Path;
	/** Host path of the output file. */
	readonly output: Path;
	/** Settings to omit. */
	readonly without?: readonly string[];
}): string {
	const settings = texts
		.flatMap((text, index) =>
			confiningSettings(text, service).filter(({ name }) => name !== "ExecStart" || index === texts.length - 1),
		)
		.filter(({ name }) => !without.includes(name))
		.map(({ line }) => line);
	const binds = launcher === undefined ? [] : [`BindReadOnlyPaths=${bindWord("BindReadOnlyPaths", launcher, launchDirectory)}`];
	const unit = [
		`Description=${lineText("Description", `Escape attempts in the cage ${name}`)}`,
		"CollectMode=inactive-or-failed",
	];
	return unitText(unit, [
		...settings,
		// If the application is PID 1, this bind is not there yet.
		...binds.filter((bind) => !settings.includes(bind)),
		"Restart=no",
		`RuntimeMaxSec=${seconds}`,
		`StandardOutput=append:${pathText("StandardOutput", output)}`,
		"StandardError=inherit",
	]);
}

/** Returns the settings of `[Service]` about the main program's confinement, and those in `others`. */
function confiningSettings(
	text: string,
	service: string,
	others: readonly string[] = [],
): { readonly name: string; readonly line: string }[] {
	const unit = parseUnitName(service);
	return parseUnitText(text).assignments.flatMap(({ name, section, value }) =>
		section === "Service" && (others.includes(name) || !otherSettings.has(name))
			? [{ name, line: `${name}=${expandNameSpecifiers(value, unit)}` }]
			: [],
	);
}

const otherSettings: ReadonlySet<string> = new Set([
	"ExecCondition",
	"ExecStartPre",
	"ExecStartPost",
	"ExecReload",
	"ExecStop",
	"ExecStopPost",
	"Restart",
	"RestartSec",
	"RestartSteps",
	"RestartMaxDelaySec",
	"RestartMode",
	"RuntimeMaxSec",
	"RestartPreventExitStatus",
	"RestartForceExitStatus",
	"StandardOutput",
	"StandardError",
	// When the service stops, it removes IPC objects of this account in the host's namespace (measured).
	"RemoveIPC",
	"Sockets",
	"BusName",
	"FailureAction",
	"SuccessAction",
	"StartLimitAction",
	"RebootArgument",
]);

function unitText(unit: readonly string[], service: readonly string[]): string {
	return ["[Unit]", ...unit, "", "[Service]", ...service, ""].join("\n");
}
