import { Failure } from "../failure.ts";
import { type Path, pathFromText } from "../path/path.ts";
import { type Finding, type FindingCode, findingCodes } from "./finding.ts";

/** A finding that the administrator takes upon himself: of one path, or wherever it is found. */
export interface Acceptance {
	readonly code: FindingCode;
	readonly path?: Path;
}

/** `CODE` or `CODE:PATH`. Throws `finding-unknown` (exit 2): a typing error must not pass for an acceptance. */
export function parseAcceptance(text: string): Acceptance {
	const colon = text.indexOf(":");
	const name = colon < 0 ? text : text.slice(0, colon);
	const code = findingCodes.find((one) => one === name);
	if (code === undefined) throw new Failure("finding-unknown", { code: name, codes: findingCodes.join(", ") }, 2);
	if (colon < 0) return { code };
	const path = text.slice(colon + 1);
	if (!path.startsWith("/")) throw new Failure("path-not-absolute", { option: "accept-finding", path }, 2);
	return { code, path: pathFromText(path) };
}

/** Acceptances as the cage keeps them, each once. */
export function mergeAcceptances(known: readonly string[], more: readonly string[]): string[] {
	return [...new Set([...known, ...more])];
}

export function isAccepted({ code, path }: Finding, accepted: readonly Acceptance[]): boolean {
	return accepted.some((one) => one.code === code && (one.path === undefined || one.path === path));
}
