import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { type Booted, boot, bootTime } from "./booted.ts";
import { home } from "./cagewright.ts";

/** Follows the README on a fresh Debian, command by command. The booted system already contains its packages. */

let system: Booted;
beforeAll(async () => {
	system = await boot({ services: ["redis-server"] });
}, bootTime);

/** Returns a section's commands in order, without comments. */
function commandsOf(section: string): string[] {
	const text =
		readFileSync(join(home, "README.md"), "utf8")
			.split(/^## /m)
			.find((part) => part.startsWith(`${section}\n`)) ?? "";
	const blocks = [...text.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block = ""]) => block.replaceAll("\\\n", ""));
	return blocks
		.flatMap((block) => block.split("\n"))
		.map((line) => line.replace(/\s+# .*$/, "").trim())
		.filter(Boolean);
}

/** Checks that `apt-get install`'s packages are installed, and stops `cagewright run` once its redis answers. */
async function follow(command: string): Promise<string> {
	const [, packages] = /^apt-get install (.*)$/.exec(command) ?? [];
	if (packages !== undefined) return system.must(`dpkg -s ${packages}`);
	if (!command.startsWith("cagewright run ")) return system.must(command);
	const answer = "for try in $(seq 100); do redis-cli ping 2>/dev/null && break; sleep 0.2; done";
	return system.must(`${command} & pid=$!; ${answer}; kill -TERM $pid; wait $pid; test $? = 0`);
}

test("the README's first cage works as described", async () => {
	const commands = commandsOf("A first cage");
	expect(commands).toHaveLength(6);
	const printed: string[] = [];
	for (const command of commands) printed.push(await follow(command));
	expect(printed[1]).toContain("redis answers from inside its cage");
	expect(printed[3]).toContain("PONG");
	await system.must("for try in $(seq 100); do redis-cli ping && exit; sleep 0.2; done; exit 1");
	await system.must("systemctl disable --now cage-redis");
});

test("the README's commands for other services work as described", async () => {
	const commands = commandsOf("Any other service");
	expect(commands).toHaveLength(3);
	const printed: string[] = [];
	for (const command of commands) printed.push(await follow(command));
	expect(printed[0]).toContain("dnsmasq");
	expect(printed[1]).toContain("dnsmasq answers from inside its cage");
	expect(printed[2]).toContain("web answers from inside its cage");
});

test("an adoption is announced step by step", async () => {
	await system.must("systemctl start redis-server");
	expect(await system.must("cagewright adopt redis-server --dry-run")).toMatch(
		/^6\. Stop redis-server\.service, .*\nTo run it: cagewright adopt redis-server\.service --yes$/m,
	);
});
