import { Failure, type Note } from "../base/failure.ts";
import { didYouMean } from "../base/nearest.ts";
import { type Path, pathFromText } from "../base/path/path.ts";
import { accessCodes } from "../plan/host-access.ts";

/**
 * Everything that an audit can find, and `lockout`, which `adopt` and `unit --install` refuse. The messages explain each and how
 * to fix it.
 */
export const findingCodes = [
	"way-not-directory",
	"way-foreign-owner",
	"way-writable",
	"way-sticky",
	"setuid",
	"setgid",
	"file-capabilities",
	"file-capabilities-unseen",
	"device",
	"fifo",
	"socket",
	"hard-link",
	"world-writable",
	"application-may-write",
	"application-owns",
	"shadow-file",
	"password-hash",
	"password-empty",
	"link-leads-outside",
	"mounted",
	"changed",
	"configuration-edited",
	"attributes-changed",
	"added",
	"missing",
	"unseen",
	"data-setuid",
	"data-setgid",
	"data-file-capabilities",
	"data-device",
	"data-way-not-directory",
	"data-way-foreign-owner",
	"data-way-writable",
	"bind-not-directory",
	"bind-absent",
	"bind-foreign-owner",
	"bind-writable",
	...accessCodes,
	"writable-executed",
	"device-controls",
	"configuration-writable",
	"account-used-outside",
	"account-of-other-cage",
	"lockout",
] as const;

export type FindingCode = (typeof findingCodes)[number];

export interface Finding extends Note<FindingCode> {
	/**
	 * A path in the cage; for paths to the cage (`way-…`), its state (`data-way-…`) and its binds (`bind-…`), a path on the host;
	 * for the cage as a whole, its root.
	 */
	readonly path: Path;
	/** A danger allows an escape or lets others in, and prevents every launch. */
	readonly severity: "danger" | "warning";
}

/** Such a finding has no path, and its text starts with the account's name. */
export function isAboutAccount(code: FindingCode): boolean {
	return code.startsWith("account-");
}

/** A finding that the administrator accepts, for one path or all. */
interface Acceptance {
	readonly code: FindingCode;
	readonly path?: Path;
}

/** Parses `CODE` or `CODE:PATH`. Throws `finding-unknown` (exit 2), so that a typing error is not taken for an acceptance. */
export function parseAcceptance(text: string): Acceptance {
	const colon = text.indexOf(":");
	const name = colon < 0 ? text : text.slice(0, colon);
	const code = findingCodes.find((one) => one === name);
	if (code === undefined) {
		throw new Failure("finding-unknown", { code: name, ...didYouMean(name, findingCodes), codes: findingCodes.join(", ") }, 2);
	}
	if (colon < 0) return { code };
	const path = text.slice(colon + 1);
	if (!path.startsWith("/")) throw new Failure("path-not-absolute", { option: "accept-finding", path }, 2);
	return { code, path: pathFromText(path) };
}

export function mergeAcceptances(known: readonly string[], more: readonly string[]): string[] {
	return [...new Set([...known, ...more])];
}

export function isAccepted({ code, path }: Finding, accepted: readonly Acceptance[]): boolean {
	return accepted.some((one) => one.code === code && (one.path === undefined || one.path === path));
}
