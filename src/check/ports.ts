import type { Path } from "../base/path/path.ts";
import type { Manifest } from "../cage/manifest.ts";
import type { AuditPolicy, BindPath } from "./audit.ts";

/** A generation on disk and its audit rules. */
export interface CageToAudit {
	/** Host path of the generation. */
	readonly root: Path;
	readonly policy: AuditPolicy;
	/** Its expected content. Without it, nothing is compared. */
	readonly manifest?: Manifest;
	/** Reads every file; otherwise only those whose stat(2) changed since the copy. */
	readonly thorough?: boolean;
	/** The application's data: host path `source`, mounted over `path`. */
	readonly data?: readonly { readonly path: Path; readonly source: Path }[];
	/** True for the present generation, whose state is mounted from its usual place. */
	readonly isPresent?: boolean;
	/** Host directories and sockets that the cage shows. */
	readonly binds?: readonly (Omit<BindPath, "absent" | "bind" | "seen"> & { readonly path: Path })[];
}
