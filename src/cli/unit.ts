import { execFileSync } from "node:child_process";
import { makesCode, systemdUnit } from "../core/confinement/unit.ts";
import { join, pathFromText } from "../core/path/path.ts";
import { printable } from "../core/path/quote.ts";
import { auditGeneration } from "../engine/audit.ts";
import { presentCage } from "../engine/cages.ts";
import type { Machine } from "../engine/context.ts";
import { recordAcceptances } from "./acceptance.ts";
import type { Terminal } from "./terminal.ts";

/** The unit starts the cage later, without us: what the audit has to say is said now. */
export async function unit(terminal: Terminal, name: string, accept?: readonly string[]): Promise<number> {
	return terminal.withContext(async (context) => {
		await recordAcceptances(context, name, accept);
		const { cage, layout, manifest } = await presentCage(context, name);
		const separated = systemdVersion() >= firstWithPidNamespaces;
		await auditGeneration(context, manifest, layout, { accepted: cage.accepted ?? [], separated });
		// Whoever starts the unit later is not told by us.
		const accepted = cage.accepted?.length
			? `# ${printable(terminal.messages.cli.unitAccepted(cage.accepted.join(", ")))}\n`
			: "";
		const text = accepted + (await unitText(context.machine, name));
		if (terminal.options.json) terminal.printJson("unit", { name, unit: text });
		else terminal.print(text);
		return 0;
	});
}

export async function unitText(machine: Machine, name: string): Promise<string> {
	const { cage, layout, manifest } = await presentCage({ machine, emit() {}, signal: new AbortController().signal }, name);
	return systemdUnit({
		name,
		root: layout.root,
		data: layout.writable.map((path) => ({ path, source: join(layout.data, path.slice(1)) })),
		binds: layout.binds,
		plan: {
			application: cage.application,
			rules: cage.rules,
			identity: manifest.identity,
			entries: manifest.entries.map((entry) => ({ ...entry, decision: "include" as const })),
			writable: manifest.writable,
			accounts: manifest.accounts,
			openings: manifest.openings,
			shared: [],
			offers: [],
			declined: [],
			notes: [],
		},
		...(cage.handlesTerm ? {} : { launcher: machine.store.launcher(name) }),
		systemdVersion: systemdVersion(),
		jit: makesCode(pathFromText(cage.application.command[0] ?? "")),
	});
}

/** Of this machine's systemd; the newest that we know where there is none, for the unit may be meant for another machine. */
function systemdVersion(): number {
	try {
		const text = execFileSync("/usr/bin/systemctl", ["--version"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
		return Number(/^systemd (\d+)/.exec(text)?.[1] ?? newestKnown);
	} catch {
		return newestKnown;
	}
}

const newestKnown = 257;
/** PrivatePIDs=, systemd.exec(5). */
const firstWithPidNamespaces = 257;
