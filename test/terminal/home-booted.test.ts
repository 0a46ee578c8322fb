import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { type Booted, boot, bootTime } from "../system/booted.ts";
import { redis, servicesOf } from "../system/booted-services.ts";
import { eventually } from "../system/eventually.ts";
import { keys, type PtyProgram } from "./terminal.ts";
import { openTerminal } from "./wizards.ts";

/** An administrator's morning with the keys of home alone, on a machine with systemd. */

let system: Booted;
const { answers, isInCage, property } = servicesOf(() => system);
let wizard: PtyProgram;
const generations = "/var/lib/cagewright/cages/redis/generations";
const configuration = "/etc/redis/redis.conf";

beforeAll(async () => {
	system = await boot({ services: ["redis-server"] });
	await system.must("rm -f /dev/kmsg; mknod -m 600 /dev/kmsg c 1 11");
	await system.must("cagewright make redis-server.service --name redis --no-selftest --yes --quiet");
	await system.must(`echo '# renewed' >>${configuration}`);
}, bootTime);

/** Opens home, and the page of a cage. */
async function openCage(row: RegExp): Promise<void> {
	wizard = openTerminal(system.onTerminal("cagewright"), { columns: 100, rows: 30 });
	await wizard.pressAt(row, keys.enter);
	await wizard.sees("Update it from");
}

async function leave(): Promise<void> {
	wizard.press("q");
	expect((await wizard.ended).exitCode).toBe(0);
}

/** Moves to a row and previews its action. */
async function choose(row: string): Promise<void> {
	await wizard.sees(new RegExp(`^[❯ ] ${row.replace(/[[\]!.]/g, "\\$&")}`, "m"));
	const lines = await wizard.screen();
	const from = lines.findIndex((line) => line.startsWith("❯"));
	const to = lines.findIndex((line) => line.slice(2).startsWith(row));
	wizard.press((to < from ? "k" : "j").repeat(Math.abs(to - from)));
	await wizard.pressAt(`❯ ${row}`, keys.enter);
}

/** Performs a previewed action, and closes the page that says what was done. */
async function perform(): Promise<string> {
	await wizard.pressAt("Press Enter to do it, Esc to go back.", keys.enter);
	const done = await wizard.sees(/^Done\.$/m);
	wizard.press(keys.enter);
	return done;
}

test("an outdated cage is updated and rolled back", async () => {
	await openCage(/❯ ! redis +stopped.* 1 outdated/);
	await choose("Update it");
	await wizard.sees("redis.conf");
	await perform();
	await wizard.sees(/Needs a look +ok/);
	await system.query(`grep -q renewed ${generations}/2${configuration}`);
	await choose("Roll back");
	await perform();
	await eventually(() => system.query(`test $(readlink -f /var/lib/cagewright/cages/redis/current) = ${generations}/1`));
	await wizard.sees(/Needs a look +1 outdated/);
	await leave();
});

test("a finding is accepted", async () => {
	await openCage(/❯ ! redis +stopped.* 1 outdated/);
	wizard.press(keys.tab, keys.tab, keys.tab);
	await choose("[!] ");
	await wizard.sees("counts as seen");
	await perform();
	await wizard.sees("[ok] package:redis-server");
	await leave();
	await system.must("cagewright check redis");
});

test("a running service is adopted", async () => {
	await openCage(/❯ . redis +stopped/);
	await choose("Adopt redis-server.service");
	await perform();
	await wizard.sees(/State +running, adopted/);
	await answers(redis.probe);
	await isInCage("redis-server", "redis");
	await leave();
});

test("an alarm is understood and its service stopped", async () => {
	const watch = "cagewright watch redis --check-every 1";
	await system.must(`systemd-run --quiet --unit=watching ${watch}`);
	await eventually(() => system.query("journalctl -o cat -u watching | grep -q Watching"));
	await system.must("touch /var/lib/redis/evil && chmod 4755 /var/lib/redis/evil");
	await openCage(/❯ ! redis +running, adopted.* 1 alarm/);
	await system.must("systemctl stop watching; rm /var/lib/redis/evil");
	wizard.press(keys.tab, keys.tab);
	await wizard.sees("If you do not know");
	await choose("2");
	await wizard.sees("systemctl stop redis-server.service");
	await perform();
	expect(await property("redis-server", "ActiveState")).toBe("inactive");
	wizard.press("\x1b[Z", "\x1b[Z");
	await wizard.sees(/State +stopped, adopted/);
	await choose("Start redis-server.service");
	await perform();
	await answers(redis.probe);
	await leave();
});

test("an adopted service is released", async () => {
	await openCage(/❯ . redis +running, adopted/);
	await choose("Release redis-server.service");
	await perform();
	await answers(redis.probe);
	expect(await system.query("readlink /proc/$(systemctl show --value --property=MainPID redis-server)/root")).toBe("/");
	await leave();
});

test("a configuration that changed on both sides is taken from the host with a key", async () => {
	await system.must(`echo '# edited in the cage' >>${generations}/1${configuration}`);
	await openCage(/❯ ! redis +stopped.* 1 outdated/);
	await choose("Update it");
	await wizard.sees("The cage's version counts.");
	await wizard.pressAt("f use the host's version", "f");
	await wizard.sees("--configuration host");
	await wizard.sees("The host's version counts.");
	await perform();
	const present = "/var/lib/cagewright/cages/redis/current";
	await system.query(`grep -q renewed ${present}${configuration} && ! grep -q 'edited in the cage' ${present}${configuration}`);
	await leave();
});

/** Calls memfd_create, which cages refuse, when it is asked to. */
const picky = `use strict; use IO::Socket::INET;
my $name = "x";
my $server = IO::Socket::INET->new(LocalAddr => "127.0.0.1", LocalPort => 8123, Listen => 5, ReuseAddr => 1) or die;
while (my $client = $server->accept) {
	my $asked = <$client> // "";
	my $made = $asked =~ /memfd/ ? syscall(${process.arch === "arm64" ? 279 : 319}, $name, 0) : 0;
	print $client $made < 0 ? "HTTP/1.0 500 No\r\n\r\n" : "HTTP/1.0 200 OK\r\n\r\nok\n";
	close $client;
}
`;

test("an alarm is permitted with a key", async () => {
	writeFileSync(join(system.tree, "srv/picky.pl"), picky);
	const page = "http://127.0.0.1:8123";
	const make = ["cagewright make --name picky --user games --no-selftest --yes --quiet", `--probe 'curl -fsS ${page}/'`];
	await system.must(`${make.join(" ")} -- /usr/bin/perl /srv/picky.pl`);
	await system.must("cagewright unit picky --install && systemctl start cage-picky");
	await answers(`curl -fsS ${page}/`);
	await system.must("systemd-run --quiet --unit=watching-picky cagewright watch picky");
	await eventually(() => system.query("journalctl -o cat -u watching-picky | grep -q Watching"));
	await eventually(() => system.query(`! curl -fsS ${page}/memfd && cagewright list --json | grep -q '"alarms": [1-9]'`));
	await openCage(/❯ ! picky +running, own unit.* \d+ alarms?/);
	wizard.press(keys.tab, keys.tab);
	await wizard.sees("memfd_create");
	await wizard.pressAt("f Permit this: memfd", "f");
	await wizard.sees("build picky --allow memfd");
	await perform();
	await leave();
	await system.must("systemctl restart cage-picky");
	await answers(`curl -fsS ${page}/memfd`);
	await system.must("systemctl stop watching-picky cage-picky");
});
