import { parseUnitText } from "../../application/unit-text.ts";
import { aroundTheMain } from "./attempts.ts";
import { lineText } from "./quote.ts";

/** A cage's service as it is tried: its own unit, or the texts of a service of the host and the drop-in for it. */
export interface TrialUnit {
	/** Name of the cage. */
	readonly name: string;
	/** In the order in which they apply. */
	readonly texts: readonly string[];
	/** Seconds after which systemd ends it, whatever happens. */
	readonly seconds: number;
	/** A unit that lives for as long as we do; the service ends with it. */
	readonly client: string;
}

/**
 * The service with everything that starts, holds, reloads and stops its application, but alone: not started again, without sockets and other
 * units of the host, and with its output in the journal. Throws a Failure `unit-inexpressible`.
 */
export function trialUnit({ client, name, seconds, texts }: TrialUnit): string {
	const settings = texts
		.flatMap((text) => parseUnitText(text).assignments)
		.filter((one) => one.section === "Service" && (reloadsOrStops.has(one.name) || !aroundTheMain.has(one.name)));
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
