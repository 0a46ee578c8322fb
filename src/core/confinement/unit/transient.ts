import type { Path } from "../../path/path.ts";
import { launchDirectory } from "../launch.ts";
import { aroundTheMain } from "./attempts.ts";
import type { UnitInput } from "./input.ts";
import { bindWord } from "./quote.ts";
import { sourceAssertions } from "./sources.ts";
import { serviceLines } from "./unit.ts";

/**
 * The cage's own unit for one start in the foreground, as a drop-in for what systemd-run(1) starts: everything that holds the application
 * is in it, and nothing that would start it again, or run beside it. `client` is a unit that lives for as long as whoever asked for the start; with
 * it, all ends at once. Throws a Failure `unit-inexpressible`.
 */
export function transientDropin(input: UnitInput, client: string): string {
	const kept = serviceLines(input).settings.filter(({ name }) => !aroundTheMain.has(name) && !atTheEnd.has(name));
	return [
		"[Unit]",
		`BindsTo=${client}`,
		`After=${client}`,
		...sourceAssertions(input),
		"",
		"[Service]",
		// In the place of the program that systemd-run was called with.
		"ExecStart=",
		...kept.map(({ name, value }) => `${name}=${value}`),
		"KillSignal=SIGKILL",
		"",
	].join("\n");
}

/**
 * The same without a single layer, for the control of a self-test: a root directory, and what is mounted in it. Nothing of what the cage's own unit
 * says remains.
 */
export function bareDropin(
	{ confiner: _confiner, launcher: _launcher, ...input }: UnitInput,
	client: string,
	programs: Path,
): string {
	const { openings, ...plan } = input.plan;
	// Nothing is kept from what it starts, so the init has nothing to take away.
	const all = { ...input, plan: { ...plan, openings: { ...openings, capabilities: [] } } };
	const mounted = serviceLines(all).settings.filter(({ name }) => bare.has(name));
	return [
		...["[Unit]", `BindsTo=${client}`, `After=${client}`, ...sourceAssertions(input), "", "[Service]", "ExecStart="],
		...mounted.map(({ name, value }) => `${name}=${value}`),
		`BindReadOnlyPaths=${bindWord("BindReadOnlyPaths", programs, launchDirectory, "norbind")}`,
		"KillSignal=SIGKILL",
		"",
	].join("\n");
}

const bare: ReadonlySet<string> = new Set(["Type", "ExecStart", "WorkingDirectory", "RootDirectory", "BindPaths"]);

/** Its input and output are those of the client, and systemd stops it only where that was killed. */
const atTheEnd: ReadonlySet<string> = new Set(["StandardInput", "KillSignal"]);
