import { account } from "./account.ts";
import { calls } from "./calls.ts";
import { files } from "./files.ts";
import type { UnitInput } from "./input.ts";
import { kernel, network } from "./kernel.ts";
import { UnitLines } from "./lines.ts";
import { lineText } from "./quote.ts";
import { sourceAssertions } from "./sources.ts";
import { start } from "./start.ts";

/**
 * A hardened service for a cage (systemd.exec(5), systemd.service(5)); what each setting is for was measured against the same ways
 * out as the launcher. Throws a Failure `unit-inexpressible` for what a unit file cannot say.
 */
export function systemdUnit(input: UnitInput): string {
	const { application } = input.plan;
	const section = (name: string, lines: readonly string[]) => [`[${name}]`, ...lines, ""];
	return [
		...section("Unit", [
			`Description=${lineText("Description", `${input.name} in its cage`)}`,
			`After=${application.network === "host" ? "network.target" : "local-fs.target"}`,
			...sourceAssertions(input),
		]),
		...section("Service", serviceLines(input).text()),
		...section("Install", ["WantedBy=multi-user.target"]),
	].join("\n");
}

/** Everything that a service in a cage says of itself. */
export function serviceLines(input: UnitInput): UnitLines {
	const unit = new UnitLines(input.systemdVersion);
	if (input.accepted?.length)
		unit.because(`Started although the audit found, and it was accepted by name: ${input.accepted.join(", ")}`);
	start(unit, input);
	account(unit, input);
	files(unit, input);
	kernel(unit, input);
	network(unit, input);
	calls(unit, input);
	return unit;
}
