import * as v from "valibot";
import type { PathJson } from "./path.ts";

/** Paths in JSON that somebody else wrote, in the contract's form. */

export function isPathJson(value: unknown): value is PathJson {
	if (typeof value === "string") return true;
	const bytes = typeof value === "object" && value !== null && "base64" in value ? value.base64 : undefined;
	return typeof bytes === "string" && /^(?:[\da-z+/]{4})*(?:[\da-z+/]{2}==|[\da-z+/]{3}=)?$/i.test(bytes);
}

export const pathJson = v.custom<PathJson>(isPathJson, "no path");

export const absolutePathJson = v.custom<PathJson>(
	(value) =>
		isPathJson(value) &&
		(typeof value === "string" ? value.startsWith("/") && !value.includes("\0") : isAbsoluteBytes(value.base64)),
	"no absolute path",
);

function isAbsoluteBytes(base64: string): boolean {
	const bytes = Buffer.from(base64, "base64");
	return bytes[0] === 0x2f && !bytes.includes(0);
}
