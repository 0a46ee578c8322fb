import { expect, test } from "vitest";
import { begin, cagewright, type Json, make, startRun, temporaryState } from "./cagewright.ts";
import { perlServer, wordsOf } from "./daemons.ts";
import { eventually } from "./eventually.ts";
import { ask, freePort } from "./network.ts";

/** A watch reports the files that a running cage misses, across a restart, and the next update adds them. */

const license = "/usr/share/common-licenses";

/** Returns the requested file. The cage lacks files that nobody requested during the trace. */
const serves = "if (open(my $f, '<', \"/$what\")) { $text = join('', <$f>) } else { $status = '404 None' }";

test("a file that a running cage misses is recorded, reported, and added by an update", async () => {
	const state = temporaryState();
	const port = await freePort();
	const probe = `curl -sf http://127.0.0.1:${port}${license}/BSD >/dev/null`;
	await make(["--name", "files", ...wordsOf({ ...perlServer(port, serves), probe })], { state });
	expect(await cagewright(["trace", "files", "--for", "1h"], { state })).toMatchObject({ status: 1, stderr: /is not running/ });

	const status = async (path: string) =>
		(await ask(["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", `http://127.0.0.1:${port}${path}`])).output.trim();
	const answers = (path: string, code: string) =>
		eventually(async () => {
			const got = await status(path);
			if (got !== code) throw new Error(`${path}: ${got}`);
		});
	const first = startRun("files", { state });
	await answers(`${license}/BSD`, "200");
	const watch = begin(["trace", "files", "--for", "1h", "--events"], { state });
	await watch.says("watch-started");
	// The watch registers the cage with the kernel within a second, and the restarted one too.
	await eventually(() => answers(`${license}/MPL-2.0`, "404"));
	expect(await status("/usr/share/none/such")).toBe("404");
	await first.stop();
	const second = startRun("files", { state });
	await answers(`${license}/BSD`, "200");
	const end = Date.now() + 4000;
	while (Date.now() < end) {
		expect(await status(`${license}/Artistic`)).toBe("404");
		await status(`${license}/MPL-2.0`);
	}
	const seen = await watch.stop();
	expect(seen.status).toBe(143);
	expect(seen.stdout).toContain(`${license}/MPL-2.0`);
	expect(seen.stdout).toContain(`${license}/Artistic`);
	expect(seen.stdout).not.toContain("/usr/share/none");
	expect(seen.stdout).toContain("update files --take-missed");
	// The watch did not affect the process, which still answers.
	await answers(`${license}/BSD`, "200");

	const checked = await cagewright(["check", "files"], { state });
	expect(checked.stdout).toMatch(/files: watched for .*: 2 paths are missing: .*common-licenses/);
	const record = await cagewright(["record", "files", "--format", "json"], { state });
	expect(record.json.watched).toMatchObject({ missed: [`${license}/Artistic`, `${license}/MPL-2.0`] });
	const left = await cagewright(["update", "files", "--dry-run", "--json"], { state });
	expect(left.json.cages[0].missed.map(({ path }: Json) => path)).toEqual([`${license}/Artistic`, `${license}/MPL-2.0`]);
	const updated = await cagewright(["update", "files", "--take-missed", "--no-selftest", "--json", "--quiet"], { state });
	expect({ status: updated.status, stderr: updated.stderr }).toEqual({ status: 0, stderr: "" });
	await answers(`${license}/MPL-2.0`, "200");
	expect((await cagewright(["check", "files"], { state })).stdout).not.toContain("missed");
	await second.stop();
});
