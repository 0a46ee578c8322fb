import { dirname } from "node:path";
import { expect, test } from "vitest";
import { upgradedServices } from "../upgrades/services.ts";
import { table } from "../upgrades/table.ts";
import { bootWith, cage, secure, type Upgraded, unitOf, unserved, upgradeAndUpdate } from "../upgrades/upgrade.ts";
import { program } from "./cagewright.ts";
import { buildDeb } from "./older-release.ts";

/**
 * Debian 12 with services in cages becomes Debian 13 and then testing. Prints a table. Runs only with `npm run test:long`;
 * `CAGEWRIGHT_SERVICES` names some of the services, `CAGEWRIGHT_DEB` a package `cagewright-with-node`.
 */

const names = process.env.CAGEWRIGHT_SERVICES?.split(" ");
const asked = upgradedServices.filter(({ name }) => names?.includes(name) ?? true);
const suites = ["trixie", "testing"] as const;
/** A library of one cage, and one of many. */
const libraries = ["liblzf1", "zlib1g"];
const minute = 60;

const say = (text: string) => console.log(`${new Date().toISOString().slice(11, 19)} ${text}`);

test("caged services survive the upgrades of a distribution", async () => {
	const system = await bootWith(
		asked,
		"bookworm",
		process.env.CAGEWRIGHT_DEB ?? buildDeb(dirname(dirname(program)), "--with-node"),
	);
	const wrong: string[] = [];
	const check = (isRight: boolean, text: string) => {
		if (isRight) return;
		wrong.push(text);
		say(`WRONG: ${text}`);
	};
	const isDown = await unserved(system, asked);
	for (const who of isDown) check(false, `before everything: ${who}`);
	const services = asked.filter(({ name }) => !isDown.some((who) => who.startsWith(`${name}: `)));
	for (const service of services) {
		const problem = await cage(system, service);
		say(`${service.name}: ${problem || "caged"}`);
		check(problem === "", `${service.name} was not caged: ${problem}`);
	}
	for (const who of await unserved(system, services)) check(false, `in its cage: ${who}`);
	const before = new Map<string, string>();
	for (const { name, packages } of services)
		before.set(name, await system.query(`dpkg-query -W -f '\${Version}' ${packages[0]}`));
	const upgrades: Map<string, Upgraded>[] = [];
	for (const suite of suites) {
		say(`upgrade to ${suite}`);
		const upgraded = await upgradeAndUpdate(system, suite, services);
		upgrades.push(upgraded);
		for (const [name, one] of upgraded) {
			say(`${suite} ${name}: ${JSON.stringify(one)}`);
			check(one.isServed && one.isServedBefore, `${name} is not served after ${suite}`);
			check(one.isOutdated, `check did not call ${name} outdated after ${suite}`);
			check(one.restarts <= 1, `${name} was restarted ${one.restarts} times after ${suite}`);
			check(one.alarms === 0, `${name} raised ${one.alarms} alarms after ${suite}`);
		}
		await system.must("systemctl enable --quiet --now cagewright-update.timer");
		for (const library of libraries) {
			const seconds = await secure(system, library).catch((error: unknown) => {
				check(false, `${library}: ${error}`);
				return new Map<string, number>();
			});
			say(`${suite} ${library}: ${[...seconds].map(([name, time]) => `${name} ${time} s`).join(", ")}`);
			check(
				seconds.size > 0 && Math.min(...seconds.values()) <= minute,
				`no update of ${library} within a minute after ${suite}`,
			);
		}
		await system.must("systemctl disable --quiet --now cagewright-update.timer; systemctl stop cagewright-update");
		await system.reboot().catch((error: unknown) => check(false, `boot of ${suite}: ${error}`));
		for (const who of await unserved(system, services)) check(false, `after the boot of ${suite}: ${who}`);
		say("booted again");
	}
	for (const service of services) {
		const { status } = await system.run(`systemctl is-active --quiet ${unitOf(service)}`);
		check(status === 0, `${service.name} is not active`);
	}
	say(`\n${table(services, before, upgrades)}`);
	expect(wrong).toEqual([]);
});
