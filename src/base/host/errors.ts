import { Failure } from "../failure.ts";
import type { Path } from "../path/path.ts";
import { showPath } from "../path/quote.ts";

/** The error name of a failed system call (errno(3)), or undefined for any other error. */
export function errorName(error: unknown): string | undefined {
	const code = error instanceof Error && "code" in error ? error.code : undefined;
	return typeof code === "string" && "syscall" in (error as object) ? code : undefined;
}

/** Returns undefined if the work throws, because files and processes may vanish at any moment. */
export function attempt<T>(work: () => T): T | undefined {
	try {
		return work();
	} catch {
		return undefined;
	}
}

/** Whether the error means that nothing is there, not even the directory. */
export function isMissing(error: unknown): boolean {
	return ["ENOENT", "ENOTDIR"].includes(errorName(error) ?? "");
}

/** For `catch`: returns `value` if nothing is there, and throws any other error. */
export function ifMissing<T>(value: T): (error: unknown) => T {
	return (error) => {
		if (isMissing(error)) return value;
		throw error;
	};
}

/** The failure for an error while writing at `path`. Other errors pass through. */
export function writeFailure(error: unknown, path: Path): unknown {
	const name = errorName(error);
	if (name === undefined) return error;
	const shown = { path: showPath(path) };
	switch (name) {
		case "ENOSPC":
		case "EDQUOT":
			return new Failure("disk-full", shown, 1);
		case "EIO":
			return new Failure("disk-error", shown, 1);
		case "EROFS":
			return new Failure("read-only-file-system", shown, 3);
		case "EACCES":
		case "EPERM":
			return new Failure("not-permitted", { ...shown, error: name }, 3);
		default:
			return new Failure("cannot-write", { ...shown, error: name }, 1);
	}
}

/** For `catch`: throws the failure for an error while writing at `path`. */
export function failedWrite(path: Path): (error: unknown) => never {
	return (error) => {
		throw writeFailure(error, path);
	};
}

/** The application may write here, so a link could be an attempt to redirect us. */
export function unsafeData(path: Path): Failure {
	return new Failure("unsafe-data", { path: showPath(path) }, 4);
}

/** The failure for a full disk at `path`. Other errors pass through. */
export function diskFailure(error: unknown, path: Path): unknown {
	return ["ENOSPC", "EDQUOT"].includes(errorName(error) ?? "") ? writeFailure(error, path) : error;
}

/** The failure for a full or broken disk according to a program's message. Undefined for any other message. */
export function reportedDiskFailure(complaint: string, path: Path): Failure | undefined {
	const shown = { path: showPath(path) };
	if (/no space left on device|disk quota exceeded/i.test(complaint)) return new Failure("disk-full", shown, 1);
	return /Input\/output error|EIO: /.test(complaint) ? new Failure("disk-error", shown, 1) : undefined;
}

/**
 * The failure for an error while opening or reading the host's file at `path`. Other errors pass through. `place` is where the
 * content is read, for example in the previous generation.
 */
export function readFailure(error: unknown, path: Path, place = path): unknown {
	const name = errorName(error);
	if (name === undefined) return error;
	const shown = { path: showPath(path) };
	switch (name) {
		case "EIO":
			return new Failure("disk-error", { path: showPath(place) }, 1);
		case "ENOENT":
		case "ENOTDIR":
			return new Failure("source-gone", shown, 1);
		case "ELOOP":
			return new Failure("source-is-link", shown, 4);
		case "ENXIO": // A socket, or a FIFO's other end
			return new Failure("source-not-regular", shown, 4);
		default:
			return new Failure("cannot-read", { ...shown, error: name }, 1);
	}
}

/** For `catch`: throws the failure for an error while opening or reading the host's file at `path`. */
export function failedRead(path: Path, place = path): (error: unknown) => never {
	return (error) => {
		throw readFailure(error, path, place);
	};
}
