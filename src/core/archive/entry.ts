import type { Path } from "../path/path.ts";
import type { Segment } from "./tar-header.ts";

export type ArchiveKind = "file" | "directory" | "symlink" | "hard-link" | "character-device" | "block-device" | "fifo";

/** One name of an archive with everything that its headers say of it. */
export interface ArchiveEntry {
	/** Name in the archive, without the slash at a directory's end. */
	readonly path: Path;
	readonly kind: ArchiveKind;
	/** Permission bits with setuid, setgid and sticky. */
	readonly mode: number;
	readonly uid: number;
	readonly gid: number;
	/** Seconds since 1970. */
	readonly mtime: number;
	/** Bytes of a file, with its holes. */
	readonly size: number;
	/** Bytes that the archive holds of it. */
	readonly stored: number;
	/** Offset of these bytes in the archive. */
	readonly at: number;
	/** Present if the file has holes. */
	readonly segments?: readonly Segment[];
	/** Target of a symbolic link, or the other name of a hard link. */
	readonly link?: Path;
	/** Numbers of a device. */
	readonly device?: { readonly major: number; readonly minor: number };
}
