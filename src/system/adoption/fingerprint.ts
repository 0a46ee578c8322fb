import { createHash, type Hash } from "node:crypto";
import { lstat, readdir, readlink } from "node:fs/promises";
import { join, type Path, pathFromBytes, pathToBytes } from "../../core/path/path.ts";
import { errorName, readFailure } from "../files/errors.ts";

/**
 * One value for all that is below a directory: names, kinds, owners, modes, sizes and times of files. It changes when anybody writes
 * there. Reading the content too would keep the service down for as long as a copy. undefined where there is no such directory.
 */
export async function fingerprint(directory: Path): Promise<string | undefined> {
	const hash = createHash("sha256");
	try {
		await add(hash, directory, "");
	} catch (error) {
		if (errorName(error) === "ENOENT") return undefined;
		throw readFailure(error, directory);
	}
	return hash.digest("hex");
}

async function add(hash: Hash, path: Path, name: string): Promise<void> {
	const stats = await lstat(pathToBytes(path), { bigint: true });
	// Sockets and FIFOs are nobody's state.
	if (!stats.isDirectory() && !stats.isFile() && !stats.isSymbolicLink()) return;
	const line: unknown[] = [name, stats.uid, stats.gid, stats.mode & ~0o6000n];
	if (stats.isFile()) line.push(stats.size, stats.mtimeNs / 1000n);
	if (stats.isSymbolicLink()) line.push((await readlink(pathToBytes(path), { encoding: "buffer" })).toString("hex"));
	hash.update(`${line.join("\0")}\n`);
	if (!stats.isDirectory()) return;
	const names = (await readdir(pathToBytes(path), { encoding: "buffer" })).map(pathFromBytes).sort();
	for (const child of names) await add(hash, join(path, child), `${name}/${child}`);
}
