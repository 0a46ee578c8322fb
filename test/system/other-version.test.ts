import { cpSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { begin, cagewright, must, program, startRun, temporaryFolder, temporaryState } from "./cagewright.ts";
import { askRedis } from "./daemons.ts";
import { eventually } from "./eventually.ts";
import { type Prepared, preparedRedis } from "./prepared.ts";

/** The program is replaced by another version while it works, or finds what a newer one built. */

const state = temporaryState();
const home = dirname(dirname(program));
let redis: Prepared;

beforeAll(async () => {
	redis = await preparedRedis(state);
});

const answers = () => eventually(() => askRedis(redis.port, ["PING"]));

/** Copies the program, with another version. */
function copy(version: string): string {
	const folder = join(temporaryFolder("version"), "cagewright");
	for (const name of ["bin", "dist", "packaging", "templates", "package.json"])
		cpSync(join(home, name), join(folder, name), { recursive: true });
	const file = join(folder, "package.json");
	writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, "utf8")), version }));
	return folder;
}

test("an application that an older version runs stays in its generation, which serves on", async () => {
	await using run = startRun("redis", { state, program: join(copy("0.0.9"), "dist/main.js") });
	await answers();
	await must(cagewright(["build", "redis", "--include", "/etc/hostname", "--json"], { state }));
	const updated = await must(cagewright(["update", "redis", "--no-selftest", "--json"], { state }));
	expect(updated.json).toMatchObject({ cages: [{ restarted: [], remaining: [expect.any(Number)] }] });
	await answers();
	expect(run.stderr()).not.toContain("again");
});

test("an older version names the version that built a generation which it cannot read", async () => {
	const folder = join(state, "cages/redis/manifests");
	const file = join(folder, readdirSync(folder).sort().at(-1) ?? "");
	const text = readFileSync(file, "utf8");
	const { version } = JSON.parse(readFileSync(join(home, "package.json"), "utf8"));
	expect(text).toMatch(new RegExp(`^\\{"builtBy":"${version}"`));
	try {
		writeFileSync(file, JSON.stringify({ ...JSON.parse(text), builtBy: "99.1.0", writable: "another format" }));
		const { status, stdout } = await cagewright(["check", "redis"], { state });
		expect(status).toBe(1);
		expect(stdout).toContain("was written by Cagewright 99.1.0, which is newer than this one.");
		expect((await cagewright(["list"], { state })).stdout).toContain("99.1.0");
		// A version that it knows did not write this.
		writeFileSync(file, JSON.stringify({ ...JSON.parse(text), writable: "another format" }));
		expect((await cagewright(["check", "redis"], { state })).stdout).toContain("is damaged");
	} finally {
		writeFileSync(file, text);
	}
});

test("a command whose program is replaced ends with one line", async () => {
	const folder = copy("0.0.9");
	await using run = begin(["run", "redis"], { state, program: join(folder, "dist/main.js") });
	await answers();
	// It stays able to end its application.
	rmSync(join(folder, "dist"), { recursive: true });
	expect(await run.stop()).toMatchObject({ status: 0, stderr: "" });

	const other = copy("0.0.9");
	// A part that is loaded on demand.
	for (const name of readdirSync(join(other, "dist")).filter((name) => name.startsWith("program-")))
		renameSync(join(other, "dist", name), join(other, "dist", `x-${name}`));
	expect(await begin(["list"], { state, program: join(other, "dist/main.js") }).ended).toMatchObject({
		status: 3,
		stdout: "",
		stderr: "cagewright: Cagewright was replaced by another version while this command ran. Run the command again.\n",
	});
});
