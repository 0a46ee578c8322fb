import * as v from "valibot";
import { fields, flag, listOf, nullable, number, optional, path, text } from "../../base/report/descriptions.ts";
import { recordFormats } from "../../cli/options.ts";
import { verdicts } from "../verification.ts";

const approved = fields({ by: text, at: text, generation: number });

const recorded = fields({
	name: text,
	file: text,
	sha256: text,
	generation: number,
	madeAt: text,
	template: nullable(text),
	dangers: nullable(number),
	warnings: nullable(number),
	outdated: nullable(flag),
	escapes: nullable(number),
	approved: nullable(approved),
});

/** Of `record --all`. */
const recordIndex = fields({
	host: text,
	writtenAt: text,
	cages: listOf(recorded),
	damaged: listOf(fields({ name: text, damage: text })),
});

/** Of `record NAME -o FILE`. */
const recordWritten = fields({
	name: text,
	file: path,
	format: v.picklist(recordFormats),
	generation: number,
	checksum: optional(text),
});

/** Of `record NAME --verify FILE`. */
const recordVerify = fields({
	name: text,
	file: text,
	sha256: text,
	verdict: v.picklist(verdicts),
	written: optional(fields({ at: text, file: text, sha256: text, generation: number, fingerprint: text })),
	beside: v.picklist(["same", "differs", "absent"]),
	current: optional(flag),
});

export const results = { "record-index": recordIndex, "record-verify": recordVerify, "record-written": recordWritten };
