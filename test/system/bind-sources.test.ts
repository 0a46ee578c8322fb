import { execFile } from "node:child_process";
import { chownSync, existsSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeAll, expect, test } from "vitest";
import { cagewright, make, temporaryFolder, temporaryState } from "./cagewright.ts";
import { freePort } from "./network.ts";

/** The owner of a directory on the path to a bind replaces it with a link to one of root's directories. */

const state = temporaryState();
const folder = temporaryFolder("binds");
const web = join(folder, "web");
const shared = join(web, "up");
const aside = join(web, "aside");
const secret = join(folder, "secret");
const read = ["/usr/bin/python3", "-c", `print(open("${shared}/page").read())`];
const run = (...options: string[]) => cagewright(["run", "bound", ...options, "--", ...read], { state });

beforeAll(async () => {
	mkdirSync(shared, { recursive: true });
	mkdirSync(secret, { mode: 0o700 });
	writeFileSync(join(shared, "page"), "public");
	writeFileSync(join(secret, "page"), "root alone");
	const port = String(await freePort());
	await make(
		[
			"--name",
			"bound",
			"--bind",
			`${shared}:ro`,
			"--accept-finding",
			"way-sticky",
			"--probe",
			`curl -fsS --noproxy '*' http://127.0.0.1:${port}/page`,
			"--",
			"/usr/bin/python3",
			"-m",
			"http.server",
			"--bind",
			"127.0.0.1",
			"--directory",
			shared,
			port,
		],
		{ state },
	);
});

afterEach(() => {
	if (existsSync(aside)) {
		rmSync(shared, { force: true });
		renameSync(aside, shared);
	}
	chownSync(web, 0, 0);
});

function swapForLink(): void {
	renameSync(shared, aside);
	symlinkSync(secret, shared);
}

test("an untouched bind shows the host's directory", async () => {
	expect(await run()).toMatchObject({ status: 0, stdout: "public\n" });
});

test("a link in place of a bind's source stops the launch and the unit, is named by check, and is not followed even if accepted", async () => {
	swapForLink();
	const result = await run();
	expect(result).toMatchObject({ status: 4, stdout: "", stderr: expect.stringContaining(shared) });
	expect(result.stderr).toMatch(/^cagewright: .*bind-not-directory.*\n$/);
	expect(await cagewright(["unit", "bound"], { state })).toMatchObject({ status: 4, stdout: "", stderr: /bind-not-directory/ });
	const check = await cagewright(["check", "bound"], { state });
	expect(check).toMatchObject({ status: 1, stdout: expect.stringContaining(`danger bind-not-directory ${shared}: `) });
	const accepted = await run("--accept-finding", `bind-not-directory:${shared}`);
	const says = `cagewright: Refusing to mount the bind ${shared}: ${shared}, a part of its path, is not a directory`;
	expect(accepted).toMatchObject({ status: 4, stdout: "", stderr: expect.stringContaining(says) });
});

test("a missing source stops the launch with one line", async () => {
	renameSync(shared, aside);
	expect(await run()).toMatchObject({ status: 4, stdout: "", stderr: /^cagewright: .*bind-absent.*\n$/ });
});

test("another user's directory on the path stops the launch until it is accepted by name", async () => {
	chownSync(web, 65_534, 65_534);
	const refused = await run();
	expect(refused.status).toBe(4);
	expect(refused.stderr).toContain(`${web} `);
	expect(refused.stderr).toContain("bind-foreign-owner");
	expect(await run("--accept-finding", `bind-foreign-owner:${web}`)).toMatchObject({ status: 0, stdout: "public\n" });
});

test("a swap between the check and the mount is detected after the mount", async () => {
	const { stdout: commands } = await run("--print");
	swapForLink();
	const launched = promisify(execFile)("sh", ["-c", commands], { cwd: "/" });
	await expect(launched).rejects.toMatchObject({
		code: 125,
		stdout: "",
		stderr: expect.stringMatching(new RegExp(`^cagewright-bind: ${shared} was replaced .*\\n$`)),
	});
});
