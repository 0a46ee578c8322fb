import { dropinText, unitText } from "../engine/unit.ts";
import type { Terminal } from "./terminal.ts";

export interface UnitOptions {
	readonly dropin?: string;
}

export async function unit(terminal: Terminal, name: string, { dropin }: UnitOptions): Promise<number> {
	return terminal.withContext(async (context) => {
		const text = await (dropin === undefined ? unitText(context, name) : dropinText(context, name, dropin));
		if (terminal.options.json)
			terminal.printJson("unit", { name, ...(dropin === undefined ? {} : { service: dropin }), unit: text });
		else terminal.print(text);
		return 0;
	});
}
