import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type Booted, boot } from "./booted.ts";
import { bootedTree } from "./booted-tree.ts";
import { type Json, temporaryFolder } from "./cagewright.ts";
import { describedJson } from "./described.ts";
import { eventually } from "./eventually.ts";
import { loggedDisk } from "./logged-disk.ts";
import { generator } from "./random.ts";

/**
 * Cuts the power at random moments of every command that changes a cage or a service: a booted system works on a disk whose writes are
 * logged, and the disk of each cut boots again. Runs only with `npm run test:long`. `CAGEWRIGHT_SEED` repeats a run.
 */

const cuts = 50;
const seed = Number(process.env.CAGEWRIGHT_SEED ?? Date.now() % 1_000_000);
const keys = 1000;
const whole = `redis-cli eval "local n=0; for i=1,${keys} do if redis.call('get','key:'..i)==tostring(i) then n=n+1 end end; return n" 0`;
const change = (text: string) => `echo '# ${text}' >>/etc/redis/redis.conf`;

const commands: readonly (readonly [name: string, line: string])[] = [
	["make", "cagewright make redis-server.service --name redis --yes --quiet --no-selftest"],
	["update", `${change("one")} && cagewright update redis --quiet --no-selftest`],
	["rollback", "cagewright rollback redis --quiet"],
	["build", `${change("two")} && cagewright build redis --quiet`],
	["adopt", "cagewright adopt redis-server --name redis --yes --quiet"],
	["update of the service", `${change("three")} && cagewright update redis --quiet --no-selftest`],
	["rollback of the service", "cagewright rollback redis --quiet"],
	["release", "cagewright release redis-server --yes --quiet"],
	["removal", "cagewright remove redis --yes --quiet"],
];

test(`${cuts} power cuts leave a complete cage and its data (seed ${seed})`, async () => {
	const folder = temporaryFolder("power-cuts");
	const random = generator(seed);
	const tree = join(folder, "tree");
	execFileSync("cp", ["-a", "--reflink=auto", bootedTree(), tree]);
	execFileSync("systemctl", ["--quiet", `--root=${tree}`, "enable", "redis-server"], { stdio: "pipe" });
	const disk = await loggedDisk(folder, tree, 1200);
	rmSync(tree, { recursive: true });
	/** The writes of each command. */
	const spans: { readonly name: string; readonly from: number; readonly to: number }[] = [];
	try {
		const system = await boot({ disk: disk.file });
		await system.must(`redis-cli eval "for i=1,${keys} do redis.call('set','key:'..i,i) end" 0; redis-cli save; sync`);
		for (const [name, line] of commands) {
			const from = disk.writes();
			await system.must(line);
			spans.push({ name, from, to: disk.writes() });
		}
		await system.dispose();
		const seen: Record<string, number> = {};
		for (let cut = 0; cut < cuts; cut++) {
			const { from, name, to } = spans[cut % spans.length] ?? { from: 0, to: 0, name: "" };
			const writes = from + Math.floor(random() * (to - from + 1));
			const share = random();
			const where = `cut ${cut}, ${name}, write ${writes} of ${from} to ${to}, seed ${seed}`;
			const place = join(folder, "cut");
			disk.rebuild(place, writes, () => random() < share);
			await using after = await bootAgain(place);
			const state = await expectWhole(after, where);
			seen[state] = (seen[state] ?? 0) + 1;
		}
		process.stdout.write(`${cuts} power cuts: ${JSON.stringify(seen)}\n`);
	} finally {
		await disk.dispose();
	}
});

async function bootAgain(disk: string): Promise<Booted & AsyncDisposable> {
	const system = await boot({ disk });
	return { ...system, [Symbol.asyncDispose]: () => system.dispose() };
}

/** One command repairs everything. Returns where the service runs. */
async function expectWhole(system: Booted, where: string): Promise<string> {
	const said = await system.run("cagewright list --json");
	expect({ where, status: said.status, stderr: said.status ? said.stderr : "" }).toEqual({ where, status: 0, stderr: "" });
	await eventually(async () => expect({ where, ping: await system.must("redis-cli ping") }).toEqual({ where, ping: "PONG" }));
	expect({ where, data: await system.must(whole) }).toEqual({ where, data: String(keys) });
	const look = await system.must(`
		cd /var/lib/cagewright/cages/redis 2>/dev/null || { echo none; exit; }
		echo "left: $(ls -A | grep -E '^\\.|json\\.tmp|^removal$|^switching\\.json$')"
		[ -e cage.json ] || { echo none; exit; }
		[ "$(ls manifests)" = "$(ls generations | sed s/$/.json/)" ] || echo "manifests $(ls manifests), generations $(ls generations)"
		[ -d current/ ] || echo "no current generation"
		grep -q '"phase":"adopted"' adoption.json 2>/dev/null && echo adopted || echo made`);
	const [left, ...rest] = look.split("\n");
	const state = rest.at(-1) ?? left ?? "";
	expect({ where, look }).toEqual({ where, look: state === "none" && !rest.length ? "none" : `left: \n${state}` });
	const root = state === "adopted" ? "/var/lib/cagewright/cages/redis/current/" : "/";
	const rootOf = "stat -L -c %d:%i /proc/$(systemctl show --value --property=MainPID redis-server)/root/.";
	expect({ where, inside: await system.must(rootOf) }).toEqual({ where, inside: await system.must(`stat -L -c %d:%i ${root}`) });
	if (state !== "none") {
		// Reads every file of the cage. The service outside has the same account.
		const checked = describedJson((await system.run("cagewright check redis --deep --json --quiet")).stdout);
		const findings =
			checked.cages?.[0]?.findings?.filter(({ code, known }: Json) => !known && code !== "account-used-outside") ?? checked;
		expect({ where, findings }).toEqual({ where, findings: [] });
	}
	if (state === "made") await system.must("cagewright trial redis --quiet --no-selftest");
	return state;
}
