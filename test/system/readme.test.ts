import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { isLong } from "../long.ts";
import { type Booted, boot, bootTime } from "./booted.ts";
import { blocksOf, follow } from "./documented-commands.ts";

/** Follows the README on a fresh Debian without a resolver, command by command. The booted system already contains its packages. */

let system: Booted;
beforeAll(async () => {
	system = await boot({ services: ["redis-server"] });
	writeFileSync(join(system.tree, "etc/resolv.conf"), "");
	// `install` writes its own.
	await system.must("rm /usr/local/bin/cagewright");
}, bootTime);

/** Follows a section's blocks and returns what each command printed. */
async function followed(section: string): Promise<string[]> {
	const commands = blocksOf("README.md")
		.filter((block) => block.section === section && block.notRun === undefined)
		.flatMap((block) => block.commands);
	const printed: string[] = [];
	for (const command of commands) printed.push(await follow(system, command));
	return printed;
}

test("every command of the README belongs to a section that is followed", () => {
	const sections = blocksOf("README.md").flatMap(({ commands, notRun, section }) => (notRun ? [] : commands.map(() => section)));
	const count = (name: string) => sections.filter((section) => section === name).length;
	expect([...new Set(sections)]).toEqual(["Start", "A first cage", "Any other service"]);
	expect([count("Start"), count("A first cage"), count("Any other service")]).toEqual([2, 6, 3]);
});

test("the README's installation works as described", async () => {
	const printed = await followed("Start");
	expect(printed[0]).toContain("/usr/local/sbin/cagewright");
});

test("the README's first cage works as described", async () => {
	const printed = await followed("A first cage");
	expect(printed[1]).toContain("redis answers from inside its cage");
	expect(printed[3]).toContain("PONG");
	await system.must("for try in $(seq 300); do redis-cli ping && exit; sleep 0.2; done; exit 1");
	await system.must("systemctl disable --now cage-redis");
});

test.runIf(isLong)("the README's commands for other services work as described", async () => {
	const printed = await followed("Any other service");
	expect(printed[0]).toContain("dnsmasq");
	expect(printed[1]).toContain("dnsmasq answers from inside its cage");
	expect(printed[2]).toContain("web answers from inside its cage");
});

test.runIf(isLong)("the README's second example needs no client for its probe", async () => {
	const [again] = blocksOf("README.md").flatMap(({ commands }) =>
		commands.filter(({ line }) => line.includes("dnsmasq.service")),
	);
	if (again === undefined) throw new Error("README.md has no second example");
	await system.must("mv /usr/bin/dig /usr/bin/dig.away");
	await system.must("cagewright remove dnsmasq --yes");
	expect(await follow(system, again)).toContain("dnsmasq answers from inside its cage");
	await system.must("mv /usr/bin/dig.away /usr/bin/dig");
});

test("an adoption is announced step by step", async () => {
	await system.must("systemctl start redis-server");
	// The first cage runs the same program, so a second one needs a name.
	expect(await system.run("cagewright adopt redis-server --dry-run")).toMatchObject({ status: 2, stderr: /--name redis\b/ });
	await system.must("cagewright remove redis --yes --quiet");
	expect(await system.must("cagewright adopt redis-server --dry-run")).toMatch(
		/^6\. Stop redis-server\.service, leave its state where it is, [\s\S]*\nTo run it: cagewright adopt redis-server\.service --yes$/m,
	);
});
