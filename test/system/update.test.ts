import { execFileSync } from "node:child_process";
import { appendFileSync, existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createConnection } from "node:net";
import { beforeAll, describe, expect, test } from "vitest";
import { isLong } from "../long.ts";
import { cagewright, type Made, make, must, startRun, temporaryFolder, temporaryState } from "./cagewright.ts";
import { eventually } from "./eventually.ts";
import { configuration, extraFile, greeter, greeterPackages, stateDirectory } from "./greeter.ts";
import { freePort } from "./network.ts";

const state = temporaryState();
const packages = greeterPackages(temporaryFolder("packages"));
let port: number;
let made: Made;

/** Sends one line to the daemon. Resolves to the answer, or to undefined if the daemon does not run. */
function askGreeter(line: string): Promise<string | undefined> {
	return new Promise((resolve) => {
		let answer = "";
		const socket = createConnection({ host: "127.0.0.1", port });
		socket.on("connect", () => socket.write(`${line}\n`));
		socket.on("data", (data) => {
			answer += data;
		});
		socket.on("close", () => resolve(answer.includes("\n") ? answer.trim() : undefined));
		socket.on("error", () => resolve(undefined));
		socket.setTimeout(60_000, () => socket.destroy());
	});
}

const lines = () => readFileSync(`${made.data}${stateDirectory}/lines`, "utf8").split("\n").filter(Boolean);
const generation = () =>
	Number(
		execFileSync("readlink", [`${state}/cages/greeter/current`], { encoding: "utf8" })
			.trim()
			.split("/")[1],
	);
const check = async () => {
	const { json, status } = await cagewright(["check", "greeter", "--json"], { state });
	return { status, cage: json.cages[0] };
};
const answering = (word: string) => eventually(async () => expect(await askGreeter("hello")).toContain(word));

beforeAll(async () => {
	packages.install("one");
	port = await freePort();
	const asks = `exec 3<>/dev/tcp/127.0.0.1/${port}; echo probe >&3; read -t 30 -r answer <&3; test -n "$answer"`;
	made = await make(["--name", "greeter", "--probe", `bash -c '${asks}'`, "--", greeter, String(port)], { state });
});

test("an upgraded library is reported, updated under load, refused if it is broken, and rolled back", async () => {
	const run = startRun("greeter", { state });
	await answering("one");

	// check names the package and its versions, and changes nothing.
	packages.upgrade("2.0", "reads", "two");
	const { cage, status } = await check();
	expect(status).toBe(1);
	expect(cage.drift).toMatchObject([
		{ package: "libcagewright-test-greeting", from: "1.0", to: "2.0", files: [{ path: expect.stringContaining(".so.1") }] },
	]);
	expect(cage.outdated).toBe(true);
	const nagios = await cagewright(["check", "--all", "--nagios"], { state });
	expect(nagios).toMatchObject({ status: 1 });
	expect(nagios.stdout).toMatch(/^CAGEWRIGHT WARNING - .*greeter.* \| cages=1 /);
	const dry = await cagewright(["update", "greeter", "--dry-run"], { state });
	expect(dry.stdout).toContain("libcagewright-test-greeting 1.0 -> 2.0");
	expect(generation()).toBe(1);
	expect(await askGreeter("still")).toContain("one");

	// update installs the new version with the files that it opens, while a client sends requests.
	const client = keepAsking();
	const updated = await cagewright(["update", "greeter", "--json", "--no-selftest"], { state });
	const { acknowledged, gaps } = await client.stop();
	expect(updated.status, updated.stderr).toBe(0);
	expect(updated.json).toMatchObject({
		cages: [{ outcome: "updated", from: 1, to: 2, answered: true, restarted: ["run"], remaining: [] }],
	});
	expect(existsSync(`${state}/cages/greeter/generations/2${extraFile}`)).toBe(true);
	expect(await askGreeter("after")).toContain("two");
	expect(gaps).toBeLessThanOrEqual(1);

	// No acknowledged write is lost or duplicated.
	expect(acknowledged.length).toBeGreaterThan(20);
	const kept = lines().filter((line) => line.startsWith("client-"));
	expect(new Set(kept).size).toBe(kept.length);
	expect(kept).toEqual(expect.arrayContaining(acknowledged));

	// A broken version is refused, and the old cage keeps running.
	const before = lines().length;
	packages.upgrade("3.0", "fails");
	const refused = await cagewright(["update", "greeter", "--quiet"], { state });
	expect(refused.status).toBe(1);
	expect(refused.stderr).toMatch(/^cagewright: The new generation failed, so greeter stays at generation 2: .*\n$/);
	expect(generation()).toBe(2);
	expect(await askGreeter("going on")).toContain("two");
	expect(lines().length).toBe(before + 1);
	const listed = await cagewright(["list", "--json"], { state });
	expect(listed.json.cages).toMatchObject([{ name: "greeter", generation: 2, answered: true }]);

	// A rollback restores the earlier generation with the current data. It can be reversed.
	const rolled = await must(cagewright(["rollback", "greeter", "--json"], { state }));
	expect(rolled.json).toMatchObject({ from: 2, to: 1, restarted: ["run"] });
	await answering("one");
	expect(lines().length).toBeGreaterThan(before);
	expect((await cagewright(["rollback", "greeter"], { state })).stderr).toContain("has no generation before 1");
	expect((await cagewright(["rollback", "greeter", "--to", "2"], { state })).status).toBe(0);
	await answering("two");
	const diff = await cagewright(["diff", "greeter", "1", "2"], { state });
	expect(diff.stdout).toContain("libcagewright-test-greeting 1.0 -> 2.0");
	expect(diff.stdout).toContain(`+ ${extraFile}`);
	expect((await run.stop()).status).toBe(143);
});

