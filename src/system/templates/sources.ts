import { type ExecFileException, execFile } from "node:child_process";
import { closeSync, constants, fstatSync, lstatSync, openSync, readdirSync, readSync, statSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Failure } from "../../core/failure.ts";
import { printable } from "../../core/path/quote.ts";
import { bundleSchema } from "../../core/template/bundle.ts";
import { limits } from "../../core/template/checks.ts";
import { errorName } from "../files/errors.ts";

/**
 * The text of a regular file of at most so many bytes. A FIFO is not waited for, a device not read, a large file not taken into memory. Throws
 * `no-such-file`, `file-unreadable` or `template-too-large` (exit 2).
 */
export function readTemplateFile(path: string, limit: number): string {
	let file: number;
	try {
		file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
	} catch (error) {
		if (["ENOENT", "ENOTDIR"].includes(errorName(error) ?? "")) throw new Failure("no-such-file", { path: printable(path) }, 2);
		throw new Failure("file-unreadable", { file: path, detail: error instanceof Error ? error.message : "" }, 2);
	}
	try {
		const stats = fstatSync(file);
		if (!stats.isFile()) throw new Failure("file-not-regular", { file: path }, 2);
		if (stats.size > limit) throw new Failure("template-too-large", { file: path, limit }, 2);
		const bytes = Buffer.alloc(limit + 1);
		let length = 0;
		for (let read = -1; read !== 0 && length <= limit; length += read)
			read = readSync(file, bytes, length, bytes.length - length, null);
		if (length > limit) throw new Failure("template-too-large", { file: path, limit }, 2);
		return bytes.toString("utf8", 0, length);
	} finally {
		closeSync(file);
	}
}

/** A file that may be a template, as it was found somewhere. */
export interface TemplateSource {
	/** Where it was found, for people. */
	readonly place: string;
	readonly text: string;
}

/** A bundle has a little more around the template. */
export const fileLimit = limits.bytes + 1024;

/**
 * The templates at a place: a file, a folder (a git checkout, whose files are read as they lie there), or the address of a git repository, which
 * is fetched. Nothing is run but git itself, without hooks, filters and helpers. Throws `template-none` (exit 2) where there is none.
 */
export async function templateSources(place: string, signal: AbortSignal): Promise<TemplateSource[]> {
	if (isAddress(place)) return some(place, await fromGit(place, signal));
	const path = resolve(place);
	const stats = statSync(path, { throwIfNoEntry: false });
	if (!stats?.isDirectory()) return [{ place, text: readTemplateFile(path, fileLimit) }];
	if (isBare(path)) return some(place, await fromGit(path, signal));
	return some(place, fromFolder(path));
}

/** Files of a folder and of its `templates/` that say of themselves that they are templates; links are not followed. */
function fromFolder(folder: string): TemplateSource[] {
	return [folder, join(folder, "templates")].flatMap((at) => {
		if (!lstatSync(at, { throwIfNoEntry: false })?.isDirectory()) return [];
		return readdirSync(at)
			.filter((name) => name.endsWith(".json"))
			.sort()
			.map((name) => join(at, name))
			.filter((path) => {
				const stats = lstatSync(path);
				return stats.isFile() && stats.size <= fileLimit;
			})
			.map((path) => ({ place: path, text: readTemplateFile(path, fileLimit) }))
			.filter(({ text }) => claimsToBeTemplate(text));
	});
}

/** Other files of JSON lie in any repository. */
function claimsToBeTemplate(text: string): boolean {
	return text.includes('"cagewright/template/') || text.includes(`"${bundleSchema}"`);
}

function isAddress(place: string): boolean {
	return /^[a-z][a-z0-9+.-]*::?\/?\//i.test(place) || place.includes("::") || /^[\w.-]+@[\w.-]+:/.test(place);
}

/** A repository without files beside it. */
function isBare(path: string): boolean {
	return ["HEAD", "objects", "refs"].every((name) => lstatSync(join(path, name), { throwIfNoEntry: false }) !== undefined);
}

function some(place: string, found: TemplateSource[]): TemplateSource[] {
	if (!found.length) throw new Failure("template-none", { place }, 2);
	return found;
}

/** Nothing of a repository or of somebody's settings may be started: no hook, no filter, no helper, no transport but these two. */
const environment = {
	GIT_ALLOW_PROTOCOL: "https:file",
	GIT_CONFIG_NOSYSTEM: "1",
	GIT_CONFIG_GLOBAL: "/dev/null",
	GIT_TERMINAL_PROMPT: "0",
	GIT_ASKPASS: "/bin/false",
	GIT_PROTOCOL_FROM_USER: "0",
	GIT_LFS_SKIP_SMUDGE: "1",
	LC_ALL: "C",
};
const settings = ["core.hooksPath=/dev/null", "core.fsmonitor=false", "core.symlinks=false", "credential.helper="];
const mostFiles = 100;

/** Templates of the newest state of a repository: of its top folder and of `templates/`. It is fetched bare, so no file of it is ever written out. */
async function fromGit(address: string, signal: AbortSignal): Promise<TemplateSource[]> {
	// What begins with a dash would be an option to git.
	if (address.startsWith("-")) throw new Failure("template-git-failed", { place: address, detail: "" }, 2);
	const folder = await mkdtemp(join(tmpdir(), "cagewright-git-"));
	try {
		const target = join(folder, "templates.git");
		await git(
			["clone", "--quiet", "--bare", "--depth=1", "--single-branch", "--no-tags", "--template=", "--", address, target],
			address,
			folder,
			signal,
		);
		const names = (await git(["-C", target, "ls-tree", "-z", "-l", "HEAD", "./", "templates/"], address, folder, signal)).split(
			"\0",
		);
		const files = names.flatMap((line) => {
			const match = /^100\d{3} blob ([0-9a-f]{40,64}) +(\d+)\t((?:templates\/)?[^/]+\.json)$/s.exec(line);
			return match && Number(match[2]) <= fileLimit ? [{ id: match[1] ?? "", name: match[3] ?? "" }] : [];
		});
		const found: TemplateSource[] = [];
		for (const { id, name } of files.slice(0, mostFiles)) {
			const text = await git(["-C", target, "cat-file", "blob", id], address, folder, signal);
			if (text.includes('"cagewright/template')) found.push({ place: `${address} ${name}`, text });
		}
		return found;
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

function git(args: readonly string[], address: string, home: string, signal: AbortSignal): Promise<string> {
	const all = [...settings.flatMap((setting) => ["-c", setting]), ...args];
	const env = { PATH: "/usr/local/bin:/usr/bin:/bin", HOME: home, ...environment };
	return new Promise((resolve, reject) => {
		execFile(
			"git",
			all,
			{ env, cwd: home, signal, timeout: 120_000, maxBuffer: 4 * fileLimit, encoding: "utf8" },
			(error, stdout, stderr) => {
				if (error) reject(gitFailure(error, address, stderr));
				else resolve(stdout);
			},
		);
	});
}

function gitFailure(error: ExecFileException, address: string, stderr: string): Error {
	if (error.name === "AbortError") return error;
	if (error.code === "ENOENT") return new Failure("needs-git", {}, 3);
	const detail = stderr.trim().split("\n").at(-1) ?? "";
	return new Failure("template-git-failed", { place: address, detail: detail || error.message }, 2);
}
