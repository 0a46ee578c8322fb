import { once } from "node:events";
import { chmod, link, rm } from "node:fs/promises";
import { join, type Path, parent, pathToBytes, root } from "../../../core/path/path.ts";
import type { ImageContent } from "../../../engine/archive-store.ts";
import { writeFailure } from "../../files/errors.ts";
import { programFailure, toolEnvironment, toolRunner } from "../../tools.ts";
import { transientName } from "../process-identity.ts";
import { treeOf, withNewFolder, writeTar } from "./image.ts";
import { textOf } from "./pack.ts";

/** Writes the image of a portable service with mksquashfs(1) or, as a folder, with tar. Both take an archive from stdin. */
export async function writePortable(content: ImageContent, to: Path, isFile: boolean, signal: AbortSignal): Promise<void> {
	const { created, members } = await treeOf(content, signal);
	const unpack = (program: string, words: readonly string[], files = members) =>
		fill(program, words, to, signal, (sink) => writeTar(files, sink, signal));
	if (!isFile) {
		await withNewFolder(to, async (folder) => {
			await unpack("tar", ["--extract", "--preserve-permissions", "--numeric-owner", `--directory=${textOf(folder)}`]);
		});
		return;
	}
	const part = join(parent(to), transientName("tmp"));
	try {
		await unpack(
			"mksquashfs",
			["-", textOf(part), ...squashWords(created)],
			members.filter(({ path }) => path !== root),
		);
		await chmod(pathToBytes(part), 0o600);
		await link(pathToBytes(part), pathToBytes(to));
	} catch (error) {
		throw writeFailure(error, to);
	} finally {
		await rm(pathToBytes(part), { force: true });
	}
}

/** mksquashfs takes no values for the root directory from an archive. */
function squashWords(time: number): string[] {
	const words = ["-tar", "-noappend", "-quiet", "-no-progress", "-comp", "zstd", "-Xcompression-level", "3"];
	const ofRoot = ["-root-mode", "0755", "-root-uid", "0", "-root-gid", "0", "-root-time", String(time)];
	return [...words, "-mkfs-time", String(time), ...ofRoot];
}

/** Runs a program that reads what `write` sends to its stdin. Throws `disk-full` or `program-failed` (exit 1). */
async function fill(
	program: string,
	words: readonly string[],
	to: Path,
	signal: AbortSignal,
	write: (sink: (chunk: Uint8Array) => Promise<void>) => Promise<void>,
): Promise<void> {
	const run = await toolRunner();
	const child = run(program, words, {
		env: { ...toolEnvironment, LC_ALL: "C" },
		stdout: "ignore",
		reject: false,
		cancelSignal: signal,
	});
	const isOpen = () => child.stdin.writable && child.exitCode === null;
	const writing = write(async (chunk) => {
		if (isOpen() && !child.stdin.write(Buffer.from(chunk)))
			await Promise.race([once(child.stdin, "drain").catch(() => {}), child]);
	}).finally(() => child.stdin.end());
	const [ended] = await Promise.all([child, writing]);
	signal.throwIfAborted();
	const how = ended.exitCode ?? ended.signal;
	if (ended.failed) throw programFailure(program, { how, stderr: ended.stderr }, to);
}
