import type { Path } from "../path/path.ts";

/** Everything that an audit can find. The messages say of each what it means and how to close it. */
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
	"account-used-outside",
	"account-of-other-cage",
] as const;

export type FindingCode = (typeof findingCodes)[number];

export interface Finding {
	readonly code: FindingCode;
	/** In the cage; for the way to it (`way-…`), to its state (`data-way-…`) and to its binds (`bind-…`), on the host; for what concerns the cage as a whole, its root. */
	readonly path: Path;
	/** A danger would let the application out, or others in, and stops every launch. */
	readonly severity: "danger" | "warning";
	readonly values: Readonly<Record<string, string | number>>;
}
