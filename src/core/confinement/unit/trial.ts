import { parseUnitText } from "../../application/unit-text.ts";
import { nonConfinementSettings } from "./attempts.ts";
import { lineText } from "./quote.ts";

/** A cage's service for a trial: its own unit, or the texts of a host service and its drop-in. */
export interface TrialUnit {
	readonly name: string;
	/** In the order in which they apply. */
	readonly texts: readonly string[];
	/** Seconds after which systemd stops it. */
	readonly seconds: number;
	/** A unit that exists while Cagewright runs; the service stops with it. */
	readonly client: string;
}

/**
 * Keeps the settings that start, confine, reload and stop the application, but no restarts, sockets or other units; the output
 * goes to the journal. Throws a Failure `unit-inexpressible`.
 */
export function trialUnit({ client, name, seconds, texts }: TrialUnit): string {
	const settings = texts
		.flatMap((text) => parseUnitText(text).assignments)
		.filter((one) => one.section === "Service" && (reloadsOrStops.has(one.name) || !nonConfinementSettings.has(one.name)));
	return [
		"[Unit]",
		`Description=${lineText("Description", `${name} in its cage, tried`)}`,
		`BindsTo=${client}`,
		`After=${client}`,
		"",
		"[Service]",
		...settings.map((setting) => `${setting.name}=${setting.value}`),
		"Restart=no",
		`RuntimeMaxSec=${seconds}`,
		"",
	].join("\n");
}

const reloadsOrStops: ReadonlySet<string> = new Set(["ExecReload", "ExecStop"]);
