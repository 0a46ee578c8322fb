import { type ExecFileException, execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Failure } from "../../core/failure.ts";
import { fileLimit, type TemplateSource } from "./sources.ts";

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
export async function fromGit(address: string, signal: AbortSignal): Promise<TemplateSource[]> {
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