/** A client that records acknowledged writes and counts the gaps without an answer. */
function keepAsking() {
	const acknowledged: string[] = [];
	let gaps = 0;
	let isAsking = true;
	const query = (async () => {
		let wasThere = true;
		for (let number = 0; isAsking; number++) {
			const line = `client-${number}`;
			const isThere = (await askGreeter(line)) !== undefined;
			if (isThere) acknowledged.push(line);
			else await new Promise((resolve) => setTimeout(resolve, 5));
			if (wasThere && !isThere) gaps++;
			wasThere = isThere;
		}
	})();
	return {
		async stop() {
			isAsking = false;
			await query;
			return { acknowledged, gaps };
		},
	};
}

describe("configuration that was edited in the cage", () => {
	const inCage = (path: string) => `${state}/cages/greeter/generations/${generation()}${path}`;

	beforeAll(() => packages.upgrade("4.0", "says", "four"));

	test("is kept, and so are files that were added beside it", async () => {
		writeFileSync(inCage(configuration), "edited in the cage\n");
		writeFileSync(inCage("/etc/added.conf"), "added\n");
		await must(cagewright(["update", "greeter", "--json", "--no-selftest"], { state }));
		expect(generation()).toBe(3);
		expect(readFileSync(inCage(configuration), "utf8")).toBe("edited in the cage\n");
		expect(readFileSync(inCage("/etc/added.conf"), "utf8")).toBe("added\n");
		expect((await check()).cage.outdated).toBe(false);
		// A file that was already taken over is not new.
		expect((await cagewright(["update", "greeter", "--json"], { state })).json).toMatchObject({
			cages: [{ outcome: "unchanged" }],
		});
	});

	test("needs a decision if the host's changed too, and is never lost", async () => {
		packages.changeConfiguration("new on the host\n");
		expect(await cagewright(["update", "greeter", "--quiet"], { state })).toMatchObject({ status: 2, stderr: /--configuration/ });
		expect(generation()).toBe(3);

		await must(cagewright(["update", "greeter", "--configuration", "keep", "--no-selftest"], { state }));
		expect(readFileSync(inCage(configuration), "utf8")).toBe("edited in the cage\n");
		// The decision holds until the host's file changes again.
		expect((await cagewright(["update", "greeter", "--json"], { state })).json).toMatchObject({
			cages: [{ outcome: "unchanged" }],
		});

		packages.changeConfiguration("newer on the host\n");
		const before = generation();
		await must(cagewright(["update", "greeter", "--configuration", "host", "--no-selftest"], { state }));
		expect(readFileSync(inCage(configuration), "utf8")).toBe("newer on the host\n");
		expect(readFileSync(`${state}/cages/greeter/edited/${before}${configuration}`, "utf8")).toBe("edited in the cage\n");
	});

	test("is kept by update --all in every cage, which removes old generations by a configurable rule", async () => {
		appendFileSync(inCage(configuration), "once more\n");
		packages.upgrade("5.0", "says", "five");
		await must(cagewright(["update", "--all", "--no-selftest", "--keep-generations", "1"], { state }));
		expect(readFileSync(inCage(configuration), "utf8")).toBe("newer on the host\nonce more\n");
		const left = execFileSync("ls", [`${state}/cages/greeter/generations`], { encoding: "utf8" })
			.trim()
			.split("\n");
		expect(left).toHaveLength(2);
		expect(statSync(`${state}/cages/greeter/generations/${generation()}`).isDirectory()).toBe(true);
		expect((await cagewright(["diff", "greeter", "--json"], { state })).json.to).toBe(generation());
	});

	test("is kept when the cage is made again, with a notice", async () => {
		appendFileSync(inCage(configuration), "and again\n");
		packages.changeConfiguration("newest on the host\n");
		const { stderr, status } = await cagewright(["build", "greeter"], { state });
		expect({ status, stderr }).toEqual({ status: 0, stderr: expect.stringContaining(configuration) });
		expect(readFileSync(inCage(configuration), "utf8")).toBe("newer on the host\nonce more\nand again\n");
		// `show` lists the replaced file until somebody removes it.
		expect((await cagewright(["show", "greeter"], { state })).stdout).toContain(`${state}/cages/greeter/edited (`);
	});
});

