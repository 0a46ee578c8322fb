import { refuseWeaker, unitWeaknesses } from "../core/confinement/method.ts";
import { auditGeneration } from "../engine/audit.ts";
import { presentCage } from "../engine/cages.ts";
import { tellWeaker } from "../engine/method.ts";
import { dropinText, unitText } from "../engine/unit.ts";
import { recordAcceptances } from "./acceptance.ts";
import type { Terminal } from "./terminal.ts";

export interface UnitOptions {
	readonly dropin?: string;
	readonly acceptFinding?: readonly string[];
}

/** The unit starts the cage later, without us: what the audit has to say is said now. */
export async function unit(terminal: Terminal, name: string, { acceptFinding, dropin }: UnitOptions): Promise<number> {
	return terminal.withContext(async (context) => {
		await recordAcceptances(context, name, acceptFinding);
		const { cage, layout, manifest } = await presentCage(context, name);
		const weaker = unitWeaknesses(context.machine.units.version());
		const separated = !weaker.includes("pids");
		refuseWeaker(weaker, "systemd", terminal.launching.full);
		tellWeaker(context, weaker, "systemd");
		await auditGeneration(context, manifest, layout, { accepted: cage.accepted ?? [], separated });
		const text = await (dropin === undefined ? unitText(context, name) : dropinText(context, name, dropin));
		if (terminal.options.json)
			terminal.printJson("unit", { name, ...(dropin === undefined ? {} : { service: dropin }), unit: text });
		else terminal.print(text);
		return 0;
	});
}
