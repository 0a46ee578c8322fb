import type { Path } from "../path/path.ts";

/** Where an application's documentation lies, by how far it can be relied on: what was written to be read comes first. */
export const documentKinds = ["manual", "readme", "unit", "configuration", "tmpfiles", "logrotate", "package"] as const;
export type DocumentKind = (typeof documentKinds)[number];

/** A place in a document. */
export interface Passage {
	readonly kind: DocumentKind;
	/** The file; of `package`, the package's name. */
	readonly document: string;
	/** The heading above it; of a unit the directive. */
	readonly section?: string;
	/** From 1; absent where a package lists it. */
	readonly line?: number;
	/** What stands there, shortened. */
	readonly text: string;
}

/** A path that documentation names. Whether there is anything at it is not said. */
export interface Mention {
	readonly path: Path;
	readonly passage: Passage;
	/** The document says that the application writes there. */
	readonly writes?: boolean;
	/** The passage is about life in a chroot. */
	readonly inChroot?: boolean;
}