describe("an upgrade of the host", () => {
	const update = (...words: string[]) =>
		cagewright(["update", "greeter", "--configuration", "keep", "--no-selftest", "--json", ...words], { state });
	const inCage = (path: string) => `${state}/cages/greeter/generations/${generation()}${path}`;

	test.runIf(isLong)("that removes a plug-in removes it from the cage, which answers without it", async () => {
		packages.upgrade("6.0", "loads", "six");
		await must(update());
		await using _ = startRun("greeter", { state });
		await answering("six");
		expect(existsSync(inCage(extraFile))).toBe(true);

		packages.upgrade("7.0", "loads");
		const { cage, status } = await check();
		expect(status).toBe(1);
		expect(cage.drift).toMatchObject([{ package: "libcagewright-test-greeting", from: "6.0" }]);
		expect(cage.drift[0].files).toContainEqual({ path: extraFile, change: "gone" });
		expect((await must(update())).json).toMatchObject({ cages: [{ outcome: "updated", answered: true, restarted: ["run"] }] });
		expect(existsSync(inCage(extraFile))).toBe(false);
		await answering("without");
	});

	test.runIf(isLong)(
		"that needs a new format of the state is refused with its own words until somebody converts the state",
		async () => {
			await using _ = startRun("greeter", { state });
			await answering("without");
			const [present, before] = [generation(), lines()];
			packages.upgrade("8.0", "converts", "eight");
			const refused = await update("--quiet");
			expect(refused.status).toBe(1);
			expect(refused.stderr).toContain(`so greeter stays at generation ${present}: `);
			expect(refused.stderr).toContain("Convert it first.");
			expect(generation()).toBe(present);
			expect(lines()).toEqual(before);
			expect(await askGreeter("going on")).toContain("without");

			// The cage's, and the host's, which the application has in the sandbox.
			for (const directory of [stateDirectory, `${made.data}${stateDirectory}`])
				writeFileSync(`${directory}/lines`, "format 2\n");
			expect((await must(update())).json).toMatchObject({ cages: [{ outcome: "updated", answered: true, restarted: ["run"] }] });
			await answering("eight");
			expect(lines()[0]).toBe("format 2");
		},
	);
});
