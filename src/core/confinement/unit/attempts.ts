import { parseUnitText } from "../../application/unit-text.ts";
import type { Path } from "../../path/path.ts";
import { launchDirectory } from "../launch.ts";
import { bindWord, lineText, pathText } from "./quote.ts";

/** A service that runs a self-test's attempts under the confinement of the cage's own service. */
export interface AttemptsUnit {
	readonly name: string;
	/** The service's texts in the order in which they apply; the last one starts the attempts. */
	readonly texts: readonly string[];
	/** Host path of the folder with the interpreter, visible as `/.launch` in the cage. */
	readonly launcher: Path;
	/** Host path of the output file. */
	readonly output: Path;
	/** Seconds after which systemd stops it, even if Cagewright has exited. */
	readonly seconds: number;
	/** Settings to omit. */
	readonly without?: readonly string[];
}

/**
 * Keeps every setting of `[Service]` except those around the main program: other programs, restarts, output, and related units.
 * Drops `[Unit]`, because dependencies could start or stop other units. Throws a Failure `unit-inexpressible`.
 */
export function attemptsUnit({ launcher, name, output, seconds, texts, without = [] }: AttemptsUnit): string {
	const left = (setting: string) => !nonConfinementSettings.has(setting) && !without.includes(setting);
	const settings = texts.flatMap((text, index) =>
		parseUnitText(text).assignments.filter(
			(one) => one.section === "Service" && left(one.name) && (one.name !== "ExecStart" || index === texts.length - 1),
		),
	);
	const bind = `BindReadOnlyPaths=${bindWord("BindReadOnlyPaths", launcher, launchDirectory, "norbind")}`;
	const lines = settings.map((setting) => `${setting.name}=${setting.value}`);
	return [
		"[Unit]",
		`Description=${lineText("Description", `Ways out of the cage ${name}, tried`)}`,
		"CollectMode=inactive-or-failed",
		"",
		"[Service]",
		...lines,
		// If the application is PID 1, this bind is not there yet.
		...(lines.includes(bind) ? [] : [bind]),
		"Restart=no",
		`RuntimeMaxSec=${seconds}`,
		`StandardOutput=append:${pathText("StandardOutput", output)}`,
		"StandardError=inherit",
		"",
	].join("\n");
}

/** Settings that do not concern the main program's confinement. */
export const nonConfinementSettings: ReadonlySet<string> = new Set([
	...["ExecCondition", "ExecStartPre", "ExecStartPost", "ExecReload", "ExecStop", "ExecStopPost"],
	...["Restart", "RestartSec", "RestartSteps", "RestartMaxDelaySec", "RestartMode", "RuntimeMaxSec"],
	...["RestartPreventExitStatus", "RestartForceExitStatus", "StandardOutput", "StandardError"],
	// When the service stops, it removes IPC objects of this account in the host's namespace (measured).
	"RemoveIPC",
	...["Sockets", "BusName", "FailureAction", "SuccessAction", "StartLimitAction", "RebootArgument"],
]);
