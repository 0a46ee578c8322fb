import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { sha256 } from "../../src/base/host/hash.ts";
import { initName } from "../../src/confine/places.ts";
import { launchInit } from "../../src/launch/host/launch-folder.ts";
import { initWords } from "../../src/launch/programs/init.ts";
import { judgeInstalled, stamped } from "../../src/unit/installed.ts";
import programs from "../fixtures/programs-0.1.0.json" with { type: "json" };
import { cagewright, must, temporaryFolder, temporaryState } from "./cagewright.ts";
import { otherMachine } from "./other-machine.ts";
import { preparedDemo } from "./prepared.ts";

/** Release 0.1.0 assembled the programs of a launch. Units, images and copied launches have them until they are renewed. */
const old = programs[process.arch as keyof typeof programs];

describe("programs of 0.1.0", () => {
	const folder = temporaryFolder("older-programs");
	const place = (name: string, content: Uint8Array) => {
		writeFileSync(join(folder, name), content, { mode: 0o755 });
		return join(folder, name);
	};

	test.each([
		["its own init", Buffer.from(old.init, "base64")],
		["this release's init", launchInit()],
	])("start an application with %s", (name, init) => {
		const confiner = place("confine", Buffer.from(old.confine, "base64"));
		for (const keepsKill of [true, false]) {
			const words = [...initWords(place(`init-${name.length}`, init), "/", keepsKill), "/bin/sh", "-c", "exit 7"];
			expect(spawnSync(confiner, words).status).toBe(7);
		}
	});
});

describe("a unit that 0.1.0 installed", () => {
	const state = temporaryState();
	const launcher = `${state}/cages/demo/launcher`;
	const { enter, etc } = otherMachine((line) => line);
	const unit = `${etc}/systemd/system/cage-demo.service`;
	const oldConfiner = "cagewright-conf-0123456789ab";
	const succeed = (...words: string[]) => must(cagewright(words, { state, enter }));
	const update = async () => (await succeed("update", "demo", "--yes")).stdout;

	beforeAll(async () => {
		await preparedDemo(state);
		await succeed("unit", "demo", "--install");
		const confiner = readdirSync(launcher).find((name) => /^cagewright-conf-/.test(name)) ?? "";
		renameSync(join(launcher, confiner), join(launcher, oldConfiner));
		writeFileSync(join(launcher, oldConfiner), Buffer.from(old.confine, "base64"));
		writeFileSync(join(launcher, initName), Buffer.from(old.init, "base64"));
		const installed = judgeInstalled(readFileSync(unit, "utf8"), sha256);
		if (installed.kind !== "ours") throw new Error(installed.kind);
		const text = installed.text.replaceAll(confiner, oldConfiner);
		writeFileSync(unit, stamped(text, installed.cage, sha256));
	});

	test("is renewed by update, which says so once", async () => {
		expect(readFileSync(unit, "utf8")).toContain(oldConfiner);
		expect(await update()).toContain("Renewed cage-demo.service with the programs of this release, for later starts.\n");
		const text = readFileSync(unit, "utf8");
		const [confiner = ""] = /cagewright-conf-[0-9a-f]{12}/.exec(text) ?? [];
		expect(confiner).not.toBe(oldConfiner);
		expect(existsSync(join(launcher, confiner))).toBe(true);
		expect(readFileSync(join(launcher, initName)).equals(launchInit())).toBe(true);
		expect(await update()).not.toContain("Renewed");
	});
});
