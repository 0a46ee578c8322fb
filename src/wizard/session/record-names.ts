import type { Responsible } from "../../core/record/record.ts";
import type { RecordWriter } from "../../engine/build/make.ts";
import type { Context } from "../../engine/context.ts";
import { recordOf } from "../../engine/record/record.ts";
import type { RecordNames } from "./values.ts";

/** Whom the record of a cage names; who does not know is proposed the account that sits here. Asked for once, and then never again. */
export async function recordNames({ machine }: Pick<Context, "machine">, name: string): Promise<RecordNames> {
	const { records } = machine.store;
	const { asked = false, ...always } = await records.names();
	const { implementedBy, initiatedBy }: Responsible = { ...always, ...(await records.responsible(name)) };
	return {
		initiatedBy: initiatedBy ?? "",
		implementedBy: implementedBy ?? (asked ? "" : machine.recording.who()),
		asks: !asked && (initiatedBy === undefined || implementedBy === undefined),
	};
}

/**
 * Keeps the names for this cage and those to come, and writes its record anew. An empty one leaves the line of the record open. The caller holds the
 * cage's lock.
 */
export async function keepNames(
	context: Context,
	name: string,
	names: Pick<RecordNames, "initiatedBy" | "implementedBy">,
	writeRecord: RecordWriter,
): Promise<RecordNames> {
	const { store } = context.machine;
	const said = Object.fromEntries(Object.entries(names).filter(([, value]) => value !== ""));
	await store.records.saveNames({ ...said, asked: true });
	const { implementedBy: _, initiatedBy: __, ...known } = await store.records.responsible(name);
	await store.records.saveResponsible(name, { ...known, ...said });
	await store.log(name, "responsible-named", said);
	await store.records.saveText(name, writeRecord(await recordOf(context, name)));
	return recordNames(context, name);
}
