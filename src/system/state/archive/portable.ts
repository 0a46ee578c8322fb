import { once } from "node:events";
import { type Path, root } from "../../../core/path/path.ts";
import type { ImageContent } from "../../../engine/archive-store.ts";
import { withNewFile, withNewFolder } from "../../files/new-file.ts";
import { programFailure, toolEnvironment, toolRunner } from "../../tools.ts";
import { treeOf, writeTar } from "./image.ts";
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
	const files = members.filter(({ path }) => path !== root);
	await withNewFile(to, (_, { path }) => unpack("mksquashfs", ["-", textOf(path), ...squashWords(created)], files));
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
