import { execFileSync, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Bench, inFolder, inTurn, milliseconds, ratios, seconds } from "./harness.ts";

const many = 5000;
/** Typical sizes of libraries and programs: most are small, some are large. */
const averageBytes = 64 * 1024;
const program = join(process.cwd(), "dist", "main.js");

/** Compares maintaining a cage of thousands of files with computing all their checksums. */
export const upkeep: Bench = {
	name: "upkeep",
	run: () =>
		inFolder(async (folder) => {
			const files = join(folder, "files");
			mkdirSync(files);
			for (let number = 0; number < many; number++) {
				// Binary content, because a plan reads each file's beginning.
				writeFileSync(join(files, `file-${number}`), randomBytes(Math.round((averageBytes * ((number % 16) + 1)) / 8.5)));
			}
			const state = join(folder, "state");
			// Other processes of its account on this machine do not matter here.
			const accepted = ["--accept-finding", "account-used-outside"];
			run(state, ["make", "demo", "--yes", "--no-selftest", ...accepted, "--include", files]);
			const cage = join(state, "cages/demo/generations/1");
			const { byHand, check, deep, update } = await inTurn(5, {
				check: () => seconds(() => run(state, ["check", "demo"])),
				deep: () => seconds(() => run(state, ["check", "demo", "--deep"])),
				// The cage's files and the host's: both are read.
				byHand: () =>
					seconds(() => execFileSync("sh", ["-c", 'find "$@" -type f -exec sha256sum {} + >/dev/null', "sh", cage, files])),
				update: () => seconds(() => run(state, ["update", "demo"])),
			});
			return [
				{ what: `check of ${many} files, by stat`, values: check, unit: "s", target: { atMost: 0.5 } },
				{
					what: "check --deep",
					against: "sha256sum of the same files",
					values: ratios(deep, byHand),
					unit: "x",
					target: { atMost: 1.3 },
					note: `${milliseconds(deep)} / ${milliseconds(byHand)}`,
				},
				{ what: `update of ${many} files with nothing to do`, values: update, unit: "s", target: { atMost: 1 } },
			];
		}),
};

function run(state: string, words: readonly string[]): void {
	const { status, stderr } = spawnSync(process.execPath, [program, "--state", state, "--quiet", ...words], { encoding: "utf8" });
	if (status !== 0) throw new Error(`${words.join(" ")} ended with ${status}: ${stderr}`);
}
