import { parseUnitText } from "../../application/unit-text.ts";
import type { Path } from "../../path/path.ts";
import { launchDirectory } from "../launch.ts";
import { bindWord, lineText, pathText } from "./quote.ts";

/** The attempts of a self-test as a service that is held as the cage's own one is. */
export interface AttemptsUnit {
	/** Name of the cage. */
	readonly name: string;
	/** Texts of which the service is made, in the order in which they apply; the last one starts the attempts. */
	readonly texts: readonly string[];
	/** Host path of the folder that holds the interpreter; seen as `/.launch` inside. */
	readonly launcher: Path;
	/** Host path of the file that gets what is printed. */
	readonly output: Path;
	/** Seconds after which systemd ends it, whatever became of us. */
	readonly seconds: number;
	/** Settings that are left out. */
	readonly without?: readonly string[];
}

/**
 * Every setting of `[Service]` stays as it is but for those that say what is done with the service: programs beside the main one, whether
 * it comes back, where its output goes, and what else of the machine belongs to it. Nothing of `[Unit]` stays: a dependency of the
 * service could start or stop others. Throws a Failure `unit-inexpressible`.
 */
export function attemptsUnit({ launcher, name, output, seconds, texts, without = [] }: AttemptsUnit): string {
	const left = (setting: string) => !aroundTheMain.has(setting) && !without.includes(setting);
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
		// Where the application is PID 1, it needs nothing of ours.
		...(lines.includes(bind) ? [] : [bind]),
		"Restart=no",
		`RuntimeMaxSec=${seconds}`,
		`StandardOutput=append:${pathText("StandardOutput", output)}`,
		"StandardError=inherit",
		"",
	].join("\n");
}

/** What is done with a service, beside holding its main program. */
export const aroundTheMain: ReadonlySet<string> = new Set([
	...["ExecCondition", "ExecStartPre", "ExecStartPost", "ExecReload", "ExecStop", "ExecStopPost"],
	...["Restart", "RestartSec", "RestartSteps", "RestartMaxDelaySec", "RestartMode", "RuntimeMaxSec"],
	...["RestartPreventExitStatus", "RestartForceExitStatus", "StandardOutput", "StandardError"],
	// At its end, that takes from everybody outside who has the same account (measured), in the host's namespace.
	"RemoveIPC",
	...["Sockets", "BusName", "FailureAction", "SuccessAction", "StartLimitAction", "RebootArgument"],
]);
